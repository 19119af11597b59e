"""Reading a clone: its commits by several git at a time, and its .gitattributes."""

import fcntl
import os
import selectors
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from typing import Final

from backend.delivery.attributes import FILE
from backend.delivery.records import CommitRecord
from backend.sources.git import numstat
from backend.sources.git.clone import CHUNK_BYTES, TIP, Clone, Running

PROCESSES: Final = 2
"""git spends most of its time on reading contents, and that on one processor."""
BLOCK: Final = 500
"""Neighbours share contents, so revisions are dealt out in blocks of so many."""
PIPE_BYTES: Final = 1 << 20
"""What git may write ahead while what it wrote before is being stored."""
_PLAIN_FILES: Final = (b"100644 ", b"100755 ")
LARGEST_ATTRIBUTES: Final = 1 << 20
MOST_ATTRIBUTES: Final = 1_000


def commits(clone: Clone, *revisions: str) -> Generator[CommitRecord, None, None]:
    """The commits of these revisions, in no particular order. Raises SourceError."""
    shares = _dealt_out(clone, revisions)
    with ExitStack() as stack:
        gits = [stack.enter_context(clone.fed(numstat.ARGUMENTS, share)) for share in shares]
        yield from _as_they_come(gits)
        for git in gits:
            git.end(host=clone.host)


def _dealt_out(clone: Clone, revisions: Sequence[str]) -> list[Path]:
    """Lists of shas, one for each git that has something to do."""
    paths = [clone.job.folder / f"revisions-{number}" for number in range(PROCESSES)]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in paths]
        turns = cycle(files)
        file = next(turns)
        listed = _pieces(clone.output("rev-list", *revisions, "--"), b"\n")
        for number, sha in enumerate(listed, 1):
            file.write(sha + b"\n")
            if number % BLOCK == 0:
                file = next(turns)
    return [path for path in paths if path.stat().st_size]


def _as_they_come(gits: Sequence[Running]) -> Iterator[CommitRecord]:
    with selectors.DefaultSelector() as waiting:
        for git in gits:
            fcntl.fcntl(git.output.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            waiting.register(git.output, selectors.EVENT_READ, numstat.Reader())
        while waiting.get_map():
            for key, _ in waiting.select():
                reader: numstat.Reader = key.data
                if chunk := os.read(key.fd, CHUNK_BYTES):
                    yield from reader.feed(chunk)
                else:
                    waiting.unregister(key.fileobj)
                    yield from reader.end()


def attributes(clone: Clone) -> dict[str, bytes]:
    """The .gitattributes of the tip, by the folder each stands in: empty for the top, else ending in a slash.

    git takes no symbolic link for one, and neither does this. A file beyond any sense in size is left out.
    """
    found: dict[str, bytes] = {}
    name = FILE.encode()
    with closing(clone.output("ls-tree", "-r", "-z", "--full-tree", TIP)) as output:
        listed = _pieces(output, b"\0")
        entries = [
            piece for piece in listed if piece.endswith(name) and piece.startswith(_PLAIN_FILES)
        ]
    for entry in entries[:MOST_ATTRIBUTES]:
        about, _, path = entry.partition(b"\t")
        folder, slash, last = path.rpartition(b"/")
        content = _content(clone, about.split(b" ")[2].decode()) if last == name else None
        if content is not None:
            found[numstat.stored_path(folder) + slash.decode()] = content
    return found


def _pieces(chunks: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """What stands before each end."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(end)
        yield from whole


def _content(clone: Clone, sha: str) -> bytes | None:
    content = bytearray()
    with closing(clone.output("cat-file", "blob", sha)) as output:
        for chunk in output:
            content += chunk
            if len(content) > LARGEST_ATTRIBUTES:
                return None
    return bytes(content)
