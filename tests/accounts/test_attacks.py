"""What somebody tries who is not who they say: each way in by its name, tried from outside."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings, settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from backend.accounts import urls
from backend.accounts.models import User
from backend.accounts.store import add_user, enrolment_link
from tests import servers
from tests.accounts.steps import (
    ADD_KEY,
    CODES,
    ENROL,
    LOGIN,
    PASSWORD,
    choose_password,
    code,
    enrolled,
    give_password,
    later,
    names,
    set_up_second_factor,
    sign_in_again,
)
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
"""For what happens once a transaction is over, or in several at once."""
MFA = "/accounts/2fa/authenticate/"


def paths() -> Iterator[str]:
    """Every address of the sign-in pages."""
    pending: list[tuple[str, URLPattern | URLResolver]] = [("", one) for one in urls.urlpatterns]
    while pending:
        before, found = pending.pop()
        route = before + str(found.pattern)
        if isinstance(found, URLResolver):
            pending += [(route, one) for one in found.url_patterns]
        else:
            yield "/accounts/" + re.sub(
                r"<(\w+):\w+>", lambda m: "1" if m[1] == "int" else "x", route
            )


PATHS = sorted(set(paths()))


# Session fixation


@committed
def test_a_session_that_was_planted_opens_nothing(client: Client) -> None:
    user, secret = enrolled(client)
    victim, thief = Client(), Client()
    victim.get(LOGIN)
    give_password(victim, user.email)
    planted = victim.cookies[settings.SESSION_COOKIE_NAME].value
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    with later(seconds=60):
        victim.post(MFA, {"code": code(secret)})
    assert victim.get("/accounts/").status_code == 200
    assert thief.get("/accounts/").headers["Location"].startswith(LOGIN)


@committed
@pytest.mark.parametrize("step", ["password", "second factor"])
def test_each_step_of_enrolling_changes_the_session_key(client: Client, step: str) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.MEMBER)
    link = enrolment_link(user=user)
    client.get(link)
    if step == "second factor":
        choose_password(client, link)
    before = client.session.session_key
    if step == "password":
        choose_password(client, link)
    else:
        set_up_second_factor(client)
    assert client.session.session_key != before
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    assert thief.get("/accounts/").headers["Location"].startswith(LOGIN)


@committed
def test_signing_out_ends_the_session_for_whoever_has_its_key(client: Client) -> None:
    enrolled(client)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert thief.get("/accounts/").status_code == 200
    client.post("/accounts/logout/")
    assert thief.get("/accounts/").headers["Location"].startswith(LOGIN)


# Forged requests, framed pages


@pytest.mark.parametrize("path", PATHS)
def test_no_sign_in_page_takes_a_forged_post(path: str) -> None:
    user = an_account(User.Role.OWNER)
    for signed_in in (False, True):
        strict = Client(enforce_csrf_checks=True)
        if signed_in:
            sign_in(strict, user)
        answer = strict.post(path, {"login": user.email, "password": PASSWORD})
        if path.endswith("/acs/"):
            # A provider posts its answer from its own pages: what refuses a forged one is its signature.
            assert answer.status_code == 404
            continue
        # 405: a page that takes no post at all says so before it looks at anything else.
        assert answer.status_code in {403, 405}
        assert answer.status_code == 403 or strict.get(path).status_code != 405


def test_the_administration_takes_no_forged_post(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    sign_in(strict, an_account(User.Role.OWNER))
    for path in ("/admin/accounts/user/add/", "/admin/accounts/signinpolicy/add/"):
        assert strict.post(path, {"email": "new@plumbline.example"}).status_code == 403
    assert not User.objects.filter(email="new@plumbline.example").exists()


@pytest.mark.parametrize("path", [*PATHS, "/admin/", "/admin/login/"])
def test_no_sign_in_page_can_be_framed_or_kept(path: str) -> None:
    for user in (None, an_account(User.Role.OWNER)):
        browser = Client() if user is None else sign_in(Client(), user)
        answer = browser.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]


# Open redirects

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    r"\\evil.example",
    r"/\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    " //evil.example",
    "/\t/evil.example",
    "ftp://testserver/",
)


def leads_away(answer: HttpResponseBase) -> bool:
    place = answer.headers.get("Location", "")
    return bool(place) and not re.match(r"/(?![/\\\s])", place)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_sign_in_leads_elsewhere(client: Client, elsewhere: str) -> None:
    user, secret = enrolled(client)
    browser = Client()
    assert not leads_away(give_password(browser, user.email, next_=elsewhere))
    with later(seconds=60):
        answer = browser.post(MFA, {"code": code(secret), "next": elsewhere})
        assert answer.status_code == 302
        assert not leads_away(answer)
        for path in (
            "/accounts/reauthenticate/",
            "/accounts/2fa/reauthenticate/",
            "/admin/login/",
            LOGIN,
        ):
            assert not leads_away(browser.get(path, {"next": elsewhere}))
        confirmed = browser.post(
            "/accounts/reauthenticate/", {"password": PASSWORD, "next": elsewhere}
        )
        assert confirmed.status_code == 302
        assert not leads_away(confirmed)
        assert not leads_away(browser.post("/accounts/logout/", {"next": elsewhere}))


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_enrolment_leads_elsewhere(client: Client, elsewhere: str) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.MEMBER)
    form = client.get(enrolment_link(user=user) + "&next=" + elsewhere, follow=True)
    answer = client.post(
        form.redirect_chain[-1][0],
        {"password1": PASSWORD, "password2": PASSWORD, "next": elsewhere},
    )
    assert answer.status_code == 302
    assert not leads_away(answer)


# Past the second factor

GUARDED = ("/", "/pull-requests", "/admin/", "/admin/accounts/user/", "/accounts/", "/docs/")


def assert_shut(browser: Client) -> None:
    for path in GUARDED:
        answer = browser.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith(("/accounts/", "/admin/login/")), path
    assert browser.get("/api/v1/me").status_code in {401, 403}
    assert browser.post("/accounts/sessions/").status_code == 302


def test_the_password_alone_opens_nothing(client: Client) -> None:
    user, _ = enrolled(client, User.Role.OWNER)
    browser = Client()
    give_password(browser, user.email)
    assert_shut(browser)
    for path in (ENROL, ADD_KEY, CODES, "/accounts/2fa/recovery-codes/generate/"):
        assert browser.get(path).headers["Location"].startswith(LOGIN), path
    assert browser.get("/accounts/2fa/recovery-codes/download/").status_code in {302, 404}


def test_a_new_password_by_link_does_not_get_past_the_second_factor(client: Client) -> None:
    user, _ = enrolled(client, User.Role.OWNER)
    browser = Client()
    assert choose_password(browser, enrolment_link(user=user), "seven copper ladles") == MFA
    assert_shut(browser)


def test_a_link_dies_when_the_second_factor_changes(client: Client) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.OWNER)
    link = enrolment_link(user=user)
    spare = enrolment_link(user=user)
    choose_password(client, link)
    set_up_second_factor(client)
    assert b"does not work any more" in Client().get(spare, follow=True).content


@pytest.mark.parametrize("factor", ["app", "none"])
def test_a_session_that_showed_nothing_stays_shut_whatever_is_set_up_later(
    client: Client, factor: str
) -> None:
    user = an_account(User.Role.OWNER)
    browser = Client()
    browser.force_login(user)
    if factor == "app":
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert_shut(browser)


def test_the_factor_of_another_session_does_not_count(client: Client) -> None:
    """A session's proof is bound to its user: signing in as somebody else over it proves nothing."""
    first, second = an_account(User.Role.MEMBER), an_account(User.Role.OWNER)
    sign_in(client, first)
    session = client.session
    session["_auth_user_id"] = str(second.pk)
    session["_auth_user_hash"] = second.get_session_auth_hash()
    session.save()
    assert_shut(client)


