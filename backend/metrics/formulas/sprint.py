"""What a sprint took on, and what became of it, by the histories of its issues.

All times are whole seconds since 1970 in UTC. The rules stand in docs/metrics.md under "Sprints".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

VERSION = 1


class Moment(NamedTuple):
    """From `at` on, something is so."""

    at: int
    holds: bool


class Estimate(NamedTuple):
    """From `at` on; None: not estimated."""

    at: int
    points: float | None


@dataclass(frozen=True, slots=True)
class Member:
    """An issue that is or was in the sprint, with when it was, when it was done, and how it was estimated.

    Each list is in order of time, and begins with what held at the issue's creation.
    """

    issue: int
    within: Sequence[Moment]
    done: Sequence[Moment]
    estimates: Sequence[Estimate]

    def is_within(self, at: int) -> bool:
        return _holds(self.within, at)

    def is_done(self, at: int) -> bool:
        return _holds(self.done, at)

    def points(self, at: int) -> float | None:
        found = None
        for estimate in self.estimates:
            if estimate.at > at:
                break
            found = estimate.points
        return found

    def entered(self, start: int, end: int) -> bool:
        return any(moment.holds and start < moment.at <= end for moment in self.within)


@dataclass(frozen=True, slots=True)
class Amount:
    """`points` of those that are estimated; None where none is."""

    issues: int
    points: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """How it stood at a moment of the burn-up."""

    at: int
    scope: Amount
    done: Amount


@dataclass(frozen=True, slots=True)
class Measured:
    """committed + added - removed = completed + carried over, in issues. `done_before` are in none of these."""

    committed: Amount
    added: Amount
    removed: Amount
    completed: Amount
    carried_over: Amount
    done_before: Amount
    burn_up: tuple[Point, ...]


def measure(
    members: Sequence[Member], *, start: int, end: int, moments: Sequence[int] = ()
) -> Measured:
    """`end`: when it was completed, or now. `moments`: at which the burn-up is told, beside both ends."""
    before = [one for one in members if one.is_within(start) and one.is_done(start)]
    left_out = {one.issue for one in before}
    counted = [one for one in members if one.issue not in left_out]
    committed = [one for one in counted if one.is_within(start)]
    added = [one for one in counted if not one.is_within(start) and one.entered(start, end)]
    taken = committed + added
    removed = [one for one in taken if not one.is_within(end)]
    kept = [one for one in taken if one.is_within(end)]
    completed = [one for one in kept if one.is_done(end)]
    carried = [one for one in kept if not one.is_done(end)]
    told = sorted({start, end, *(at for at in moments if start < at < end)})
    return Measured(
        committed=_amount(committed, start),
        added=_amount(added, end),
        removed=_amount(removed, end),
        completed=_amount(completed, end),
        carried_over=_amount(carried, end),
        done_before=_amount(before, start),
        burn_up=tuple(_point(taken, at) for at in told),
    )


def _point(taken: Sequence[Member], at: int) -> Point:
    within = [one for one in taken if one.is_within(at)]
    return Point(at, _amount(within, at), _amount([one for one in within if one.is_done(at)], at))


def _amount(members: Sequence[Member], at: int) -> Amount:
    told = [points for one in members if (points := one.points(at)) is not None]
    return Amount(len(members), sum(told) if told else None)


def _holds(moments: Sequence[Moment], at: int) -> bool:
    found = False
    for moment in moments:
        if moment.at > at:
            break
        found = moment.holds
    return found
