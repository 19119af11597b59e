"""How far the collection has come: what an empty page needs to say why it is empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from backend.accounts import access
from backend.api import schemas
from backend.api.completeness import last_run
from backend.api.errors import ERRORS
from backend.api.rules import READS_STATUS, caller
from backend.appliance import maintenance
from backend.connections.models import Connection
from backend.delivery.models import Issue, Repository
from backend.people.store import organisation
from backend.sources import activity, completeness, issue_completeness, progress
from backend.sources.issue_completeness import ProjectLine
from backend.sources.models import Cursor, Hint, SyncRun

router = Router(tags=["status"])

State = tuple[Literal["not_connected", "syncing", "ready", "misconfigured"], str | None, str | None]
_NOT_CONNECTED: Final[State] = (
    "not_connected",
    "No source is connected yet.",
    "An administrator adds a connection in the administration.",
)
_NOTHING_READ: Final[State] = (
    "misconfigured",
    "The connections show nothing that is to be read.",
    "Check what each connection is told to read, and what its credential may see.",
)
HELD_BACK: Final = (
    "A source keeps the collection waiting or needs attention.",
    "An administrator sees what it says.",
)


@dataclass(frozen=True)
class Progress:
    """One repository's pull requests: stored against the source's own count."""

    repository: Repository
    cursor: Cursor | None
    stored: int
    run: SyncRun | None

    @property
    def expected(self) -> int | None:
        return self.cursor.expected if self.cursor else None

    @property
    def state(self) -> schemas.CollectionState:
        if self.repository.state != Repository.State.ACTIVE:
            return cast("schemas.CollectionState", self.repository.state)
        if self.cursor is None:
            return "waiting"
        if self.cursor.unavailable:
            return "unavailable"
        return "complete" if self.cursor.complete_to else "syncing"


@router.get(
    "/status",
    response={200: schemas.Status, ERRORS: schemas.Error},
    auth=READS_STATUS,
    operation_id="status",
)
def status(request: HttpRequest) -> schemas.Status:
    """Repositories by name are for those who read the administration; the sums are for everybody."""
    connections = list(Connection.objects.exclude(state=Connection.State.PAUSED))
    found = _progress()
    active = [p for p in found if p.state in {"waiting", "syncing", "complete"}]
    expected = [p.expected for p in active]
    projects = [line for line in issue_completeness.projects() if line.is_read]
    waiting = _waiting()
    state, reason, action = _state(connections, active, projects, waiting)
    see_all = access.may_read_administration(caller(request))
    if not see_all and reason is not None and connections:
        reason, action = HELD_BACK  # what a source says may name what the caller must not know of
    known = bool(expected) and None not in expected
    return schemas.Status(
        state=state,
        reason=reason,
        action=action,
        stored=sum(p.stored for p in active),
        expected=sum(n for n in expected if n is not None) if known else None,
        # Of issues no pace is known.
        eta_seconds=_eta(active)
        if state == "syncing" and all(line.is_filled for line in projects)
        else None,
        waiting_until=waiting.retry_at if waiting else None,
        fresh_to=completeness.fresh_to(),
        repositories=([_repository(p) for p in found] if see_all else []),
        issues=_issues(projects),
        maintenance=_maintenance(request),
    )


def _maintenance(request: HttpRequest) -> schemas.Maintenance | None:
    found = maintenance.of(request)
    if found is None:
        return None
    return schemas.Maintenance(
        message=found.message,
        closes_at=found.closes_at,
        is_closed=found.is_closed(timezone.now()),
    )


def _progress() -> list[Progress]:
    latest = SyncRun.objects.filter(
        repository=OuterRef("pk"), kind=Hint.Kind.PULL_REQUESTS
    ).order_by("-started_at", "-pk")
    repositories = (
        Repository.objects.select_related("connection")
        .annotate(stored=Count("pull_requests"), run=Subquery(latest.values("pk")[:1]))
        .order_by("name_with_owner")
    )
    rows = list(repositories)
    runs = SyncRun.objects.in_bulk([row.run for row in rows if row.run])
    cursors = {
        cursor.repository_id: cursor
        for cursor in Cursor.objects.filter(kind=Hint.Kind.PULL_REQUESTS)
    }
    return [Progress(row, cursors.get(row.pk), row.stored, runs.get(row.run)) for row in rows]


def _waiting() -> SyncRun | None:
    """The run that keeps the collection waiting longest for its source, if one does."""
    now = timezone.now()
    return (
        SyncRun.objects.filter(Q(outcome=SyncRun.Outcome.WAITING), retry_at__gt=now)
        .order_by("-retry_at")
        .first()
    )


def _state(
    connections: Sequence[Connection],
    active: Sequence[Progress],
    projects: Sequence[ProjectLine],
    waiting: SyncRun | None,
) -> State:
    if not connections:
        return _NOT_CONNECTED
    failing = [c for c in connections if c.state == Connection.State.FAILING]
    if failing:
        first = failing[0]
        return "misconfigured", first.state_reason or None, first.state_action or None
    if waiting:
        return "syncing", waiting.reason or None, waiting.action or None
    filling = [p.run for p in active if p.state != "complete"]
    unfilled = [line.id for line in projects if not line.is_filled]
    if filling or unfilled:
        runs = [*filling, *activity.last_runs_of_projects(unfilled).values()]
        failed = (run for run in runs if run and run.outcome == SyncRun.Outcome.FAILED)
        first_failed = next(failed, SyncRun())
        return "syncing", first_failed.reason or None, first_failed.action or None
    if activity.is_one_unseen():
        return "syncing", None, None
    return ("ready", None, None) if active or projects else _NOTHING_READ


def _issues(projects: Sequence[ProjectLine]) -> schemas.IssueProgress | None:
    if not projects:
        return None
    expected = [line.issues.source for line in projects]
    stored = Issue.objects.filter(project__in=[line.id for line in projects], deleted_at=None)
    return schemas.IssueProgress(
        stored=stored.count(),
        expected=sum(n for n in expected if n is not None) if None not in expected else None,
    )


def _eta(active: Sequence[Progress]) -> int | None:
    """Seconds until the slowest connection is filled; unknown without all counts, or until there is a pace."""
    filling = [p for p in active if p.state != "complete"]
    found = [
        _left(connection, [p for p in filling if p.repository.connection_id == connection.pk])
        for connection in {
            p.repository.connection_id: p.repository.connection for p in filling
        }.values()
    ]
    known = [left for left in found if left is not None]
    return round(max(known)) if known and len(known) == len(found) else None


def _left(connection: Connection, filling: Sequence[Progress]) -> float | None:
    expected = [p.expected for p in filling if p.expected is not None]
    begun = SyncRun.objects.filter(repository__in=[p.repository.pk for p in filling]).aggregate(
        first=Min("started_at")
    )["first"]
    if begun is None or len(expected) < len(filling):
        return None
    quiet = None
    if connection.quiet_from and connection.quiet_to:
        zone = ZoneInfo(organisation().time_zone)
        quiet = progress.Quiet(connection.quiet_from, connection.quiet_to, zone)
    left = progress.eta(
        runs=activity.pace(connection.pk, since=begun),
        left=sum(expected) - sum(p.stored for p in filling),
        now=timezone.now(),
        quiet=quiet,
    )
    return None if left is None else left.total_seconds()


def _repository(of: Progress) -> schemas.RepositoryStatus:
    return schemas.RepositoryStatus(
        name=of.repository.name_with_owner,
        stored=of.stored,
        expected=of.expected,
        state=of.state,
        last_run=last_run(of.run),
    )
