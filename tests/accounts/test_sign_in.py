"""From the enrolment link through password, second factor and recovery codes to the page, and what is refused."""

import base64
import re
import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.accounts.store import add_user, enrolment_link
from backend.audit.models import Event
from backend.audit.reading import opened
from tests.accounts.steps import (
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
)
from tests.recorded import all_recorded, recorded
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_owner_enrols_by_one_link(client: Client) -> None:
    out = StringIO()
    call_command("owner", "create", "--email", "Owner@Plumbline.example", stdout=out)
    link = out.getvalue().strip().removeprefix(settings.PUBLIC_URL)
    assert link.startswith("/accounts/enrol/?key=")

    assert choose_password(client, link) == "/"
    assert client.get("/pull-requests").headers["Location"] == ENROL
    set_up_second_factor(client)

    assert client.get("/").headers["Location"] == CODES, "the codes are shown before anything else"
    shown = client.get(CODES).content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", shown)) == 10
    assert not re.findall(r"<code>\d{8}</code>", client.get(CODES).content.decode())
    assert client.get("/admin/").status_code == 200
    owner = User.objects.get(email="owner@plumbline.example")
    assert owner.role == User.Role.OWNER
    assert owner.password.startswith("argon2$argon2id$")
    assert names() == [
        *("operator_command", "enrolment_link_made", "password_changed", "signed_in"),
        # allauth tells of both when they are committed, which is too late for the triggers.
        *("row_changed", "row_changed", "second_factor_added", "recovery_codes_made"),
    ]
    assert {(one.email, one.address) for one in all_recorded(name="signed_in")} == {
        (owner.email, "127.0.0.1")
    }


def test_an_enrolment_link_works_once_and_for_a_day(client: Client) -> None:
    user = an_account(User.Role.MEMBER)
    with later(seconds=25 * 3600):
        assert b"does not work any more" in client.get(enrolment_link_of(user), follow=True).content
    link = enrolment_link(user=user)
    assert choose_password(client, link) == "/"
    again = Client().get(link, follow=True)
    assert b"does not work any more" in again.content


def enrolment_link_of(user: User) -> str:
    """One made a day and an hour ago, in a test that has moved on since."""
    with time_machine.travel(time.time() - 25 * 3600):
        return enrolment_link(user=user)


@pytest.mark.parametrize("key", ["", "1", "../admin", "1-abc", "zzzzzzzzzzzzz-abc-def"])
def test_a_broken_enrolment_link_says_so(client: Client, key: str) -> None:
    answer = client.get("/accounts/enrol/", {"key": key}, follow=True)
    assert b"does not work any more" in answer.content


@pytest.mark.parametrize("password", ["short-one-1", "password1234", "lead-a@plumbline.example"])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.MEMBER)
    assert choose_password(client, enrolment_link(user=user), password) == ""
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_signing_in_asks_for_both_factors_and_leads_where_one_wanted_to_go(client: Client) -> None:
    user, secret = enrolled(client)
    browser = Client()
    before = browser.get("/pull-requests?team=a").headers["Location"]
    assert before == f"{LOGIN}?next=/pull-requests%3Fteam%3Da"
    answer = browser.post(
        LOGIN, {"login": user.email.upper(), "password": PASSWORD, "next": "/pull-requests?team=a"}
    )
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in browser.session, "half signed in is not signed in"
    with later(seconds=60):
        answer = browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
        assert answer.headers["Location"] == "/pull-requests?team=a"
        assert browser.get("/pull-requests").status_code in {200, 503}


def test_the_session_changes_its_key_when_one_signs_in(client: Client) -> None:
    user, secret = enrolled(client)
    browser = Client()
    give_password(browser, user.email)
    before = browser.session.session_key
    with later(seconds=60):
        browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert browser.session.session_key != before


