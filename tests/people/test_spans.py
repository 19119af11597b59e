"""Memberships of people who turn out to be one: every day stays, none counts twice, and undoing makes the same rows."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.people import moving
from backend.people.models import Membership, Merge, Person, Team
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
DAYS = 9
Span = tuple[int | None, int | None]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Of one person in one team: apart from each other, the ends perhaps open."""
    days = sorted(draw(st.sets(st.integers(0, DAYS), max_size=4)))
    begins_open, ends_open = draw(st.booleans()), draw(st.booleans())
    found: list[Span] = list(zip(days[::2], days[1::2], strict=False))
    if found and begins_open:
        found[0] = (None, found[0][1])
    if found and ends_open:
        found[-1] = (found[-1][0], None)
    return found


def day(number: int | None) -> date | None:
    return None if number is None else MONDAY + timedelta(days=number)


def rows() -> list[Any]:
    return [
        *Person.objects.order_by("pk").values_list(),
        *Membership.objects.order_by("pk").values_list(),
    ]


def present(people: Sequence[int], team: int) -> list[int]:
    """How many memberships hold on each day."""
    held = Membership.objects.filter(person__in=people, team=team)
    return [
        sum(
            (one.starts_on is None or one.starts_on <= at)
            and (one.ends_on is None or one.ends_on > at)
            for one in held
        )
        for at in (MONDAY + timedelta(days=number) for number in range(-1, DAYS + 2))
    ]


PAIRS = st.lists(st.sampled_from(list(combinations(range(3), 2))), min_size=1, max_size=3)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(spans(), min_size=6, max_size=6), PAIRS)
def test_merges_keep_every_day_and_are_undone_to_the_very_rows(
    drawn: list[list[Span]], pairs: list[tuple[int, int]]
) -> None:
    with transaction.atomic():
        owner = an_account(User.Role.OWNER)
        people = [Person.objects.create(name=name).pk for name in "abc"]
        teams = [Team.objects.create(slug=slug, name=slug).pk for slug in "xy"]
        places = [(team, person) for team in teams for person in people]
        Membership.objects.bulk_create(
            Membership(team_id=team, person_id=person, starts_on=day(a), ends_on=day(b))
            for (team, person), some in zip(places, drawn, strict=True)
            for a, b in some
        )
        done: list[tuple[list[Any], Merge]] = []
        for pair in pairs:
            before = rows()
            two = [people[number] for number in pair]
            was = [[min(n, 1) for n in present(two, team)] for team in teams]
            join = moving.joining(persons=two)
            merged = moving.carry_out(joins=[join], reason=Merge.Reason.BY_HAND, acting_user=owner)
            if merged:
                assert [present(two, team) for team in teams] == was
                done.append((before, merged[0]))
        for before, merge in reversed(done):
            moving.undo(merge=merge, acting_user=owner)
            assert rows() == before
        transaction.set_rollback(True)
