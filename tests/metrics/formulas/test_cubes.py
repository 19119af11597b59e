"""No aggregate that is kept back can be computed from those that are shown: checked by linear algebra.

An aggregate is the vector of the facts in it. One that is a sum of multiples of others can be computed from them; one
that is not cannot, whatever is done with them. So each that is kept back must lie outside of what the others span.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.metrics.formulas.cubes import (
    ALL_TEAMS,
    Calendar,
    Cell,
    Group,
    Period,
    Span,
    cubes,
    noticed,
    spans,
)
from backend.metrics.formulas.weeks import day_of, midnight, monday
from tests.metrics.suppression.elimination import Basis

FIRST, TODAY = date(2026, 1, 5), date(2026, 3, 12)
ZONES: Final = (ZoneInfo("UTC"), ZoneInfo("Pacific/Kiritimati"))
RANGES: Final = (14, 30)


@dataclass(frozen=True)
class Fact:
    teams: frozenset[int]
    at: datetime
    person: int


@dataclass(frozen=True)
class Organisation:
    facts: list[Fact]
    zone_of: dict[int, int]

    def zone(self, team: int) -> ZoneInfo:
        return ZONES[self.zone_of.get(team, 0)]

    def calendar(self) -> Calendar:
        periods = {
            period for fact in self.facts for zone in ZONES for period in periods_at(fact.at, zone)
        }
        costs = {"week": 1, "month": 4, "range": 12}
        return Calendar(self.zone_of, {period: costs[str(period[0])] for period in periods})

    def groups(self) -> list[Group]:
        keyed: dict[tuple[frozenset[int], tuple[tuple[Period, ...], ...]], list[Fact]]
        keyed = {}
        for fact in self.facts:
            periods = tuple(periods_at(fact.at, zone) for zone in ZONES)
            keyed.setdefault((fact.teams, periods), []).append(fact)
        return [
            Group(
                teams,
                min(fact.at for fact in inside),
                periods,
                frozenset(fact.person for fact in inside),
            )
            for (teams, periods), inside in keyed.items()
        ]


def periods_at(at: datetime, zone: ZoneInfo) -> tuple[Period, ...]:
    day = day_of(at, zone)
    found: list[Period] = []
    if monday(day) + timedelta(days=7) <= TODAY:
        found.append(("week", monday(day)))
    if day.replace(day=1) < TODAY.replace(day=1):
        found.append(("month", day.replace(day=1)))
    found += [("range", n) for n in RANGES if TODAY - timedelta(days=n) <= day < TODAY]
    return tuple(found)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Teams in a tree, people in one or two of them, and what they did when."""
    parents = [None, *(draw(st.integers(1, team)) for team in range(1, draw(st.integers(2, 7))))]
    parent_of = dict(enumerate(parents, start=1))

    def above(team: int | None) -> frozenset[int]:
        return frozenset({ALL_TEAMS}) if team is None else above(parent_of[team]) | {team}

    membership = st.lists(st.sampled_from(sorted(parent_of)), max_size=2, unique=True)
    people = draw(st.lists(membership, min_size=2, max_size=12))
    hours = st.integers(0, (TODAY - FIRST).days * 24 - 1)
    did = draw(st.lists(st.tuples(st.integers(0, len(people) - 1), hours), min_size=1, max_size=50))
    begin = datetime.combine(FIRST, datetime.min.time(), UTC)
    facts = [
        Fact(
            frozenset({ALL_TEAMS}).union(*(above(team) for team in people[person])),
            begin + timedelta(hours=hour),
            person,
        )
        for person, hour in did
    ]
    zone_of = {team: 1 for team in parent_of if draw(st.integers(0, 4)) == 0}
    return Organisation(facts, zone_of)


@settings(max_examples=200, deadline=None)
@given(organisations(), st.integers(2, 4))
def test_nothing_kept_back_follows_from_what_is_shown(
    organisation: Organisation, minimum: int
) -> None:
    calendar = organisation.calendar()
    found = cubes(organisation.groups(), calendar=calendar, minimum=minimum)
    kept_back = set().union(*(noticed(cube, calendar) for cube in found))
    lattice: dict[Cell, list[Fact]] = {}
    for fact in organisation.facts:
        for team in fact.teams:
            for period in periods_at(fact.at, organisation.zone(team)):
                lattice.setdefault((team, period), []).append(fact)
    few = {cell for cell, inside in lattice.items() if people(inside) < minimum}
    assert few <= kept_back
    published = [inside for cell, inside in lattice.items() if cell not in kept_back]
    published += other_ranges(organisation, [list(spans(cube)) for cube in found], minimum)
    basis = Basis(published)
    for cell in sorted(kept_back, key=str):
        assert not basis.spans(lattice[cell]), cell