def test_a_code_works_once_in_all_the_time_it_is_accepted(client: Client) -> None:
    user, secret = enrolled(client)
    start = time.time() + 600
    used = code(secret, step=600 // 30 + 1)
    for seconds, expected in ((0, 302), (0, 200), (30, 200)):
        with time_machine.travel(start + seconds, tick=False):
            browser = Client()
            give_password(browser, user.email)
            answer = browser.post(reverse("mfa_authenticate"), {"code": used})
            assert answer.status_code == expected


def test_a_recovery_code_works_once(client: Client) -> None:
    user, _ = enrolled(client)
    spare = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 200):
        browser = Client()
        give_password(browser, user.email)
        answer = browser.post(reverse("mfa_authenticate"), {"code": spare})
        assert answer.status_code == expected
    assert names()[-3:] == ["recovery_code_used", "signed_in", "second_factor_refused"]


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client) -> None:
    user, _ = enrolled(client)
    answers = [
        re.sub(r'value="[^"]*"', "", give_password(Client(), email, "wrong").content.decode())
        for email in (user.email, "nobody@plumbline.example")
    ]
    assert "is not right" in answers[0]
    assert answers[0] == answers[1]
    assert [one.about for one in all_recorded(name="sign_in_failed")] == [user.email, ""]


def test_guessing_passwords_is_stopped(client: Client) -> None:
    user, _ = enrolled(client)
    for _ in range(5):
        give_password(client := Client(), user.email, "wrong")
    answer = give_password(Client(), user.email)
    assert b"Too many attempts" in answer.content


def test_one_address_cannot_try_without_end(client: Client) -> None:
    answers = [give_password(client, f"dev{number}@x.example", "wrong") for number in range(31)]
    assert b"Too many attempts" in answers[10].content
    assert answers[30].status_code == 429
    assert b"Wait a few minutes" in answers[30].content


def test_guessing_codes_is_stopped(client: Client) -> None:
    user, secret = enrolled(client)
    browser = Client()
    give_password(browser, user.email)
    for _ in range(5):
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    with later(seconds=60):
        answer = browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert b"Too many attempts" in answer.content


def test_a_session_by_password_alone_gains_nothing_when_another_enrols(client: Client) -> None:
    user = add_user(email="lead-a@plumbline.example", role=User.Role.OWNER)
    choose_password(client, enrolment_link(user=user))
    thief = Client()
    give_password(thief, user.email)
    assert thief.get("/admin/").headers["Location"] == ENROL
    set_up_second_factor(client)
    assert thief.get("/pull-requests").headers["Location"].startswith(LOGIN), "it was ended"
    user.refresh_from_db()
    thief.force_login(user)
    assert thief.get("/admin/").headers["Location"] == LOGIN, "and would open nothing"


def test_without_a_second_factor_nothing_opens_but_the_way_to_one(client: Client) -> None:
    client.force_login(an_account(User.Role.OWNER))
    for path in (
        "/",
        "/pull-requests",
        "/admin/",
        "/accounts/sessions/",
        "/accounts/2fa/",
        "/docs/",
    ):
        assert client.get(path).headers["Location"] == ENROL, path
    refused = client.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
    assert client.get(ENROL).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").headers["Location"].startswith(LOGIN)


def test_replacing_the_app_leads_straight_to_the_next_one(client: Client) -> None:
    user, _ = enrolled(client)
    answer = client.post(reverse("mfa_deactivate_totp"), follow=True)
    assert answer.redirect_chain[-1][0] == ENROL
    assert not Authenticator.objects.filter(user=user).exists()
    set_up_second_factor(client)
    assert "second_factor_removed" in names()


def test_changing_the_second_factor_asks_again_who_sits_there(client: Client) -> None:
    enrolled(client)
    with later(seconds=400):
        answer = client.get(reverse("mfa_deactivate_totp"))
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        assert client.get(answer.headers["Location"]).status_code == 200
        back = client.post(answer.headers["Location"], {"password": PASSWORD})
        assert back.headers["Location"] == reverse("mfa_deactivate_totp")


def test_the_key_of_the_second_factor_is_enveloped(client: Client) -> None:
    user, secret = enrolled(client)
    stored = str(Authenticator.objects.get(user=user, type="totp").data)
    assert secret not in stored
    assert base64.b64encode(secret.encode()).decode() not in stored


