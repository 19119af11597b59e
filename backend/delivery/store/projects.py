"""What issues are grouped by: projects and in what state each is, types, statuses, versions, boards, sprints."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from django.db import connection as database
from django.db import transaction

from backend.connections.models import Connection
from backend.delivery.issue_records import (
    BoardRecord,
    IssueTypeRecord,
    ProjectRecord,
    SprintRecord,
    StatusRecord,
    VersionRecord,
)
from backend.delivery.models import Board, IssueStatus, Project
from backend.delivery.store.noting import note_issues_of, note_issues_of_types
from backend.delivery.store.tables import INT, TEXT, TIME, Table, remove_missing, row, upsert

PROJECTS = Table(
    "delivery_project",
    ("connection_id", "external_id"),
    {
        "connection_id": INT, "external_id": INT, "key": TEXT, "name": TEXT,
        "former_keys": "text[]", "state": TEXT, "state_reason": TEXT,
    },
)  # fmt: skip
TYPES = Table(
    "delivery_issuetype",
    ("connection_id", "external_id"),
    {"connection_id": INT, "external_id": INT, "name": TEXT, "is_subtask": "boolean"},
)
STATUSES = Table(
    "delivery_issuestatus",
    ("connection_id", "external_id"),
    {"connection_id": INT, "external_id": INT, "name": TEXT, "category": TEXT},
)
VERSIONS = Table(
    "delivery_projectversion",
    ("project_id", "external_id"),
    {
        "project_id": INT, "external_id": INT, "name": TEXT, "is_released": "boolean",
        "released_on": "date",
    },
)  # fmt: skip
BOARDS = Table(
    "delivery_board",
    ("connection_id", "external_id"),
    {"connection_id": INT, "external_id": INT, "name": TEXT, "kind": TEXT, "project_id": INT},
)
SPRINTS = Table(
    "delivery_sprint",
    ("connection_id", "external_id"),
    {
        "connection_id": INT, "external_id": INT, "board_id": INT, "name": TEXT, "state": TEXT,
        "starts_at": TIME, "ends_at": TIME, "completed_at": TIME,
    },
)  # fmt: skip
_NOT_CHOSEN = "The connection's settings do not name it."


def is_chosen(key: str, patterns: Sequence[str]) -> bool:
    """Whether a project is read, by keys and globs without regard to case; without any all are."""
    return not patterns or any(fnmatchcase(key.upper(), one.upper()) for one in patterns)


@transaction.atomic
def store_projects(
    *, connection: Connection, projects: Iterable[ProjectRecord], patterns: Sequence[str]
) -> list[Project]:
    """Make the connection's projects as told, and judge which are read; returns those that are new to be read.

    Those that are not told stay: see mark_project_unreachable. A key that a project had stays known.
    """
    records = {record.external_id: record for record in projects}
    known = {
        project.external_id: project
        for project in Project.objects.filter(connection=connection, external_id__in=records)
    }
    rows = []
    for external_id, record in records.items():
        chosen = is_chosen(record.key, patterns)
        rows.append(
            row(
                PROJECTS,
                record,
                connection_id=connection.pk,
                former_keys=_former_keys(known.get(external_id), record.key),
                state=Project.State.ACTIVE if chosen else Project.State.EXCLUDED,
                state_reason="" if chosen else _NOT_CHOSEN,
            )
        )
    note_issues_of(upsert(PROJECTS, rows, returning="id"))
    read = {pk for pk, one in known.items() if one.state == Project.State.ACTIVE}
    return list(
        Project.objects.filter(
            connection=connection, external_id__in=records, state=Project.State.ACTIVE
        )
        .exclude(external_id__in=read)
        .order_by("key", "pk")
    )


def mark_project_unreachable(*, project: Project, gone: bool, reason: str) -> None:
    """Note that a project can no longer be read. Nothing of it is deleted, and what is gone stays gone."""
    if not gone and project.state == Project.State.GONE:
        return
    project.state = Project.State.GONE if gone else Project.State.LOST_ACCESS
    project.state_reason = reason
    project.save(update_fields=["state", "state_reason"])


def _former_keys(before: Project | None, key: str) -> list[str]:
    if before is None:
        return []
    if before.key == key:
        return before.former_keys
    return [one for one in before.former_keys if one not in {before.key, key}] + [before.key]


def store_issue_types(
    *, connection: Connection, types: Iterable[IssueTypeRecord]
) -> dict[int, int]:
    """Types by the source's ids, within a transaction; returns our own."""
    records = list(types)
    rows = [row(TYPES, one, connection_id=connection.pk) for one in records]
    note_issues_of_types(upsert(TYPES, rows, returning="id"))
    return _ids("delivery_issuetype", connection, {one.external_id for one in records})


