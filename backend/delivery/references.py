"""What a message says of other commits and pull requests: read in memory, and all of it dropped but these names. Pure.

Lines are taken as the tools write them, at the beginning of a line or of a list's item: in what is quoted, or in a
sentence of somebody's, they say nothing. Of git:

    This reverts commit SHA.
    This reverts commit SHA, reversing changes made to SHA.     (a merge; what comes second was before it)
    (cherry picked from commit SHA)

and of GitHub, in the body of a pull request made by its Revert button:

    Reverts owner/name#number
"""

import re
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 1 << 17
"""Of a text; what lies beyond is not read. GitHub's bodies end at half of that."""
MOST_NAMES: Final = 100
MOST_REFERENCE: Final = 330
"""Characters of owner/name#number."""

_SHA: Final = r"([0-9a-f]{64}|[0-9a-f]{7,40})(?![0-9a-z])"
_BEGINNING: Final = r"^[ \t]*(?:[-*][ \t]+)?"
_REVERTED: Final = re.compile(f"{_BEGINNING}This reverts commit {_SHA}", re.MULTILINE)
_PICKED: Final = re.compile(
    rf"{_BEGINNING}\(cherry picked from commit {_SHA}\)[ \t\r]*$", re.MULTILINE
)
_PULL_REQUESTS: Final = re.compile(
    rf"{_BEGINNING}reverts ([\w.-]+/[\w.-]+#[1-9][0-9]{{0,9}})[ \t\r]*$",
    re.MULTILINE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Commits that a message names, in full or by their beginning, each once and in its order."""

    reverts: tuple[str, ...] = ()
    picked_from: tuple[str, ...] = ()


def of_message(message: str) -> Named:
    """What a commit's message says."""
    text = message[:MOST_CHARACTERS]
    return Named(_found(_REVERTED, text), _found(_PICKED, text))


def of_body(body: str) -> tuple[str, ...]:
    """The pull requests that a pull request's body says it reverts, as owner/name#number in small letters."""
    found = _found(_PULL_REQUESTS, body[:MOST_CHARACTERS].lower())
    return tuple(name for name in found if len(name) <= MOST_REFERENCE)


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))[:MOST_NAMES]
