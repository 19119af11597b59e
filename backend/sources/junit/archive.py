"""Reports in a zip archive that stays in memory: XML files by their names, a piece at a time, within limits."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from backend.sources.junit.refusals import malformed, too_large
from backend.sources.junit.unpacking import CHUNK, MAXIMUM_BYTES

MAXIMUM_ENTRIES: Final = 2_000
MAXIMUM_READ: Final = 1024 * 1024
"""Bytes that are taken from the archive at once: the list of its files as a whole, of these a piece."""
_ENCRYPTED: Final = 1
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Of others zipfile unpacks as much at once as there is, whatever is asked for."""
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(OSError, ValueError, RuntimeError),
)
"""What zipfile raises for archives that are wrong; ValueError is also of names in no encoding."""


class _Archive(io.BytesIO):
    """Refuses to hand out the whole list of files where it is large: zipfile parses all that it is given."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAXIMUM_READ:
            raise too_large(
                f"The archive's list of files is larger than {MAXIMUM_READ // 2**20} MB."
            )
        return super().read(size)


def reports(archive: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and contents of each XML file. Raises Refused, also while contents are read.

    Together they may be no larger than one report: what an entry declares is what zipfile unpacks at most.
    """
    try:
        opened = zipfile.ZipFile(_Archive(archive))
    except _BROKEN as error:
        raise malformed("The artifact is no zip archive.") from error
    with opened:
        for entry in _wanted(opened.infolist(), len(archive)):
            yield entry.filename, _contents(opened, entry)


def _wanted(entries: list[zipfile.ZipInfo], size: int) -> list[zipfile.ZipInfo]:
    if len(entries) > MAXIMUM_ENTRIES:
        raise too_large(f"The archive has more than {MAXIMUM_ENTRIES:,} files.")
    wanted = [one for one in entries if one.filename.lower().endswith(".xml")]
    if sum(one.file_size for one in wanted) > MAXIMUM_BYTES:
        raise too_large(
            f"The archive's reports are larger than {MAXIMUM_BYTES // 2**20} MB, unpacked."
        )
    if sum(one.compress_size for one in wanted) > size:
        raise malformed("The archive's files lie over one another.")
    return wanted


def _contents(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    if entry.flag_bits & _ENCRYPTED:
        raise malformed("A file of the archive is encrypted.")
    if entry.compress_type not in _METHODS:
        raise malformed("A file of the archive is packed in a way that is not read here.")
    try:
        with opened.open(entry) as file:
            while piece := file.read(CHUNK):
                yield piece
    except _BROKEN as error:
        raise malformed("A file of the archive cannot be unpacked.") from error
