"""How long a first fill will take yet: from the pace of its latest runs, the waits that its source asked for, and the
hours in which it rests. Pure: nothing here asks a clock or a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PAUSE: Final = timedelta(minutes=1)
"""Runs that lie further apart were not at work in between."""
RECENT: Final = 2
"""The pace is that of the last half of the runs: pages shrink, and servers slow down."""
FEWEST_RUNS: Final = 8
NO_TIME: Final = timedelta(0)
ROUNDS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt to collect: what it read of the work, and until when the source asked to be left alone."""

    began_at: datetime
    ended_at: datetime
    read: int
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of each day in which nothing is filled. `begins` after `ends`: over midnight."""

    begins: time
    ends: time
    zone: ZoneInfo

    def rest(self, at: datetime) -> datetime:
        """When work goes on: `at` itself outside the quiet hours."""
        local = at.astimezone(self.zone)
        for days in (-1, 0):
            begin = self._on(local, days, self.begins)
            if begin <= at < (end := self._end(local, days)):
                return end
        return at

    def next(self, at: datetime) -> datetime:
        """When the quiet hours begin next, from a time outside them."""
        local = at.astimezone(self.zone)
        return next(
            begin for days in (0, 1, 2) if (begin := self._on(local, days, self.begins)) > at
        )

    def _on(self, local: datetime, days: int, moment: time) -> datetime:
        # In UTC: times of one zone are subtracted as the clocks on the wall show them.
        day = local.date() + timedelta(days=days)
        return datetime.combine(day, moment, self.zone).astimezone(UTC)

    def _end(self, local: datetime, days: int) -> datetime:
        return self._on(local, days + (self.ends <= self.begins), self.ends)


@dataclass(slots=True)
class _Stretch:
    """Work between two waits."""

    read: int = 0
    busy: timedelta = NO_TIME
    wait: timedelta = NO_TIME


def eta(
    *, runs: Sequence[Run], left: int, now: datetime, quiet: Quiet | None = None
) -> timedelta | None:
    """The time until `left` more are read; None while there is no pace to tell it by. `runs` are in order of time.

    1. The pace is what the last half of the runs read, by the time that they were at work (runs that follow each
       other closely are one piece of work, in however many processes).
    2. A source that limits grants so much from one wait to the next: as much as the last time, and for as long.
    3. From now on, work goes on at that pace, through the waits to come, and not in quiet hours.
    """
    if left <= 0:
        return NO_TIME
    pace = _pace(runs)
    if pace is None:
        return None
    *finished, current = _stretches(runs)
    at = max([now, *(run.waits_until for run in runs if run.waits_until)])
    allowed, wait = _rhythm(finished, pace)
    granted = max(1, allowed - current.read) if allowed else left
    for _ in range(ROUNDS):
        part = min(left, granted)
        at = _work(at, timedelta(seconds=part / pace), quiet)
        left -= part
        if left <= 0:
            break
        at, granted = at + wait, allowed or left
    return at - now


def _pace(runs: Sequence[Run]) -> float | None:
    """Read per second of work, of the latest runs."""
    latest = runs[-max(FEWEST_RUNS, len(runs) // RECENT) :]
    busy = sum((end - begin for begin, end in _busy(latest)), NO_TIME).total_seconds()
    read = sum(run.read for run in latest)
    return read / busy if busy > 0 and read > 0 else None


def _busy(runs: Sequence[Run]) -> list[tuple[datetime, datetime]]:
    """When anything was at work: neither a wait nor a pause."""
    spans: list[tuple[datetime, datetime]] = []
    waited = False
    for run in sorted(runs, key=lambda run: run.began_at):
        if run.waits_until is not None:
            waited = True
        elif spans and not waited and run.began_at - spans[-1][1] <= PAUSE:
            spans[-1] = (spans[-1][0], max(spans[-1][1], run.ended_at))
        else:
            # Whoever was still at work when another was told to wait is not counted twice.
            begin = max([run.began_at, *(end for _, end in spans[-1:])])
            spans.append((begin, max(begin, run.ended_at)))
            waited = False
    return spans


def _stretches(runs: Sequence[Run]) -> list[_Stretch]:
    """The work between waits, the current one last; runs that were told of one and the same wait are one wait."""
    found: list[_Stretch] = []
    part: list[Run] = []
    until: datetime | None = None
    for run in runs:
        if run.waits_until is None:
            part.append(run)
            continue
        if until is None or run.ended_at >= until:
            found.append(_stretch(part, run.waits_until - run.ended_at))
            part = []
        until = max(until or run.waits_until, run.waits_until)
    return [*found, _stretch(part, NO_TIME)]


def _stretch(runs: Sequence[Run], wait: timedelta) -> _Stretch:
    busy = sum((end - begin for begin, end in _busy(runs)), NO_TIME)
    return _Stretch(sum(run.read for run in runs), busy, wait)


def _rhythm(finished: Sequence[_Stretch], pace: float) -> tuple[int | None, timedelta]:
    """How much is granted at a time, and the wait that follows at the present pace. None: without a limit."""
    granted = [stretch for stretch in finished if stretch.read]
    if not granted:
        return None, NO_TIME
    # The first one may have begun in the middle of what was granted.
    last = granted[-1]
    period = last.busy + last.wait
    return last.read, max(NO_TIME, period - timedelta(seconds=last.read / pace))


def _work(at: datetime, needed: timedelta, quiet: Quiet | None) -> datetime:
    """When so much work is done that begins then."""
    if quiet is None or quiet.begins == quiet.ends:
        return at + needed
    at = quiet.rest(at.astimezone(UTC))
    while at + needed > (pause := quiet.next(at)):
        needed -= pause - at
        at = quiet.rest(pause)
    return at + needed
