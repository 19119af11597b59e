"""Placeholder files whose ``git log --numstat`` is known beforehand.

A file's text is a window [start, end) over an endless sequence of lines that occur once each. A change of +a -d moves
the window to [start + d, end + a): exactly a lines are new and d are gone, whatever the diff algorithm. A binary file
holds a NUL. A merge commit has no numstat, so what it holds may be chosen: first the three-way merge of lengths,
then, where a later commit removes more lines than that leaves, more lines. Such *grants* are found by trying: run,
collect what was missing, grant it at the nearest commit whose content is free, run again until nothing is missing.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import immutables

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
PAIRS = [(left + right).encode() for left in DIGITS for right in DIGITS]


class Change(Protocol):
    """One numstat row: path, additions, deletions (None: binary)."""

    @property
    def path(self) -> str: ...
    @property
    def additions(self) -> int | None: ...
    @property
    def deletions(self) -> int | None: ...


class Blob(NamedTuple):
    """A file's content: a window of lines, or where ``binary`` is not 0, that version of a binary file."""

    start: int
    end: int
    binary: int = 0
    executable: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


Tree = immutables.Map[str, Blob]
TreeChange = dict[str, Blob | None]
EMPTY: Tree = immutables.Map()


def line_prefix(path: str, marker: str) -> bytes:
    """What every line of a file starts with, so that no two files share a line."""
    name = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=4).digest()
    return marker.encode() + base64.b64encode(name)[:6]


