"""Whether figures of issues rest on all there is, and if not, why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, Exists, Max, OuterRef, Q

from backend.connections.models import Connection
from backend.connections.store import JIRA_KINDS
from backend.delivery.models import Project
from backend.sources.completeness import Completeness
from backend.sources.models import Cursor, Hint, SyncRun

_READ = Q(state=Project.State.ACTIVE)


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
