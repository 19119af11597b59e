"""What ends all sessions of an account ends those too that the list of sessions does not know."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.test import Client

from backend.accounts import store
from backend.accounts.models import User
from tests.accounts.steps import enrolled
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/accounts/"


def unlisted(user: User) -> Client:
    """Signed in by a session as of before the list, or one that somebody has copied and renewed."""
    client = sign_in(Client(), user)
    assert not UserSession.objects.filter(session_key=client.session.session_key).exists()
    return client


def test_what_was_open_before_an_account_was_closed_stays_shut_once_it_is_opened_again() -> None:
    user = an_account(User.Role.MEMBER)
    client = unlisted(user)
    assert client.get(PAGE).status_code == 200
    store.close(user=user, acting_user=an_account(User.Role.OWNER))
    assert client.get(PAGE).status_code == 302
    user.is_active = True
    user.save()
    assert client.get(PAGE).status_code == 302
    assert SESSION_KEY not in client.session
    assert sign_in(Client(), user).get(PAGE).status_code == 200


def test_an_administrator_and_a_new_second_factor_end_them_as_well() -> None:
    user, owner = an_account(User.Role.MEMBER), an_account(User.Role.OWNER)
    for end in (store.end_sessions, store.reset_second_factor):
        client = unlisted(user)
        end(user=user, acting_user=owner)
        assert client.get(PAGE).status_code == 302


def test_ending_all_others_ends_them_and_keeps_ones_own(client: Client) -> None:
    user, _ = enrolled(client)
    user.refresh_from_db()
    other = unlisted(user)
    assert other.get(PAGE).status_code == 200
    client.post("/accounts/sessions/")
    assert client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302
