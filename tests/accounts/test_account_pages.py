"""The pages about one's own account: what they tell, and what they end."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.test import Client
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticationResponse

from backend.accounts import keys
from backend.accounts.browsers import browser_name
from backend.accounts.models import SignInPolicy, User
from backend.accounts.store import add_user, enrolment_link
from tests.accounts.steps import (
    CODES,
    LOGIN,
    choose_password,
    code,
    enrolled,
    give_password,
    later,
    names,
    set_up_second_factor,
    sign_in_again,
)
from tests.factories import a_team
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.0", "curl/8.0"),
        ("", "unknown"),
        ("<script>" * 40, ("<script>" * 40)[:60]),
    ],
    ids=["edge", "firefox", "safari", "android", "curl", "none", "hostile"],
)
def test_a_browser_is_called_by_its_name(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name


def test_the_home_page_tells_who_one_is(client: Client) -> None:
    team = a_team(slug="a")
    user = an_account(User.Role.TEAM_LEAD, teams=[team])
    sign_in(client, user)
    page = client.get("/accounts/").content.decode()
    for text in (user.email, "team lead", team.name, "30 minutes", "nobody: no person is linked"):
        assert text in page
    sign_in(client, an_account(""))
    assert "none yet" in client.get("/accounts/").content.decode()


def test_one_session_is_ended_and_nobody_else_s(client: Client) -> None:
    user, secret = enrolled(client)
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    sign_in_again(other, user, secret)
    assert "Firefox on Windows" in client.get("/accounts/sessions/").content.decode()
    theirs = UserSession.objects.exclude(session_key=client.session.session_key).get()
    stranger = sign_in(Client(), an_account(User.Role.OWNER))
    assert stranger.post(f"/accounts/sessions/{theirs.pk}/end/").status_code == 404
    assert client.get(f"/accounts/sessions/{theirs.pk}/end/").status_code == 405
    client.post(f"/accounts/sessions/{theirs.pk}/end/")
    assert other.get("/accounts/").headers["Location"].startswith(LOGIN)
    assert client.get("/accounts/").status_code == 200
    assert names()[-1] == "sessions_ended"


def test_an_administrator_ends_a_session_but_no_owner_s(client: Client) -> None:
    sign_in(client, an_account(User.Role.ADMINISTRATOR))
    for role, stays in ((User.Role.MEMBER, False), (User.Role.OWNER, True)):
        theirs = Client()
        user, _ = enrolled(theirs, role, email=f"{role}@plumbline.example")
        session = UserSession.objects.get(user=user)
        client.post(
            "/admin/usersessions/usersession/",
            {"action": "end", "_selected_action": session.pk, "confirmed": "yes"},
        )
        assert (theirs.get("/accounts/").status_code == 200) == stays


def test_when_a_session_was_last_seen_is_told(client: Client) -> None:
    enrolled(client)
    before = UserSession.objects.get().last_seen_at
    with later(seconds=600):
        client.get("/accounts/")
    assert 590 < (UserSession.objects.get().last_seen_at - before).total_seconds() < 660


def test_codes_that_were_never_seen_are_shown_at_the_next_sign_in(client: Client) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.MEMBER)
    choose_password(client, enrolment_link(user=user))
    secret = set_up_second_factor(client)
    browser = Client()
    sign_in_again(browser, user, secret)
    assert browser.get("/accounts/").headers["Location"] == CODES


NOTHING: tuple[Any, ...] = (
    None,
    [],
    {},
    1,
    "x",
    {"id": 1},
    {"response": []},
    {"response": {"clientDataJSON": "e30"}},
)


@pytest.mark.parametrize("told", NOTHING, ids=json.dumps)
def test_what_no_key_says_is_refused(client: Client, told: Any) -> None:
    user, secret = enrolled(client)
    said = {"credential": json.dumps(told), "name": "Key"}
    client.get("/accounts/2fa/webauthn/add/")
    assert client.post("/accounts/2fa/webauthn/add/", said).status_code == 200
    client.get("/accounts/2fa/webauthn/reauthenticate/")
    assert client.post("/accounts/2fa/webauthn/reauthenticate/", said).status_code == 302
    browser = Client()
    browser.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert browser.post("/accounts/2fa/webauthn/login/", said).headers["Location"] == LOGIN
    give_password(browser, user.email)
    browser.get("/accounts/2fa/authenticate/")
    assert browser.post("/accounts/2fa/authenticate/", said).status_code == 200
    assert browser.get("/accounts/").status_code == 302
    with later(seconds=60):
        assert (
            browser.post("/accounts/2fa/authenticate/", {"code": code(secret)}).status_code == 302
        )
    assert not Authenticator.objects.filter(type="webauthn").exists()


@pytest.mark.parametrize(
    ("before", "count", "taken"),
    [(0, 0, True), (0, 1, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_key_s_counter_goes_up_or_stays_at_nought(before: int, count: int, taken: bool) -> None:  # noqa: FBT001
    key = Authenticator.objects.create(
        user=an_account(User.Role.MEMBER), type="webauthn", data={"sign_count": before}
    )
    assert keys.count_use(key, count) is taken
    key.refresh_from_db()
    assert key.data["sign_count"] == (count if taken else before)


@pytest.mark.parametrize(
    ("origin", "here"),
    [
        ("http://plumbline.example", True),
        ("http://plumbline.example:80", True),
        ("HTTP://PLUMBLINE.example", True),
        ("https://plumbline.example", False),
        ("http://plumbline.example:8080", False),
        ("http://sub.plumbline.example", False),
        ("http://plumbline.example.evil.example", False),
        ("http://evil.example", False),
        ("http://plumbline.example:x", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_key_s_answer_counts_from_this_very_origin_alone(
    settings: LazySettings,
    origin: str,
    here: bool,  # noqa: FBT001
) -> None:
    settings.PUBLIC_URL = "http://plumbline.example"
    data = {"type": "webauthn.get", "challenge": "eA", "origin": origin, "crossOrigin": False}
    answer = AuthenticationResponse.from_dict(
        {
            "id": "eA",
            "rawId": "eA",
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": websafe_encode(json.dumps(data).encode()),
                "authenticatorData": websafe_encode(bytes(32) + b"\x01" + bytes(4)),
                "signature": "eA",
            },
        }
    )
    assert keys.is_from_here(answer) is here


def test_of_two_factors_one_can_go_and_the_session_stays(client: Client) -> None:
    user, secret = enrolled(client)
    other = Client()
    sign_in_again(other, user, secret)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key 1"})
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/accounts/").status_code == 200
    assert other.get("/accounts/").headers["Location"].startswith(LOGIN), "the others end"
    assert not Authenticator.objects.filter(type="totp").exists()


def test_the_last_key_stays_while_a_second_factor_is_asked_for(client: Client) -> None:
    user = an_account(User.Role.TEAM_LEAD)
    sign_in(client, user)
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key 1"})
    remove = f"/accounts/2fa/webauthn/keys/{key.pk}/remove/"
    assert sign_in(Client(), an_account(User.Role.OWNER)).post(remove).status_code == 404
    client.post(remove)
    assert Authenticator.objects.filter(pk=key.pk).exists()
    SignInPolicy.objects.create(pk=1, second_factor_for_all=False)
    client.post(remove)
    assert not Authenticator.objects.filter(pk=key.pk).exists()


def test_signing_out_has_the_browser_forget(client: Client) -> None:
    sign_in(client, an_account(User.Role.MEMBER))
    asked = client.get("/accounts/logout/")
    assert "Clear-Site-Data" not in asked.headers
    out = client.post("/accounts/logout/")
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/api/v1/me").status_code == 401
