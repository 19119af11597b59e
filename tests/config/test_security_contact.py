"""security.txt, by RFC 9116: whom to tell of a weakness of this installation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

ADDRESS = "/.well-known/security.txt"


@pytest.mark.django_db
def test_whoever_finds_a_weakness_learns_whom_to_tell(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = "mailto:security@company.example"
    settings.PUBLIC_URL = "https://plumbline.example"
    answer = client.get(ADDRESS)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    ends = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=60) < ends - datetime.now(UTC) < timedelta(days=365)
    assert fields == {
        "Contact": "mailto:security@company.example",
        "Canonical": "https://plumbline.example/.well-known/security.txt",
        "Preferred-Languages": "en",
    }
    assert client.post(ADDRESS).status_code == 405


@pytest.mark.django_db
def test_where_nobody_is_named_there_is_none(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    assert client.get(ADDRESS).status_code == 404
