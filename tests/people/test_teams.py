"""Teams hear their own source alone, and memberships have days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.audit.models import Event
from backend.people.models import Person, Team
from backend.people.store import (
    InvalidTeam,
    SourceDecides,
    add_members,
    end_team,
    move_team,
    put_team,
    remove_members,
    set_members,
    take_over,
)
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
SCIM, MANUAL = Team.Source.SCIM, Team.Source.MANUAL
MONDAY = date(2026, 3, 2)


def people(number: int) -> list[int]:
    return [Person.objects.create(name=f"person {one}").pk for one in range(number)]


def spans(team: Team) -> list[tuple[int, date | None, date | None]]:
    rows = team.memberships.order_by("person", "starts_on")
    return list(rows.values_list("person", "starts_on", "ends_on"))


def test_a_directory_makes_renames_and_ends_a_team() -> None:
    team = put_team(source=SCIM, external_id="g-1", name="Payments")
    assert (team.slug, team.source) == ("payments", "scim")
    again = put_team(source=SCIM, external_id="g-1", name="Payments and invoices")
    assert (again.pk, again.slug, again.name) == (team.pk, "payments", "Payments and invoices")
    (one,) = people(1)
    set_members(source=SCIM, team=team, people=[one], on=MONDAY)
    end_team(source=SCIM, team=team, on=MONDAY + timedelta(days=7))
    assert spans(team) == [(one, MONDAY, MONDAY + timedelta(days=7))]
    assert Team.objects.get().ended_on == MONDAY + timedelta(days=7)
    assert put_team(source=SCIM, external_id="g-1", name="Payments").ended_on is None


def test_two_teams_of_one_name_have_two_slugs() -> None:
    made = [put_team(source=SCIM, external_id=one, name="Web") for one in ("G-1", "G-2")]
    made += [put_team(source=MANUAL, name="Web"), put_team(source=MANUAL, name="!")]
    assert [team.slug for team in made] == ["web", "web-g-2", "web-2", "team"]


def test_what_a_source_keeps_nobody_else_changes() -> None:
    team = put_team(source=SCIM, external_id="g-1", name="Web")
    (one,) = people(1)
    for act in (set_members, add_members, remove_members):
        with pytest.raises(SourceDecides, match="take it over by hand first"):
            act(source=MANUAL, team=team, people=[one], on=MONDAY)
    with pytest.raises(SourceDecides):
        put_team(source=MANUAL, slug="web", name="Other")
    with pytest.raises(SourceDecides):
        end_team(source=Team.Source.CSV, team=team, on=MONDAY)
    assert not spans(team)


def test_a_team_that_was_taken_over_hears_its_source_no_more() -> None:
    actor = an_account(User.Role.ADMINISTRATOR)
    team = put_team(source=SCIM, external_id="g-1", name="Web")
    take_over(team=team, acting_user=actor)
    with pytest.raises(SourceDecides, match="kept by hand"):
        put_team(source=SCIM, external_id="g-1", name="Other")
    put_team(source=MANUAL, slug="web", name="By hand", acting_user=actor)
    assert Team.objects.get().name == "By hand"
    told = Event.objects.filter(actor=actor).order_by("pk").values_list("name", flat=True)
    assert list(told) == ["team_taken_over", "team_put"]


def test_people_place_the_teams_of_a_directory_but_not_in_a_circle() -> None:
    top = put_team(source=MANUAL, name="Top")
    team = put_team(source=SCIM, external_id="g-1", name="Web")
    move_team(source=MANUAL, team=team, parent=top)
    put_team(source=SCIM, external_id="g-1", name="Website")
    assert Team.objects.get(pk=team.pk).parent == top
    with pytest.raises(InvalidTeam, match="below itself"):
        move_team(source=MANUAL, team=top, parent=team)


def test_who_comes_back_on_the_day_they_left_has_never_left() -> None:
    team = put_team(source=SCIM, external_id="g-1", name="Web")
    (one,) = people(1)
    add_members(source=SCIM, team=team, people=[one], on=MONDAY)
    later = MONDAY + timedelta(days=3)
    assert remove_members(source=SCIM, team=team, people=[one], on=later) == 1
    assert add_members(source=SCIM, team=team, people=[one], on=later) == 1
    assert add_members(source=SCIM, team=team, people=[one], on=later) == 0
    assert spans(team) == [(one, MONDAY, None)]


_days = st.integers(0, 12).map(lambda day: MONDAY + timedelta(days=day))
_ACTS = {"set": set_members, "add": add_members, "remove": remove_members}
_steps = st.lists(
    st.tuples(st.sampled_from(sorted(_ACTS)), st.sets(st.integers(0, 2)), _days), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(_steps)
def test_any_order_of_acts_comes_to_the_days_they_say(
    steps: list[tuple[str, set[int], date]],
) -> None:
    team = put_team(source=MANUAL, name="Team")
    known = people(3)
    days = [MONDAY + timedelta(days=day) for day in range(14)]
    wanted = {(one, day): False for one in known for day in days}
    for act, chosen, on in steps:
        some = {known[index] for index in chosen}
        _ACTS[act](source=MANUAL, team=team, people=some, on=on)
        for one, day in wanted:
            if day >= on and (one in some or act == "set"):
                wanted[one, day] = one in some and act != "remove"
    rows = spans(team)
    for (one, day), inside in wanted.items():
        holding = [
            person
            for person, begin, end in rows
            if person == one and (begin is None or begin <= day) and (end is None or day < end)
        ]
        assert len(holding) == inside
