"""Commits that were made with git itself, read as git counts them and with renames found, as GitHub shows them."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .gitrepos import git
from .records import FileChange, GitFile

FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%ct", "%s", "%b")
KINDS = {"A": "ADDED", "D": "DELETED", "R": "RENAMED", "C": "COPIED", "T": "CHANGED"}


class Logged(NamedTuple):
    oid: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    authored_at: int
    committed_at: int
    headline: str
    body: str
    files: list[FileChange]
    """Of a merge: what it brings in against its first parent."""
    git_files: dict[str, GitFile]


def logged(directory: Path, tip: str, without: list[str]) -> Iterator[Logged]:
    """What a tip reaches and the others do not, parents first."""
    between, within = (secrets.token_hex(8) for _ in range(2))
    text = git(
        directory,
        "log",
        *("--reverse", "--topo-order", "-z", "--raw", "--numstat", "-M", "--no-abbrev"),
        "--diff-merges=first-parent",
        f"--format={between}{within.join((*FIELDS, ''))}",
        tip,
        "--not",
        *without,
    )
    for part in text.split(between.encode())[1:]:
        head = part.split(within.encode())
        oid, parents, name, email, authored, committed, headline, body = map(_text, head[:-1])
        known: dict[str, tuple[str, GitFile]] = {}
        files = list(_changes(head[-1], known))
        yield Logged(
            oid,
            tuple(parents.split()),
            name,
            email,
            int(authored),
            int(committed),
            headline,
            body.strip(),
            files,
            {path: file for path, (_, file) in known.items()},
        )


def _changes(text: bytes, known: dict[str, tuple[str, GitFile]]) -> Iterator[FileChange]:
    """From ``--raw --numstat -z``: first how each file changed, which goes into ``known``, then how much."""
    tokens = iter(text.lstrip(b"\0\n").split(b"\0"))
    for token in tokens:
        if token.startswith(b":"):
            _, _, old, new, status = token[1:].decode().split(" ")
            previous = path = _text(next(tokens))
            if status[0] in "RC":
                path = _text(next(tokens))
            blob = new if int(new, 16) else old
            kind = KINDS.get(status[0], "MODIFIED")
            known[path] = (kind, GitFile(blob, previous if kind == "RENAMED" else ""))
        elif token:
            added, deleted, raw = token.split(b"\t", 2)
            if not raw:
                next(tokens)
                raw = next(tokens)
            counts = [None if count == b"-" else int(count) for count in (added, deleted)]
            yield FileChange(_text(raw), counts[0], counts[1], known[_text(raw)][0])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
