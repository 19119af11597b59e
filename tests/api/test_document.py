"""The OpenAPI document that the typed client is made from."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.api.conftest import SignIn

COMMITTED = Path(__file__).parents[2] / "frontend" / "openapi.json"


def document() -> str:
    written = io.StringIO()
    call_command("openapi", stdout=written)
    return written.getvalue()


def test_the_committed_document_is_the_apis() -> None:
    """`manage.py openapi > frontend/openapi.json` brings it up to date."""
    assert json.loads(COMMITTED.read_text()) == json.loads(document())


def test_the_document_is_the_same_each_time() -> None:
    assert document() == document()


def test_every_route_has_one_shape_for_errors() -> None:
    for path in json.loads(document())["paths"].values():
        for operation in path.values():
            for code in ("401", "403", "404", "422", "503"):
                schema = operation["responses"][code]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}


@pytest.mark.django_db
def test_the_reference_names_every_route_and_shape(sign_in: SignIn) -> None:
    page = sign_in("member of team a").get("/api/v1/docs").content.decode()
    told = json.loads(document())
    for path, operations in told["paths"].items():
        assert all(f"{method.upper()} {path}" in page for method in operations)
    assert all(f'id="{name}"' in page for name in told["components"]["schemas"])
    assert "<script" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/openapi.json"])
def test_the_reference_is_for_whoever_is_signed_in(sign_in: SignIn, path: str) -> None:
    assert sign_in("anonymous").get(path).status_code == 302
    assert sign_in("stranger").get(path).status_code == 200


def test_no_address_takes_a_secret() -> None:
    """Tokens come in headers: nothing in a path or query is called by a secret's name."""
    told = json.loads(document())
    named = {
        parameter["name"].lower()
        for operations in told["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] in {"path", "query"}
    }
    assert len(named) > 20
    words = ("token", "secret", "password", "session", "credential", "authorization")
    assert [name for name in sorted(named) if any(word in name for word in words)] == []
    ways = {scheme["in"] for scheme in told["components"]["securitySchemes"].values() if "in" in scheme}
    assert ways <= {"cookie", "header"}
