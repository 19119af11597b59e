"""Groups of the directory are teams, and their members are in them from the day on which that was told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import User
from backend.audit.models import Event
from backend.metrics import compute
from backend.people.models import DirectoryGroup, DirectoryUser, Membership, Person, Team
from backend.people.store import SourceDecides, move_team, put_team, set_members, take_over
from tests.api.scim.conftest import GROUP, Directory
from tests.factories import History, a_team, an_identity

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAR = "00000000-0000-4000-8000-000000000000"


def add(*keys: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": key} for key in keys]}


def remove(key: str) -> dict[str, Any]:
    return {"op": "remove", "path": f'members[value eq "{key}"]'}


def members(directory: Directory, group: str) -> set[str]:
    return {one["value"] for one in directory.get(f"/Groups/{group}").get("members", [])}


def spans(group: str) -> list[tuple[date | None, date | None]]:
    rows = Membership.objects.filter(team__directory_group=UUID(group)).order_by("starts_on", "pk")
    return [(one.starts_on, one.ends_on) for one in rows]


def day(number: int) -> date:
    return MONDAY.date() + timedelta(days=number)


@pytest.fixture
def people(directory: Directory) -> list[str]:
    return [directory.user(f"u{number}@plumbline.example") for number in range(4)]


def test_a_group_is_a_team(directory: Directory, people: list[str]) -> None:
    key = directory.group("Payments", people[0], externalId="G-1")
    team = Team.objects.get(directory_group=UUID(key))
    assert (team.name, team.slug, team.source) == ("Payments", "payments", "scim")
    assert team.external_id == key
    read = directory.get(f"/Groups/{key}")
    assert read["externalId"] == "G-1"
    assert read["members"] == [
        {
            "value": people[0],
            "type": "User",
            "$ref": f"https://localhost/scim/v2/Users/{people[0]}",
        }
    ]
    assert directory.get(f"/Users/{people[0]}")["groups"][0]["value"] == key
    directory.patch(f"/Groups/{key}", {"op": "replace", "path": "displayName", "value": "Tax"})
    team.refresh_from_db()
    assert (team.name, team.slug) == ("Tax", "payments"), "addresses of pages stay"


def test_a_name_that_is_no_address_and_one_that_is_taken(directory: Directory) -> None:
    a_team(slug="payments")
    keys = [directory.group(name) for name in ("Payments", "Payments", "支払い", "支払い 2")]
    slugs = [DirectoryGroup.objects.get(pk=key).team.slug for key in keys]
    assert len(set(slugs)) == 4
    assert all(slug.startswith(("payments-", "team", "2")) for slug in slugs)


def test_who_comes_is_in_it_from_that_day_and_who_goes_no_longer(
    directory: Directory, people: list[str]
) -> None:
    with time_machine.travel(MONDAY, tick=False) as now:
        key = directory.group("Payments", people[0])
        assert spans(key) == [(day(0), None)]
        now.shift(timedelta(days=3))
        directory.patch(f"/Groups/{key}", add(people[1]))
        now.shift(timedelta(days=2))
        directory.patch(f"/Groups/{key}", remove(people[0]))
        assert spans(key) == [(day(0), day(5)), (day(3), None)]
        directory.patch(f"/Groups/{key}", add(people[0]))
        assert spans(key) == [(day(0), None), (day(3), None)], "back on the day"
        directory.patch(f"/Groups/{key}", remove(people[0]), add(people[2]), remove(people[2]))
        assert spans(key) == [(day(0), day(5)), (day(3), None)], "of today nothing is left"
        now.shift(timedelta(days=2))
        directory.send("DELETE", f"/Users/{people[1]}")
        assert spans(key) == [(day(0), day(5)), (day(3), day(7))]
        assert members(directory, key) == set()


def test_all_ways_to_change_members(directory: Directory, people: list[str]) -> None:
    a, b, c, d = people
    key = directory.group("Payments")
    path = f"/Groups/{key}"
    steps: list[tuple[list[dict[str, Any]], set[str]]] = [
        ([add(a)], {a}),
        ([add(a)], {a}),
        ([{"op": "Add", "value": {"members": [{"value": b}], "displayName": "P"}}], {a, b}),
        ([{"op": "add", "path": f"{GROUP}:members", "value": {"value": c}}], {a, b, c}),
        ([remove(a), add(d)], {b, c, d}),
        ([{"op": "Remove", "path": "members", "value": [{"value": b}, {"value": a}]}], {c, d}),
        ([{"op": "replace", "path": "members", "value": [{"value": a}, {"value": c}]}], {a, c}),
        (
            [{"op": "remove", "path": f'members[value eq "{a}" or display co "x"]'}],
            {c},
        ),
        ([{"op": "remove", "path": 'members[type eq "Group"]'}], {c}),
        ([{"op": "replace", "value": {"members": [{"value": a}, {"value": b}]}}], {a, b}),
        ([remove(FAR)], {a, b}),
        ([{"op": "remove", "path": "members"}], set()),
        ([add(a), {"op": "replace", "path": "members", "value": []}], set()),
    ]
    for operations, expected in steps:
        answer = directory.patch(path, *operations)
        assert answer.status_code == 204, (operations, answer.content)
        assert members(directory, key) == expected, operations
    body = {"schemas": [GROUP], "displayName": "P", "members": [{"value": a}]}
    assert directory.send("PUT", path, body).status_code == 200
    assert members(directory, key) == {a}
    del body["members"]
    assert directory.send("PUT", path, body).status_code == 200
    assert members(directory, key) == set()


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (add(FAR), "invalidValue"),
        (add("x"), "invalidValue"),
        ({"op": "add", "path": "members", "value": "x"}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{}]}, "invalidValue"),
        ({"op": "add", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": 'members[value eq "x"]', "value": {}}, "mutability"),
        ({"op": "replace", "path": 'members[value eq "x"].display', "value": "x"}, "mutability"),
        ({"op": "add", "value": {'members[value eq "x"]': {"value": FAR}}}, "mutability"),
        ({"op": "replace", "value": {"members.display": "x"}}, "mutability"),
        ({"op": "remove", "path": "displayName"}, "mutability"),
        ({"op": "replace", "path": "displayName", "value": "x" * 201}, "invalidValue"),
        ({"op": "move", "path": "members"}, "invalidValue"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "members["}, "invalidPath"),
    ],
    ids=[
        *("unknown", "no id", "text", "no value", "no object", "replace one", "rename one"),
        *("add to one by key", "rename by key"),
        *("no name", "long name", "no operation", "no path", "broken path"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    directory: Directory, people: list[str], operation: dict[str, Any], kind: str
) -> None:
    key = directory.group("Payments", people[0])
    answer = directory.patch(f"/Groups/{key}", add(people[1]), operation)
    assert (answer.status_code, answer.json()["scimType"]) == (400, kind), answer.content
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert members(directory, key) == {people[0]}
    assert DirectoryGroup.objects.get().version == 2


def test_a_group_within_a_group_is_a_team_below(directory: Directory, people: list[str]) -> None:
    inner, other = directory.group("Inner", people[0]), directory.group("Other")
    outer = directory.group("Outer", inner, people[1])
    assert Team.objects.get(directory_group=UUID(inner)).parent == Team.objects.get(
        directory_group=UUID(outer)
    )
    told = directory.get(f"/Groups/{outer}")["members"]
    assert [(one["value"], one["type"]) for one in told] == [(people[1], "User"), (inner, "Group")]
    assert directory.get("/Groups", filter=f'members eq "{inner}"')["totalResults"] == 1
    for path, wrong in ((inner, outer), (outer, outer), (other, inner)):
        answer = directory.patch(f"/Groups/{path}", add(wrong))
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    directory.patch(f"/Groups/{outer}", remove(inner))
    assert Team.objects.get(directory_group=UUID(inner)).parent is None
    directory.patch(f"/Groups/{outer}", add(inner))
    assert directory.send("DELETE", f"/Groups/{inner}").status_code == 204
    assert members(directory, outer) == {people[1]}
    assert Team.objects.get(name="Inner").parent == Team.objects.get(name="Outer")


def test_the_directory_places_what_it_nests_and_people_the_rest(directory: Directory) -> None:
    top = put_team(source=Team.Source.MANUAL, name="Top")
    inner = directory.group("Inner")
    outer = directory.group("Outer", inner)
    below = Team.objects.get(directory_group=UUID(inner))
    move_team(source=Team.Source.MANUAL, team=Team.objects.get(name="Outer"), parent=top)
    with pytest.raises(SourceDecides, match="kept by the directory"):
        move_team(source=Team.Source.MANUAL, team=below, parent=top)
    directory.patch(f"/Groups/{outer}", remove(inner))
    move_team(source=Team.Source.MANUAL, team=below, parent=top)
    directory.patch(f"/Groups/{inner}", {"op": "replace", "path": "displayName", "value": "In"})
    below.refresh_from_db()
    assert (below.name, below.parent) == ("In", top)
    move_team(source=Team.Source.MANUAL, team=Team.objects.get(name="Outer"), parent=below)
    answer = directory.patch(f"/Groups/{outer}", add(inner))
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")


def test_a_team_that_was_taken_over_does_not_hear_the_directory(
    directory: Directory, people: list[str], owner: User
) -> None:
    inner = directory.group("Inner")
    outer = directory.group("Outer", inner, people[0])
    teams = [Team.objects.get(directory_group=UUID(key)) for key in (inner, outer)]
    with pytest.raises(SourceDecides):
        set_members(source=Team.Source.MANUAL, team=teams[1], people=[], on=day(0))
    before = [(one.name, one.parent, spans(str(one.directory_group.pk))) for one in teams]
    for team in teams:
        take_over(team=team, acting_user=owner)
    directory.patch(
        f"/Groups/{outer}",
        {"op": "replace", "path": "displayName", "value": "Other"},
        add(people[1]),
        remove(people[0]),
        remove(inner),
    )
    told = directory.get(f"/Groups/{outer}")
    assert (told["displayName"], members(directory, outer)) == ("Other", {people[1]})
    after = [Team.objects.get(pk=one.pk) for one in teams]
    assert [(one.name, one.parent, spans(str(one.directory_group.pk))) for one in after] == before
    assert directory.send("DELETE", f"/Groups/{outer}").status_code == 204
    assert Team.objects.get(pk=teams[1].pk).ended_on is None
    assert teams[1].memberships.filter(ends_on=None).count() == 1


def test_two_users_who_are_one_person_leave_with_the_second(
    directory: Directory, people: list[str]
) -> None:
    person = Person.objects.create(name="Ada")
    DirectoryUser.objects.filter(pk__in=people[:2]).update(person=person)
    key = directory.group("Payments", *people[:2])
    directory.patch(f"/Groups/{key}", remove(people[0]))
    assert [end for _, end in spans(key)] == [None]
    directory.patch(f"/Groups/{key}", remove(people[1]))
    assert spans(key) == [], "who came today"


def test_a_group_that_is_gone_leaves_its_team_and_its_past(
    directory: Directory, people: list[str]
) -> None:
    with time_machine.travel(MONDAY, tick=False) as now:
        key = directory.group("Payments", *people)
        team = Team.objects.get(directory_group=UUID(key))
        now.shift(timedelta(days=1))
        directory.send("DELETE", f"/Groups/{key}")
    assert directory.send("GET", f"/Groups/{key}").status_code == 404
    ended = team.memberships.values_list("starts_on", "ends_on")
    assert list(ended) == [(day(0), day(1))] * 4
    team.refresh_from_db()
    assert team.ended_on == day(1)
    assert directory.group("Payments") != key


def test_one_of_many_is_changed_without_loading_all(directory: Directory) -> None:
    def statements(operation: dict[str, Any]) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert directory.patch(f"/Groups/{key}", operation).status_code == 204
        return [one["sql"] for one in captured]

    first, second = (directory.user(f"{name}@plumbline.example") for name in "ab")
    key = directory.group("All", first)
    few = [statements(one) for one in (add(second), remove(second))]
    persons = Person.objects.bulk_create(Person() for _ in range(3000))
    users = [DirectoryUser(user_name=str(one.pk), person=one) for one in persons]
    DirectoryUser.objects.bulk_create(users)
    directory.patch(f"/Groups/{key}", add(*(str(one.pk) for one in users)))
    many = [statements(one) for one in (add(second), remove(second))]
    gone = {"op": "Remove", "path": "members", "value": [{"value": str(users[0].pk)}]}
    statements(gone)
    assert [len(one) for one in many] == [len(one) for one in few]
    assert max(len(one) for one in many) <= 27
    assert not any(len(sql) > 5000 for one in many for sql in one), "no long lists"
    assert Membership.objects.filter(team__directory_group=UUID(key), ends_on=None).count() == 3000
    leaving = [{"value": str(one.pk)} for one in users]
    statements({"op": "Remove", "path": "members", "value": leaving})
    assert members(directory, key) == {first}


def test_figures_follow(directory: Directory) -> None:
    history = History()
    author = an_identity(history.repository.connection)
    history.pull(author, opened=MONDAY, merged=5)
    compute.measure()
    user, group = directory.user(), directory.group()
    DirectoryUser.objects.update(person=author.person)
    compute.catch_up()
    assert not compute.catch_up()
    directory.patch(f"/Groups/{group}", add(user))
    assert compute.catch_up()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"displayName", "members", "meta"}),
        ("attributes=members", {"members"}),
        ("attributes=members.value", {"members"}),
        ("attributes=displayName", {"displayName"}),
        ("attributes=nothing", set()),
        ("excludedAttributes=members", {"displayName", "meta"}),
        ("excludedAttributes=members.display,meta", {"displayName", "members"}),
        ("excludedAttributes=nothing", {"displayName", "members", "meta"}),
    ],
)
def test_what_is_asked_for_is_shown(
    directory: Directory, people: list[str], query: str, shown: set[str]
) -> None:
    key = directory.group("Payments", *people)
    for path in (f"/Groups/{key}", "/Groups"):
        told = directory.send("GET", f"{path}?{query}").json()
        (one,) = told.get("Resources", [told])
        assert one.keys() - {"schemas", "id"} == shown
    answer = directory.patch(f"/Groups/{key}?{query}", add(people[0]))
    if query.startswith("attributes"):
        assert answer.json().keys() - {"schemas", "id"} == shown
    else:
        assert (answer.status_code, answer.content) == (204, b"")


def test_who_said_so_is_on_record(directory: Directory, people: list[str]) -> None:
    key = directory.group("Payments", *people)
    directory.patch(f"/Groups/{key}", remove(people[0]), add(people[1]))
    told = [
        one.additional_data
        for one in Event.objects.filter(name="directory_members_changed").order_by("pk")
    ]
    assert [(one["joined"], one["left"]) for one in told] == [(4, 0), (0, 1)]
    assert all(one["by"].startswith("SCIM token Entra (pls_") for one in told)