def store_statuses(*, connection: Connection, statuses: Iterable[StatusRecord]) -> dict[int, int]:
    """Statuses by the source's ids; returns our own. Of one whose category is unknown, what is known already stays."""
    records = {one.external_id: one for one in statuses}
    unknown = {pk for pk, one in records.items() if one.category == IssueStatus.Category.UNKNOWN}
    kept = set(
        IssueStatus.objects.filter(connection=connection, external_id__in=unknown).values_list(
            "external_id", flat=True
        )
    )
    rows = [
        row(STATUSES, one, connection_id=connection.pk)
        for pk, one in records.items()
        if pk not in kept
    ]
    upsert(STATUSES, rows, returning="id")
    return _ids("delivery_issuestatus", connection, records.keys())


@transaction.atomic
def store_project_detail(
    *,
    project: Project,
    statuses: Iterable[StatusRecord],
    versions: Iterable[VersionRecord],
) -> None:
    """The statuses that its workflows have now, and its versions; what is no longer told is removed."""
    known = store_statuses(connection=project.connection, statuses=statuses)
    with database.cursor() as cursor:
        cursor.execute(
            "DELETE FROM delivery_projectstatus WHERE project_id = %s AND NOT status_id = ANY(%s)",
            [project.pk, list(known.values())],
        )
        cursor.execute(
            "INSERT INTO delivery_projectstatus (project_id, status_id)"
            " SELECT %s, unnest(%s::bigint[]) ON CONFLICT DO NOTHING",
            [project.pk, sorted(known.values())],
        )
    told = [row(VERSIONS, one, project_id=project.pk) for one in versions]
    for one in told:
        one["released_on"] = one["released_on"] and one["released_on"].isoformat()
    upsert(VERSIONS, told, returning="id")
    remove_missing(VERSIONS, told, [project.pk])


@transaction.atomic
def store_boards(*, connection: Connection, boards: Iterable[BoardRecord]) -> int:
    """All boards of the connection: those that are not told are removed. Returns how many changed."""
    records = list(boards)
    projects = dict(Project.objects.filter(connection=connection).values_list("external_id", "pk"))
    rows = [
        row(
            BOARDS,
            one,
            connection_id=connection.pk,
            project_id=projects.get(one.project_external_id or 0),
        )
        for one in records
    ]
    changed = upsert(BOARDS, rows, returning="id")
    gone = Board.objects.filter(connection=connection).exclude(
        external_id__in=[one.external_id for one in records]
    )
    gone.delete()
    return len(changed)


@transaction.atomic
def store_sprints(*, connection: Connection, sprints: Iterable[SprintRecord]) -> int:
    """Sprints as told; returns how many changed. One that is told no more stays: its issues' histories name it."""
    records = list(sprints)
    boards = dict(Board.objects.filter(connection=connection).values_list("external_id", "pk"))
    rows = [
        row(
            SPRINTS,
            one,
            connection_id=connection.pk,
            board_id=boards.get(one.board_external_id or 0),
        )
        for one in records
    ]
    return len(upsert(SPRINTS, rows, returning="id"))


def _ids(table: str, connection: Connection, external_ids: Iterable[int]) -> dict[int, int]:
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT external_id, id FROM {table} WHERE connection_id = %s AND external_id = ANY(%s)",  # noqa: S608 - constants alone
            [connection.pk, list(external_ids)],
        )
        return dict(cursor.fetchall())