def lines(path: str, count: int, marker: str) -> bytes:
    """The first ``count`` lines (rounded up to whole blocks) of a path's sequence, all equally long."""
    prefix = line_prefix(path, marker)
    blocks = []
    for high in range(-(-count // len(PAIRS))):
        start = prefix + PAIRS[high]
        blocks.append(start + (b"\n" + start).join(PAIRS) + b"\n")
    return b"".join(blocks)


def window(path: str, start: int, end: int, marker: str) -> bytes:
    """Some lines of a path's sequence."""
    prefix = line_prefix(path, marker)
    numbers = (divmod(number, len(PAIRS)) for number in range(start, end))
    return b"".join(b"%s%s%s\n" % (prefix, PAIRS[high], PAIRS[low]) for high, low in numbers)


def line_width(marker: str) -> int:
    """Bytes a line, its end included."""
    return len(marker.encode()) + 11


def line_number(content: bytes, marker: str) -> int:
    """Which line of its path's sequence the first line of a text is."""
    code = content[line_width(marker) - 5 :][:4].decode()
    high, low = (
        DIGITS.index(pair[0]) * len(DIGITS) + DIGITS.index(pair[1]) for pair in (code[:2], code[2:])
    )
    return high * len(PAIRS) + low


def binary_content(path: str, version: int, marker: str) -> bytes:
    return b"\0" + line_prefix(path, marker) + b"%d\n" % version


def changed(old: Blob | None, change: Change, version: int) -> tuple[Blob | None, int]:
    """The content after one numstat row, and how many lines the old content was short of it."""
    executable = old is not None and old.executable
    if change.additions is None or change.deletions is None:
        return Blob(0, 0, version, executable), 0
    if old is None or old.binary:
        old = Blob(0, 0)
    if change.additions == change.deletions == 0:
        if old.length:
            return old._replace(executable=not executable), 0
        return (None if old.executable else Blob(0, 0, 0, executable=True)), 0
    missing = max(0, change.deletions - old.length)
    start = old.start + change.deletions - missing
    end = old.end + change.additions
    return (Blob(start, end, 0, executable) if end > start else None), missing


@dataclass
class Plan:
    """What each commit changes in the tree of its first parent, and the rows that could not be made to fit."""

    changes: list[TreeChange]
    unfit: list[tuple[int, str]] = field(default_factory=list)


class Planner:
    """Plans one repository; commits are numbered, parents before children."""

    def __init__(
        self, parents: Sequence[tuple[int, ...]], rows: Sequence[Sequence[Change]]
    ) -> None:
        self.parents = parents
        self.rows = rows
        self.binary = [{row.path for row in changes if row.additions is None} for changes in rows]
        paths = {row.path for changes in rows for row in changes}
        folders = {
            "/".join(parts[:end])
            for parts in (path.split("/") for path in paths)
            for end in range(1, len(parts))
        }
        self.both = paths & folders
        self.ancestors: list[int] = []
        for number, own in enumerate(parents):
            reach = 1 << number
            for parent in own:
                reach |= self.ancestors[parent]
            self.ancestors.append(reach)
        self.grants: dict[int, dict[str, int]] = defaultdict(dict)
        self.trees: list[Tree] = []
        self.changes: list[TreeChange] = []

    def plan(self, attempts: int = 40) -> Plan:
        """Run until every row fits, or no further grant helps."""
        unfit: list[tuple[int, str]] = []
        for _ in range(attempts):
            granted = False
            unfit = []
            for number, path, missing in self._run():
                if self._grant(number, path, missing):
                    granted = True
                else:
                    unfit.append((number, path))
            if not granted:
                break
        return Plan(self.changes, unfit)

    def _run(self) -> list[tuple[int, str, int]]:
        self.trees, self.changes = [], []
        short: list[tuple[int, str, int]] = []
        for number, own in enumerate(self.parents):
            tree = self.trees[own[0]] if own else EMPTY
            changes = self._merge(number) if len(own) > 1 else {}
            for row in self.rows[number]:
                old = tree.get(row.path)
                blob, missing = changed(old, row, number + 1)
                if missing or (old is not None and old.binary and row.additions is not None):
                    short.append((number, row.path, missing))
                changes[row.path] = blob
            for path in self.both.intersection(changes) if self.both else ():
                # A file takes a folder's name: numstat does not tell a binary's removal from its change.
                if changes[path]:
                    changes.update(
                        {other: None for other in changes if other.startswith(path + "/")}
                    )
            for path, length in self.grants.get(number, {}).items():
                granted = changes.get(path, tree.get(path))
                start = 0 if granted is None or granted.binary else granted.start
                size = max(length, 0 if granted is None or granted.binary else granted.length)
                changes[path] = Blob(start, start + size) if size else None
            self.changes.append(changes)
            self.trees.append(_updated(tree, changes))
        return short

    def _merge(self, number: int) -> TreeChange:
        """The second parent's changes since the merge base, laid over the first parent."""
        first, *others = self.parents[number]
        changes: TreeChange = {}
        for other in others:
            common = self.ancestors[first] & self.ancestors[other]
            base = self.trees[common.bit_length() - 1] if common else EMPTY
            ours, theirs = self.trees[first], self.trees[other]
            touched: set[str] = set()
            for commit in _bits(self.ancestors[other] & ~self.ancestors[first]):
                touched.update(self.changes[commit])
            for path in touched:
                mine, new, old = ours.get(path), theirs.get(path), base.get(path)
                if new not in {old, mine}:
                    changes[path] = new if mine == old else _both_changed(old, mine, new)
        return changes

    def _grant(self, number: int, path: str, missing: int) -> bool:
        """Let the nearest commit before ``number`` whose content is free hold ``missing`` more lines as text."""
        own = self.parents[number]
        while own:
            at = own[0]
            before = self.trees[self.parents[at][0]].get(path) if self.parents[at] else None
            if len(self.parents[at]) > 1 or (
                path in self.binary[at] and before is not None and before.binary
            ):
                blob = self.trees[at].get(path)
                length = 0 if blob is None or blob.binary else blob.length
                wanted = max(length + missing, self.grants[at].get(path, 0))
                if self.grants[at].get(path) == wanted:
                    return False
                self.grants[at][path] = wanted
                return True
            own = self.parents[at]
        return False


def _both_changed(old: Blob | None, mine: Blob | None, new: Blob | None) -> Blob | None:
    if mine is None or new is None or mine.binary or new.binary:
        return mine
    length = max(0, mine.length + new.length - (0 if old is None else old.length))
    return Blob(new.start, new.start + length, 0, mine.executable) if length else None


def _updated(tree: Tree, changes: TreeChange) -> Tree:
    if not changes:
        return tree
    mutation = tree.mutate()
    for path, blob in changes.items():
        if blob is None:
            mutation.pop(path, None)
        else:
            mutation[path] = blob
    return mutation.finish()


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def versions(changes: Iterable[TreeChange]) -> dict[str, dict[tuple[int, int, int], int]]:
    """Every content of every path in order of appearance, with room for the mark it is written under."""
    found: dict[str, dict[tuple[int, int, int], int]] = defaultdict(dict)
    for change in changes:
        for path, blob in change.items():
            if blob is not None:
                found[path].setdefault(blob[:3], 0)
    return found
