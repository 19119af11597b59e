"""Of the figures that are really answered, over all teams, weeks, months and ranges, none that is kept back follows.

The check knows every pull request. An aggregate is the vector of those in it, and one that is kept back must lie
outside of what all those that were told span.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

import pytest
from django.utils import timezone

from backend import clock
from backend.metrics import compute, queries
from backend.metrics.formulas import weeks as calendar
from backend.metrics.models import PullRequestFact, UncutSpan
from backend.metrics.scope import Scope, scope_of
from backend.metrics.suppression.compute import FIXED_DAYS, recompute, recompute_if_due
from backend.metrics.suppression.tellable import Family, tellable
from backend.people.models import Membership, Organisation, Team
from tests.factories import History, a_team, an_identity
from tests.metrics.suppression.elimination import Basis

pytestmark = pytest.mark.django_db
NOW: Final = datetime(2026, 6, 11, 15, tzinfo=UTC)
WEEKS: Final = 14
MINIMUM: Final = 3


@pytest.fixture(autouse=True)
def _now(settings: Any) -> None:
    settings.CLOCK_OFFSET = NOW - timezone.now()


def an_organisation(seed: int) -> None:
    """Nine teams three deep, one with a calendar of its own; people in one or two of them; some leave."""
    drawn = Random(seed)
    Organisation.objects.create(pk=1, minimum_group_size=MINIMUM, time_zone="Europe/Berlin")
    history = History()
    tops = [a_team(slug=f"top-{number}") for number in range(2)]
    teams = [
        a_team(slug=f"team-{number}", parent=tops[number % 2], time_zone=zone)
        for number, zone in enumerate(["", "America/New_York", "", "", ""])
    ]
    teams += [a_team(slug=f"squad-{number}", parent=teams[0]) for number in range(2)]
    first = NOW - timedelta(weeks=WEEKS)
    for _ in range(26):
        who = an_identity(history.repository.connection)
        for team in drawn.sample(teams, drawn.choice([1, 1, 1, 2])):
            leaves = drawn.choice([None, None, None, (NOW - timedelta(weeks=6)).date()])
            assert who.person is not None
            Membership.objects.create(team=team, person=who.person, ends_on=leaves)
        for _ in range(drawn.choice([2, 6, 14])):
            opened = first + timedelta(hours=drawn.randrange(WEEKS * 7 * 24 - 30))
            reviewed = ((2.0, "approved", who),) if drawn.random() < 0.5 else ()
            history.pull(who, opened=opened, merged=drawn.uniform(3, 24), reviews=reviewed)
    compute.measure()
    compute.catch_up()
    assert recompute()


def everything() -> Iterator[tuple[Scope, date, date, int | None]]:
    """Each aggregate of the lattice: whose, from when to when, and how many were told, None where kept back."""
    for team in (None, *Team.objects.order_by("pk")):
        long = asked(team, WEEKS * 7)
        found = queries.figures(long)
        for week in found.weeks:
            if not week.partial:
                yield long, week.start, week.start + calendar.WEEK, week.n
        for month in queries.months(long):
            after = (month.start + timedelta(days=31)).replace(day=1)
            if after <= long.today:
                yield long, month.start, after, month.n
        for days in FIXED_DAYS:
            scope = asked(team, days)
            told = queries.figures(scope)
            if told.cycle_time is not None:
                yield scope, told.range.from_, told.range.to, told.cycle_time.n
            # Pages narrow a range for first reviews' sake too, which tells nothing of what was merged.
            if told.cycle_time is None or tellable(scope, Family.MERGED).is_narrowed:
                yield scope, scope.start, scope.end, None
            if told.previous:
                yield scope, told.previous.from_, told.previous.to, told.previous.merged


def asked(team: Team | None, days: int) -> Scope:
    end = clock.now().date() + timedelta(days=1)
    return scope_of(team=team, start=end - timedelta(days=days), end=end)


def inside(scope: Scope, first: date, end: date) -> list[int]:
    facts = PullRequestFact.objects.filter(
        merged_at__gte=scope.midnight(first), merged_at__lt=scope.midnight(end)
    )
    if scope.team:
        facts = facts.filter(teams__team=scope.team)
    return sorted(facts.values_list("pk", flat=True))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_kept_back_follows_from_what_is_answered(seed: int) -> None:
    an_organisation(seed)
    told, kept_back = [], []
    for scope, first, end, n in everything():
        facts = inside(scope, first, end)
        if n is None:
            kept_back.append(facts)
        else:
            assert n == len(facts)
            told.append(facts)
    basis = Basis(told)
    few = [facts for facts in kept_back if facts]
    assert len(few) > 20
    assert len(told) > 60
    assert not [facts for facts in few if basis.spans(facts)]
    assert all(people(facts) >= MINIMUM for facts in told if facts)


def test_without_complementary_suppression_it_would_follow() -> None:
    """That the check can fail: by what is about too few people alone, much follows."""
    an_organisation(0)
    UncutSpan.objects.all().delete()
    answers = [(inside(scope, first, end), n) for scope, first, end, n in everything()]
    basis = Basis(facts for facts, n in answers if n is not None)
    assert any(basis.spans(facts) for facts, n in answers if n is None)


def test_of_narrowed_ranges_everything_can_be_told_too() -> None:
    """Any range of days: with all of them told besides, still nothing follows that the lattice keeps back."""
    an_organisation(1)
    kept_back = [
        facts
        for scope, first, end, n in everything()
        if n is None and (facts := inside(scope, first, end))
    ]
    told = []
    drawn = Random(1)
    for team in (None, *Team.objects.order_by("pk")):
        for _ in range(25):
            days = sorted(drawn.sample(range(WEEKS * 7), 2))
            start = NOW.date() - timedelta(days=WEEKS * 7)
            scope = scope_of(
                team=team,
                start=start + timedelta(days=days[0]),
                end=start + timedelta(days=days[1]),
            )
            found = queries.figures(scope)
            if found.cycle_time is not None:
                told.append(inside(scope, found.range.from_, found.range.to))
    told += [inside(s, first, end) for s, first, end, n in everything() if n is not None]
    basis = Basis(told)
    assert not [facts for facts in kept_back if basis.spans(facts)]


def people(facts: list[int]) -> int:
    authors = PullRequestFact.objects.filter(pk__in=facts).values_list("author_key", flat=True)
    return len(set(authors))


def test_stretches_are_written_where_they_changed_and_not_twice_in_a_moment() -> None:
    an_organisation(2)
    before = set(UncutSpan.objects.values_list("pk", flat=True))
    assert before
    assert not recompute_if_due()
    assert recompute()
    assert set(UncutSpan.objects.values_list("pk", flat=True)) == before
    PullRequestFact.objects.filter(merged_at__lt=NOW - timedelta(weeks=7)).delete()
    assert recompute()
    assert set(UncutSpan.objects.values_list("pk", flat=True)) != before
