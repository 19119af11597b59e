"""What a text says of commits, pull requests and issues: read in memory, and all of it dropped but these names. Pure.

Lines are taken as the tools write them, at the beginning of a line or of a list's item: in what is quoted, or in a
sentence of somebody's, they say nothing. Of git:

    This reverts commit SHA.
    This reverts commit SHA, reversing changes made to SHA.     (a merge; what comes second was before it)
    (cherry picked from commit SHA)

and of GitHub, in the body of a pull request made by its Revert button:

    Reverts owner/name#number

Keys of issues may stand anywhere, in capitals; in the name of a branch in small letters too. Whether what looks like a
key is one depends on the projects that are known, which the store knows.
"""

import re
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 1 << 17
"""Of a text; what lies beyond is not read. GitHub's bodies end at half of that."""
MOST_NAMES: Final = 100
MOST_REFERENCE: Final = 330
"""Characters of owner/name#number."""
MOST_KEY: Final = 120

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


# Words may be joined to it by - / and _, and a version by a dot: UTF-8.1 names no issue, nor does ABC-12a.
_KEY: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Z][A-Z0-9_]*[A-Z0-9]-[1-9][0-9]{0,9}(?![A-Za-z0-9]|\.[0-9])", re.ASCII
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


@dataclass(frozen=True, slots=True)
class Body:
    """What a pull request's body names: pull requests as owner/name#number in small letters, and keys of issues."""

    reverts: tuple[str, ...] = ()
    issue_keys: tuple[str, ...] = ()


def of_body(body: str) -> Body:
    text = body[:MOST_CHARACTERS]
    found = _found(_PULL_REQUESTS, text.lower())
    return Body(tuple(name for name in found if len(name) <= MOST_REFERENCE), issue_keys(text))


def issue_keys(text: str) -> tuple[str, ...]:
    """What looks like keys of issues in a title, a body or a message."""
    found = [end for key in _found(_KEY, text[:MOST_CHARACTERS]) for end in _ends(key)]
    return tuple(dict.fromkeys(key for key in found if len(key) <= MOST_KEY))[:MOST_NAMES]


def _ends(key: str) -> list[str]:
    """WIP_FORGE-1 may be one of a project WIP_FORGE, or of FORGE with a word before it."""
    words = key.split("_")
    return [
        "_".join(words[at:]) for at in range(len(words)) if _KEY.fullmatch("_".join(words[at:]))
    ]


def issue_keys_of_branch(name: str) -> tuple[str, ...]:
    """Likewise in the name of a branch, where many write small letters."""
    return issue_keys(name.upper())


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.findall(text)))[:MOST_NAMES]
