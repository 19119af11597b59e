"""The time that is left comes true: shown on fills that are simulated event by event, on a clock of their own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.sources.progress import Quiet, Run, eta

MONDAY = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(time(22), time(6), BERLIN)
HOUR = timedelta(hours=1)
WITHIN = 0.25
LOOKS = 60
BLINK = timedelta(minutes=1)
"""Nobody minds so much, and so the last moments are not measured in per cent."""


def runs(*spans: tuple[float, float, int], waits: dict[int, float] | None = None) -> list[Run]:
    """From (begin, end, read) in seconds since Monday; the n-th may be told to wait until a second."""
    return [
        Run(
            MONDAY + timedelta(seconds=begin),
            MONDAY + timedelta(seconds=end),
            read,
            MONDAY + timedelta(seconds=waits[place]) if waits and place in waits else None,
        )
        for place, (begin, end, read) in enumerate(spans)
    ]


def seconds(found: timedelta | None) -> float | None:
    return None if found is None else found.total_seconds()


def after(number: float) -> datetime:
    return MONDAY + timedelta(seconds=number)


def test_there_is_none_before_there_is_a_pace() -> None:
    assert eta(runs=[], left=10, now=MONDAY) is None
    assert eta(runs=runs((0, 5, 0)), left=10, now=after(5)) is None
    assert eta(runs=runs((0, 0, 7)), left=10, now=after(5)) is None


def test_nothing_is_left() -> None:
    assert seconds(eta(runs=[], left=0, now=MONDAY)) == 0


def test_the_pace_of_one_run_after_the_other() -> None:
    found = eta(runs=runs((0, 10, 100), (10, 20, 100)), left=300, now=after(20))
    assert seconds(found) == 30


def test_what_goes_on_side_by_side_is_faster() -> None:
    found = eta(runs=runs((0, 10, 100), (0, 10, 100)), left=300, now=after(10))
    assert seconds(found) == 15


def test_a_night_switched_off_is_no_work() -> None:
    found = eta(runs=runs((0, 10, 100), (50_000, 50_010, 100)), left=300, now=after(50_010))
    assert seconds(found) == 30


def test_a_wait_that_is_under_way_is_waited_for() -> None:
    told = runs((0, 10, 100), (10, 10, 0), waits={1: 60})
    assert seconds(eta(runs=told, left=50, now=after(30))) == 30 + 5


def test_waits_to_come_are_like_the_last_one() -> None:
    told = runs((0, 10, 100), (10, 10, 0), (60, 65, 50), waits={1: 60})
    assert seconds(eta(runs=told, left=60, now=after(65))) == 5 + 50 + 1


def test_two_processes_that_are_told_of_one_wait_wait_once() -> None:
    told = runs((0, 10, 100), (10, 10, 0), (10, 11, 0), (60, 65, 50), waits={1: 60, 2: 60})
    assert seconds(eta(runs=told, left=60, now=after(65))) == 5 + 50 + 1


def test_quiet_hours_are_slept_through() -> None:
    evening = datetime(2026, 3, 2, 21, 0, tzinfo=BERLIN)
    told = [Run(evening - HOUR, evening, 100)]
    assert eta(runs=told, left=250, now=evening, quiet=NIGHT) == timedelta(hours=2.5 + 8)
    late = evening + timedelta(hours=3)
    assert eta(runs=told, left=50, now=late, quiet=NIGHT) == timedelta(hours=6.5)
    noon = Quiet(time(12), time(13), BERLIN)
    assert eta(runs=told, left=2000, now=evening, quiet=noon) == timedelta(hours=21)


def test_quiet_hours_over_a_change_of_clocks() -> None:
    before = datetime(2026, 3, 28, 21, 0, tzinfo=BERLIN)
    told = [Run(before - HOUR, before, 100)]
    found = eta(runs=told, left=200, now=before, quiet=NIGHT)
    assert found == timedelta(hours=2 + 7), "the night in which the clocks go forward"


@dataclass
class Fill:
    """A first fill: pages of varying time, halved where the server fails on them, a limit an hour, quiet hours.

    `slow_from` is the share of the work from which on the server fails on pages of more than `fails_above`.
    """

    total: int = 20_000
    seed: int = 1
    page_seconds: float = 2.0
    spread: float = 0.35
    points_an_hour: int | None = None
    quiet: Quiet | None = None
    fails_above: int = 100
    slow_from: float = 0.0
    slower: float = 1.0

    now: datetime = MONDAY
    done: int = 0
    size: int = 50
    points: int = 0
    window: datetime = MONDAY
    runs: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def slices(self) -> Iterator[tuple[datetime, int]]:
        """After each slice of eight pages: the time, and what is done."""
        while self.done < self.total:
            if self.quiet:
                self.now = self.quiet.rest(self.now)
            began, before = self.now, self.done
            until = self._pages()
            self.runs.append(Run(began, self.now, self.done - before))
            if until:
                self.runs.append(Run(self.now, self.now, 0, until))
            yield self.now, self.done
            self.now = until or self.now + timedelta(seconds=0.2)

    def _pages(self) -> datetime | None:
        for _ in range(8):
            if self.now >= self.window + HOUR:
                self.window, self.points = self.now, 0
            if self.points_an_hour is not None and self.points >= self.points_an_hour:
                return self.window + HOUR
            if self.done < self.total:
                self._page()
        return None

    def _page(self) -> None:
        late = self.done >= self.slow_from * self.total
        self.points += 2
        self.now += timedelta(
            seconds=self.page_seconds
            * (0.3 + 0.7 * self.size / 50)
            * self.chance.lognormvariate(0, self.spread)
            * (self.slower if late else 1)
        )
        if late and self.size > self.fails_above:
            self.now += timedelta(seconds=10)
            self.size = max(1, self.size // 2)
            return
        self.done = min(self.total, self.done + self.size)
        self.size = min(50, self.size + 1)


FILLS = {
    "plain": Fill(),
    "small": Fill(total=5_000),
    "uneven pages": Fill(total=60_000, spread=0.7),
    "a server that slows down early": Fill(slow_from=0.3, slower=3),
    "pages that shrink from the start": Fill(fails_above=30),
    "pages that shrink on the way": Fill(fails_above=20, slow_from=0.25),
    "a limit an hour": Fill(total=60_000, points_an_hour=400),
    "a limit that is hardly felt": Fill(total=60_000, points_an_hour=2_500),
    "quiet hours": Fill(total=400_000, quiet=NIGHT),
    "all of it": Fill(
        total=400_000, points_an_hour=900, quiet=NIGHT, fails_above=30, slow_from=0.2, spread=0.6
    ),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", FILLS)
def test_it_comes_true_within_a_quarter_in_the_second_half(name: str, seed: int) -> None:
    values = {
        key: value
        for key, value in vars(FILLS[name]).items()
        if key not in {"chance", "runs", "seed"}
    }
    fill = Fill(seed=seed, **values)
    told = [(now, done, len(fill.runs)) for now, done in fill.slices()]
    end = fill.runs[-1].ended_at
    half = MONDAY + (end - MONDAY) / 2
    second = [moment for moment in told[:-1] if moment[0] >= half]
    assert len(second) > 2
    for now, done, known in second[:: max(1, len(second) // LOOKS)]:
        latest = fill.runs[max(0, known - 400) : known]
        left = eta(runs=latest, left=fill.total - done, now=now, quiet=fill.quiet)
        assert left is not None
        error = abs(left - (end - now))
        assert error <= max(WITHIN * (end - now), BLINK), f"{end - now} left, told {left}"
