"""Requests in the shapes in which Entra ID and Okta send them, one after the other, as their documents have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.scim.conftest import Directory

pytestmark = pytest.mark.django_db
PAYLOADS = Path(__file__).parents[2] / "payloads" / "scim"


def filled(told: Any, known: dict[str, str]) -> Any:
    """With the ids that were told before."""
    text = json.dumps(told)
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text)


@pytest.mark.parametrize("vendor", ["entra", "okta"])
def test_documented_requests(directory: Directory, vendor: str) -> None:
    known: dict[str, str] = {}
    for step in json.loads((PAYLOADS / f"{vendor}.json").read_text())["steps"]:
        asked = filled(step, known)
        answer = directory.send(asked["method"], asked["path"], asked.get("body"))
        assert answer.status_code == asked["status"], (asked["case"], answer.content)
        told = answer.json() if answer.content else {}
        expected = asked.get("told", {})
        assert {name: told.get(name) for name in expected} == expected, asked["case"]
        if "members" in asked:
            members = [one["value"] for one in told.get("members", [])]
            assert members == asked["members"], asked["case"]
        if "keep" in step:
            known[step["keep"]] = told["id"]