def test_no_browser_is_remembered_past_the_second_factor(client: Client) -> None:
    user, secret = enrolled(client)
    sign_in_again(client, user, secret)
    client.post("/accounts/logout/")
    assert client.cookies, "it kept what it had"
    assert give_password(client, user.email).headers["Location"] == MFA


def test_confirming_who_one_is_takes_no_other_account_s_password(client: Client) -> None:
    enrolled(client)
    other = an_account(User.Role.OWNER, email="owner@plumbline.example")
    other.set_password("seven copper ladles")
    other.save()
    with later(seconds=400):
        page = client.get(reverse("mfa_deactivate_totp")).headers["Location"]
        answer = client.post(page, {"password": "seven copper ladles"})
        assert answer.status_code == 200
        assert client.get(reverse("mfa_deactivate_totp")).status_code == 302
        assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert Authenticator.objects.filter(type="totp").exists()


@committed
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_of_two_posts_at_once_one_code_lets_one_in(client: Client, kind: str) -> None:
    user, secret = enrolled(client)
    with later(seconds=60):
        used = code(secret)
        if kind == "recovery_codes":
            used = Authenticator.objects.get(type=kind).wrap().get_unused_codes()[0]
        browsers = [Client(), Client()]
        for browser in browsers:
            give_password(browser, user.email)
        start = threading.Barrier(len(browsers))
        answers: list[int] = []

        def post(browser: Client) -> None:
            try:
                start.wait()
                answers.append(browser.post(MFA, {"code": used}).status_code)
            finally:
                connection.close()

        threads = [threading.Thread(target=post, args=[browser]) for browser in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [200, 302]


# Without the cache that counts attempts


@committed
def test_without_its_cache_nobody_signs_in_and_who_is_in_stays_in(
    client: Client, settings: LazySettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    user, secret = enrolled(client)
    port = servers.free_port()
    own = settings.CACHES["default"] | {"LOCATION": f"redis://:secret@127.0.0.1:{port}/1"}
    half = Client()
    with servers.broker("secret", port, tmp_path_factory.mktemp("broker")):
        settings.CACHES = {"default": own}
        assert give_password(half, user.email).headers["Location"] == MFA
    shut = give_password(Client(), user.email)
    assert shut.status_code == 503
    assert "Not possible at the moment" in shut.content.decode()
    assert shut.headers["Retry-After"]
    with later(seconds=60):
        assert half.post(MFA, {"code": code(secret)}).status_code == 503
        assert half.get("/accounts/").headers["Location"].startswith(LOGIN)
    assert Client().post("/accounts/2fa/webauthn/login/", {"credential": "{}"}).status_code == 503
    assert client.get("/accounts/").status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert names().count("signed_in") == 1


def test_an_enrolment_link_ends_after_its_day(client: Client) -> None:
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) == timedelta(days=1)
    user = add_user(email="lead-a@plumbline.example", role=User.Role.OWNER)
    link = enrolment_link(user=user)
    with later(seconds=24 * 3600 + 60):
        assert b"does not work any more" in Client().get(link, follow=True).content
    assert choose_password(client, link) == "/"
    assert b"does not work any more" in Client().get(link, follow=True).content
