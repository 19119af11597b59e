"""A body as it arrives, unpacked where it is gzip, and never more of it than the limit."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from backend.sources.junit.refusals import malformed, too_large

MAXIMUM_BYTES: Final = 50 * 1024 * 1024
"""Of a report, unpacked."""
CHUNK: Final = 64 * 1024
MAXIMUM_MEMBERS: Final = 10_000
"""Of one gzip: each takes work whatever is in it."""
_GZIP: Final = b"\x1f\x8b"


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The report in pieces of at most CHUNK bytes. Gzip is known by its first bytes, whatever a header says.

    Raises Refused: empty, larger than MAXIMUM_BYTES, or broken off.
    """
    size = 0
    for piece in _pieces(chunks):
        size += len(piece)
        if size > MAXIMUM_BYTES:
            raise too_large(f"The report is larger than {MAXIMUM_BYTES // 2**20} MB, unpacked.")
        yield piece
    if not size:
        raise malformed("There is no report in the body.", "Send the XML file as the body itself.")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    arriving = _resliced(chunks)
    first = next(arriving, b"")
    if first[:2] == _GZIP:
        # Members of a byte each would come as so many pieces.
        yield from _resliced(_gunzip(first, arriving))
    elif first:
        yield first
        yield from arriving


def _resliced(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of CHUNK bytes; the first one holds two bytes at least, where there are two."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    if held:
        yield bytes(held)


def _gunzip(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Of one member or several, a piece at a time: no ratio can make a large one."""
    member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    waiting, members = first, 1
    try:
        while True:
            if piece := member.decompress(waiting, CHUNK):
                yield piece
            waiting = member.unconsumed_tail or member.unused_data
            if not waiting and not (waiting := next(rest, b"")):
                break
            if member.eof:
                members += 1
                if members > MAXIMUM_MEMBERS:
                    raise too_large(f"The gzip is of more than {MAXIMUM_MEMBERS:,} members.")
                member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    except zlib.error as error:
        raise malformed("The body begins as gzip and is not gzip throughout.") from error
    if not member.eof:
        raise malformed("The gzip is broken off before its end.", "Send it again, whole.")
