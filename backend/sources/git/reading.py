"""Reading a clone: its commits by several git at a time, its .gitattributes and its CODEOWNERS."""

import fcntl
import os
import selectors
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from heapq import nsmallest
from itertools import count, islice
from pathlib import Path
from typing import Final

from backend.delivery import code_owners
from backend.delivery.attributes import FILE, MOST_FILES, Budget
from backend.delivery.records import CommitRecord
from backend.delivery.references import Named
from backend.sources.git import numstat
from backend.sources.git.clone import CHUNK_BYTES, TIP, Clone

PROCESSES: Final = 2
"""git spends most of its time on reading contents, and that on one processor."""
SHARE: Final = 1_000
"""Commits that one git reads: it keeps in memory what it has read, whatever the length of the history. Neighbours share
contents, so a share is of neighbours.
"""
PIPE_BYTES: Final = 1 << 20
"""What git may write ahead while what it wrote before is being stored."""
_MESSAGES: Final = ("log", "-z", "--encoding=UTF-8", "--format=tformat:%H%n%B")
_PLAIN_FILES: Final = (b"100644 ", b"100755 ")


def commits(clone: Clone, *revisions: str) -> Generator[CommitRecord, None, None]:
    """The commits of these revisions, in no particular order. Raises SourceError."""
    shares = _shares(clone, revisions)
    with selectors.DefaultSelector() as waiting, ExitStack() as everything, closing(shares):

        def start() -> None:
            if (share := next(shares, None)) is None:
                return
            own = everything.enter_context(ExitStack())
            own.callback(share.unlink)
            git = own.enter_context(clone.fed(numstat.ARGUMENTS, share))
            fcntl.fcntl(git.output.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            waiting.register(git.output, selectors.EVENT_READ, (own, git, numstat.Reader()))

        for _ in range(PROCESSES):
            start()
        while waiting.get_map():
            for key, _ in waiting.select():
                own, git, reader = key.data
                if chunk := os.read(key.fd, CHUNK_BYTES):
                    yield from reader.feed(chunk)
                    continue
                waiting.unregister(key.fileobj)
                git.end(host=clone.host)
                yield from reader.end()
                own.close()
                start()


def messages(clone: Clone) -> Generator[tuple[str, Named], None, None]:
    """What the message of each of the tip's commits names, by sha. Raises SourceError."""
    with closing(clone.output(*_MESSAGES, TIP, "--")) as output:
        for entry in _pieces(output, b"\0", at_most=numstat.MAXIMUM_HEAD):
            sha, _, message = entry.partition(b"\n")
            yield sha.decode(), numstat.named(message)


def _shares(clone: Clone, revisions: Sequence[str]) -> Generator[Path, None, None]:
    """Lists of shas in files of the job's."""
    shas = _pieces(clone.output("rev-list", *revisions, "--"), b"\n")
    for number in count():
        share = b"".join(sha + b"\n" for sha in islice(shas, SHARE))
        if not share:
            return
        path = clone.job.folder / f"revisions-{number}"
        path.write_bytes(share)
        yield path


def attributes(clone: Clone, budget: Budget) -> dict[str, bytes]:
    """The .gitattributes of the tip, by the folder each stands in: empty for the top, else ending in a slash.

    git takes no symbolic link for one, and neither does this. Those nearest the top come first, as far as the budget
    reaches.
    """
    found: dict[str, bytes] = {}
    with closing(clone.output("ls-tree", "-r", "-z", "--full-tree", TIP)) as output:
        entries = nsmallest(MOST_FILES + 1, _attribute_files(output))
    if len(entries) > MOST_FILES:
        budget.is_exceeded = True
    for _, folder, sha in entries[:MOST_FILES]:
        content = _content(clone, sha, at_most=budget.bytes_left)
        if budget.takes(content):
            found[numstat.stored_path(folder)] = content
    return found


def owners(clone: Clone) -> dict[str, bytes | None]:
    """The CODEOWNERS of the tip, by its place: only the one that counts. No symbolic link; None: too large."""
    listing = ("ls-tree", "-z", "--full-tree", TIP, "--", *code_owners.PLACES)
    with closing(clone.output(*listing)) as output:
        blobs = {
            path.decode(): about.split(b" ")[2].decode()
            for about, _, path in (entry.partition(b"\t") for entry in _pieces(output, b"\0"))
            if about.startswith(_PLAIN_FILES)
        }
    for place in code_owners.PLACES:
        if place in blobs:
            return {place: _content(clone, blobs[place], at_most=code_owners.MOST_BYTES)}
    return {}


def _attribute_files(listing: Iterable[bytes]) -> Iterator[tuple[int, bytes, str]]:
    """Depth, folder and blob of each."""
    for entry in _pieces(listing, b"\0"):
        about, _, path = entry.partition(b"\t")
        folder, slash, name = path.rpartition(b"/")
        if name == FILE.encode() and entry.startswith(_PLAIN_FILES):
            yield path.count(b"/"), folder + slash, about.split(b" ")[2].decode()


def _pieces(chunks: Iterable[bytes], end: bytes, *, at_most: int | None = None) -> Iterator[bytes]:
    """What stands before each end; no more than `at_most` of one is held, and what comes late is lost."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(end)
        rest = rest[:at_most]
        yield from whole


def _content(clone: Clone, sha: str, *, at_most: int) -> bytes | None:
    """None where it is larger."""
    content = bytearray()
    with closing(clone.output("cat-file", "blob", sha)) as output:
        for chunk in output:
            content += chunk
            if len(content) > at_most:
                return None
    return bytes(content)
