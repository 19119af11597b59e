"""Issues with their whole history. What changed of one is noted in PendingIssue in the same transaction."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import connection as database
from django.db import transaction

from backend.connections.models import Connection
from backend.delivery.issue_records import IssueRecord, StatusRecord
from backend.delivery.models import Issue, IssueStatus, IssueTransition, Project
from backend.delivery.records import ActorRecord
from backend.delivery.store.horizons import Kind, kept_since
from backend.delivery.store.nameless import without_account_ids, without_mentions
from backend.delivery.store.noting import note_issues
from backend.delivery.store.projects import PROJECTS, store_issue_types, store_statuses
from backend.delivery.store.tables import INT, TEXT, TIME, Row, Table, remove_missing, row, upsert
from backend.people.store import resolve_identities

ISSUES = Table(
    "delivery_issue",
    ("connection_id", "external_id"),
    {
        "connection_id": INT, "external_id": INT, "project_id": INT, "key": TEXT,
        "issue_type_id": INT, "status_id": INT, "summary": TEXT, "parent_external_id": INT,
        "assignee_id": INT, "reporter_id": INT, "priority": TEXT, "resolution": TEXT,
        "labels": "text[]", "components": "text[]", "fix_versions": "bigint[]",
        "affects_versions": "bigint[]", "sprints": "bigint[]", "estimate": "float8",
        "team_name": TEXT, "created_at": TIME, "updated_at": TIME, "resolved_at": TIME,
        "deleted_at": TIME, "history_gap": TEXT,
    },
)  # fmt: skip
TRANSITIONS = Table(
    "delivery_issuetransition",
    ("issue_id", "external_id"),
    {
        "issue_id": INT, "external_id": TEXT, "kind": TEXT, "occurred_at": TIME, "actor_id": INT,
        "before": TEXT, "after": TEXT,
    },
)  # fmt: skip
LINKS = Table(
    "delivery_issuelink",
    ("issue_id", "external_id"),
    {"issue_id": INT, "external_id": INT, "name": TEXT, "other_external_id": INT},
)
_LOCK: Final = 7_301_200
"""With the connection's id, names the advisory lock of whoever stores its issues."""
_ELSEWHERE: Final = "Issues that are read moved into it, and it is not read itself."


@transaction.atomic
def store_issues(
    *, connection: Connection, issues: Sequence[IssueRecord], reconcile: bool = False
) -> int:
    """Store complete issues with all their parts; returns how many of them changed anything.

    One that is older than what is stored is left alone, unless `reconcile` says that the source is right whatever its
    times. One that was marked as deleted and is told again is there again; one that is older than what is kept is not.
    """
    # One writer a connection: of two that bring the same new issue, the second must see the first one's.
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, connection.pk])
    latest = _latest(issues)
    stored = _stored(connection, latest)
    since = kept_since(Kind.ISSUES)
    accepted = [
        issue
        for issue in latest
        if (
            issue.external_id in stored
            and (reconcile or stored[issue.external_id] <= issue.updated_at)
        )
        or (issue.external_id not in stored and not is_over(issue, since))
    ]
    if not accepted:
        return 0
    actors = resolve_identities(
        connection=connection, accounts=(a for issue in accepted for a in _actors(issue))
    )
    told = without_mentions(connection, _issue_rows(connection, accepted, actors), "summary")
    changed = set(upsert(ISSUES, told, returning="id"))
    ids = _issue_ids(connection, [issue.external_id for issue in accepted])
    children = _children(accepted, ids, actors)
    histories = without_account_ids(connection, children[TRANSITIONS], "before", "after")
    for table, rows in (children | {TRANSITIONS: histories}).items():
        changed |= set(upsert(table, rows, returning="issue_id"))
        changed |= remove_missing(table, rows, list(ids.values()))
    _keep_keys(accepted, ids)
    note_issues(changed)
    return len(changed)


@transaction.atomic
def forget_summaries(connection: Connection) -> None:
    """Of all issues, those as well that are not read any more: none is kept from now on."""
    Issue.objects.filter(connection=connection).exclude(summary="").update(summary="")


def mark_issues_deleted(
    *, connection: Connection, external_ids: Collection[int], at: datetime
) -> int:
    """Note that the source has these no more; they stay, and count nowhere. Returns how many were not marked yet."""
    gone = Issue.objects.filter(
        connection=connection, external_id__in=external_ids, deleted_at=None
    )
    ids = list(gone.select_for_update().order_by("pk").values_list("pk", flat=True))
    Issue.objects.filter(pk__in=ids).update(deleted_at=at)
    note_issues(ids)
    return len(ids)


