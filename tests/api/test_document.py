"""The OpenAPI document that the typed client is made from."""

import io
import json
from pathlib import Path

from django.core.management import call_command

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
