"""Values of custom fields, whose types are as many as there are Jiras: what is understood, else None and a note."""

import math
import re
from collections.abc import Iterable
from typing import Any, Final

from backend.sources.jira.ids import as_id, is_key

_LEGACY_SPRINT: Final = re.compile(
    r"greenhopper\.service\.sprint\.Sprint@[0-9a-f]+\[(?:[^\]]*?,)??id=(\d{1,18})[,\]]"
)
"""How Data Center told a sprint before it told objects: its toString, with id, state and dates in brackets. The first
id is the sprint's: what follows a name or a goal is anybody's."""


def estimate(value: object) -> tuple[float | None, str]:
    """Story points; text where a number is meant is understood. The note is empty where all is well."""
    told: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        told = float(value)
    elif isinstance(value, str):
        told = number(value)
    elif isinstance(value, dict) and isinstance(value.get("value"), str):
        told = number(value["value"])  # a list to choose from
    if told is None or not math.isfinite(told):
        return None, "its estimate is no number"
    return told, ""


def number(text: str) -> float | None:
    """A number as a person or Jira writes it."""
    try:
        told = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return told if math.isfinite(told) else None


def sprints(value: object) -> tuple[tuple[int, ...], str]:
    """Ids of the sprints that an issue is or was in."""
    entries = value if isinstance(value, list) else [value]
    ids = [_sprint(one) for one in entries]
    known = tuple(dict.fromkeys(one for one in ids if one is not None))
    return known, "" if None not in ids else "a sprint of it cannot be read"


def _sprint(value: object) -> int | None:
    if isinstance(value, dict):
        value = value.get("id")
    told = as_id(value)
    if told is not None or not isinstance(value, str):
        return told
    legacy = _LEGACY_SPRINT.search(value)
    return int(legacy[1]) if legacy else None


def team(value: object) -> tuple[str, str]:
    """The name of a team, else its id."""
    if isinstance(value, list):
        return team(value[0]) if value else ("", "")
    if isinstance(value, dict):
        told: Iterable[Any] = (value.get(name) for name in ("name", "title", "value", "id"))
        value = next((one for one in told if one), None)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)[:300], ""
    return "", "its team cannot be read"


def epic(value: object) -> tuple[int | str | None, str]:
    """An epic's id, or its key, which whoever asks has to look up."""
    if isinstance(value, dict):
        value = value.get("id") or value.get("key")
    told = as_id(value)
    if told is not None:
        return told, ""
    if isinstance(value, str) and is_key(value):
        return value, ""
    return None, "its epic cannot be read"
