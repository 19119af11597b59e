"""How long one issue was worked on, by its history.

All times are whole seconds since 1970 in UTC. The rules stand in docs/metrics.md under "Issues".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

VERSION = 1

Stage = Literal["to_do", "in_progress", "waiting", "done"]
STAGES: Final[tuple[Stage, ...]] = ("to_do", "in_progress", "waiting", "done")
_STARTED: Final = ("in_progress", "waiting")


@dataclass(frozen=True, slots=True)
class Change:
    """From one status to another, by the source's ids."""

    at: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Issue:
    """`changes` in any order; of several in one second, in the order in which they are told."""

    created_at: int
    status: int
    """As it is now."""
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Time in one status, [start, end). `stage` is None where nobody knows what the status means."""

    start: int
    end: int
    status: int
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class Measured:
    """`flags` say what the history lacks: history_gap, unknown_status.

    A figure that cannot be measured is None: the cycle time of what was never started is no 0.
    """

    state: Stage | None
    state_since: int
    started_at: int | None
    """When it first came into a status that means it was begun."""
    done_at: int | None
    """When it came into the last run of statuses that mean it is done; None: it is not."""
    active_seconds: int | None
    """In progress, all of it together: the cycle time where it is done. None: never begun."""
    elapsed_seconds: int | None
    """From its first start to done, with all waiting."""
    direct_to_done: bool
    reopened: int
    seconds: Mapping[str, int]
    """In each stage up to the end of measuring; what is unknown is in none."""
    flags: tuple[str, ...]

    @property
    def flow_efficiency(self) -> float | None:
        """Of a done one, the part of the time since its first start in which it was worked on."""
        if self.active_seconds is None or not self.elapsed_seconds:
            return None
        return self.active_seconds / self.elapsed_seconds


def spans(issue: Issue, stages: Mapping[int, Stage], *, until: int) -> tuple[Span, ...]:
    """Time in each status from creation to `until`, without gaps; none is shorter than 0, and some are 0.

    A change that is told for a time before the creation is taken to the creation, and one after `until` is left out.
    Where a change does not begin with the status that the one before it ended with, what was said last holds.
    """
    changes = sorted(issue.changes, key=lambda change: change.at)
    known = [change for change in changes if change.at <= until]
    end = max(until, issue.created_at)
    first = known[0].before if known else changes[0].before if changes else issue.status
    bounds = [
        (issue.created_at, first),
        *((max(change.at, issue.created_at), change.after) for change in known),
        (end, 0),
    ]
    return tuple(
        Span(start, after, status, stages.get(status))
        for (start, status), (after, _) in pairwise(bounds)
    )


def measure(issue: Issue, stages: Mapping[int, Stage], *, until: int) -> Measured:
    """`until`: now, or for how it stood at a moment, that moment."""
    found = spans(issue, stages, until=until)
    started = next((span.start for span in found if span.stage in _STARTED), None)
    state, since = found[-1].stage, _since(found)
    done_at = since if state == "done" else None
    seconds: dict[str, int] = {
        stage: sum(span.end - span.start for span in found if span.stage == stage)
        for stage in STAGES
    }
    return Measured(
        state=state,
        state_since=since,
        started_at=started,
        done_at=done_at,
        active_seconds=None if started is None else seconds["in_progress"],
        elapsed_seconds=None if started is None or done_at is None else done_at - started,
        direct_to_done=state == "done" and started is None,
        reopened=sum(
            a.stage == "done" and b.stage not in {"done", None} for a, b in pairwise(found)
        ),
        seconds=seconds,
        flags=_flags(issue, found, until),
    )


def _since(found: Sequence[Span]) -> int:
    """When the last run of statuses that mean the same began."""
    since = found[-1].start
    for span in reversed(found):
        if span.stage != found[-1].stage:
            break
        since = span.start
    return since


def _flags(issue: Issue, found: Sequence[Span], until: int) -> tuple[str, ...]:
    changes = sorted(issue.changes, key=lambda change: change.at)
    broken = any(a.after != b.before for a, b in pairwise(changes))
    ends = changes[-1].after if changes else issue.status
    told = []
    if broken or (ends != issue.status and all(change.at <= until for change in changes)):
        told.append("history_gap")
    if any(span.stage is None for span in found):
        told.append("unknown_status")
    return tuple(told)
