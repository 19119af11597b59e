"""What a caller says about itself in headers does not enter, and does not stop, the record."""

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Port": "99999999999"},
        {"X-Forwarded-Port": "-1"},
        {"X-Correlation-ID": "somebody else's " * 40},
    ],
)
def test_a_refused_sign_in_is_on_record_whatever_the_headers(
    client: Client, headers: dict[str, str]
) -> None:
    user = an_account(User.Role.MEMBER)
    answer = client.post(
        "/accounts/login/", {"login": user.email, "password": "not the one"}, headers=headers
    )
    assert answer.status_code == 200
    event = Event.objects.get(name="sign_in_failed")
    assert (event.remote_port, event.cid) == (None, None)
