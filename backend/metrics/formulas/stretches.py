"""Which ranges of a team's time can be told of without telling what is kept back. See `cubes`. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

Cube = tuple[str, int]
"""What it is about, and its number."""
State = frozenset[tuple[Cube, int]]


@dataclass(frozen=True)
class Stretch:
    """Half-open: a moment is in it that is later than `starts_at` and not later than `ends_at` (None: for ever)."""

    cube: Cube
    starts_at: datetime
    ends_at: datetime | None
    value: int


class Stretches:
    """Those of one team. A range notices a cube where one of its ends lies in a stretch and the other does not."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        changes: dict[datetime, dict[Cube, int]] = defaultdict(lambda: defaultdict(int))
        for one in stretches:
            changes[one.starts_at][one.cube] += one.value
            if one.ends_at is not None:
                changes[one.ends_at][one.cube] -= one.value
        self._moments = sorted(changes)
        self._states: list[State] = list(_states(changes[at] for at in self._moments))

    def cut(self, low: datetime, high: datetime) -> bool:
        """Whether figures of [low, high) would tell of what is kept back."""
        return self._state(low) != self._state(high)

    def longest(
        self, start: date, end: date, midnight: Callable[[date], datetime]
    ) -> tuple[date, date] | None:
        """The longest part of a half-open range of days that can be told, of two the later one. None: not one day."""
        if not self.cut(midnight(start), midnight(end)):
            return start, end
        ends: dict[State, tuple[date, date]] = {}
        for number in range((end - start).days + 1):
            day = start + timedelta(days=number)
            state = self._state(midnight(day))
            ends[state] = (ends.get(state, (day, day))[0], day)
        first, last = max(ends.values(), key=lambda part: (part[1] - part[0], part[1]))
        return (first, last) if first < last else None

    def _state(self, at: datetime) -> State:
        """What the signs of everything before that moment add up to, cube by cube."""
        return self._states[bisect_left(self._moments, at)]


def _states(changes: Iterable[dict[Cube, int]]) -> Iterator[State]:
    """Before the first change, and after each."""
    values: dict[Cube, int] = defaultdict(int)
    yield frozenset()
    for change in changes:
        for cube, value in change.items():
            values[cube] += value
            if not values[cube]:
                del values[cube]
        yield frozenset(values.items())


NO_STRETCHES: Final = Stretches()
