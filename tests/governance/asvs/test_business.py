"""Checks of limits: good as they are, weak once one is gone."""

from typing import Any

import pytest
from django.db import connection

from backend.governance.asvs.checks import Weak, business


def test_attempts(settings: Any) -> None:
    assert "login 30/m/ip" in business.attempts_are_limited()
    settings.ACCOUNT_RATE_LIMITS = {"login": None}
    with pytest.raises(Weak, match="no limit for login"):
        business.attempts_are_limited()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", None),
        ("DATA_UPLOAD_MAX_MEMORY_SIZE", 10 * 1024 * 1024),
        ("DATA_UPLOAD_MAX_NUMBER_FIELDS", None),
        ("DATA_UPLOAD_MAX_NUMBER_FILES", None),
    ],
)
def test_bodies(settings: Any, name: str, value: object) -> None:
    assert business.bodies_are_limited().startswith("1048576 bytes")
    setattr(settings, name, value)
    with pytest.raises(Weak):
        business.bodies_are_limited()


@pytest.mark.django_db
def test_statements() -> None:
    assert "statement_timeout" in business.statements_are_limited()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
    with pytest.raises(Weak, match="without an end: lock_timeout"):
        business.statements_are_limited()
