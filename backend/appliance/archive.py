"""A backup's inside: a tar that is written and read as a stream, packed as gzip does.

manifest.json comes first, so that another version's is refused before anything is restored; then the files beside the
database; then the dump in parts, since a tar must know a part's size before it; and at last `end`, without which a
backup is not whole.
"""

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from backend import durable
from backend.appliance.manifest import Manifest, Unreadable

_PART: Final = 4 * 1024 * 1024
_MANIFEST: Final = "manifest.json"
_DUMP: Final = "database/"
_END: Final = "end"
_GZIP: Final = 31
"""For zlib: with gzip's header, in its largest window."""


class _Packed:
    """What a tar needs of a pipe; the library's own streams write once more when they are thrown away."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into, self._written, self._packing = into, 0, zlib.compressobj(wbits=_GZIP)

    def tell(self) -> int:
        return self._written

    def write(self, content: bytes) -> None:
        self._into.write(self._packing.compress(content))
        self._written += len(content)

    def end(self) -> None:
        self._into.write(self._packing.flush())


class Writer:
    """Entered and left; the end is written by `end` alone, so that what failed is not taken for whole."""

    def __init__(self, into: IO[bytes]) -> None:
        self._packed = _Packed(into)
        self._tar = tarfile.TarFile(fileobj=self._packed, mode="w", format=tarfile.PAX_FORMAT)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._tar.close()
            self._packed.end()

    def manifest(self, manifest: Manifest) -> None:
        self._add(_MANIFEST, manifest.json())

    def files(self, files: Mapping[str, Path]) -> None:
        """As long as they are now: they are appended to meanwhile."""
        for name, path in files.items():
            if not path.exists():
                continue
            with durable.plain(path) as file:
                about = tarfile.TarInfo(name)
                about.size = file.seek(0, io.SEEK_END)
                file.seek(0)
                self._tar.addfile(about, file)

    def dump(self, dump: IO[bytes]) -> None:
        number = 0
        while part := dump.read(_PART):
            number += 1
            self._add(f"{_DUMP}{number:08}", part)

    def end(self) -> None:
        self._add(_END, b"")

    def _add(self, name: str, content: bytes) -> None:
        about = tarfile.TarInfo(name)
        about.size = len(content)
        self._tar.addfile(about, io.BytesIO(content))


class Reader:
    """Read once, from the beginning to the end. Raises Unreadable."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._tar = tarfile.open(fileobj=source, mode="r|*")  # noqa: SIM115 - its stream is closed by its owner
            first = self._tar.next()
            content = self._tar.extractfile(first) if first else None
            if first is None or first.name != _MANIFEST or content is None:
                raise Unreadable("It does not begin as a backup does.")
            self.manifest = Manifest.read(content.read())
        except (tarfile.TarError, OSError) as error:
            raise Unreadable("It does not begin as a backup does.") from error

    def dump(self) -> Iterator[bytes]:
        """The dump, in parts. Ends without a word only where the backup does."""
        whole = False
        try:
            for member in self._tar:
                whole = member.name == _END
                if member.name.startswith(_DUMP):
                    content = self._tar.extractfile(member)
                    yield content.read() if content else b""
        except (tarfile.TarError, OSError, EOFError) as error:
            raise Unreadable("It breaks off: it is damaged or not whole.") from error
        if not whole:
            raise Unreadable("It breaks off: it is damaged or not whole.")
