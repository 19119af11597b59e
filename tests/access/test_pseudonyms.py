"""Works-council mode: no answer of the API holds anybody's name, login or address."""

import json
import re

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client

from backend import clock
from backend.accounts import break_glass
from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.models import AutomatedTest, OwnerPattern
from backend.delivery.store import muting
from backend.governance import requests
from backend.governance.models import SubjectRequest
from backend.people import moving, names
from backend.people.models import Identity, Offer, Organisation, Person
from tests.access.api_matrix import MATRIX, RANGE
from tests.access.conftest import Come
from tests.api.conftest import World
from tests.factories import an_identity
from tests.governance.asvs.looked import a_small_one
from tests.governance.erased import in_each_state
from tests.governance.incidents.known import in_the_register
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
PSEUDONYM = r"Person [2-9A-Z]{4}-[2-9A-Z]{3}"
SHOWN = f'{PSEUDONYM}|"{names.YOU}"'
PULLS = f"/api/v1/pull-requests?{RANGE}"


def numbered(beginning: str) -> Concat:
    return Concat(Value(beginning), F("pk"), output_field=User._meta.get_field("name"))


@pytest.fixture
def council(world: World) -> World:
    """The world, with names that are found wherever they stand, and the mode turned on."""
    Identity.objects.update(login=numbered("zzlogin"))
    Identity.objects.filter(is_bot=True).update(login="renovate")
    Person.objects.update(name=numbered("zzname"))
    owner = an_account("owner", email="zzowner@plumbline.example")
    author = world.history.repository.pull_requests.get(pk=world.pull_of_a).author
    assert author is not None
    test = AutomatedTest.objects.get(pk=world.shared_test)
    AutomatedTest.objects.update(file="tests/x.py")
    OwnerPattern.objects.create(
        repository=test.repository,
        position=1,
        pattern="*",
        owners=[f"@{author.login}", "@zzsomebody", "zzsomebody@plumbline.example", "@org/team"],
    )
    Offer.objects.update(evidence=[["same login", "zzlogin"]])
    loose = an_identity(world.history.repository.connection, person=False, login="zzloose")
    moving.give(identity=loose, person=Person.objects.last(), acting_user=owner)
    for person in (Person.objects.first(), None):
        letter = requests.enter(
            kind="access",
            who="zzwriter",
            person=person,
            asked_on=requests.today(),
            identity_checked="By zzpassport.",
            text="I am zztext.",
            acting_user=owner,
        )
        requests.extend(request=letter, reason="For zztext.", acting_user=owner)
        requests.refuse(request=letter, reason="Dear zztext", acting_user=owner)
    break_glass.mark(user=owner)
    break_glass.tell(user=owner, address=None)
    muting.mute(test=test, reason="Known.", until=clock.now().date(), by=owner)
    names.set_pseudonyms(wanted=True, acting_user=owner)
    return world


def everything(client: Client, world: World) -> dict[str, str]:
    """What every GET of the API answers to whoever may read it, by address."""
    its = {
        "a": world.pull_of_a,
        "b": world.pull_of_b,
        "deployed_a": world.deployment_of_a,
        "deployed_b": world.deployment_of_b,
        "shared_test": world.shared_test,
        "foreign_test": world.shared_test,
        "sprint": world.sprint,
        "issue_a": world.issue_of_a,
        "issue_b": world.issue_of_b,
        "event": Event.objects.values_list("pk", flat=True)[0],
        "repository": world.history.repository.pk,
        **in_each_state(),
        **in_the_register(),
        "assessment": a_small_one().pk,
        "request": SubjectRequest.objects.values_list("pk", flat=True).first(),
        "letter": SubjectRequest.objects.values_list("pk", flat=True).last(),
    }
    addresses = [
        address.format(**its)
        for operation, found in MATRIX.items()
        for address in found
        if operation.startswith("GET ")
    ]
    answers = {address: client.get(f"/api/v1{address}") for address in addresses}
    return {
        address: b"".join(answer).decode(errors="replace")
        for address, answer in answers.items()
        # Bytes of a PDF are compressed: what is written in one is looked at where it is made.
        if answer.status_code == 200 and answer["Content-Type"] != "application/pdf"
    }


@pytest.mark.parametrize("name", ["administrator", "auditor", "member of team a"])
def test_no_answer_holds_a_name(come: Come, council: World, name: str) -> None:
    client = come(name)
    answers = everything(client, council)
    assert len(answers) > 30
    for address, answer in answers.items():
        assert not re.search("zz|@plumbline", answer.replace(_own(client), "")), address
    shown = {
        address.partition("?")[0] for address, text in answers.items() if re.search(SHOWN, text)
    }
    assert shown >= {
        *("/pull-requests", "/pull-requests.csv", "/issues", "/issues.csv", "/investment/items"),
        *("/investment/items.csv", f"/pull-requests/{council.pull_of_a}"),
        *(f"/issues/{council.issue_of_a}", f"/deployments/{council.deployment_of_a}"),
        f"/tests/{council.shared_test}",
        "/teams/team-a/members",
    }
    if name != "member of team a":
        of_people = ("/people", "/people/identities", "/people/offers", "/people/merges")
        assert shown >= {*of_people, "/teams/team-b/members"}
    assert ("/me" in shown) == (name == "administrator"), "the emergency account"


def _own(client: Client) -> str:
    return str(client.get("/api/v1/me").json()["email"])


def test_without_the_mode_the_same_answers_hold_names(come: Come, council: World) -> None:
    """So that the test above can fail."""
    names.set_pseudonyms(wanted=False, acting_user=User.objects.get(role="owner"))
    answers = everything(come("auditor"), council)
    assert sum("zz" in answer for answer in answers.values()) > 10
    assert not any(re.search(PSEUDONYM, answer) for answer in answers.values())