def test_an_idle_session_ends(client: Client) -> None:
    user = an_account(User.Role.MEMBER)
    sign_in(client, user)
    with later(seconds=29 * 60):
        assert client.get("/accounts/sessions/").status_code == 200
    with later(seconds=58 * 60):
        assert client.get("/accounts/sessions/").status_code == 200
    with later(seconds=89 * 60):
        assert client.get("/api/v1/me").status_code == 401
    (ended,) = opened(Event.objects.filter(name="session_ended"))
    assert (ended.event.actor, ended.detail) == (user, {"reason": "idle"})


def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(client: Client) -> None:
    sign_in(client, an_account(User.Role.ADMINISTRATOR))
    with later(seconds=20 * 60):
        assert client.get("/api/v1/status").status_code == 200
    with later(seconds=31 * 60):
        assert client.get("/api/v1/status").status_code == 401


def test_a_session_ends_after_twelve_hours_however_busy(client: Client) -> None:
    sign_in(client, an_account(User.Role.MEMBER))
    for minutes in range(29, 12 * 60, 29):
        with later(seconds=minutes * 60):
            assert client.get("/accounts/sessions/").status_code == 200
    with later(seconds=12 * 3600 + 60):
        assert client.get("/accounts/sessions/").headers["Location"].startswith(LOGIN)
    assert recorded(name="session_ended").detail == {"reason": "limit"}


def test_a_closed_account_is_out_at_once(client: Client) -> None:
    user = an_account(User.Role.MEMBER)
    sign_in(client, user)
    assert client.get("/accounts/sessions/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/accounts/sessions/").status_code == 302


def test_sessions_are_listed_and_ended(client: Client) -> None:
    user, secret = enrolled(client)
    other = Client(headers={"User-Agent": "another browser"})
    give_password(other, user.email)
    with later(seconds=60):
        other.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert UserSession.objects.filter(user=user).count() == 2
    assert b"another browser" in client.get("/accounts/sessions/").content
    client.post("/accounts/sessions/")
    assert other.get("/accounts/sessions/").headers["Location"].startswith(LOGIN)
    assert client.get("/accounts/sessions/").status_code == 200


def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    user, secret = enrolled(client)
    other = Client()
    give_password(other, user.email)
    with later(seconds=60):
        other.post(reverse("mfa_authenticate"), {"code": code(secret)})
    new = "seven copper ladles"
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert other.get("/accounts/sessions/").headers["Location"].startswith(LOGIN)
    assert client.get("/accounts/sessions/").status_code == 200


def test_sessions_that_are_over_are_cleared_away(client: Client) -> None:
    over = Session.objects.create(
        session_key="over", session_data="", expire_date=timezone.now() - timedelta(days=1)
    )
    enrolled(client)
    assert not Session.objects.filter(pk=over.pk).exists()


def test_signing_out_is_recorded(client: Client) -> None:
    enrolled(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert names()[-1] == "signed_out"


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "social/login/error/"])
def test_there_is_no_sign_up_and_no_reset_by_mail(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_an_address_that_was_changed_signs_in_no_more(client: Client) -> None:
    user = an_account("member", email="former@plumbline.example")
    choose_password(client, enrolment_link(user=user))
    # As allauth keeps it where it was asked to.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    owner = sign_in(Client(), an_account("owner"))
    form = {"email": "new@plumbline.example", "role": "member", "is_active": "on"}
    form |= {"grants-TOTAL_FORMS": "0", "grants-INITIAL_FORMS": "0"}
    assert owner.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code == 302
    assert give_password(Client(), "former@plumbline.example").status_code == 200
    assert give_password(Client(), "new@plumbline.example").status_code == 302


def test_the_link_of_an_account_that_was_closed_opens_nothing(client: Client) -> None:
    user = an_account("member")
    link = enrolment_link(user=user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    page = client.get(link, follow=True)
    assert 'type="password"' not in page.content.decode()
    user.refresh_from_db()
    assert not user.has_usable_password()
