"""A backup into an empty database, and the proof that it is what was backed up."""

from collections.abc import Iterator
from typing import IO

from django.db.migrations.loader import MigrationLoader

from backend.accounts.sessions import forget_all
from backend.appliance.archive import Reader
from backend.appliance.digests import TableDigest, of_every_table, steady
from backend.appliance.manifest import Manifest, differences
from backend.appliance.programs import decrypting, filling


class NotRestored(Exception):
    """Why not; the message says what to do."""


def restore(*, source: IO[bytes], identity: bytes) -> Manifest:
    """Into the settings' database. `source`: a file of the system's, unbuffered.

    Raises NotRestored, Unreadable, NotOpened and ProgramFailed; what is in the database then is of no use.
    """
    if _tables():
        raise NotRestored("There are tables in the database that it was to be restored into.")
    with decrypting(source=source, identity=identity) as plain:
        archive = Reader(plain)
        _check_version(archive.manifest)
        fill(archive)
    return archive.manifest


def fill(archive: Reader) -> None:
    """An empty database, whatever version it is of. Raises NotRestored where it is then not what was backed up."""
    with filling() as dump:
        for part in archive.dump():
            dump.write(part)
    if unlike := list(differences(archive.manifest.tables, _tables())):
        raise NotRestored(f"What was restored is not what was backed up: {'; '.join(unlike)}.")


def settle() -> None:
    """What must not come back with an older database: who was signed in then."""
    forget_all()


def _tables() -> dict[str, TableDigest]:
    with steady() as cursor:
        return of_every_table(cursor)


def _check_version(manifest: Manifest) -> None:
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest.migrations) - known):
        raise NotRestored(f"It was made by a newer version, which {newer[0]} is of: install that.")
    if older := sorted(known - set(manifest.migrations)):
        raise NotRestored(
            f"It was made by version {manifest.release}, which had not {older[0]}: restore with that, then upgrade."
        )


def framed_identity(source: IO[bytes]) -> bytes:
    """The key that stands before a backup: its length as a line, then as many bytes.

    So that both come by one pipe, the key lies in no file and no environment, and what follows is left unread. Raises
    NotRestored.
    """
    length = b"".join(_line(source))
    if not length.isdigit():
        raise NotRestored("No key stands before the backup: scripts/appliance restore sends both.")
    return b"".join(_exactly(source, int(length)))


def _line(source: IO[bytes]) -> Iterator[bytes]:
    for _ in range(9):
        byte = source.read(1)
        if byte in (b"\n", b""):
            return
        yield byte


def _exactly(source: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (some := source.read(size)):
        size -= len(some)
        yield some
