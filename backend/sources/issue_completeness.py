"""Whether figures of issues rest on all there is, and if not, why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, Exists, Max, OuterRef, Q

from backend.connections.models import Connection
from backend.connections.store import JIRA_KINDS
from backend.delivery.models import Project
from backend.sources.completeness import NOT_COUNTED, Completeness, Entry, judge
from backend.sources.models import Cursor, Hint, SyncRun

_READ = Q(state=Project.State.ACTIVE)
_OF_ISSUES = (Hint.Kind.PROJECT, Hint.Kind.ISSUES, Hint.Kind.CENSUS)
ProjectState = Literal["active", "excluded", "lost_access", "gone"]


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project, and how complete its issues are."""

    id: int
    connection_id: int
    key: str
    name: str
    state: ProjectState
    reason: str
    issues: Entry

    @property
    def is_read(self) -> bool:
        return self.state == "active"

    @property
    def is_filled(self) -> bool:
        """Whether it was ever read to its end."""
        return self.issues.complete_to is not None

    @property
    def is_whole(self) -> bool:
        """Nothing is amiss that a person could do something about; what is not chosen is left out by will."""
        if self.state == "lost_access":
            return False
        return self.issues.state == "complete" or not self.is_read


def projects() -> list[ProjectLine]:
    """Every project by key. Four statements, however many projects there are."""
    cursors = {row["project"]: row for row in _cursors()}
    looks, work = _looks(), _work()
    return [
        ProjectLine(
            id=one.pk,
            connection_id=one.connection_id,
            key=one.key,
            name=one.name,
            state=one.state,  # type: ignore[arg-type] # one of its choices
            reason=one.state_reason,
            issues=_entry(
                cursors.get(one.pk),
                looked_at=looks.get(one.connection_id),
                waiting=work.get((one.connection_id, one.external_id), (0, 0)),
            ),
        )
        for one in Project.objects.order_by("key", "pk")
    ]


@dataclass(frozen=True)
class IssueSource:
    """How the Jiras fare that issues come from. `reason` and `action` are what a failing one says."""

    state: Literal["not_connected", "misconfigured", "syncing", "ready"]
    reason: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class IssueCompleteness(Completeness):
    source: IssueSource


def of_issues() -> IssueCompleteness:
    """Of all projects that are read. Two statements."""
    cursor = Cursor.objects.filter(project=OuterRef("pk"), kind=Hint.Kind.ISSUES)
    parked = Hint.objects.filter(
        connection=OuterRef("connection"), container_external_id=OuterRef("external_id")
    ).exclude(parked_at=None)
    found = Project.objects.annotate(
        is_filled=Exists(cursor.exclude(complete_to=None)),
        has_gap=Exists(cursor.exclude(gap="")),
        is_parked=Exists(parked),
    ).aggregate(
        read=Count("pk", filter=_READ),
        unfilled=Count("pk", filter=_READ & Q(is_filled=False)),
        missing=Count("pk", filter=_READ & (Q(has_gap=True) | Q(is_parked=True))),
        lost=Count("pk", filter=Q(state=Project.State.LOST_ACCESS)),
    )
    reasons = " ".join(_reasons(found))
    jiras = _jiras()
    return IssueCompleteness(
        complete=not reasons,
        reason=reasons or None,
        fresh_to=_fresh_to(jiras) if found["read"] else None,
        source=_source(jiras, filled=found["read"] > 0 and not found["unfilled"]),
    )


def _jiras() -> list[Any]:
    """Each with `at`: the beginning of its last look that succeeded."""
    looked = Max(
        "runs__started_at",
        filter=Q(
            runs__kind=Hint.Kind.ISSUES,
            runs__project=None,
            runs__outcome=SyncRun.Outcome.SUCCEEDED,
        ),
    )
    return list(Connection.objects.filter(kind__in=JIRA_KINDS).annotate(at=looked).order_by("pk"))


def _fresh_to(jiras: Sequence[Any]) -> datetime | None:
    """The beginning of the last look of that Jira which was looked at longest ago; None: one was never."""
    times = [jira.at for jira in jiras]
    return min(times) if times and None not in times else None


def fresh_by_connection() -> dict[int, datetime]:
    """Of each Jira the beginning of its last look; one that was never looked at is not in it."""
    return {jira.pk: jira.at for jira in _jiras() if jira.at}


def _source(jiras: Sequence[Any], *, filled: bool) -> IssueSource:
    connected = [jira for jira in jiras if jira.state != Connection.State.PAUSED]
    if not connected:
        return IssueSource("not_connected")
    for jira in connected:
        if jira.state == Connection.State.FAILING:
            return IssueSource(
                "misconfigured", jira.state_reason or None, jira.state_action or None
            )
    return IssueSource("ready" if filled else "syncing")


def _looks() -> dict[int, datetime | None]:
    """When each Jira was last looked at for what changed in all its projects: the beginning of that look."""
    return {jira.pk: jira.at for jira in _jiras()}


def _cursors() -> Iterable[dict[str, Any]]:
    of_projects = Cursor.objects.filter(kind=Hint.Kind.ISSUES).exclude(project=None)
    found: Iterable[dict[str, Any]] = of_projects.values(
        *("project", "complete_to", "expected", "held", "counted_at", "unavailable", "gap")
    )
    return found


def _work() -> dict[tuple[int, int], tuple[int, int]]:
    """How much waits to be fetched, and how much was given up, by connection and project."""
    found = (
        Hint.objects.filter(kind__in=_OF_ISSUES, connection__kind__in=JIRA_KINDS)
        .exclude(container_external_id=None)
        .values_list("connection", "container_external_id")
        .annotate(waiting=Count("pk", filter=Q(parked_at=None)), given_up=Count("parked_at"))
        .order_by()
    )
    return {(connection, project): (n, parked) for connection, project, n, parked in found}


def _entry(
    row: Mapping[str, Any] | None, *, looked_at: datetime | None, waiting: tuple[int, int]
) -> Entry:
    found: Mapping[str, Any] = row or {}
    waits, parked = waiting
    complete_to: datetime | None = found.get("complete_to")
    source: int | None = found.get("expected")
    stored: int | None = found.get("held")
    is_counted = source is not None and stored is not None
    state, reason = judge(
        complete_to=complete_to,
        begun=row is not None,
        missing=max(0, (source or 0) - (stored or 0)) if is_counted else 0,
        gap=found.get("gap") or "",
        unavailable=found.get("unavailable") or "",
        waits=waits > 0,
        parked=parked,
        empty=False,
    )
    if complete_to and looked_at:
        # What changes once a project is filled is found by looks at the whole connection.
        complete_to = max(complete_to, looked_at)
    if reason is None and not is_counted:
        reason = NOT_COUNTED
    counted_at: datetime | None = found.get("counted_at")
    return Entry(Hint.Kind.ISSUES, state, source, stored, counted_at, complete_to, reason)


def _reasons(found: dict[str, Any]) -> Iterator[str]:
    if not found["read"] and not found["lost"]:
        yield "No project is read yet."
    if found["unfilled"]:
        yield f"{found['unfilled']} of {_projects(found['read'])} not read to the end yet."
    if found["missing"]:
        yield f"Some issues could not be fetched from {_projects(found['missing'])}."
    if found["lost"]:
        yield f"Access to {_projects(found['lost'])} was lost."


def _projects(n: int) -> str:
    return f"{n} {'project' if n == 1 else 'projects'}"
