"""The API's reference as a plain page: no script, so that it needs no exception from the content policy."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class Reference(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **_: Any) -> HttpResponse:  # noqa: ANN401 - ninja's signature
        document = api.get_openapi_schema()
        routes = [
            {
                "method": method.upper(),
                "path": path,
                "about": operation.get("description") or operation["summary"],
                "parameters": operation.get("parameters", ()),
                "answer": _answer(operation),
            }
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        schemas = document["components"]["schemas"]
        shapes = [
            {"name": name, "about": shape.get("description"), "fields": _fields(shape)}
            for name, shape in sorted(schemas.items())
        ]
        return render(request, "api_reference.html", {"routes": routes, "shapes": shapes})


def _answer(operation: dict[str, Any]) -> str:
    content: dict[str, Any] = operation["responses"].get(200, {}).get("content", {})
    return ", ".join(
        _type(answer["schema"]) if kind == "application/json" else kind
        for kind, answer in content.items()
    )


def _fields(shape: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": name, "type": _type(field), "about": field.get("description", "")}
        for name, field in shape.get("properties", {}).items()
    ]


def _type(schema: dict[str, Any]) -> str:
    """As a reader says it: text, or null; list of Row."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f'"{value}"' for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or schema.get("const") or "anything")
