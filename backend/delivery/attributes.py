"""Which paths a repository's .gitattributes mark, as git itself decides it. Pure.

Read are two attributes, `linguist-generated` and `linguist-vendored`, and the macros (`[attr]name …`) that set them.
The rules are those of gitattributes(5): a deeper folder's file, then a later line, wins. Whoever may write to a
repository writes these files, so what is taken of them is bounded.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeGuard

from backend.delivery.records import AttributePatternRecord
from backend.delivery.wildmatch import matcher

FILE: Final = ".gitattributes"
GENERATED: Final = "linguist-generated"
VENDORED: Final = "linguist-vendored"
READ: Final = frozenset({GENERATED, VENDORED})

MOST_FILES: Final = 1_000
MOST_BYTES: Final = 256_000
MOST_PATTERNS: Final = 1_000
LONGEST_PATTERN: Final = 500
LONGEST_FOLDER: Final = 1_000
MOST_MACROS: Final = 50
LEFT_OUT: Final = "The repository's .gitattributes are too large to be read whole: some of their lines are left out."
LONGEST_LINE: Final = 2047
_BLANK: Final = b" \t\r\n"
_MACRO: Final = b"[attr]"
_NAME: Final = re.compile(rb"[A-Za-z0-9_.][-A-Za-z0-9_.]*")
_ESCAPE: Final = re.compile(rb"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)
_ESCAPED: Final = {
    b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v",
    b"\\": b"\\", b'"': b'"',
}  # fmt: skip

Settings = Mapping[str, bool | None]
"""What a line says of attributes: set, unset, or taken back (None)."""


class _Word(NamedTuple):
    attribute: str
    value: bool | None
    may_be_macro: bool


_Line = tuple[str, int, bytes, Sequence[_Word]]


@dataclass
class Budget:
    """What one repository's files may still take. `is_exceeded`: something was left out."""

    bytes_left: int = MOST_BYTES
    is_exceeded: bool = False

    def takes(self, content: bytes | None) -> TypeGuard[bytes]:
        """Whether there is room for one more file; None is one that is too large to have been read."""
        if content is None or len(content) > self.bytes_left:
            self.is_exceeded = True
            return False
        self.bytes_left -= len(content)
        return True

    @property
    def notes(self) -> list[str]:
        return [LEFT_OUT] if self.is_exceeded else []


def depth(path: str) -> tuple[int, str]:
    """The order in which files are read until there is no room: those nearest the top speak for the most paths."""
    return path.count("/"), path


def read(files: Mapping[str, bytes], budget: Budget | None = None) -> list[AttributePatternRecord]:
    """What a repository's files say of READ, by the folder each stands in: empty for the top, else ending in a slash.
    What is beyond the bounds is left out, and `budget` is told.

    A macro stands for its attributes on every line that sets it. A line that takes a macro back (`-name`) does so for
    the macro alone, where git would also undo what lines before it set by that macro.
    """
    budget = budget or Budget()
    lines: list[_Line] = []
    macros: dict[str, Sequence[_Word]] = {}
    for folder, content in files.items():
        if len(folder.encode()) > LONGEST_FOLDER:
            budget.is_exceeded = True
            continue
        for position, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
            parts = _split(line)
            if parts is None:
                continue
            pattern, states = parts
            said = _said(states)
            if said is None:
                continue
            if not pattern.startswith(_MACRO) or pattern == _MACRO:
                if not pattern.startswith(b"!") and b"\0" not in pattern:
                    lines.append((folder, position, pattern, said))
            elif not folder:
                # Only the file at the top may define what an attribute stands for.
                name = pattern.removeprefix(_MACRO).decode(errors="replace")
                if name in macros or len(macros) < MOST_MACROS:
                    macros[name] = said
                else:
                    budget.is_exceeded = True
    return list(_records(lines, macros, budget))


def _records(
    lines: Iterable[_Line], macros: Mapping[str, Sequence[_Word]], budget: Budget
) -> Iterator[AttributePatternRecord]:
    names = READ | macros.keys()
    meanings = {name: _strongest(said, names) for name, said in macros.items()}
    telling = 0
    for folder, position, pattern, said in lines:
        words = _strongest(said, names)
        if not words:
            continue
        telling += 1
        if telling > MOST_PATTERNS:
            budget.is_exceeded = True
            return
        if len(pattern) > LONGEST_PATTERN:
            budget.is_exceeded = True
            continue
        yield from _settings(folder, position, pattern, _expanded(words, meanings))


