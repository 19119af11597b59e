"""Who owns files, by their repositories' CODEOWNERS.

Whoever may write to a repository says what the patterns are, and whoever may send reports says where files lie: so
what comparing them costs is bounded, and of files beyond the bounds no owner is told.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from backend.delivery.models import OwnerPattern
from backend.delivery.wildmatch import matcher

MOST_FOLDERS: Final = 30
MOST_EFFORT: Final = 400_000_000
"""Of one answer, shared by its repositories: letters of patterns times letters of paths, where wildcards have to be
tried. At the worst it is about a second; a page of 200 tests and 1,000 plain patterns takes less than a tenth of it.
"""
_READYING: Final = 1_500
"""A pattern's first use costs as much as trying it on so many letters."""
_SPECIAL: Final = re.compile(r"[*?\[\\]")
_WILD: Final = re.compile(r"[*?]")
_BETWEEN: Final = re.compile(r"[*?/]+")
_WORDS: Final = 3

Line = tuple[str, list[str]]
"""A pattern and its owners."""


def owners_of(files: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[str]]:
    """Of each file, told by repository id and path, its owners; of one that nobody owns, none. One statement."""
    wanted = dict.fromkeys((repository, path) for repository, path in files if path)
    if not wanted:
        return {}
    lines: dict[int, list[Line]] = {}
    told = OwnerPattern.objects.filter(repository__in={repository for repository, _ in wanted})
    for repository, pattern, owners in told.order_by("position").values_list(
        "repository_id", "pattern", "owners"
    ):
        lines.setdefault(repository, []).append((pattern, owners))
    known = {
        repository: Owners(found, effort=MOST_EFFORT // len(lines))
        for repository, found in lines.items()
    }
    return {one: known[one[0]].of(one[1]) for one in wanted if one[0] in known}


class Owners:
    """One repository's lines, in their order: the last that matches decides, also where it names nobody.

    By GitHub's rules: gitignore's, but that a wildcard at the end (`docs/*`) does not reach into folders. Patterns
    without wildcards, nearly all that there are, are looked up; the others are tried where the words in them occur.
    """

    def __init__(self, lines: Sequence[Line], *, effort: int = MOST_EFFORT) -> None:
        self._owners = [owners for _, owners in lines]
        self._effort_left = effort
        self._files: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        """By path from the top, or by a slash and the name: any of that name."""
        self._wild: list[_Wild] = []
        for line, (pattern, _) in enumerate(lines):
            text = pattern.rstrip("/")
            if _SPECIAL.search(text):
                self._wild.append(_Wild(line, text, only_in=pattern.endswith("/")))
            elif text:
                place = text.removeprefix("/") if "/" in text else f"/{text}"
                self._folders[place] = line
                if not pattern.endswith("/"):
                    self._files[place] = line
        self._wild.reverse()

    def of(self, path: str) -> list[str]:
        """None as well where it is not known: rather nobody than whom a line that was not tried overrules."""
        if path.count("/") > MOST_FOLDERS:
            return []
        last = max(self._looked_up(path), default=-1)
        for one in self._wild:
            if one.line < last:
                break
            if not one.may_match(path):
                continue
            self._effort_left -= one.effort(path)
            if self._effort_left < 0:
                return []
            if one.owns(path):
                last = one.line
                break
        return self._owners[last] if last >= 0 else []

    def _looked_up(self, path: str) -> Iterator[int]:
        *folders, name = path.split("/")
        for place in (path, f"/{name}"):
            if place in self._files:
                yield self._files[place]
        for depth, folder in enumerate(folders, 1):
            for place in ("/".join(folders[:depth]), f"/{folder}"):
                if place in self._folders:
                    yield self._folders[place]


class _Wild:
    """A pattern with wildcards, without the slashes at its end. `only_in`: about what lies in folders it matches."""

    def __init__(self, line: int, text: str, *, only_in: bool) -> None:
        self.line = line
        self._text = text
        self._files = not only_in
        name = text.rpartition("/")[2]
        self._folders = only_in or not _WILD.search(name) or name == "**"
        self._is_ready = False
        is_plain = "\\" not in text and "[" not in text
        words = sorted(_BETWEEN.split(text), key=len, reverse=True) if is_plain else []
        self._words = words[:_WORDS]

    def may_match(self, path: str) -> bool:
        """What stands between wildcards stands in the path."""
        return all(word in path for word in self._words)

    def effort(self, path: str) -> int:
        readying = 0 if self._is_ready else _READYING
        self._is_ready = True
        return len(self._text) * (len(path) + readying)

    def owns(self, path: str) -> bool:
        pattern, raw = matcher(self._text), path.encode()
        if pattern is None:
            return False
        if self._files and pattern.fullmatch(raw):
            return True
        return self._folders and bool(_below(pattern).fullmatch(raw))


@lru_cache(maxsize=4_096)
def _below(folder: "re.Pattern[bytes]") -> "re.Pattern[bytes]":
    """Whatever lies in a folder that matches, however deep."""
    return re.compile(folder.pattern + b"/.*", re.DOTALL)
