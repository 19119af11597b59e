"""Ids, which Jira tells as text here and as numbers there, and keys."""

import re
from typing import Final

_LONGEST: Final = 18
"""Digits that fit into 64 bits, whatever they are."""
_KEY: Final = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+")


def as_id(value: object) -> int | None:
    """None for what is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**_LONGEST else None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _LONGEST:
        return int(value)
    return None


def is_key(text: str) -> bool:
    """Whether it is an issue's key, and nothing beside it."""
    return _KEY.fullmatch(text) is not None


def keys_in(text: str) -> list[str]:
    """All keys that stand in what Jira says."""
    return _KEY.findall(text)
