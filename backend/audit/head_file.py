"""Signed heads in a file outside the database: append-only, one a line, on the disk before anything goes on.

It is also the sealer's own memory: what is in it cannot be changed by whoever has the database.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend import durable
from backend.audit.chain_models import Head
from backend.audit.statements import Statement, Unreadable, read_all


@dataclass(frozen=True)
class HeadFile:
    """Whoever iterates over it reads it anew each time. Raises Unreadable."""

    path: Path

    def append(self, statement: Statement) -> None:
        """Raises OSError where the disk does not take it."""
        durable.append(self.path, [statement.line()])

    def last(self) -> Statement | None:
        """The last word on how far the chain had come; None where there is none."""
        if not self.path.exists():
            return None
        size, window = self.path.stat().st_size, 4096
        while True:
            with self.path.open("rb") as file:
                file.seek(max(size - window, 0))
                lines = file.read().decode(errors="replace").splitlines()
            for line in reversed(lines):
                with suppress(Unreadable):
                    found = Statement.read(line)
                    if found.kind != Head.Kind.ANCHOR:
                        return found
            if window >= size:
                return None
            window *= 16

    def __iter__(self) -> Iterator[Statement]:
        with self.path.open() as file:
            yield from read_all(file)
