"""People as those who administer see them; what they answer, undo and mark."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from backend.people import moving
from backend.people.models import Identity, Membership, Merge, Offer, Person, Team
from backend.pipeline import bell
from tests.factories import a_connection, an_identity
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
API = "/api/v1/people"


@pytest.fixture
def owner(client: Client) -> User:
    user = an_account(User.Role.OWNER, email="owner@plumbline.example")
    sign_in(client, user)
    return user


def get(client: Client, path: str = "", **query: str | int) -> Any:
    answer = client.get(f"{API}{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def post(client: Client, path: str, body: object = None) -> Any:
    return client.post(f"{API}{path}", body, content_type="application/json")


def named(name: str, *logins: str) -> Person:
    """A person whom their servers know by these."""
    person = Person.objects.create(name=name)
    for login in logins:
        an_identity(a_connection(name="Our GHES"), person=False, login=login)
    Identity.objects.filter(login__in=logins).update(person=person)
    return person


def names(client: Client, **query: str | int) -> list[str]:
    return [one["name"] for one in get(client, "", **query)["items"]]


def test_people_are_told_with_identities_and_the_teams_of_today(
    client: Client, owner: User
) -> None:
    jane = named("Jane Doe", "jdoe", "jane-doe")
    team, former = (Team.objects.create(slug=slug, name=slug) for slug in ("web", "old"))
    Membership.objects.create(team=team, person=jane)
    Membership.objects.create(team=former, person=jane, ends_on=date(2026, 1, 1))
    (told,) = get(client)["items"]
    assert (told["name"], told["departed"], told["signs_in"]) == ("Jane Doe", False, False)
    assert told["teams"] == [{"slug": "web", "name": "web"}]
    assert [one["login"] for one in told["identities"]] == ["jane-doe", "jdoe"]
    assert {one["connection"] for one in told["identities"]} == {"Our GHES"}


def test_people_are_found_by_parts_of_names_and_logins(client: Client, owner: User) -> None:
    named("Jane Doe", "jdoe")
    named("Max Roe", "doetail", "mroe")
    assert names(client) == ["Jane Doe", "Max Roe"]
    assert names(client, search="DOE") == ["Jane Doe", "Max Roe"]
    assert names(client, search="doe roe") == ["Max Roe"]
    assert names(client, search="%") == []
    second = get(client, page=2, page_size=1)
    assert (second["total"], [one["name"] for one in second["items"]]) == (2, ["Max Roe"])


def test_who_has_left_is_told_and_stays(client: Client, owner: User) -> None:
    left, moved, unknown = (named(name, f"login-of-{name}") for name in ("Left", "Moved", "New"))
    for person in (left, moved):
        account = an_account(User.Role.MEMBER)
        User.objects.filter(pk=account.pk).update(person=person, is_active=False)
    Membership.objects.create(team=Team.objects.create(slug="a", name="A"), person=moved)
    assert names(client, show="departed") == ["Left"]
    assert names(client, show="no_team") == ["Left", "New"]
    assert names(client) == ["Left", "Moved", "New"]
    assert unknown.identities.count() == 1


def test_an_offer_that_is_accepted_makes_one_person_and_can_be_undone(
    client: Client, owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    one, other = (named(name, name.lower()) for name in ("Jane", "Jdoe"))
    pair = [person.identities.get() for person in (one, other)]
    offer = Offer.objects.create(
        first=pair[0], second=pair[1], strength=75, evidence=[["same login", "jdoe"]]
    )
    (told,) = get(client, "/offers")["items"]
    assert [side["person"] for side in told["sides"]] == ["Jane", "Jdoe"]
    assert told["evidence"] == [{"kind": "same login", "text": "jdoe"}]
    rung: list[str] = []
    with patch.object(bell, "ring", rung.append), django_capture_on_commit_callbacks(execute=True):
        merge = post(client, f"/offers/{offer.pk}", {"accept": True}).json()["merge"]
    assert rung == [bell.MEASURE, bell.MATCH]
    assert names(client) == ["Jane"]
    assert post(client, f"/offers/{offer.pk}", {"accept": True}).status_code == 404
    (listed,) = get(client, "/merges")["items"]
    assert (listed["id"], listed["person"], listed["persons"]) == (merge, "Jane", ["Jdoe"])
    assert (listed["reason"], listed["acting_user"]) == ("accepted", owner.email)
    undone = post(client, f"/merges/{merge}/undo").json()
    assert undone["undone_by"] == owner.email
    assert names(client) == ["Jane", "Jdoe"]
    assert get(client, "/offers")["total"] == 0
    events = Event.objects.filter(actor=owner).values_list("name", flat=True)
    assert {"people_merged", "merge_undone"} <= set(events)


def test_an_undo_that_must_wait_says_for_what(client: Client, owner: User) -> None:
    people = [named(name, name) for name in ("aaa", "bbb", "ccc")]
    merges = [
        moving.carry_out(
            joins=[moving.joining(persons=[people[a].pk, people[b].pk])],
            reason=Merge.Reason.BY_HAND,
            acting_user=owner,
        )[0]
        for a, b in ((1, 2), (0, 1))
    ]
    answer = post(client, f"/merges/{merges[0].pk}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_undo")
    assert f"Merge {merges[1].pk}" in answer.json()["message"]
    merges[0].refresh_from_db()
    assert merges[0].undone_at is None


def test_identities_are_listed_and_marked_by_hand(client: Client, owner: User) -> None:
    source = a_connection()
    bot = an_identity(source, person=False, login="checks", kind="bot", is_bot=True)
    an_identity(source, person=False, login="train")
    an_identity(source, login="jdoe")

    def shown(show: str) -> list[str]:
        return [one["login"] for one in get(client, "/identities", show=show)["items"]]

    assert (shown("bots"), shown("unmatched"), shown("by_hand")) == (["checks"], ["train"], [])
    told = post(client, f"/identities/{bot.pk}/bot", {"is_bot": False}).json()
    assert (told["is_bot"], told["is_bot_by_hand"]) == (False, True)
    assert (shown("bots"), shown("by_hand")) == ([], ["checks"])
    told = post(client, f"/identities/{bot.pk}/bot", {"is_bot": None}).json()
    assert (told["is_bot"], told["is_bot_by_hand"]) == (True, False)
    assert Event.objects.filter(name="bot_marked", actor=owner).count() == 2


def test_an_auditor_reads_and_is_told_not_to_answer(client: Client) -> None:
    sign_in(client, an_account(User.Role.AUDITOR))
    assert get(client, "/offers")["may_answer"] is False
    assert get(client, "/merges")["may_undo"] is False
    assert get(client, "/identities")["may_mark"] is False


def test_an_offer_about_oneself_is_for_somebody_else_to_answer(client: Client, owner: User) -> None:
    mine, other = named("Mine", "mine"), named("Other", "other")
    User.objects.filter(pk=owner.pk).update(person=mine)
    first, second = (one.identities.get() for one in (mine, other))
    offer = Offer.objects.create(first=first, second=second, strength=50)
    answer = post(client, f"/offers/{offer.pk}", {"accept": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "own_person")
    assert Person.objects.count() == 2
    page = f"/admin/people/identity/{second.pk}/change/"
    assert client.post(page, {"person": mine.pk}).status_code == 200, "the form again, with why"
    second.refresh_from_db()
    assert second.person == other
