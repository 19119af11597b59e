"""Identities by what their source knows them by; people merged and that undone; bots by a person's word."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.people.models import Identity, Merge, Offer, Person
from backend.pipeline import bell
from tests.factories import a_connection, an_identity

pytestmark = pytest.mark.django_db
ACCOUNT = "712020:0000002a-0000-4000-8000-000000000000"


def test_an_account_of_a_jira_is_shown_and_found_by_its_id(client: Client, auditor: User) -> None:
    jira = a_connection(kind="jira_cloud", slug="jira")
    one = an_identity(jira, external_id=None, account_id=ACCOUNT)
    an_identity(jira, external_id=None, account_id="712020:0000002b-0000-4000-8000-000000000000")
    page = reverse("admin:people_identity_change", args=[one.pk])
    found = client.get(reverse("admin:people_identity_changelist"), {"q": ACCOUNT})
    assert page in found.content.decode()
    assert "1 identity" in found.content.decode()
    assert ACCOUNT in client.get(page).content.decode()
    assert one.person is not None
    person = reverse("admin:people_person_change", args=[one.person.pk])
    people = client.get(reverse("admin:people_person_changelist"), {"q": ACCOUNT})
    assert person in people.content.decode()
    assert ACCOUNT in client.get(person).content.decode()


def act(client: Client, model: str, action: str, *rows: Model, **more: str) -> HttpResponse:
    """Choose an action for rows in the list, and say yes to what it asks."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "yes"}
    page = reverse(f"admin:people_{model}_changelist")
    return client.post(page, data | more)  # type: ignore[return-value] # the test client's own kind


def test_people_are_merged_after_a_question_and_that_is_undone(
    client: Client, administrator: User
) -> None:
    first, second = (an_identity(a_connection(), login=login) for login in ("jdoe", "jane"))
    people = [one.person for one in (first, second) if one.person]
    asked = act(client, "person", "merge", *people, confirmed="")
    assert b"Make these one person?" in asked.content
    assert Person.objects.count() == 2
    act(client, "person", "merge", *people)
    merge = Merge.objects.get()
    assert (merge.reason, merge.acting_user) == ("by hand", administrator.email)
    assert {one.person for one in Identity.objects.all()} == {people[0]}
    assert b"Undo these merges?" in act(client, "merge", "undo", merge, confirmed="").content
    act(client, "merge", "undo", merge)
    act(client, "merge", "undo", merge)
    page = client.get(reverse("admin:people_merge_changelist"))
    assert "This was undone already." in page.content.decode()
    second.refresh_from_db()
    assert second.person == people[1]


def test_offers_are_answered(client: Client, administrator: User) -> None:
    ones = [an_identity(a_connection(), login=f"login-{number}") for number in range(4)]
    offers = [
        Offer.objects.create(first=a, second=b, strength=75, evidence=[["same login", "x"]])
        for a, b in (ones[:2], ones[2:])
    ]
    assert b"same login (x)" in client.get(reverse("admin:people_offer_changelist")).content
    act(client, "offer", "accept", offers[0])
    act(client, "offer", "refuse", offers[1])
    assert list(Offer.objects.values_list("pk", "answer")) == [(offers[1].pk, "refused")]
    assert Person.objects.count() == 3
    names = Event.objects.filter(actor=administrator).values_list("name", flat=True)
    assert {"people_merged", "offer_refused"} <= set(names)


def test_a_mark_and_an_owner_that_are_set_by_hand_are_a_persons_word(
    client: Client, administrator: User
) -> None:
    one, other = (an_identity(a_connection(), login=login) for login in ("checks", "jdoe"))
    page = reverse("admin:people_identity_change", args=[one.pk])
    assert other.person is not None
    client.post(page, {"is_bot": "on", "person": other.person.pk})
    one.refresh_from_db()
    assert (one.is_bot, one.is_bot_by_hand, one.person) == (True, True, other.person)
    for action, marks in (
        ("follow_rules", (False, False)),
        ("mark_bots", (True, True)),
        ("mark_no_bots", (False, True)),
    ):
        act(client, "identity", action, one)
        one.refresh_from_db()
        assert (one.is_bot, one.is_bot_by_hand) == marks, action


def test_an_auditor_changes_none_of_it(client: Client, auditor: User) -> None:
    one = an_identity(a_connection())
    merge = Merge.objects.create(person_key=1, reason="certain", moved={}, merged_at=timezone.now())
    for model, action, row in (
        ("merge", "undo", merge),
        ("identity", "mark_bots", one),
        ("person", "merge", one.person),
    ):
        assert row is not None
        act(client, model, action, row)
    one.refresh_from_db()
    merge.refresh_from_db()
    assert not one.is_bot
    assert merge.undone_at is None


def test_a_changed_list_of_bots_has_identities_marked_anew(
    client: Client, administrator: User, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[str] = []
    form = {"name": "Org", "time_zone": "UTC", "minimum_group_size": 3}
    form |= {"working_hours": "Mon-Fri 09:00-17:00"}
    client.post("/admin/people/organisation/add/", form)
    page = reverse("admin:people_organisation_change", args=[1])
    with (
        patch.object(bell, "ring", rung.append),
        django_capture_on_commit_callbacks(execute=True),
    ):
        client.post(page, form)
        client.post(page, form | {"bot_logins": "release-*"})
    assert rung == [bell.MATCH]
