"""Who owns which files, as a repository's CODEOWNERS says. Pure. Patterns and owners are taken, and nothing else.

By GitHub's rules: one file counts, the first of PLACES that is there; a line is a pattern and owners, and one that it
does not understand says nothing. Owners by e-mail address are left out. Whoever may write to a repository writes this
file, so what is taken of it is bounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""In the order in which GitHub looks."""
MOST_BYTES: Final = 512_000
MOST_PATTERNS: Final = 3_000
MOST_OWNERS: Final = 50
LONGEST_PATTERN: Final = 500
_WORD: Final = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER: Final = re.compile(r"@[A-Za-z0-9_.-]{1,90}(?:/[A-Za-z0-9_.-]{1,100})?")


@dataclass(frozen=True)
class OwnerLine:
    """`owners` as @name and @organisation/team; without any, what the pattern matches has no owner."""

    position: int
    pattern: str
    owners: tuple[str, ...]


def read(files: Mapping[str, bytes]) -> list[OwnerLine]:
    """Of the files that are there, by their place, what the one that counts says."""
    content = next((files[place] for place in PLACES if place in files), b"")
    text = content[:MOST_BYTES].removeprefix(b"\xef\xbb\xbf").decode(errors="replace")
    return list(_lines(text))


def _lines(text: str) -> Iterator[OwnerLine]:
    found = 0
    for position, line in enumerate(text.split("\n")):
        words = _WORD.findall(line)
        told = words[: next((at for at, word in enumerate(words) if word[0] == "#"), None)]
        if not told or not _is_pattern(told[0]):
            continue
        found += 1
        if found > MOST_PATTERNS:
            return
        owners = (word for word in told[1:] if _OWNER.fullmatch(word))
        pattern = told[0].replace("\\ ", " ")
        yield OwnerLine(position, pattern, tuple(owners)[:MOST_OWNERS])


def _is_pattern(word: str) -> bool:
    """GitHub knows neither negation nor ranges of characters, and no # that is escaped."""
    refused = word.startswith(("!", "\\#")) or "[" in word or "\0" in word
    return not refused and len(word) <= LONGEST_PATTERN
