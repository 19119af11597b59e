"""Which repositories there are, in what state, and which of them are worth asking for more."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery import store
from backend.delivery.models import Deployment, HeadCommit, Repository, WorkflowRun
from backend.delivery.store.commits import held_commits
from backend.sources import hints, ledger
from backend.sources.collected import Collected
from backend.sources.github import deployments, normalise, workflows
from backend.sources.github.client import GitHub
from backend.sources.github.survey import Look, Survey, Surveyed
from backend.sources.models import Cursor, Hint

LISTING: Final = "listing"
"""The key of a connection's hint that asks for all repositories to be listed anew."""
UNLISTED: Final = "unlisted"
"""The action of a repository's hint: it was expected and not found, so look at it by itself."""
READ: Final = (
    Hint.Kind.PULL_REQUESTS,
    Hint.Kind.CHECKS,
    Hint.Kind.WORKFLOW_RUNS,
    Hint.Kind.DEPLOYMENTS,
    Hint.Kind.RELEASES,
    Hint.Kind.TAGS,
    Hint.Kind.COMMITS,
)
"""What is read of a repository, in the order in which it is asked for."""
_AT_ONCE: Final = 50
_HELD: Final = (Repository.State.ACTIVE, Repository.State.EXCLUDED)


def collect_connection(
    connection: Connection, github: GitHub, *, listing: bool = False
) -> Collected:
    """Look at all repositories, and ask for what changed of those that are read. Raises SourceError.

    An organisation's repositories are listed with the look itself. Where none is named, and for an App, which sees what
    it was installed for, they are listed apart: at first, and when `listing` says so.
    """
    survey, began = Survey(github), timezone.now()
    if connection.organisations and github.app is None:
        found = [one for login in connection.organisations for one in survey.of_organisation(login)]
        _look_for(connection, _HELD, {one.record.external_id for one in found})
    else:
        if listing or not connection.repositories.exists():
            records = [normalise.repository(payload) for payload in github.repositories()]
            store.store_repositories(connection=connection, repositories=records)
            _look_for(connection, _HELD, {record.external_id for record in records})
        store.judge_repositories(connection=connection)
        known = connection.repositories.filter(state=Repository.State.ACTIVE)
        nodes = list(known.order_by("pk").values_list("node_id", flat=True))
        found = [one for one in survey.of_known(nodes) if one is not None]
        _look_for(connection, (Repository.State.ACTIVE,), {one.record.external_id for one in found})
    _take_in(connection, found, began)
    return Collected(
        stored=len(found),
        notes=[f"No {part}: {error.reason}" for part, error in survey.refused.items()],
    )


def collect_repository(connection: Connection, github: GitHub, external_id: int) -> Collected:
    """One repository by id, after a word that it changed or is missing. Raises NotFound, SourceError."""
    began = timezone.now()
    record = normalise.repository(github.repository(external_id))
    store.store_repositories(connection=connection, repositories=[record])
    repository = connection.repositories.filter(external_id=external_id).first()
    if repository is None or repository.state != Repository.State.ACTIVE:
        return Collected(notes=[repository.state_reason] if repository else [])
    found = [one for one in Survey(github).of_known([record.node_id]) if one is not None]
    _take_in(connection, found, began)
    return Collected(stored=1)


def arm_all(repository: Repository, *, kinds: Iterable[str] = READ, action: str = "") -> None:
    """Ask for all that is read of a repository, whatever the source said of it last."""
    for kind in kinds:
        hints.arm(
            connection=repository.connection,
            kind=kind,
            container_external_id=repository.external_id,
            action=action,
        )


def _look_for(connection: Connection, states: Collection[str], told: set[int]) -> None:
    """What was expected and not told may be out of reach, moved or deleted: each is looked at by itself."""
    expected = connection.repositories.filter(state__in=states)
    for external_id in expected.values_list("external_id", flat=True):
        if external_id not in told:
            hints.arm(
                connection=connection,
                kind=Hint.Kind.REPOSITORY,
                container_external_id=external_id,
                action=UNLISTED,
            )


def _take_in(connection: Connection, found: Sequence[Surveyed], began: datetime) -> None:
    """Store what the look told, and ask for what changed since the last one: in one transaction, newest push first."""
    waiting = sorted(found, key=lambda one: one.record.pushed_at or one.record.updated_at)
    while waiting:
        batch = [waiting.pop() for _ in range(min(_AT_ONCE, len(waiting)))]
        with transaction.atomic():
            store.store_repositories(
                connection=connection, repositories=[one.record for one in batch]
            )
            _ask_for_changes(connection, batch, began)


def _ask_for_changes(connection: Connection, batch: Sequence[Surveyed], began: datetime) -> None:
    read = connection.repositories.filter(
        external_id__in=[one.record.external_id for one in batch], state=Repository.State.ACTIVE
    )
    repositories = {repository.external_id: repository for repository in read}
    cursors = {
        (cursor.repository_id, cursor.kind): cursor
        for cursor in Cursor.objects.filter(repository__in=read, kind__in=READ)
    }
    unfinished = _unfinished([repository.pk for repository in repositories.values()])
    for kind in READ:
        for one in batch:
            repository, look = repositories.get(one.record.external_id), one.looks.get(kind)
            if repository is None or look is None:
                continue
            cursor = cursors.get((repository.pk, kind))
            waits = (repository.pk, kind) in unfinished
            if _note(repository, kind, look, cursor, began) or waits:
                arm_all(repository, kinds=[kind])


def _unfinished(repositories: Collection[int]) -> set[tuple[int, str]]:
    """Where something went on when it was last seen: its end changes nothing that a look can see."""
    since = timezone.now() - workflows.ENDS_WITHIN
    going_on = {
        Hint.Kind.CHECKS: HeadCommit.objects.filter(is_settled=False),
        Hint.Kind.WORKFLOW_RUNS: WorkflowRun.objects.filter(created_at__gt=since).exclude(
            status="completed"
        ),
        Hint.Kind.DEPLOYMENTS: Deployment.objects.filter(
            created_at__gt=since, state__in=deployments.UNFINISHED
        ),
    }
    return {
        (repository, kind)
        for kind, rows in going_on.items()
        for repository in rows.filter(repository__in=repositories)
        .values_list("repository_id", flat=True)
        .distinct()
    }


def _note(
    repository: Repository, kind: str, look: Look, cursor: Cursor | None, began: datetime
) -> bool:
    """Keep the mark of what was seen; says whether there is something to ask for."""
    if cursor is not None and cursor.mark == look.mark:
        return False
    known = cursor or Cursor(repository=repository, connection=repository.connection, kind=kind)
    known.mark = look.mark
    nothing = look.expected == 0 and cursor is None
    if nothing:
        known.complete_to = began
    if kind == Hint.Kind.COMMITS and look.expected is not None:
        held = held_commits(repository=repository)
        ledger.count(known, expected=look.expected, held=held, what="commits")
    elif cursor is None and look.expected is not None:
        ledger.count(known, expected=look.expected, held=0, what=Hint.Kind(kind).name.lower())
    if cursor is None:
        known.save()
    else:
        known.save(update_fields=["mark", "expected", "held", "counted_at", "gap"])
    return not nothing
