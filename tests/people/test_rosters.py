"""Teams from a CSV file: all of it or nothing, the same again changes nothing, and what is wrong is told by line."""

import io
import time
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.accounts.models import User
from backend.accounts.sign_ins import sign_ins
from backend.audit.models import Event
from backend.people.models import (
    Address,
    DirectoryEmail,
    DirectoryUser,
    Identity,
    Membership,
    Person,
    Team,
)
from backend.people.roster import BadRoster
from backend.people.store import InvalidTeam, put_team
from backend.people.store.rosters import decode, plan_roster, roster, take_roster
from tests.factories import a_connection, a_team, an_identity
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> list[Identity]:
    source = a_connection()
    return [an_identity(source, login=f"dev{number}") for number in range(1, 4)]


def spans() -> set[tuple[str, str, date | None, date | None]]:
    rows = Membership.objects.values_list(
        "team__slug", "person__identities__login", "starts_on", "ends_on"
    )
    return set(rows)


FILE = """team,parent,person,from,to
Product,,,,
Web team,Product,dev1,2024-01-01,2025-06-01
Web team,Product,dev1,2026-01-01,
Web team,Product,DEV2,,
"""


def test_a_file_makes_teams_their_tree_and_memberships_of_the_past(cast: list[Identity]) -> None:
    plan = take_roster(text=FILE, acting_user=None)
    web = Team.objects.get(slug="web-team")
    assert (web.name, web.source, web.parent) == (
        "Web team",
        "csv",
        Team.objects.get(slug="product"),
    )
    assert spans() == {
        ("web-team", "dev1", date(2024, 1, 1), date(2025, 6, 1)),
        ("web-team", "dev1", date(2026, 1, 1), None),
        ("web-team", "dev2", None, None),
    }
    assert (len(plan.teams), len(plan.members)) == (2, 3)
    told = Event.objects.get(name="teams_imported")
    assert told.additional_data == {"teams": 2, "memberships": 3}
    assert not take_roster(text=FILE, acting_user=None)
    assert Event.objects.filter(name="teams_imported").count() == 1