def authors(client: Client, more: str = "") -> list[str]:
    return [row["author"] for row in client.get(f"{PULLS}&page_size=200{more}").json()["items"]]


def test_a_pseudonym_stays_the_same_until_the_key_is_renewed(come: Come, council: World) -> None:
    client = come("auditor")
    before = authors(client)
    assert before == authors(client)
    assert len(set(before)) == 6
    names.renew_pseudonyms(acting_user=User.objects.get(role="owner"))
    assert not set(authors(client)) & set(before)
    named = Event.objects.exclude(name="").values_list("name", flat=True)
    assert {"pseudonyms_turned_on", "pseudonyms_renewed"} <= set(named)


def test_search_and_order_go_by_what_is_shown(come: Come, council: World) -> None:
    client = come("auditor")
    shown = authors(client, "&sort=author")
    assert shown == sorted(shown)
    assert authors(client, "&sort=-author") == sorted(shown, reverse=True)
    code = shown[0].removeprefix("Person ")
    assert set(authors(client, f"&search={code}")) == {shown[0]}
    assert authors(client, "&search=zzlogin") == []
    issues = client.get(f"/api/v1/issues?{RANGE}&sort=assignee&search=Person").json()["items"]
    assignees = [row["assignee"] for row in issues]
    assert assignees
    assert assignees == sorted(assignees)


def test_people_are_found_and_ordered_by_what_they_are_called(come: Come, council: World) -> None:
    client = come("administrator")
    for path, name in (("people", "zzname"), ("people/identities", "zzlogin")):
        found = client.get(f"/api/v1/{path}?page_size=200").json()["items"]
        keys = [one["id"] for one in found]
        assert keys == sorted(keys), "no order of names"
        assert client.get(f"/api/v1/{path}?search={name}").json()["items"] == []
        called = found[0]["name"] or found[0]["login"]
        again = client.get(f"/api/v1/{path}", {"search": called.removeprefix("Person ")}).json()
        assert found[0]["id"] in {one["id"] for one in again["items"]}
        assert len(again["items"]) < len(found)


def test_a_person_recognises_themself_and_nobody_else_does(
    come: Come, council: World, client: Client
) -> None:
    member = come("member of team a")
    mine = f"{PULLS}&team=team-a&page_size=200"
    found = {row["author"] for row in member.get(mine).json()["items"]}
    assert names.YOU in found
    assert len(found) == 3
    assert names.YOU not in authors(come("auditor"))
    searched = member.get(f"{mine}&search=you").json()["items"]
    assert {row["author"] for row in searched} == {names.YOU}


def test_all_identities_of_a_person_have_one_pseudonym_and_bots_none(council: World) -> None:
    told = names.names_for(reader=None, account=None)
    assert told.of("a", identity=1, person=7) == told.of("b", identity=2, person=7)
    assert told.of("a", identity=1) != told.of("a", identity=2)
    assert told.of("renovate", identity=3, is_bot=True) == "renovate"
    assert told.of(None) is None
    (owner, *others, team) = told.of_owners(
        [Identity.objects.filter(is_bot=False).first().login, "@x", "y@z.example", "@org/team"]  # type: ignore[union-attr]
    )
    assert team == "@org/team"
    assert all(re.fullmatch(PSEUDONYM, one) for one in (owner, *others))


def test_the_key_is_in_the_database_as_an_envelope_alone(council: World) -> None:
    home = Organisation.objects.get()
    assert bytes(home.pseudonym_key or b"").startswith(b"E1")
    told = json.dumps(list(Event.objects.values("changes", "additional_data")), default=str)
    assert "pseudonym_key" not in told


# Who turns it on


@pytest.mark.parametrize(("role", "may"), [("owner", 1), ("administrator", 0)])
def test_only_an_owner_turns_it_on(client: Client, role: str, may: int) -> None:
    home = Organisation.objects.create(pk=1)
    sign_in(client, an_account(role))
    wish = {"name": "Org", "time_zone": "UTC", "minimum_group_size": 3, "pseudonyms": "on"}
    wish["working_hours"] = "Mon-Fri 09:00-17:00"
    page = "/admin/people/organisation/1/change/"
    assert client.post(page, wish).status_code == 302
    home.refresh_from_db()
    assert (home.name, home.pseudonyms) == ("Org", bool(may))
    assert Event.objects.filter(name="pseudonyms_turned_on").count() == may
    key = home.pseudonym_key
    client.post(page, wish | {"renew_pseudonyms": "on"})
    home.refresh_from_db()
    assert (home.pseudonym_key != key) == bool(may)


def test_only_an_owner_makes_the_smallest_group_smaller(client: Client) -> None:
    Organisation.objects.create(pk=1, minimum_group_size=5)
    page = "/admin/people/organisation/1/change/"
    wish = {"name": "Org", "time_zone": "UTC", "working_hours": "Mon-Fri 09:00-17:00"}

    def size_after(client: Client, size: int) -> int:
        client.post(page, {**wish, "minimum_group_size": size})
        return Organisation.objects.get().minimum_group_size

    sign_in(client, an_account("administrator"))
    assert size_after(client, 6) == 6
    assert size_after(client, 2) == 6
    assert size_after(sign_in(Client(), an_account("owner")), 2) == 2
    told = Event.objects.filter(name="minimum_group_size_set").order_by("pk")
    assert [one.additional_data for one in told] == [{"from": 5, "to": 6}, {"from": 6, "to": 2}]
