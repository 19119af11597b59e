"""A directory that speaks SCIM, and the owner who let it in."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.accounts.scim_tokens import create_scim_token
from tests.sign_in import an_account

BASE = "/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Directory:
    """Sends requests with its token, and checks what holds for every answer."""

    def __init__(self, token: str) -> None:
        self._client = Client(enforce_csrf_checks=True)
        self.token = token

    def send(self, method: str, path: str, told: Any = None, **headers: str) -> Any:
        content = b"" if told is None else json.dumps(told).encode()
        answer = self._client.generic(
            method,
            BASE + path,
            content,
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.token}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )
        if answer.content:
            assert answer["Content-Type"] == "application/scim+json"
        assert "no-store" in answer["Cache-Control"]
        assert "Set-Cookie" not in answer
        return answer

    def get(self, path: str, **query: Any) -> Any:
        """The body of what must be a success."""
        answer = self._client.get(
            BASE + path, query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.content
        return answer.json()

    def user(self, name: str = "ada@plumbline.example", **told: Any) -> str:
        """The id of a new one."""
        answer = self.send("POST", "/Users", {"schemas": [USER], "userName": name, **told})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def group(self, name: str = "Payments", *members: str, **told: Any) -> str:
        """The id of a new one."""
        body = {"schemas": [GROUP], "displayName": name, **told}
        answer = self.send(
            "POST", "/Groups", body | {"members": [{"value": one} for one in members]}
        )
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": operations})


@pytest.fixture(autouse=True)
def refusals_of_its_own(settings: Any) -> None:
    """Tests of other processes come from the same address, and count in the same cache."""
    default = settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}
    settings.CACHES = {"default": default}


@pytest.fixture
def owner() -> User:
    return an_account("owner", email="owner@plumbline.example")


@pytest.fixture
def directory(owner: User) -> Directory:
    return Directory(create_scim_token(name="Entra", expires_at=None, acting_user=owner)[1])
