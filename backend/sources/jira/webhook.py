"""What a webhook of Jira's says has changed. Pure: a parsed body in, the objects' identities out.

A delivery is a hint: of its body no more is read than which objects to fetch.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from backend.inventory.entering import only
from backend.inventory.entering.reports import JIRA_WEBHOOKS
from backend.sources.changed import MAXIMUM_ID, Changed, InvalidPayload

DELETED: Final = "deleted"
_NAME: Final = re.compile(r"[A-Za-z0-9:_-]{1,60}")
_LONGEST_ID: Final = 19
"""Digits of the largest id there may be."""


def event_of(payload: Mapping[str, Any]) -> str:
    """The event's name. Raises InvalidPayload."""
    name = payload.get("webhookEvent")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidPayload("“webhookEvent” is missing, or no name of an event.")
    return name


def action_of(event: str) -> str:
    """In the inbox's word: what was deleted must not be taken for what is hidden."""
    return DELETED if event == "jira:issue_deleted" else ""


def changed(payload: Mapping[str, Any]) -> tuple[Changed, ...]:
    """Which objects to fetch; none where the event tells nothing that is kept. Raises InvalidPayload."""
    event = event_of(payload)
    for beginning, read in _EVENTS.items():
        if event.startswith(beginning):
            return read(only(JIRA_WEBHOOKS, payload))
    return ()


def _issue(payload: Mapping[str, Any]) -> tuple[Changed, ...]:
    return (Changed("issue", key=str(_id(_object(payload, "issue"), "id"))),)


def _link(payload: Mapping[str, Any]) -> tuple[Changed, ...]:
    """Both ends of it."""
    link = _object(payload, "issueLink")
    ends = (_id(link, "sourceIssueId"), _id(link, "destinationIssueId"))
    return tuple(Changed("issue", key=str(end)) for end in ends)


def _sprints(_: Mapping[str, Any]) -> tuple[Changed, ...]:
    return (Changed("sprints"),)


def _version(payload: Mapping[str, Any]) -> tuple[Changed, ...]:
    return (Changed("project", _id(_object(payload, "version"), "projectId")),)


def _projects(_: Mapping[str, Any]) -> tuple[Changed, ...]:
    return (Changed("projects"),)


_EVENTS: Final[dict[str, Callable[[Mapping[str, Any]], tuple[Changed, ...]]]] = {
    "jira:issue_": _issue,
    "issuelink_": _link,
    "sprint_": _sprints,
    "board_": _sprints,
    "jira:version_": _version,
    "project_": _projects,
}
"""By the beginnings of the events' names."""
EVENTS: Final = (
    *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
    *("issuelink_created", "issuelink_deleted"),
    *("sprint_created", "sprint_updated", "sprint_started", "sprint_closed", "sprint_deleted"),
    *("board_created", "board_updated", "board_deleted"),
    *("jira:version_created", "jira:version_updated", "jira:version_released"),
    *("project_created", "project_updated", "project_deleted"),
)
"""What is to be ticked."""


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = payload.get(name)
    if not isinstance(found, Mapping):
        raise InvalidPayload(f"“{name}” is missing.")
    return found


def _id(payload: Mapping[str, Any], name: str) -> int:
    """Ids come as numbers and as text."""
    told = payload.get(name)
    number = told
    if isinstance(told, str) and told.isdecimal() and len(told) <= _LONGEST_ID:
        number = int(told)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= MAXIMUM_ID:
        raise InvalidPayload(f"“{name}” is no id.")
    return number
