"""Who has an account here, asked from outside; and locking others out of theirs."""

import re
from collections import Counter

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from backend.accounts.models import User
from tests.accounts.steps import (
    PASSWORD,
    code,
    enrolled,
    give_password,
    later,
)
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
MFA = "/accounts/2fa/authenticate/"


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a password was put through the real work."""
    counted: Counter[str] = Counter()
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counting(
            self: object, *args: object, _real: object = real, _name: str = name
        ) -> object:
            counted[_name] += 1
            return _real(self, *args)  # type: ignore[operator]

        monkeypatch.setattr(Argon2PasswordHasher, name, counting)
    return counted


KINDS = ("unknown", "known", "closed", "without a password", "for emergencies")


def an_address(kind: str) -> str:
    if kind == "unknown":
        return "nobody@plumbline.example"
    user = an_account(User.Role.MEMBER, email="somebody@plumbline.example")
    if kind != "without a password":
        user.set_password(PASSWORD)
    user.is_active = kind != "closed"
    user.is_break_glass = kind == "for emergencies"
    user.save()
    return user.email


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("password", ["wrong", PASSWORD])
def test_all_that_is_refused_is_refused_alike(
    client: Client, hashings: Counter[str], kind: str, password: str
) -> None:
    email = an_address(kind)
    hashings.clear()
    answer = give_password(client, email, password)
    if password == PASSWORD and kind in {"known", "for emergencies"}:
        assert answer.status_code == 302
        return
    assert answer.status_code == 200
    assert "is not right" in answer.content.decode()
    assert hashings.total() == 1, "the same work, whoever it is"
    stranger = give_password(Client(), "stranger@plumbline.example", password)
    assert shape(answer) == shape(stranger)
    assert set(answer.cookies) == set(stranger.cookies)


def shape(answer: HttpResponse) -> str:
    return re.sub(r'value="[^"]*"', "", answer.content.decode())


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_tells_nothing_of_the_account(
    client: Client, hashings: Counter[str], kind: str
) -> None:
    email = an_address(kind)
    hashings.clear()
    answers = [give_password(Client(), email, "wrong") for _ in range(6)]
    assert ["Too many" in one.content.decode() for one in answers] == [False] * 5 + [True]
    assert hashings.total() == 5
    assert "Too many" in give_password(Client(), email).content.decode(), "not even the right one"


def test_a_link_that_is_refused_does_not_tell_whose_it_would_be(client: Client) -> None:
    user = an_account(User.Role.MEMBER)
    pages = []
    for account in (user.pk, user.pk + 99):
        key = f"{account}-abc123-0123456789abcdef"
        pages.append(client.get("/accounts/enrol/", {"key": key}, follow=True).content)
    assert pages[0] == pages[1]


# Locking others out


def test_nobody_is_locked_out_of_a_browser_they_have_used(client: Client) -> None:
    user, secret = enrolled(client)
    client.post("/accounts/logout/")
    for _ in range(7):
        give_password(Client(), user.email, "wrong")
    assert "Too many" in give_password(Client(), user.email).content.decode()
    assert give_password(client, user.email).headers["Location"] == MFA
    with later(seconds=60):
        assert client.post(MFA, {"code": code(secret)}).status_code == 302


def test_a_known_browser_guesses_no_more_than_others_and_for_nobody_else(client: Client) -> None:
    user, _ = enrolled(client)
    client.post("/accounts/logout/")
    for _ in range(5):
        give_password(client, user.email, "wrong")
    assert "Too many" in give_password(client, user.email).content.decode()
    cache.clear()
    other = an_account(User.Role.OWNER, email="owner@plumbline.example")
    for _ in range(5):
        give_password(Client(), other.email, "wrong")
    assert "Too many" in give_password(client, other.email, "wrong").content.decode()


def test_a_lock_ends_by_itself(client: Client) -> None:
    user, _ = enrolled(client)
    for _ in range(6):
        give_password(Client(), user.email, "wrong")
    with later(seconds=301):
        assert give_password(Client(), user.email).headers["Location"] == MFA
