"""Reports in a zip archive that stays in memory: XML files by their names, a piece at a time, within limits."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from backend.sources.junit.refusals import malformed, too_large
from backend.sources.junit.unpacking import CHUNK, MAXIMUM_BYTES

MAXIMUM_ENTRIES: Final = 2_000
_ENCRYPTED: Final = 1


def reports(archive: bytes) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and contents of each XML file. Raises Refused, also while contents are read.

    Together they may be no larger than one report: what an entry declares is what zipfile unpacks at most.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = opened.infolist()
            if len(entries) > MAXIMUM_ENTRIES:
                raise too_large(f"The archive has more than {MAXIMUM_ENTRIES:,} files.")
            wanted = [one for one in entries if one.filename.lower().endswith(".xml")]
            if sum(one.file_size for one in wanted) > MAXIMUM_BYTES:
                raise too_large(
                    f"The archive's reports are larger than {MAXIMUM_BYTES // 2**20} MB, unpacked."
                )
            for entry in wanted:
                yield entry.filename, _contents(opened, entry)
    except zipfile.BadZipFile as error:
        raise malformed("The artifact is no zip archive.") from error


def _contents(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    if entry.flag_bits & _ENCRYPTED:
        raise malformed("A file of the archive is encrypted.")
    try:
        with opened.open(entry) as file:
            while piece := file.read(CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise malformed("A file of the archive cannot be unpacked.") from error