def _latest(issues: Sequence[IssueRecord]) -> list[IssueRecord]:
    """One of each: a source whose pages shift while they are read may tell one twice."""
    in_order = sorted(issues, key=lambda issue: issue.updated_at)
    return list({issue.external_id: issue for issue in in_order}.values())


def is_over(issue: IssueRecord, since: datetime) -> bool:
    """Whether it is done and has not changed since what is kept began: such a one is not stored anew."""
    return issue.status.category == IssueStatus.Category.DONE and issue.updated_at < since


def _stored(connection: Connection, issues: Sequence[IssueRecord]) -> dict[int, datetime]:
    """Those that are, each with the time of its last change."""
    return dict(
        Issue.objects.filter(
            connection=connection, external_id__in=[issue.external_id for issue in issues]
        ).values_list("external_id", "updated_at")
    )


def _actors(issue: IssueRecord) -> Iterator[ActorRecord]:
    mentioned = (issue.assignee, issue.reporter, *(one.actor for one in issue.transitions))
    return (actor for actor in mentioned if actor is not None)


def _issue_rows(
    connection: Connection, issues: Sequence[IssueRecord], actors: dict[ActorRecord, int]
) -> list[Row]:
    types = store_issue_types(connection=connection, types={issue.issue_type for issue in issues})
    statuses = store_statuses(connection=connection, statuses=_statuses(issues))
    projects = _projects(connection, issues)
    return [
        row(
            ISSUES,
            issue,
            connection_id=connection.pk,
            project_id=projects[issue.project_external_id],
            issue_type_id=types[issue.issue_type.external_id],
            status_id=statuses[issue.status.external_id],
            assignee_id=actors[issue.assignee] if issue.assignee else None,
            reporter_id=actors[issue.reporter] if issue.reporter else None,
            deleted_at=None,
        )
        for issue in issues
    ]


def _statuses(issues: Sequence[IssueRecord]) -> list[StatusRecord]:
    """Those of histories first, so that what an issue says of its own status holds."""
    told = {
        int(number): StatusRecord(int(number), name or number, IssueStatus.Category.UNKNOWN)
        for issue in issues
        for one in issue.transitions
        if one.kind == IssueTransition.Kind.STATUS
        for number, name in ((one.before, one.before_name), (one.after, one.after_name))
        if number.isdecimal()
    }
    return list((told | {one.status.external_id: one.status for one in issues}).values())


def _projects(connection: Connection, issues: Sequence[IssueRecord]) -> dict[int, int]:
    """Our ids of their projects; one that is not known is noted as not read."""
    wanted = {issue.project_external_id: issue.key.rpartition("-")[0] for issue in issues}
    known = dict(
        Project.objects.filter(connection=connection, external_id__in=wanted).values_list(
            "external_id", "pk"
        )
    )
    unknown = {pk: key for pk, key in wanted.items() if pk not in known}
    if not unknown:
        return known
    rows: list[Row] = [
        {
            "connection_id": connection.pk, "external_id": pk, "key": key, "name": key,
            "former_keys": [], "state": Project.State.EXCLUDED, "state_reason": _ELSEWHERE,
        }
        for pk, key in unknown.items()
    ]  # fmt: skip
    upsert(PROJECTS, rows, returning="id")
    return dict(
        Project.objects.filter(connection=connection, external_id__in=wanted).values_list(
            "external_id", "pk"
        )
    )


def _issue_ids(connection: Connection, external_ids: Collection[int]) -> dict[int, int]:
    return dict(
        Issue.objects.filter(connection=connection, external_id__in=external_ids).values_list(
            "external_id", "pk"
        )
    )


def _children(
    issues: Sequence[IssueRecord], ids: dict[int, int], actors: dict[ActorRecord, int]
) -> dict[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {TRANSITIONS: [], LINKS: []}
    for issue in issues:
        pk = ids[issue.external_id]
        rows[TRANSITIONS] += (
            row(
                TRANSITIONS,
                one,
                issue_id=pk,
                actor_id=actors[one.actor] if one.actor else None,
            )
            for one in issue.transitions
        )
        rows[LINKS] += (row(LINKS, one, issue_id=pk) for one in issue.links)
    return rows


def _keep_keys(issues: Sequence[IssueRecord], ids: dict[int, int]) -> None:
    """Whatever key an issue has or had, by its history too: none is ever taken away."""
    pairs = {
        (ids[issue.external_id], key)
        for issue in issues
        for key in (
            issue.key,
            *(
                key
                for one in issue.transitions
                if one.kind == IssueTransition.Kind.KEY
                for key in (one.before, one.after)
            ),
        )
        if key
    }
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_issuekey (issue_id, key)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[]) AS new (issue_id, key)"
            " ON CONFLICT DO NOTHING",
            [[pk for pk, _ in pairs], [key[:120] for _, key in pairs]],
        )
