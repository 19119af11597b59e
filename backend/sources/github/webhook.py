"""What a webhook says has changed. Pure: an event's name and its parsed body in, the object's identity out.

A delivery is a hint: of its body no more is read than which object to fetch.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

MAXIMUM_ID: Final = 2**63 - 1
MAXIMUM_NUMBER: Final = 2**31 - 1


class InvalidPayload(ValueError):
    """The body is not of the shape that GitHub documents for the event."""


@dataclass(frozen=True)
class Changed:
    """The object to fetch; `kind` is one of sources.models.Hint.Kind."""

    kind: str
    repository_external_id: int | None = None
    key: str = ""


def changed(event: str, payload: Mapping[str, Any]) -> Changed | None:
    """Which object to fetch, or None where the event tells nothing that is kept. Raises InvalidPayload."""
    read = _EVENTS.get(event)
    return read(payload) if read else None


def action(payload: Mapping[str, Any]) -> str:
    """What happened to the object, in GitHub's word; empty where the event has none. Raises InvalidPayload."""
    value = payload.get("action") or ""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z_]{0,60}", value):
        raise InvalidPayload("“action” is not a word.")
    return value


def _pull_request(payload: Mapping[str, Any]) -> Changed:
    number = _positive(_object(payload, "pull_request"), "number", MAXIMUM_NUMBER)
    return Changed("pull_request", _repository_id(payload), str(number))


def _push(payload: Mapping[str, Any]) -> Changed | None:
    """Only the default branch: pushes to others are told by their pull requests."""
    ref, branch = payload.get("ref"), _object(payload, "repository").get("default_branch")
    if not isinstance(ref, str) or not isinstance(branch, str):
        raise InvalidPayload("“ref” or “repository.default_branch” is missing.")
    repository = _repository_id(payload)
    return Changed("commits", repository) if ref == f"refs/heads/{branch}" else None


def _repository(payload: Mapping[str, Any]) -> Changed:
    return Changed("repository", _repository_id(payload))


def _connection(_: Mapping[str, Any]) -> Changed:
    return Changed("connection")


_EVENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Changed | None]]] = {
    "pull_request": _pull_request,
    "pull_request_review": _pull_request,
    "pull_request_review_thread": _pull_request,
    "push": _push,
    "repository": _repository,
    "team": _connection,
    "membership": _connection,
    "member": _connection,
    "organization": _connection,
    "installation": _connection,
    "installation_repositories": _connection,
}


def _repository_id(payload: Mapping[str, Any]) -> int:
    return _positive(_object(payload, "repository"), "id", MAXIMUM_ID)


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    if not isinstance(value, dict):
        raise InvalidPayload(f"“{name}” is missing or no object.")
    return value


def _positive(payload: Mapping[str, Any], name: str, limit: int) -> int:
    value = payload.get(name)
    if type(value) is not int or not 0 < value <= limit:
        raise InvalidPayload(f"“{name}” is no number that GitHub would give.")
    return value
