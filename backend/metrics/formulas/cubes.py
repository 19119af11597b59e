"""Complementary suppression: what has to be kept back besides what is about too few people.

Figures are published for teams that contain each other, in weeks, months and ranges that overlap. What is about too
few people follows from the rest wherever it is a sum or a difference of what is shown. The hypercube method
(Giessing and Repsilber, Tools and strategies to protect multiple tables with the GHQUAR cell suppression engine,
2002) keeps, for each such cell, three more back, so that the four stand at the corners of a rectangle: two groups of
facts at two times. Moving one unit around the corners, more here and less there, changes none of what is shown.

Here a cube is that move itself: up to four facts with their teams, times and signs. Whatever figure would notice it,
that is whose team and range hold facts with signs that do not cancel out, is kept back, whatever the range. So every
figure that is shown is blind to every cube, and so is each sum and difference of them; a cell that notices one cannot
be computed from them. That is all the proof there is, and it does not rest on how cubes are chosen: a bad choice keeps
more back than it must, and tells nothing.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Final

ALL_TEAMS: Final = 0
"""Every fact is in it."""
Period = tuple[str, Hashable]
"""What kind of period, and which."""
Cell = tuple[int, Period]
"""A team in one of the periods that are published."""


@dataclass(frozen=True)
class Group:
    """Facts that are in the same teams and, whichever team's calendar is asked, in the same periods."""

    teams: frozenset[int]
    """With all teams above them, and ALL_TEAMS."""
    at: datetime
    """When one of them happened: the one that stands at a corner."""
    periods: tuple[tuple[Period, ...], ...]
    """By time zone, in the order of `Calendar.zones`; a period of another time zone is another period."""
    people: frozenset[int]
    """Empty: of nobody who is known, which is too few."""


@dataclass(frozen=True)
class Corner:
    group: Group
    sign: int


Cube = tuple[Corner, ...]


@dataclass(frozen=True)
class Calendar:
    """Which time zone each team is in, and what a period costs when it is kept back."""

    zone_of: Mapping[int, int]
    """Position in `Group.periods`; a team that is not here is in the first."""
    cost_of: Mapping[Period, int]
    """Only what is listed is a cell that is published: finished weeks and months, fixed ranges."""

    def cells(self, group: Group) -> Iterator[Cell]:
        for team in group.teams:
            for period in group.periods[self.zone_of.get(team, 0)]:
                if period in self.cost_of:
                    yield team, period


_ALL_TEAMS_COST: Final = 50
_AT_ONCE: Final = 32


def cubes(groups: Iterable[Group], *, calendar: Calendar, minimum: int) -> list[Cube]:
    """For each cell about fewer people than `minimum` at least one cube that it notices."""
    return _Search(list(groups), calendar, minimum).run()


def noticed(cube: Iterable[Corner], calendar: Calendar) -> set[Cell]:
    """The cells that are kept back for it: those in which its signs do not cancel out."""
    sums: dict[Cell, int] = defaultdict(int)
    for corner in cube:
        for cell in calendar.cells(corner.group):
            sums[cell] += corner.sign
    return {cell for cell, total in sums.items() if total}


@dataclass(frozen=True)
class Span:
    """A stretch of a team's time, for one cube: the signs of what lies before a moment add up to `value` within it.

    So a range notices the cube where one of its ends lies in the span and the other does not. Half-open: a moment is
    in it that is later than `starts_at` and not later than `ends_at` (None: for ever).
    """

    team: int
    starts_at: datetime
    ends_at: datetime | None
    value: int
    is_wide: bool
    """Whether a period may begin or end in it, and not only another range."""


def spans(cube: Cube) -> Iterator[Span]:
    """The spans of every team that has facts at corners."""
    for team in sorted(frozenset().union(*(corner.group.teams for corner in cube))):
        mine = sorted(
            (corner for corner in cube if team in corner.group.teams),
            key=lambda corner: corner.group.at,
        )
        value = 0
        groups = [corner.group for corner in mine]
        for corner, begins, ends in zip(mine, groups, [*groups[1:], None], strict=True):
            value += corner.sign
            if value and (ends is None or begins.at < ends.at):
                wide = ends is None or begins.periods != ends.periods
                yield Span(team, begins.at, ends.at if ends else None, value, wide)


