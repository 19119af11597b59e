"""Commits and the sizes of their changes, from `git log --numstat -z`. Bytes in, records out, one commit at a time.

The stream is a row of pieces, each ended by NUL, which stands in no path and no address:

    commit SHA TAB PARENTS TAB AUTHORED TAB COMMITTED TAB E-MAIL
    additions TAB deletions TAB path        (a newline goes before a commit's first)

A piece of the second kind begins with a digit or a dash, so that no path can be taken for a commit. A merge and an
empty commit have no rows. A file's two counts are dashes where git calls it binary.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from backend.delivery.records import ActorRecord, CommitRecord, FileChangeRecord

ARGUMENTS: Final = (
    *("log", "-z", "--numstat", "--format=tformat:commit %H%x09%P%x09%at%x09%ct%x09%ae"),
    *("--no-renames", "--diff-merges=off", "--no-ext-diff", "--no-textconv", "--root"),
)

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Leaves room for a time zone before Python's last moment."""

MAXIMUM_PATH: Final = 2400
"""Bytes of a path that an index of Postgres' can hold."""
MAXIMUM_EMAIL: Final = 320


def commits(chunks: Iterable[bytes]) -> Iterator[CommitRecord]:
    """Read git's output as it comes; no more than one commit is held. Raises ValueError where it is no such output."""
    head: bytes | None = None
    files: dict[str, FileChangeRecord] = {}
    for piece in pieces(chunks):
        if piece.startswith(b"commit "):
            if head is not None:
                yield _commit(head, files)
            head, files = piece, {}
        elif head is None:
            raise ValueError("a change without a commit")
        else:
            change = _change(piece)
            known = files.get(change.path)
            files[change.path] = change if known is None else _both(known, change)
    if head is not None:
        yield _commit(head, files)


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Split a stream at its NULs. Raises ValueError where it ends within a piece."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        raise ValueError("the stream ends in the middle")


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
    """The path as text: what is no UTF-8 stands as backslash escapes; the end of an absurdly long one as a digest."""
    if len(path) > MAXIMUM_PATH:
        digest = hashlib.sha256(path).hexdigest()[:16]
        return f"{path[: MAXIMUM_PATH - 100].decode(errors='ignore')}…{digest}"
    return path.decode(errors="backslashreplace")


def _commit(head: bytes, files: dict[str, FileChangeRecord]) -> CommitRecord:
    sha, parents, authored, committed, email = head.removeprefix(b"commit ").split(b"\t", 4)
    return CommitRecord(
        sha=sha.decode(),
        parents=tuple(parents.decode().split()),
        author=_author(email),
        authored_at=moment(authored),
        committed_at=moment(committed),
        files=tuple(files.values()),
    )


def _author(email: bytes) -> ActorRecord | None:
    """Known by the address alone: a name is more than is needed. None where the commit tells none."""
    login = email.decode(errors="backslashreplace").strip().lower()[:MAXIMUM_EMAIL]
    return ActorRecord("git", login, None) if login else None


def _change(piece: bytes) -> FileChangeRecord:
    additions, deletions, path = piece.removeprefix(b"\n").split(b"\t", 2)
    return FileChangeRecord(stored_path(path), _count(additions), _count(deletions))


def _count(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def _both(one: FileChangeRecord, other: FileChangeRecord) -> FileChangeRecord:
    """Two files whose paths differ as bytes and not as text, which only escapes can bring about, count as one."""
    unknown = None in {one.additions, one.deletions, other.additions, other.deletions}
    return FileChangeRecord(
        one.path,
        None if unknown else (one.additions or 0) + (other.additions or 0),
        None if unknown else (one.deletions or 0) + (other.deletions or 0),
    )
