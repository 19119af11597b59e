"""git's patterns for paths, as regular expressions: wildmatch, as gitattributes(5) and gitignore(5) use it. Pure.

A pattern without a slash is about the file's name, one with a slash about the path from where the pattern stands; one
that ends in a slash is about folders, and so about no file. Bytes are compared, as git does: `?` is one byte.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

_SPECIAL: Final = re.compile(rb"[*?\[\\]")
_CLASSES: Final = {
    b"alnum": rb"a-zA-Z0-9", b"alpha": rb"a-zA-Z", b"blank": rb" \t", b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9", b"graph": rb"!-~", b"lower": rb"a-z", b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~", b"space": rb" \t\n\r", b"upper": rb"A-Z", b"xdigit": rb"0-9A-Fa-f",
}  # fmt: skip
_A_MEMBER: Final = rb"\[:(?P<name>[^]]*):\]|(?P<start>\\.|[^\\%b])(?:-(?P<end>\\.|[^]\\]))?"
_FIRST_MEMBER: Final = re.compile(_A_MEMBER % b"", re.DOTALL)
"""A bracket that closes at once is a member of the set."""
_MEMBER: Final = re.compile(_A_MEMBER % rb"\]", re.DOTALL)

_STAR: Final = b"*"
_FOLDERS: Final = b"**/"
_ALL: Final = b"**"


@lru_cache(maxsize=4_096)
def matcher(pattern: str) -> "re.Pattern[bytes] | None":
    """What a path below the pattern's folder must match as a whole, as UTF-8; None where no file can."""
    raw = pattern.encode()
    if not raw or raw.endswith(b"/"):
        return None
    if b"/" not in raw:
        return _compiled(b"(?:.*/)?", b"", raw, within_name=True)
    raw = raw.removeprefix(b"/")
    # git compares what stands before the first special character as it is, and begins to match after that.
    special = _SPECIAL.search(raw)
    at = special.start() if special else len(raw)
    return _compiled(b"", raw[:at], raw[at:], within_name=False)


def _compiled(
    before: bytes, literal: bytes, rest: bytes, *, within_name: bool
) -> "re.Pattern[bytes] | None":
    tokens = _tokens(rest, within_name=within_name)
    if tokens is None:
        return None
    expression = before + re.escape(literal) + b"".join(_sections(tokens))
    return re.compile(expression, re.DOTALL)


def _tokens(rest: bytes, *, within_name: bool) -> list[bytes] | None:
    """_STAR, _FOLDERS, _ALL, and expressions of one byte each; None where the pattern is broken and matches nothing."""
    tokens: list[bytes] = []
    at = 0
    while at < len(rest):
        here = rest[at : at + 1]
        if here == b"*":
            end = at + len(rest[at:]) - len(rest[at:].lstrip(b"*"))
            alone = end - at > 1 and not within_name and (at == 0 or rest[at - 1 : at] == b"/")
            if alone and rest[end : end + 1] == b"/":
                tokens, end = [*tokens, _FOLDERS], end + 1
            else:
                tokens.append(_ALL if alone and end == len(rest) else _STAR)
            at = end
        elif here == b"?":
            tokens.append(b"[^/]")
            at += 1
        elif here == b"[":
            found = _bracket(rest, at + 1)
            if found is None:
                return None
            token, at = found
            tokens.append(token)
        else:
            at += here == b"\\"
            if at == len(rest):
                return None
            tokens.append(re.escape(rest[at : at + 1]))
            at += 1
    return tokens


def _bracket(rest: bytes, at: int) -> tuple[bytes, int] | None:
    """What stands for a bracket that opens before `at`, and where what follows it begins; None where it is broken."""
    negated = rest[at : at + 1] in {b"!", b"^"}
    at += negated
    members: list[bytes] = []
    while not members or rest[at : at + 1] != b"]":
        found = (_MEMBER if members else _FIRST_MEMBER).match(rest, at)
        if found is None or (found["name"] is not None and found["name"] not in _CLASSES):
            return None
        members.append(_member(found))
        at = found.end()
    return b"(?!/)[" + b"^" * negated + b"".join(members) + b"]", at + 1


def _member(found: re.Match[bytes]) -> bytes:
    if found["name"] is not None:
        return _CLASSES[found["name"]]
    start, end = found["start"][-1:], (found["end"] or found["start"])[-1:]
    # A range that ends before it begins holds the byte it begins with.
    return re.escape(start) + b"-" + re.escape(max(start, end))


def _sections(tokens: Sequence[bytes]) -> Iterator[bytes]:
    """The expression, made so that a hostile pattern costs no more than length times length: what the earliest match
    of a part leaves for the next can only be more, so nothing before the last star is ever tried again.
    """
    sections: list[list[bytes]] = [[]]
    for token in tokens:
        if token == _FOLDERS:
            sections.append([])
        else:
            sections[-1].append(token)
    last = len(sections) - 1
    for number, section in enumerate(sections):
        body = b"".join(_names(section))
        if number == 0:
            yield body
        elif number == last:
            yield b"(?:[^/]*/)*?" + body
        else:
            yield b"(?>(?:[^/]*/)*?" + body + b")"


def _names(section: Sequence[bytes]) -> Iterator[bytes]:
    """Within a section: a star reaches to the earliest match of what stands before the next one, but for the last."""
    name: list[list[bytes]] = [[]]
    for token in section:
        if token == _STAR:
            name.append([])
        elif token == b"/":
            yield from _name(name)
            yield token
            name = [[]]
        else:
            name[-1].append(b".*" if token == _ALL else token)
    yield from _name(name)


def _name(chunks: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
    last = len(chunks) - 1
    for number, chunk in enumerate(chunks):
        text = b"".join(chunk)
        if number == 0:
            yield text
        elif number == last:
            yield b"[^/]*" + text
        else:
            yield b"(?>[^/]*?" + text + b")"
