"""Tokens of the directory: made by an owner alone, shown once, revoked, and recorded."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.utils import timezone

from backend.accounts.models import ScimToken, User
from backend.accounts.scim_tokens import create_scim_token, use_scim_token
from backend.audit.models import Event
from backend.people import directory
from backend.people.directory import GroupRecord, UserRecord
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
PAGE = "/admin/accounts/scimtoken/"


def wish(**values: Any) -> dict[str, Any]:
    later = timezone.now() + timedelta(days=30)
    return {
        "name": "Entra ID",
        "expires_at_0": f"{later:%Y-%m-%d}",
        "expires_at_1": "12:00:00",
    } | values


@pytest.fixture
def owner(client: Client) -> User:
    user = an_account(Role.OWNER)
    sign_in(client, user)
    return user


def test_a_token_is_shown_once_and_works(client: Client, owner: User) -> None:
    answer = client.post(f"{PAGE}add/", wish())
    assert b"/scim/v2" in answer.content
    (token,) = re.findall(r"pls_[-\w]{43}", answer.content.decode())
    stored = ScimToken.objects.get()
    assert use_scim_token(token) == stored
    assert (stored.created_by, stored.beginning) == (owner, token[:10])
    for page in (PAGE, f"{PAGE}{stored.pk}/change/"):
        again = client.get(page).content.decode()
        assert "Entra ID" in again
        assert token not in again
        assert stored.digest not in again
    event = Event.objects.get(name="scim_token_created")
    assert (event.actor, event.object_pk) == (owner, str(stored.pk))
    assert not [one for one in Event.objects.values() if token in str(one)]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"expires_at_0": "2020-01-01"}], ids=lambda wrong: next(iter(wrong))
)
def test_what_makes_no_sense_is_refused(client: Client, owner: User, wrong: dict[str, Any]) -> None:
    assert b"errorlist" in client.post(f"{PAGE}add/", wish(**wrong)).content
    assert not ScimToken.objects.filter(created_by=owner).exists()


def test_revoking_asks_and_is_recorded(client: Client, owner: User) -> None:
    stored, token = create_scim_token(name="Okta", expires_at=None, acting_user=owner)
    form = {"action": "revoke", ACTION_CHECKBOX_NAME: [stored.pk]}
    assert b"Revoke these tokens?" in client.post(PAGE, form).content
    assert use_scim_token(token) == stored
    client.post(PAGE, form | {"confirmed": "yes"})
    assert use_scim_token(token) is None
    assert Event.objects.get(name="scim_token_revoked").actor == owner


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_but_an_owner_makes_one(client: Client, role: str) -> None:
    stored, token = create_scim_token(
        name="Okta", expires_at=None, acting_user=an_account(Role.OWNER)
    )
    sign_in(client, an_account(role))
    assert client.get(PAGE).status_code == 200
    assert client.post(f"{PAGE}add/", wish()).status_code == 403
    form = {"action": "revoke", ACTION_CHECKBOX_NAME: [stored.pk], "confirmed": "yes"}
    client.post(PAGE, form)
    revoked = use_scim_token(token) is None
    assert revoked == (role == Role.ADMINISTRATOR)
    assert ScimToken.objects.count() == 1


def test_what_the_directory_told_is_read_and_not_changed(client: Client, owner: User) -> None:
    user = directory.create_user(told=UserRecord("ada"), person=None, told_by=str(owner))
    group = directory.create_group(told=GroupRecord("Payments"), told_by=str(owner))
    for kind, one in (("directoryuser", user), ("directorygroup", group)):
        page = f"/admin/people/{kind}/"
        assert str(one) in client.get(page).content.decode()
        assert client.get(f"{page}{one.pk}/change/").status_code == 200
        assert client.post(f"{page}{one.pk}/change/", {}).status_code == 403
        assert client.get(f"{page}add/").status_code == 403


def test_who_opens_an_account_here_closes_it_here(client: Client, owner: User) -> None:
    """What the directory once closed and a person opened again, is no longer the directory's to open."""
    user = an_account(Role.MEMBER)
    User.objects.filter(pk=user.pk).update(is_active=False, closed_by_directory=True)
    form = {
        "email": user.email,
        "name": "",
        "role": "member",
        "person": "",
        "is_active": "on",
        "grants-TOTAL_FORMS": "0",
        "grants-INITIAL_FORMS": "0",
    }
    for wanted in (form, {name: one for name, one in form.items() if name != "is_active"}):
        answer = client.post(f"/admin/accounts/user/{user.pk}/change/", wanted)
        assert answer.status_code == 302, answer.content
        user.refresh_from_db()
        assert not user.closed_by_directory
    assert not user.is_active
