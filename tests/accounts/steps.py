"""What somebody does in a browser: enrol, sign in, show a second factor."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.accounts.store import add_user, enrolment_link
from backend.audit.models import Event

PASSWORD = "nine bronze kettles"
LOGIN, ENROL, ADD_KEY, CODES = (
    "/accounts/login/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/",
)


def code(secret: str, *, step: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def choose_password(client: Client, link: str, password: str = PASSWORD) -> str:
    """Where the answer leads."""
    form = client.get(link, follow=True)
    page = form.redirect_chain[-1][0]
    answer = client.post(page, {"password1": password, "password2": password})
    return answer.headers.get("Location", "")


def set_up_second_factor(client: Client) -> str:
    """The key."""
    page = client.get(ENROL).content.decode()
    found = re.search(r'class="key">([A-Z2-7]+)<', page)
    assert found
    answer = client.post(ENROL, {"code": code(found[1])})
    assert answer.headers["Location"] == CODES
    return found[1]


def enrolled(
    client: Client,
    role: str = User.Role.TEAM_LEAD,
    *,
    email: str = "lead-a@plumbline.example",
) -> tuple[User, str]:
    """Somebody with password and authenticator app, signed in, and the app's key."""
    user = add_user(email=email, role=role)
    choose_password(client, enrolment_link(user=user))
    secret = set_up_second_factor(client)
    client.get(CODES)
    user.refresh_from_db()
    return user, secret


def give_password(
    client: Client, email: str, password: str = PASSWORD, next_: str = ""
) -> HttpResponse:
    answer: HttpResponse = client.post(LOGIN, {"login": email, "password": password, "next": next_})  # type: ignore[assignment]
    return answer


def sign_in_again(client: Client, user: User, secret: str, *, after: float = 60) -> HttpResponse:
    """With the code of a minute later: the present one was used up."""
    give_password(client, user.email)
    with later(seconds=after):
        answer: HttpResponse = client.post(  # type: ignore[assignment]
            reverse("mfa_authenticate"), {"code": code(secret)}
        )
    return answer


def names() -> list[str]:
    """The events on record, in order."""
    return list(Event.objects.exclude(name="").order_by("pk").values_list("name", flat=True))


@contextmanager
def later(*, seconds: float) -> Iterator[None]:
    with time_machine.travel(time.time() + seconds, tick=True):
        yield
