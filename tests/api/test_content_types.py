"""What type a body must say it has, and that an origin opens nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import User
from tests.api.conftest import SignIn
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
ORIGINS = ["https://evil.example", "null", "https://testserver"]


@pytest.mark.parametrize(
    "said",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b", ""],
)
def test_a_body_that_is_not_said_to_be_json_is_refused(client: Client, said: str) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    answer = client.generic("POST", "/api/v1/subject-requests", b"{}", content_type=said)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported")
    assert "application/json" in answer.json()["action"]
    taken = client.generic(
        "POST", "/api/v1/subject-requests", b"{}", content_type="application/json; charset=utf-8"
    )
    assert taken.status_code == 422


@pytest.mark.parametrize("origin", ORIGINS)
def test_an_origin_opens_nothing(sign_in: SignIn, origin: str) -> None:
    headers = {"Origin": origin}
    assert sign_in("anonymous").get("/api/v1/me", headers=headers).status_code == 401
    member = sign_in("member of team a")
    plain = member.get("/api/v1/retention")
    claimed = member.get("/api/v1/retention", headers=headers)
    assert (claimed.status_code, claimed.content) == (403, plain.content)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("ask", [Client.get, Client.options], ids=["get", "options"])
def test_no_other_origin_is_allowed(client: Client, origin: str, ask: Callable[..., Any]) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    for path in ("/api/v1/me", "/healthz", "/accounts/login/", "/scim/v2/Users"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = ask(client, path, headers=headers)
        assert [name for name in answer.headers if name.startswith("Access-Control-")] == []
