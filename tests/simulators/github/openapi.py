"""GitHub's own description of REST, against which the simulator's answers are checked."""

import json
import re
from functools import cache, cached_property
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import Draft202012Validator

from tests.simulators.npm import OPENAPI


class Description:
    """What GitHub's REST answers look like."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Templates as patterns, the most definite first. ``{ref}`` alone may hold slashes."""
        found = []
        for template in self.document["paths"]:
            parts = re.split(r"(\{\w+\})", template)
            pattern = "".join(
                (".+" if part == "{ref}" else "[^/]+") if part.startswith("{") else re.escape(part)
                for part in parts
            )
            found.append(((-template.count("/"), len(parts)), re.compile(pattern), template))
        return [
            (pattern, template) for _, pattern, template in sorted(found, key=lambda one: one[0])
        ]

    def template(self, path: str) -> str | None:
        """The template of an address below ``/api/v3``. GitHub also answers by a repository's id, undescribed."""
        plain = re.sub(r"^/repositories/\d+", "/repos/owner/name", path.partition("?")[0])
        return next((name for pattern, name in self._patterns if pattern.fullmatch(plain)), None)

    def errors(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """What is wrong with an answer: nothing, where GitHub could have given it."""
        template = self.template(path)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return [f"{method} {path} is not described"]
        answer = operation["responses"].get(str(status))
        if answer is None:
            # Descriptions leave out what every address may answer.
            return (
                [] if status in {301, 401, 403, 404} else [f"{method} {template} has no {status}"]
            )
        answer = self._resolve(answer)
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return [] if not body else [f"{method} {template} has no body with {status}"]
        validator = Draft202012Validator(self._with_components(schema))
        return [
            f"{method} {template} {status} {error.json_path}: {error.message[:200]}"
            for outer in validator.iter_errors(body)
            for error in [best_match([outer]) or outer]
        ]

    @cached_property
    def app_events(self) -> set[str]:
        """The webhooks' events that an App can subscribe to."""
        hooks = (one["post"]["x-github"] for one in self.document["x-webhooks"].values())
        return {
            hook["subcategory"].replace("-", "_")
            for hook in hooks
            if "app" in hook["supported-webhook-types"]
        }

    @cached_property
    def app_permissions(self) -> dict[str, list[str]]:
        """What an App can be granted, and at which levels."""
        described = self.document["components"]["schemas"]["app-permissions"]["properties"]
        return {name: one["enum"] for name, one in described.items()}

    def _resolve(self, part: Any) -> Any:
        while "$ref" in part:
            here: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                here = here[name]
            part = here
        return part

    def _with_components(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with all that it refers to, as JSON Schema."""
        needed: dict[str, Any] = {}
        waiting = [schema]
        while waiting:
            for name in _references(waiting.pop()):
                if name not in needed:
                    needed[name] = self._component(name)
                    waiting.append(needed[name])
        return {**_as_json_schema(schema), "components": {"schemas": needed}}

    def _component(self, name: str) -> Any:
        return _as_json_schema(self.document["components"]["schemas"][name])


def _references(part: Any) -> set[str]:
    if isinstance(part, list):
        return {name for one in part for name in _references(one)}
    if not isinstance(part, dict):
        return set()
    own = part.get("$ref")
    found = {own.rpartition("/")[2]} if isinstance(own, str) else set()
    return found | {name for one in part.values() for name in _references(one)}


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type of its own for that; examples do not matter."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {
        name: _as_json_schema(one)
        for name, one in part.items()
        if name not in {"nullable", "example", "examples"}
        or (isinstance(one, dict) and "type" in one)
    }
    return {"anyOf": [{"type": "null"}, kept]} if part.get("nullable") is True else kept


@cache
def described() -> Description:
    """Fetches the description if it is not here yet."""
    document = json.loads(OPENAPI.fetched().read_text())
    # An account is described there as a user and an enterprise at once; of one installation, as either.
    listed = document["paths"]["/app/installations"]["get"]["responses"]["200"]
    listed["content"]["application/json"]["schema"]["items"] = {
        "$ref": "#/components/schemas/installation"
    }
    return Description(document)
