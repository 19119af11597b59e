"""Whether a bundle is what was signed. Nothing of it is used before all of it has been looked at."""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Iterator, NamedTuple

from host.bundle import images
from host.bundle.contents import (
    IMAGES,
    MANIFEST,
    SIGNATURE,
    SUMS,
    Manifest,
    manifest,
    sums,
)
from host.ending import Refused
from host.programs import openssl, succeeds

_SMALL: Final = 4 << 20
_PIECE: Final = 1 << 20
_FIRST: Final = re.compile(rf"(plumbline-[A-Za-z0-9._+-]+)/{SUMS}")


class Bundle(NamedTuple):
    file: Path
    manifest: Manifest
    sums: dict[str, str]

    @contextmanager
    def images(self) -> Iterator[IO[bytes]]:
        """The stream that `docker load` reads."""
        with tarfile.open(self.file, "r:") as archive:
            yield _content(archive, archive.getmember(f"{_folder(archive)}/{IMAGES}"))

    def must_be(self, project: Path) -> None:
        """Refuse where the folder whose commands run is another release, or was changed."""
        for name in sorted(self.sums.keys() - {MANIFEST, IMAGES}):
            if (
                not (project / name).is_file()
                or _sum((project / name).read_bytes()) != self.sums[name]
            ):
                raise Refused(
                    f"this folder is not the release in {self.file}: {name} differs."
                    " Unpack the bundle and run the scripts/appliance in it."
                )


def check(file: Path, key: Path) -> Bundle:
    """Signature, checksums and images of a bundle. Raises Refused with the first thing that is not as it should be."""
    for one in (file, key):
        if not one.is_file():
            raise Refused(f"there is no file {one}.")
    try:
        with tarfile.open(file, "r:") as archive:
            return _checked(file, archive, key)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"{file}: it is cut off, or no bundle: {error}.") from None
    except Refused as refused:
        raise Refused(f"{file}: {refused}") from None


def fingerprint(key: Path) -> str:
    """SHA-256 of a public key as docs/install.md has it computed."""
    return hashlib.sha256(openssl("pkey", "-pubin", "-in", key, "-outform", "DER")).hexdigest()


def _checked(file: Path, archive: tarfile.TarFile, key: Path) -> Bundle:
    folder = _folder(archive)
    told, signature = _first(archive, f"{folder}/{SUMS}"), _first(archive, f"{folder}/{SIGNATURE}")
    if not signed(told, signature, key):
        raise Refused(
            f"its signature is not by the key {fingerprint(key)}."
            " It is forged, or of somebody else; do not use it."
        )
    expected, found = sums(told), {}
    about: Manifest | None = None
    for member in archive:
        top, _, name = member.name.partition("/")
        if top != folder:
            raise Refused(f"{member.name} does not belong to it.")
        if name in (SUMS, SIGNATURE) and name not in found:
            found[name] = ""
            continue
        if name not in expected or name in found or not member.isreg():
            raise Refused(f"{member.name} does not belong to it.")
        found[name] = _sum_of(_content(archive, member))
        if found[name] != expected[name]:
            raise Refused(f"{name} is not what was signed.")
        if name == MANIFEST:
            about = manifest(_content(archive, member).read())
    missing = sorted(expected.keys() - found.keys())
    if missing or not about:
        raise Refused(f"it is cut off: {(missing or [MANIFEST])[0]} is missing.")
    images.examine(_content(archive, archive.getmember(f"{folder}/{IMAGES}")), about.images)
    return Bundle(file, about, expected)


def signed(text: bytes, signature: bytes, key: Path) -> bool:
    """Ed25519, by openssl."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "text").write_bytes(text)
        (Path(name) / "signature").write_bytes(signature)
        return succeeds(
            *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin"),
            *("-in", Path(name) / "text", "-sigfile", Path(name) / "signature"),
        )


def _folder(archive: tarfile.TarFile) -> str:
    first = next(iter(archive), None)
    match = _FIRST.fullmatch(first.name) if first else None
    if not match:
        raise Refused("it is no bundle of Plumbline.")
    return match[1]


def _first(archive: tarfile.TarFile, name: str) -> bytes:
    """A small member that is read before its checksum could be known."""
    try:
        member = archive.getmember(name)
    except KeyError:
        raise Refused(f"it is cut off: {name} is missing.") from None
    if member.size > _SMALL:
        raise Refused(f"{name} is too large.")
    return _content(archive, member).read()


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise Refused(f"{member.name} is no file.")
    return content


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sum_of(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in iter(lambda: stream.read(_PIECE), b""):
        digest.update(piece)
    return digest.hexdigest()
