"""Where names of people stand in what others wrote: logins in names of branches, @mentions and addresses. Pure.

A name in a sentence is not looked for: no program knows whose it is.
"""

import re
from collections.abc import Collection
from typing import Final

GONE: Final = "(erased)"
"""Stands in place of a name. No login and no address can look like it."""
_MENTION: Final = re.compile(
    r"(?<![\w.+@-])(?:@[a-z0-9][\w-]*|[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE
)


def words_of_reference(name: str) -> set[str]:
    """Whatever could be a login in a branch's or tag's name: each part, and what each part begins with.

    As in alice/fix, users/alice/fix and alice-patch-1.
    """
    return {word for part in name.casefold().split("/") for word in _beginnings(part)}


def scrubbed_reference(name: str, gone: Collection[str]) -> str:
    """Without these logins, which are in lower case."""
    return "/".join(_without(part, gone) for part in name.split("/"))


def words_of(text: str) -> set[str]:
    """Logins that are mentioned as @login, without the @, and addresses."""
    return {_bare(found[0]) for found in _MENTION.finditer(text)}


def scrubbed(text: str, gone: Collection[str]) -> str:
    """Without these logins and addresses, which are in lower case."""
    return _MENTION.sub(lambda found: GONE if _bare(found[0]) in gone else found[0], text)


def _bare(told: str) -> str:
    return told.removeprefix("@").casefold()


def _beginnings(part: str) -> list[str]:
    """The longest first."""
    ends = [found.start() for found in re.finditer(r"[-_.]", part)]
    return [part[:end] for end in (len(part), *reversed(ends)) if end]


def _without(part: str, gone: Collection[str]) -> str:
    found = next((one for one in _beginnings(part.casefold()) if one in gone), None)
    return part if found is None else GONE + part[len(found) :]
