"""Which paths a repository's .gitattributes mark, as git itself decides it. Pure.

Read are two attributes, `linguist-generated` and `linguist-vendored`, and the macros (`[attr]name …`) that set them.
The rules are those of gitattributes(5): a deeper folder's file, then a later line, wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.delivery.records import AttributePatternRecord
from backend.delivery.wildmatch import matcher

FILE: Final = ".gitattributes"
GENERATED: Final = "linguist-generated"
VENDORED: Final = "linguist-vendored"
READ: Final = frozenset({GENERATED, VENDORED})

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
_Line = tuple[str, int, bytes, bytes]


def read(files: Mapping[str, bytes]) -> list[AttributePatternRecord]:
    """What a repository's files say of READ, by the folder each stands in: empty for the top, else ending in a slash.

    A macro stands for its attributes on every line that sets it. A line that takes a macro back (`-name`) does so for
    the macro alone, where git would also undo what lines before it set by that macro.
    """
    lines: list[_Line] = []
    macros: dict[str, bytes] = {}
    for folder, content in files.items():
        for position, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
            parts = _split(line)
            if parts is None:
                continue
            pattern, states = parts
            if not pattern.startswith(_MACRO) or pattern == _MACRO:
                lines.append((folder, position, pattern, states))
            elif not folder and _said(states) is not None:
                # Only the file at the top may define what an attribute stands for.
                macros[pattern.removeprefix(_MACRO).decode(errors="replace")] = states
    return [record for line in lines for record in _records(line, macros)]


def _records(line: _Line, macros: Mapping[str, bytes]) -> Iterator[AttributePatternRecord]:
    folder, position, pattern, states = line
    said = _said(states)
    if said is None or pattern.startswith(b"!") or b"\0" in pattern:
        return
    settings = _expanded(said, macros, frozenset())
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


def _said(states: bytes) -> list[tuple[str, bool | None, bool]] | None:
    """A line's words: attribute, value, and whether a macro is set by it. None where git refuses the whole line."""
    found: list[tuple[str, bool | None, bool]] = []
    for word in re.split(rb"[ \t\r]+", states) if states else ():
        name, equals, text = word.partition(b"=")
        value: bool | None = not equals or text != b"false"
        if name[:1] in {b"-", b"!"}:
            value, name = (False if name[:1] == b"-" else None), name[1:]
        if not _NAME.fullmatch(name) or name.startswith(b"builtin_"):
            return None
        found.append((name.decode(), value, value is True and not equals))
    return found


def _expanded(
    said: Iterable[tuple[str, bool | None, bool]],
    macros: Mapping[str, bytes],
    within: frozenset[str],
) -> Settings:
    """The later of two words about one attribute wins."""
    found: dict[str, bool | None] = {}
    for name, value, may_be_macro in said:
        found[name] = value
        if may_be_macro and name in macros and name not in within:
            found.update(_expanded(_said(macros[name]) or (), macros, within | {name}))
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
