"""Who owns which files, as a repository's CODEOWNERS says. Pure. Patterns and owners are taken, and nothing else.

By GitHub's rules: one file counts, the first of PLACES that is there; a line is a pattern and owners, and one that it
does not understand says nothing. Owners by e-mail address are left out. Whoever may write to a repository writes this
file, so what is taken of it is bounded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""In the order in which GitHub looks."""
MOST_BYTES: Final = 512_000
MOST_PATTERNS: Final = 1_000
MOST_OWNERS: Final = 50
LONGEST_PATTERN: Final = 500
LEFT_OUT: Final = (
    "The repository's CODEOWNERS is too large to be read whole: some of its lines are left out."
)
_WORD: Final = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER: Final = re.compile(r"@[A-Za-z0-9_.-]{1,90}(?:/[A-Za-z0-9_.-]{1,100})?")


@dataclass(frozen=True)
class OwnerLine:
    """`owners` as @name and @organisation/team; without any, what the pattern matches has no owner."""

    position: int
    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Owned:
    """What is taken of a repository's file. `is_exceeded`: something was left out."""

    lines: list[OwnerLine]
    is_exceeded: bool

    @property
    def notes(self) -> list[str]:
        return [LEFT_OUT] if self.is_exceeded else []


def read(files: Mapping[str, bytes | None]) -> Owned:
    """Of the files that are there, by their place, what the one that counts says; None is one that is too large.

    Of too many lines the last are taken: those decide, whatever the ones before them say.
    """
    content = next((files[place] for place in PLACES if place in files), b"")
    if content is None or len(content) > MOST_BYTES:
        return Owned([], is_exceeded=True)
    lines, is_exceeded = _lines(content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    return Owned(lines[-MOST_PATTERNS:], is_exceeded or len(lines) > MOST_PATTERNS)


def _lines(text: str) -> tuple[list[OwnerLine], bool]:
    """And whether one of them is longer than is taken."""
    lines: list[OwnerLine] = []
    is_exceeded = False
    for position, line in enumerate(text.split("\n")):
        words = _WORD.findall(line)
        told = words[: next((at for at, word in enumerate(words) if word[0] == "#"), None)]
        if not told or not _is_pattern(told[0]):
            continue
        if len(told[0]) > LONGEST_PATTERN:
            is_exceeded = True
            continue
        owners = (word for word in told[1:] if _OWNER.fullmatch(word))
        pattern = told[0].replace("\\ ", " ")
        lines.append(OwnerLine(position, pattern, tuple(owners)[:MOST_OWNERS]))
    return lines, is_exceeded


def _is_pattern(word: str) -> bool:
    """GitHub knows neither negation nor ranges of characters, and no # that is escaped."""
    return not (word.startswith(("!", "\\#")) or "[" in word or "\0" in word)
