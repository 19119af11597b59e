"""What a webhook says has changed. Pure: an event's name and its parsed body in, the object's identity out.

A delivery is a hint: of its body no more is read than which object to fetch.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from backend.inventory.entering import only
from backend.inventory.entering.reports import GITHUB_WEBHOOKS
from backend.sources.changed import MAXIMUM_ID, Changed, InvalidPayload

MAXIMUM_NUMBER: Final = 2**31 - 1
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def changed(event: str, payload: Mapping[str, Any]) -> Changed | None:
    """Which object to fetch, or None where the event tells nothing that is kept. Raises InvalidPayload."""
    read = _EVENTS.get(event)
    return read(only(GITHUB_WEBHOOKS, payload)) if read else None


def tells(event: str) -> bool:
    """Whether deliveries of this event may tell of something that is kept."""
    return event in _EVENTS


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
    """Only the default branch and tags: pushes to other branches are told by their pull requests.

    A tag that is moved is neither created nor deleted, and only pushed.
    """
    ref, branch = payload.get("ref"), _object(payload, "repository").get("default_branch")
    if not isinstance(ref, str) or not isinstance(branch, str):
        raise InvalidPayload("“ref” or “repository.default_branch” is missing.")
    if ref == f"refs/heads/{branch}":
        return Changed("commits", _repository_id(payload))
    return Changed("tags", _repository_id(payload)) if ref.startswith("refs/tags/") else None


def _reference(payload: Mapping[str, Any]) -> Changed | None:
    """What else is created and deleted, branches, is told by pushes and pull requests."""
    repository = _repository_id(payload)
    return Changed("tags", repository) if payload.get("ref_type") == "tag" else None


def _checked(name: str) -> Callable[[Mapping[str, Any]], Changed | None]:
    """Checks count once they are completed; until then there is nothing to fetch."""

    def read(payload: Mapping[str, Any]) -> Changed | None:
        if payload.get("action") != "completed":
            return None
        return _checks(payload, _object(payload, name).get("head_sha"))

    return read


def _status(payload: Mapping[str, Any]) -> Changed | None:
    if payload.get("state") == "pending":
        return None
    return _checks(payload, payload.get("sha"))


def _checks(payload: Mapping[str, Any], sha: object) -> Changed:
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise InvalidPayload("The commit's sha is missing.")
    return Changed("checks", _repository_id(payload), sha)


def _ran(name: str, number: str) -> Callable[[Mapping[str, Any]], Changed | None]:
    """A completed run, or a completed job, whose run is fetched with all its jobs."""

    def read(payload: Mapping[str, Any]) -> Changed | None:
        if payload.get("action") != "completed":
            return None
        run = _positive(_object(payload, name), number, MAXIMUM_ID)
        return Changed("workflow_run", _repository_id(payload), str(run))

    return read


def _in_repository(kind: str) -> Callable[[Mapping[str, Any]], Changed]:
    """What is fetched of the whole repository: these have no "since" of their own and are few."""
    return lambda payload: Changed(kind, _repository_id(payload))


def _in_connection(kind: str) -> Callable[[Mapping[str, Any]], Changed]:
    return lambda _: Changed(kind)


_EVENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], Changed | None]]] = {
    "pull_request": _pull_request,
    "pull_request_review": _pull_request,
    "pull_request_review_comment": _pull_request,
    "pull_request_review_thread": _pull_request,
    "push": _push,
    "create": _reference,
    "delete": _reference,
    "check_run": _checked("check_run"),
    "check_suite": _checked("check_suite"),
    "status": _status,
    "workflow_run": _ran("workflow_run", "id"),
    "workflow_job": _ran("workflow_job", "run_id"),
    "deployment": _in_repository("deployments"),
    "deployment_status": _in_repository("deployments"),
    "release": _in_repository("releases"),
    "repository": _in_repository("repository"),
    "public": _in_repository("repository"),
    "team": _in_connection("teams"),
    "membership": _in_connection("teams"),
    "member": _in_connection("connection"),
    "organization": _in_connection("connection"),
    "installation": _in_connection("connection"),
    "installation_repositories": _in_connection("connection"),
    "installation_target": _in_connection("connection"),
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