def _settings(
    folder: str, position: int, pattern: bytes, settings: Settings
) -> Iterator[AttributePatternRecord]:
    for attribute in sorted(READ & settings.keys()):
        text = pattern.decode(errors="replace")
        yield AttributePatternRecord(folder, position, text, attribute, settings[attribute])


def _split(line: bytes) -> tuple[bytes, bytes] | None:
    """Pattern and attributes of a line; None where it is empty, a comment or no line for git."""
    line = line.strip(_BLANK)
    if not line or line.startswith(b"#") or len(line) > LONGEST_LINE:
        return None
    if quoted := re.match(rb'"((?:[^"\\]|\\.)*)"', line):
        unquoted = _unquoted(quoted[1])
        if unquoted is not None:
            return unquoted, line[quoted.end() :].strip(_BLANK)
    pattern, *states = re.split(rb"[ \t\r]+", line, maxsplit=1)
    return pattern, states[0] if states else b""


def _unquoted(text: bytes) -> bytes | None:
    """C's way of quoting; None where it is none."""
    wrong = False

    def plain(found: re.Match[bytes]) -> bytes:
        nonlocal wrong
        if found[1]:
            return bytes([int(found[1], 8)])
        wrong = wrong or found[2] not in _ESCAPED
        return _ESCAPED.get(found[2], b"")

    done = _ESCAPE.sub(plain, text)
    return None if wrong else done


def _said(states: bytes) -> list[_Word] | None:
    """A line's words in their order. None where git refuses the whole line."""
    found: list[_Word] = []
    for word in re.split(rb"[ \t\r]+", states) if states else ():
        name, equals, text = word.partition(b"=")
        value: bool | None = not equals or text != b"false"
        if name[:1] in {b"-", b"!"}:
            value, name = (False if name[:1] == b"-" else None), name[1:]
        if not _NAME.fullmatch(name) or name.startswith(b"builtin_"):
            return None
        found.append(_Word(name.decode(), value, value is True and not equals))
    return found


def _strongest(said: Sequence[_Word], names: AbstractSet[str]) -> list[_Word]:
    """The words about these names, each name once: of two words the later one holds, so the last comes first."""
    found: dict[str, _Word] = {}
    for word in reversed(said):
        if word.attribute in names:
            found.setdefault(word.attribute, word)
    return list(found.values())


def _expanded(words: Sequence[_Word], macros: Mapping[str, Sequence[_Word]]) -> Settings:
    """As git does it: the strongest word first, a macro's own words in its place, and what is said first of an
    attribute holds. So no macro is looked into twice, whatever macros name each other.
    """
    found: dict[str, bool | None] = {}
    waiting = list(reversed(words))
    while waiting:
        name, value, may_be_macro = waiting.pop()
        if name in found:
            continue
        found[name] = value
        if may_be_macro and name in macros:
            waiting.extend(reversed(macros[name]))
    return found


@dataclass(frozen=True)
class Attributes:
    """The .gitattributes of one repository, by attribute: folder, pattern and value, what wins first."""

    lines: Mapping[str, Sequence[tuple[str, "re.Pattern[bytes]", bool | None]]]

    @classmethod
    def of(cls, patterns: Iterable[AttributePatternRecord]) -> "Attributes":
        def order(one: AttributePatternRecord) -> tuple[int, int]:
            return one.folder.count("/"), one.position

        lines: dict[str, list[tuple[str, re.Pattern[bytes], bool | None]]] = {}
        for one in sorted(patterns, key=order, reverse=True):
            if pattern := matcher(one.pattern):
                lines.setdefault(one.attribute, []).append((one.folder, pattern, one.value))
        return cls(lines)

    def value(self, path: str, attribute: str) -> bool | None:
        """Set, unset, or None where nothing is said."""
        for folder, pattern, value in self.lines.get(attribute, ()):
            if path.startswith(folder) and pattern.fullmatch(path[len(folder) :].encode()):
                return value
        return None

    def is_generated(self, path: str) -> bool | None:
        """Either attribute set: left out of sizes. Otherwise either unset: counted. None where nothing is said."""
        said = {self.value(path, attribute) for attribute in self.lines}
        return True if True in said else False if False in said else None