def test_who_is_named_is_in_it_as_told_and_who_is_not_leaves_today(cast: list[Identity]) -> None:
    take_roster(text=FILE, acting_user=None)
    changed = (
        "team,person,from,to\nWeb team,dev1,2024-02-01,2025-06-01\nWeb team,dev3,2026-01-01,\n"
    )
    plan = plan_roster(changed)
    assert {(one.person, one.kind) for one in plan.members} == {
        (cast[0].person_id, "begins"),
        (cast[0].person_id, "is taken away"),
        (cast[2].person_id, "begins"),
        (cast[1].person_id, "ends"),
    }
    take_roster(text=changed, acting_user=None)
    of_two = Membership.objects.get(person=cast[1].person)
    assert of_two.starts_on is None
    assert of_two.ends_on is not None
    assert not plan_roster(changed)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Line 1: the columns must be"),
        ("team,boss\nweb,dev1\n", "Line 1: the columns must be"),
        ("team,person\n", "tells of no team"),
        ("team,person\nweb,nobody\n", "Line 2: nobody is known as “nobody”"),
        ("team,person,from,to\nweb,dev1,31.3.2026,\n", "Line 2: “31.3.2026” in “from” is no day"),
        ("team,person,from,to\nweb,dev1,2026-03-01,2026-03-01\n", "Line 2: “to” is the first day"),
        ("team,person\nweb,dev1\nweb,dev1\n", "Line 2: in web one person is named for days"),
        ("team,parent\nweb,none\n", "Line 2: there is no team “none”"),
        ("team,parent\nweb,app\napp,web\n", "Line 2: web would stand below itself"),
        ("team,parent,person\nweb,,dev1\nweb,app,dev2\napp,,\n", "Line 3: another name or parent"),
        ("team,person\nweb\n", "Line 2: another number of cells"),
        ("team,person,from\nweb,,2026-03-01\n", "Line 2: days without a person"),
        ("team,person\n!,dev1\n", "Line 2: “team” must have letters"),
        ('team,person\n"web,dev1\n', "no CSV"),
        ("team,person\ndirectory,dev1\n", "Line 2: directory is kept by the directory"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_nothing_is_stored(
    cast: list[Identity], text: str, told: str
) -> None:
    put_team(source=Team.Source.SCIM, external_id="1", name="Directory")
    with pytest.raises(BadRoster, match=told):
        take_roster(text=text, acting_user=None)
    assert list(Team.objects.values_list("slug", flat=True)) == ["directory"]
    assert not Membership.objects.exists()


def test_people_are_known_by_every_address_that_is_theirs_alone(cast: list[Identity]) -> None:
    user = DirectoryUser.objects.create(user_name="U-2", person=cast[1].person)
    DirectoryEmail.objects.create(user=user, value="Two@plumbline.example")
    Address.objects.create(identity=cast[0], email="one@plumbline.example")
    for identity in cast[:2]:
        Address.objects.create(identity=identity, email="both@plumbline.example")
    Address.objects.create(identity=cast[0], email="noreply@plumbline.example")
    account = an_account(User.Role.MEMBER, email="three@plumbline.example")
    account.person = cast[2].person
    account.save()
    text = "team,person\na,ONE@plumbline.example\nb,two@plumbline.example\nc,u-2\nd,three@plumbline.example\n"
    told = {change.slug: change.person for change in plan_roster(text, sign_ins()).members}
    assert told == {
        "a": cast[0].person_id,
        "b": cast[1].person_id,
        "c": cast[1].person_id,
        "d": cast[2].person_id,
    }
    text = "team,person\na,dev1\na,both@plumbline.example\na,noreply@plumbline.example\n"
    with pytest.raises(BadRoster) as refused:
        plan_roster(text, sign_ins())
    told_wrong = "\n".join(refused.value.problems)
    assert "Line 3: several people are known as" in told_wrong
    assert "Line 4: nobody is known as" in told_wrong


def test_all_that_is_wrong_is_told_at_once(cast: list[Identity]) -> None:
    with pytest.raises(BadRoster) as refused:
        take_roster(text="team,person\nweb,x\nweb,y\n", acting_user=None)
    assert len(refused.value.problems) == 2


def test_a_file_in_another_encoding_is_told() -> None:
    with pytest.raises(BadRoster, match="UTF-8"):
        decode("team\nBüro\n".encode("latin-1"))


def test_what_was_shown_is_what_is_stored_or_nothing_is(cast: list[Identity]) -> None:
    shown = plan_roster(FILE)
    take_roster(text="team\nproduct\n", acting_user=None)
    with pytest.raises(InvalidTeam, match="in the meantime"):
        take_roster(text=FILE, acting_user=None, expected=shown)
    assert not Membership.objects.exists()


def exported() -> str:
    out = io.StringIO()
    call_command("teams", "export", stdout=out)
    return out.getvalue()


def test_what_is_exported_changes_nothing_when_it_is_taken(
    cast: list[Identity], tmp_path: Path
) -> None:
    take_roster(text=FILE, acting_user=None)
    a_team(cast[0], cast[2], slug="by-hand")
    directory = put_team(source=Team.Source.SCIM, external_id="1", name="=Directory")
    Membership.objects.create(team=directory, person=Person.objects.create(name="of no account"))
    text = exported()
    assert "'=Directory" in text
    assert not plan_roster(text)
    file = tmp_path / "teams.csv"
    file.write_text(text)
    out = io.StringIO()
    call_command("teams", "import", str(file), stdout=out)
    assert out.getvalue() == "Nothing changes.\n"
    assert Team.objects.get(slug="by-hand").source == "manual"


def test_the_command_previews_and_refuses(cast: list[Identity], tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_text(FILE)
    out = io.StringIO()
    call_command("teams", "import", "--preview", str(file), stdout=out)
    assert "team web-team is new: Web team, below product" in out.getvalue()
    assert not Team.objects.exists()
    file.write_text("team,person\nweb,nobody\n")
    with pytest.raises(CommandError, match=r"Nothing was stored.\nLine 2"):
        call_command("teams", "import", str(file))
    with pytest.raises(CommandError, match="Nothing was stored"):
        call_command("teams", "import", str(tmp_path / "none.csv"))


_days = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 9))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), _days, _days), max_size=6))
def test_any_file_that_is_taken_is_what_is_stored_and_changes_nothing_again(
    rows: list[tuple[str, int, date | None, date | None]],
) -> None:
    people = [Person.objects.create(name=f"person {one}").pk for one in range(3)]
    lines = [f"{team},#{people[one]},{begin or ''},{end or ''}" for team, one, begin, end in rows]
    text = "\n".join(["team,person,from,to", *lines])
    try:
        take_roster(text=text, acting_user=None)
    except BadRoster:
        return
    stored = Membership.objects.filter(person__in=people).values_list(
        "team__slug", "person", "starts_on", "ends_on"
    )
    assert sorted(map(repr, stored)) == sorted(
        repr((team, people[one], begin, end)) for team, one, begin, end in rows
    )
    assert not plan_roster(text)
    assert len(list(roster())) >= len(rows)


def test_a_cell_of_apostrophes_takes_no_minutes() -> None:
    began = time.perf_counter()
    with pytest.raises(BadRoster, match="letters or digits"):
        plan_roster("team\n" + "'" * 100_000 + "\n")
    assert time.perf_counter() - began < 5, "seconds; once it was over a hundred"
