"""Postgres' own programs and age, as ends of pipes: nothing that they carry lies on a disk."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Final

from django.db import connection

_PATH: Final = os.environ.get("PATH", os.defpath)


class ProgramFailed(Exception):
    """One of them did not come to its end; what it said has been passed on."""


class NotOpened(Exception):
    """The backup does not open with this key."""


@contextmanager
def encrypting(*, into: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """What is written goes to `into`, for the recipients alone."""
    words = [word for recipient in recipients for word in ("--recipient", recipient)]
    with _running("age", "--encrypt", *words, stdin=subprocess.PIPE, stdout=into) as age:
        assert age.stdin is not None  # noqa: S101 - it is a pipe
        yield age.stdin


@contextmanager
def decrypting(*, source: IO[bytes], identity: bytes) -> Iterator[IO[bytes]]:
    """`source` must be a file of the system's, and unbuffered. Raises NotOpened, whatever was read."""
    reads, writes = os.pipe()
    try:
        # Smaller than a pipe's room, so that nobody has to read meanwhile.
        os.write(writes, identity[:32_768])
    finally:
        os.close(writes)
    command = ["age", "--decrypt", "--identity", f"/dev/fd/{reads}"]
    with tempfile.TemporaryFile() as said:
        age = subprocess.Popen(  # noqa: S603 - fixed words
            command, stdin=source, stdout=subprocess.PIPE, stderr=said, pass_fds=[reads]
        )
        os.close(reads)
        assert age.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield age.stdout
        finally:
            with age.stdout:
                while age.stdout.read(65_536):
                    pass
            if age.wait():
                said.seek(0)
                raise NotOpened(said.read().decode(errors="replace").strip())


@contextmanager
def dumping(*, snapshot: str) -> Iterator[IO[bytes]]:
    """The dump of the settings' database as it was in the snapshot."""
    # What it is written into packs all of it, and its long list of what there is too.
    words = ("--format=custom", "--compress=0", f"--snapshot={snapshot}", "--no-password")
    with (
        _database() as (name, environment),
        _running(
            "pg_dump", *words, name, stdout=subprocess.PIPE, environment=environment
        ) as running,
    ):
        assert running.stdout is not None  # noqa: S101 - it is a pipe
        yield running.stdout


@contextmanager
def filling() -> Iterator[IO[bytes]]:
    """What is written is a dump for the settings' database; everything in it belongs to who signs in there."""
    words = ("--exit-on-error", "--no-owner", "--no-privileges", "--no-password")
    with (
        _database() as (name, environment),
        _running(
            "pg_restore", *words, f"--dbname={name}", stdin=subprocess.PIPE, environment=environment
        ) as running,
    ):
        assert running.stdin is not None  # noqa: S101 - it is a pipe
        yield running.stdin


@contextmanager
def _running(
    *command: str,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Ended when the block ends, by itself where that ended well, and killed where it did not."""
    running = subprocess.Popen(  # noqa: S603 - words of this module, and recipients behind an option
        command,
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout,
        env={"PATH": os.environ.get("PATH", _PATH), **(environment or {})},
    )
    try:
        yield running
    except BrokenPipeError:
        if running.stdin is None:  # another one's
            running.kill()
            raise
        running.wait()  # it has said why it reads no more
        raise ProgramFailed(f"{command[0]} ended with {running.returncode}.") from None
    except BaseException:
        running.kill()
        raise
    finally:
        for end in (running.stdin, running.stdout):
            if end is not None:
                with suppress(BrokenPipeError):  # its exit code says more
                    end.close()
        running.wait()
    if running.returncode:
        raise ProgramFailed(f"{command[0]} ended with {running.returncode}.")


@contextmanager
def _database() -> Iterator[tuple[str, dict[str, str]]]:
    """Name, and what libpq wants to know: the password by a file, since environments are told by many."""
    told = connection.settings_dict
    options = told["OPTIONS"]
    with tempfile.NamedTemporaryFile("w", prefix="pgpass-") as file:  # mode 0600
        password = str(told["PASSWORD"]).replace("\\", "\\\\").replace(":", "\\:")
        file.write(f"*:*:*:*:{password}\n")
        file.flush()
        yield (
            str(told["NAME"]),
            {
                "PGHOST": str(told["HOST"]),
                "PGPORT": str(told["PORT"]),
                "PGUSER": str(told["USER"]),
                "PGPASSFILE": file.name,
                "PGSSLMODE": str(options.get("sslmode", "prefer")),
                "PGSSLROOTCERT": str(options.get("sslrootcert", "")),
            },
        )