class _Search:
    """Finds cheap cubes: those that keep back least of what is not kept back yet."""

    def __init__(self, groups: Sequence[Group], calendar: Calendar, minimum: int) -> None:
        self.calendar, self.minimum = calendar, minimum
        self.groups = sorted(groups, key=lambda one: (one.at, sorted(one.teams)))
        self.in_cell: dict[Cell, list[Group]] = defaultdict(list)
        self.of_teams: dict[frozenset[int], list[Group]] = defaultdict(list)
        self.at_time: dict[Hashable, dict[frozenset[int], Group]] = defaultdict(dict)
        for group in self.groups:
            for cell in calendar.cells(group):
                self.in_cell[cell].append(group)
            self.of_teams[group.teams].append(group)
            self.at_time[group.periods][group.teams] = group
        self.hidden = {cell for cell, inside in self.in_cell.items() if self._too_few(inside)}
        self.nearest = cache(self._nearest)

    def run(self) -> list[Cube]:
        found: list[Cube] = []
        safe: set[Cell] = set()
        for cell in sorted(self.hidden, key=self._order):
            if cell in safe:
                continue
            cube = min(
                self._candidates(cell),
                key=lambda cube: (
                    self._cost(cube),
                    self._few(cube),
                    [one.group.at for one in cube],
                ),
            )
            seen = noticed(cube, self.calendar)
            self.hidden |= seen
            safe |= seen
            found.append(cube)
        return found

    def _too_few(self, groups: Iterable[Group]) -> bool:
        return len(frozenset().union(*(one.people for one in groups))) < self.minimum

    def _order(self, cell: Cell) -> tuple[int, datetime, int]:
        """What costs most first: its cube often does for the weeks in it, and not the other way round."""
        team, period = cell
        return -self.calendar.cost_of[period], self.in_cell[cell][0].at, team

    def _cost(self, cube: Cube) -> int:
        new = noticed(cube, self.calendar) - self.hidden
        return sum(
            self.calendar.cost_of[period] * (_ALL_TEAMS_COST if team == ALL_TEAMS else 1)
            for team, period in new
        )

    def _few(self, cube: Cube) -> int:
        """Pairs of corners that stand for each other and are of too few people even together."""
        plus = [corner.group for corner in cube if corner.sign > 0]
        minus = [corner.group for corner in cube if corner.sign < 0]
        return sum(self._too_few((one, other)) for one in plus for other in minus)

    def _candidates(self, cell: Cell) -> Iterator[Cube]:
        """Rectangles where there are any; what keeps more back where there are none. Never empty."""
        inside = self.in_cell[cell]
        rectangles = list(
            islice((cube for one in inside for cube in self._rectangles(one, cell)), _AT_ONCE)
        )
        if rectangles:
            return iter(rectangles)
        return (cube for one in inside[:4] for cube in self._lesser(one, cell))

    def _rectangles(self, one: Group, cell: Cell) -> Iterator[Cube]:
        for other in self._at_other_times(one, cell):
            here, there = self.at_time[one.periods], self.at_time[other.periods]
            for teams in self._partners(one.teams, cell[0], here.keys() & there.keys()):
                yield (
                    Corner(one, 1),
                    Corner(other, -1),
                    Corner(here[teams], -1),
                    Corner(there[teams], 1),
                )

    def _lesser(self, one: Group, cell: Cell) -> Iterator[Cube]:
        """Two teams at one time, or one at two times, or what happened there and nothing else."""
        here = self.at_time[one.periods]
        for teams in self._partners(one.teams, cell[0], here.keys()):
            yield Corner(one, 1), Corner(here[teams], -1)
        for other in self._at_other_times(one, cell):
            yield Corner(one, 1), Corner(other, -1)
        yield (Corner(one, 1),)

    def _at_other_times(self, one: Group, cell: Cell) -> list[Group]:
        """Facts of the same teams outside the cell, nearest in time first."""
        line = self.of_teams[one.teams]
        place = bisect_left(line, one.at, key=lambda other: other.at)
        around = line[max(0, place - _AT_ONCE) : place + _AT_ONCE]
        zone = self.calendar.zone_of.get(cell[0], 0)
        outside = [other for other in around if cell[1] not in other.periods[zone]]
        return sorted(outside, key=lambda other: abs(other.at - one.at))[:4]

    def _partners(
        self, teams: frozenset[int], without: int, present: Collection[frozenset[int]]
    ) -> list[frozenset[int]]:
        """Of what is present, what differs in fewest teams, of these the ones that are not in the given team."""
        return list(
            islice((other for other in self.nearest(teams, without) if other in present), 6)
        )

    def _nearest(self, teams: frozenset[int], without: int) -> list[frozenset[int]]:
        others = [other for other in self.of_teams if without not in other]
        return sorted(others, key=lambda other: (len(teams ^ other), sorted(other)))
