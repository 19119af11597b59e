"""A backup that is opened: which one, whether it is to be trusted, and its way into a container."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from host.composition import Composition
from host.ending import Failed, Refused
from host.places import SIGNED, Place
from host.statements import Statement, digest_of

_LINES: Final = 8
_PIECE: Final = 1024 * 1024


class Found(NamedTuple):
    file: Path
    statement: Statement


def found(place: Place, name: str, verify_key: Path) -> Found:
    """A file of this machine, or a name where backups lie. Raises Refused unless it is whole and signed."""
    file = Path(name)
    if file.exists():
        beside = file.with_name(file.name + SIGNED)
        if not beside.exists():
            raise Refused(f"{beside} is missing: the signature, without which nothing is restored.")
        signed = beside.read_bytes()
    elif name in place.names():
        signed, file = place.signed(name), place.fetch(name)
    else:
        raise Refused(f"there is no {name}, neither here nor where backups lie.")
    statement = Statement.read(signed, verify_key)
    if digest_of(file) != (statement.sha256, statement.size):
        raise Refused(f"{file} is not what was signed: it is damaged or another one.")
    # Else whoever may write where backups lie could pass an old one off as the newest.
    if statement.name != Path(name).name:
        raise Refused(f"{file} was signed as {statement.name}: it is that one, by another name.")
    return Found(file, statement)


def stream(compose: Composition, backup: Found, identity: bytes, *command: str) -> bytes:
    """Key and backup into `docker compose run …`; what that wrote. Raises Failed with what it said.

    The key goes before the backup, so that it is in no file, environment or argument of a container. What was read is
    what was signed: the file may lie where others write.
    """
    given = hashlib.sha256()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as output:
        running = compose.started(
            *("run", "--rm", "-T", *command), stdin=subprocess.PIPE, stdout=output, stderr=said
        )
        source = cast("IO[bytes]", running.stdin)
        try:
            source.write(b"%d\n" % len(identity) + identity)
            with backup.file.open("rb") as content:
                while piece := content.read(_PIECE):
                    given.update(piece)
                    source.write(piece)
            source.close()
        except BrokenPipeError:
            pass  # it has ended before, and says why
        running.wait()
        if running.returncode:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            raise Failed("\n".join(lines[-_LINES:]) or f"exit code {running.returncode}")
        if given.hexdigest() != backup.statement.sha256:
            raise Failed(f"{backup.file} was changed while it was read.")
        output.seek(0)
        return output.read()


def identity_of(file: Path) -> bytes:
    """Raises Refused."""
    if not file.is_file():
        raise Refused(f"there is no {file}: the private key of one of the recipients.")
    content = file.read_bytes()
    if b"AGE-SECRET-KEY-1" not in content:
        raise Refused(
            f"{file} holds no AGE-SECRET-KEY-1…; decrypt it first where it has a passphrase."
        )
    return content
