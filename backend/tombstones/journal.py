"""Every burial once more, in a file outside the database: an old backup of the database does not take it back.

JSON, a line each, digests alone. Only the worker writes it. Nothing is erased before its lines are on the disk.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from backend import durable

_NAME: Final = "tombstones.jsonl"


class JournalUnusable(Exception):
    """The journal cannot be written or read; the message says what to do. Nothing is erased meanwhile."""


@dataclass(frozen=True)
class Entry:
    """`of` and `mode` are those of the erasure: what was erased, and how. `at` is an ISO time.

    A lifted one takes back those of the same kind and digest before it.
    """

    kind: str
    digest: str
    erasure: int
    at: str
    of: str = ""
    mode: str = ""
    lifted: bool = False


def path() -> Path:
    return Path(settings.TOMBSTONES_DIR) / _NAME


def is_empty() -> bool:
    """Whether nothing was ever erased. Costs no statement, so that collecting may ask at every turn."""
    try:
        return path().stat().st_size == 0
    except FileNotFoundError:
        return True


def append(entries: Sequence[Entry]) -> None:
    """On the disk when this returns. Raises JournalUnusable."""
    try:
        durable.append(path(), (json.dumps(asdict(entry)) for entry in entries))
    except OSError as error:
        message = (
            f"The journal of tombstones {path()} cannot be written ({error.strerror}), so nothing is erased. The "
            "folder must be there and belong to the worker's user: `scripts/appliance install` makes it."
        )
        raise JournalUnusable(message) from error


def read() -> Iterator[Entry]:
    """In the order of burying. A last line that a crash cut short was never acted upon, and is passed over.

    Raises JournalUnusable for any other line that is none.
    """
    try:
        with durable.plain(path()) as file:
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        message = f"The journal of tombstones {path()} cannot be read: {error.strerror}."
        raise JournalUnusable(message) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            if _was_cut(line):
                continue
            message = (
                f"Line {number} of the journal of tombstones {path()} is none. Put back a copy of the file: "
                "without it, what was erased could come back."
            )
            raise JournalUnusable(message) from error


def standing() -> dict[tuple[str, str], Entry]:
    """The latest word on each, by kind and digest."""
    return {(entry.kind, entry.digest): entry for entry in read()}


def _was_cut(line: bytes) -> bool:
    """An entry's beginning without its end, as a crash leaves it."""
    return line.startswith(b"{") and not line.endswith(b"}")
