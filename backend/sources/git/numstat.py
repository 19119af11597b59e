"""Commits and the sizes of their changes, from `git diff-tree --numstat -z`. Bytes in, records out, a commit at a time.

The stream is a row of pieces, each ended by NUL, which stands in no path, no address and no message:

    commit SHA TAB PARENTS TAB AUTHORED TAB COMMITTED TAB E-MAIL NEWLINE MESSAGE
    additions TAB deletions TAB path        (a newline goes before a commit's first)
    additions TAB deletions TAB             (of a renamed file, whose former and present path are the next two pieces)

A piece of the second kind begins with a digit or a dash, so that no path can be taken for a commit. A merge and an
empty commit have no rows. A file's two counts are dashes where git calls it binary. A renamed file is known by its
present path and counts what changed besides its name, as on GitHub. Of a message no more is kept than the commits that
it names.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from backend.delivery.records import ActorRecord, CommitRecord, FileChangeRecord
from backend.delivery.references import Named, of_message

ARGUMENTS: Final = (
    *("diff-tree", "--stdin", "-r", "-z", "--always", "--root", "--numstat"),
    *("--encoding=UTF-8", "--format=tformat:commit %H%x09%P%x09%at%x09%ct%x09%ae%n%B"),
    *("--find-renames=50%", "-l1000", "--no-ext-diff", "--no-textconv"),
)
"""Commits are read from its standard input. What is said here of renames is git's own custom, and GitHub's."""

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Leaves room for a time zone before Python's last moment."""

MAXIMUM_PATH: Final = 2400
"""Bytes of a path that an index of Postgres' can hold."""
MAXIMUM_EMAIL: Final = 320
MAXIMUM_HEAD: Final = 1 << 18
"""Bytes of a commit's head that are held; a message can be of any length."""
_UNKNOWN: Final = re.compile("\N{REPLACEMENT CHARACTER}+")
COUNTS: Final = 2
"""Tabs of a row that names no path."""
RENAMED: Final = 3
"""Pieces of a renamed file."""


class Reader:
    """Reads git's output as it comes; no more than one commit is held. Raises ValueError where it is no such output."""

    def __init__(self) -> None:
        self._rest = b""
        self._head: bytes | None = None
        self._files: dict[str, FileChangeRecord] = {}
        self._renamed: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[CommitRecord]:
        """The commits that are whole with this portion."""
        *whole, rest = (self._rest + chunk).split(b"\0")
        for piece in whole:
            if self._renamed:
                self._name(piece)
            elif piece.startswith(b"commit "):
                yield from self._whole()
                self._head = piece
            elif self._head is None:
                raise ValueError("a change without a commit")
            elif piece.endswith(b"\t") and piece.count(b"\t") == COUNTS:
                self._renamed.append(piece)
            else:
                self._add(piece)
        is_head = not self._renamed and rest.startswith(b"commit ")
        self._rest = rest[:MAXIMUM_HEAD] if is_head else rest

    def end(self) -> Iterator[CommitRecord]:
        """The last commit."""
        if self._rest or self._renamed:
            raise ValueError("the stream ends in the middle")
        yield from self._whole()

    def _whole(self) -> Iterator[CommitRecord]:
        if self._head is not None:
            yield _commit(self._head, self._files)
        self._head, self._files = None, {}

    def _name(self, piece: bytes) -> None:
        """The counts come first, then the former path, then the present one."""
        self._renamed.append(piece)
        if len(self._renamed) == RENAMED:
            counts, _, path = self._renamed
            self._renamed = []
            self._add(counts + path)

    def _add(self, piece: bytes) -> None:
        add(self._files, _change(piece))


def commits(chunks: Iterable[bytes]) -> Iterator[CommitRecord]:
    """All commits of one stream."""
    reader = Reader()
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.end()


def add(files: dict[str, FileChangeRecord], change: FileChangeRecord) -> None:
    """Note a change. Two files whose paths differ as bytes and not as text count as one."""
    known = files.get(change.path)
    files[change.path] = change if known is None else _both(known, change)


def moment(seconds: bytes) -> datetime:
    """A time as git has it. Clocks can be wrong by any amount, and a commit is a commit all the same: what lies
    outside of EARLIEST and LATEST stands as that; what is no time at all (git prints nothing for a negative one, and
    shows such a commit as of 1970) as EARLIEST.
    """
    latest = int(LATEST.timestamp())
    # A longer number need not be read to know where it lies, and may be too long to read.
    value = latest if len(seconds) > len(str(latest)) else int(seconds or b"0")
    return datetime.fromtimestamp(min(max(value, 0), latest), UTC)


def stored_path(path: bytes) -> str:
    """The path as text, the same for what git and for what GitHub's answers tell: any number of bytes that are no UTF-8
    stands as one replacement character; the end of an absurdly long path as a digest.
    """
    text = _UNKNOWN.sub("\N{REPLACEMENT CHARACTER}", path.decode(errors="replace"))
    if len(text.encode()) <= MAXIMUM_PATH:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text.encode()[: MAXIMUM_PATH - 100].decode(errors='ignore')}…{digest}"


def _commit(head: bytes, files: dict[str, FileChangeRecord]) -> CommitRecord:
    first, _, message = head.partition(b"\n")
    sha, parents, authored, committed, email = first.removeprefix(b"commit ").split(b"\t", 4)
    says = named(message)
    return CommitRecord(
        sha=sha.decode(),
        parents=tuple(parents.decode().split()),
        author=author(email),
        authored_at=moment(authored),
        committed_at=moment(committed),
        files=tuple(files.values()),
        reverts=says.reverts,
        picked_from=says.picked_from,
    )


def named(message: bytes) -> Named:
    """The commits that a message names, which are no more than letters and digits whatever its encoding."""
    return of_message(message[: MAXIMUM_HEAD // 2].decode(errors="replace"))


def author(email: bytes) -> ActorRecord | None:
    """Known by the address alone: a name is more than is needed. None where the commit tells none."""
    login = email.decode(errors="backslashreplace").strip().lower()[:MAXIMUM_EMAIL]
    return ActorRecord("git", login, None) if login else None


def _change(piece: bytes) -> FileChangeRecord:
    additions, deletions, path = piece.removeprefix(b"\n").split(b"\t", 2)
    return FileChangeRecord(stored_path(path), _count(additions), _count(deletions))


def _count(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def _both(one: FileChangeRecord, other: FileChangeRecord) -> FileChangeRecord:
    unknown = None in {one.additions, one.deletions, other.additions, other.deletions}
    return FileChangeRecord(
        one.path,
        None if unknown else (one.additions or 0) + (other.additions or 0),
        None if unknown else (one.deletions or 0) + (other.deletions or 0),
    )