@settings(max_examples=80, deadline=None)
@given(organisations())
def test_spans_tell_the_same_as_corners(organisation: Organisation) -> None:
    calendar = organisation.calendar()
    for cube in cubes(organisation.groups(), calendar=calendar, minimum=3):
        cells = noticed(cube, calendar)
        told = list(spans(cube))
        teams = frozenset().union(*(corner.group.teams for corner in cube))
        for team, period in product(sorted(teams), sorted(calendar.cost_of, key=str)):
            low, high = bounds(period, organisation.zone(team))
            for some in (told, [one for one in told if one.is_wide]):
                assert notices(some, team, low, high) == ((team, period) in cells)


def test_a_lone_team_of_one_person_is_protected_by_its_neighbour() -> None:
    """The example of docs/metrics.md: three of team 1 worked in both weeks, of team 2 one in the first."""
    both = frozenset({ALL_TEAMS, 1}), frozenset({ALL_TEAMS, 2})
    weeks = datetime(2026, 1, 6, 12, tzinfo=UTC), datetime(2026, 1, 13, 12, tzinfo=UTC)
    facts = [Fact(both[0], week, person) for week in weeks for person in (1, 2, 3)]
    facts += [Fact(both[1], weeks[0], 4)]
    facts += [Fact(both[1], weeks[1], person) for person in (4, 5, 6)]
    organisation = Organisation(facts, {})
    calendar = organisation.calendar()
    (cube,) = cubes(organisation.groups(), calendar=calendar, minimum=3)
    assert noticed(cube, calendar) == set(
        product((1, 2), (("week", date(2026, 1, 5)), ("week", date(2026, 1, 12))))
    )


def test_nothing_is_kept_back_where_every_cell_is_of_enough_people() -> None:
    facts = [
        Fact(frozenset({ALL_TEAMS, team}), datetime(2026, 1, 6 + 7 * week, tzinfo=UTC), person)
        for team in (1, 2)
        for week in range(3)
        for person in range(3 * team, 3 * team + 3)
    ]
    organisation = Organisation(facts, {})
    assert not cubes(organisation.groups(), calendar=organisation.calendar(), minimum=3)


def people(facts: Iterable[Fact]) -> int:
    return len({fact.person for fact in facts})


def notices(told: Iterable[Span], team: int, low: datetime, high: datetime) -> bool:
    """Whether the stretches of one cube tell the two ends of a range apart."""

    def value(at: datetime) -> int:
        return sum(
            one.value
            for one in told
            if one.team == team
            and one.starts_at < at
            and (one.ends_at is None or at <= one.ends_at)
        )

    return value(low) != value(high)


def bounds(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    kind, which = period
    if isinstance(which, int):
        first, last = TODAY - timedelta(days=which), TODAY
    else:
        assert isinstance(which, date)
        first = which
        weekly = kind == "week"
        last = which + timedelta(days=7) if weekly else (which + timedelta(days=31)).replace(day=1)
    return midnight(first, zone), midnight(last, zone)


def other_ranges(
    organisation: Organisation, told: Sequence[Sequence[Span]], minimum: int
) -> Iterator[list[Fact]]:
    """Every range of days that is shown: of enough people, and noticing no cube."""
    days = [FIRST + timedelta(days=3 * step) for step in range((TODAY - FIRST).days // 3 + 1)]
    for team in sorted({team for fact in organisation.facts for team in fact.teams}):
        zone = organisation.zone(team)
        cubes_here = [some for some in told if any(one.team == team for one in some)]
        for low, high in product(days, days):
            begin, end = midnight(low, zone), midnight(high, zone)
            inside = [
                one for one in organisation.facts if team in one.teams and begin <= one.at < end
            ]
            if people(inside) >= minimum and not any(
                notices(some, team, begin, end) for some in cubes_here
            ):
                yield inside
