"""Back up: one encrypted, signed stream from the database to its place; then what is too old goes."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Final, Iterator, Sequence, cast

from host.backup_keys import Keys, made_keys
from host.composition import Composition, by_root, environment_argument
from host.ending import Failed, Refused
from host.on_record import put_on_record
from host.places import Place, name_at, place_of, too_old
from host.statements import Statement

_CHUNK: Final = 1024 * 1024
ELSEWHERE: Final = """\
Keep apart from the backups, for none of it is in them:
  the private keys of the recipients     without one nothing opens them elsewhere than here
  {verify}   shows that a backup is yours
  {keys}, {data}/authority, .env   without them tokens must be entered again
"""


def arguments(command: argparse.ArgumentParser) -> None:
    environment_argument(command)


def run(options: argparse.Namespace) -> None:
    compose = by_root(options.env_file)
    recipients = recipients_of(compose)
    kept_days = int(compose.variable("PLUMBLINE_BACKUPS_KEPT_DAYS", "35"))
    with alone(compose.data):
        keys = made_keys(compose)
        place = backup_place(compose, keys)
        try:
            made = _make(compose, place, keys, [*recipients, keys.drill_recipient])
        except (Refused, Failed) as failure:
            put_on_record(compose, ("backups", "failed"), {"reason": str(failure)})
            raise Failed(
                f"{failure}\nNo backup was made; those from before are as they were."
            ) from None
        for name in too_old(place.names(), datetime.now(timezone.utc), kept_days):
            place.remove(name)
            print(f"{name} is older than {kept_days} days: removed.")
        told = {"present": statements(place, keys), "place": place.kind, "made": made.name}
        if not put_on_record(compose, ("backups", "made"), told):
            raise Failed(f"{made.name} is made and good, but could not be put on record.")
    print(f"{made.name}: {made.size:,} bytes, {made.rows:,} rows of {made.tables} tables.")
    print(ELSEWHERE.format(data=compose.data, keys=compose.keys, verify=keys.verify), end="")


def recipients_of(compose: Composition) -> list[str]:
    found = compose.variable("PLUMBLINE_BACKUPS_RECIPIENTS").split()
    if not found:
        raise Refused(
            "nobody could open a backup elsewhere: make a key on another machine with `age-keygen`, keep it there,"
            " set its public half as recipients below [backup] in the configuration, and run install again."
        )
    return found


def backup_place(compose: Composition, keys: Keys) -> Place:
    to = compose.variable("PLUMBLINE_BACKUPS_TO", str(compose.data / "backups"))
    return place_of(to, keys.folder, compose.data)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """One backup, restore or drill at a time. Raises Refused."""
    with (data / ".backups.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused("another backup, restore or drill is going on.") from None
        yield


def statements(place: Place, keys: Keys) -> list[dict[str, object]]:
    """Of all backups that lie there and are signed by this appliance."""
    found = []
    for name in place.names():
        try:
            found.append(asdict(Statement.read(place.signed(name), keys.verify)))
        except Refused as refused:
            print(f"{name}: {refused}")
    return found


def _make(compose: Composition, place: Place, keys: Keys, recipients: Sequence[str]) -> Statement:
    for left in place.staging.glob(".plumbline-*.part"):
        left.unlink()
    name = name_at(datetime.now(timezone.utc))
    file = place.staging / f".{name}.part"
    try:
        statement = _streamed(compose, file, name, recipients)
        place.put(file, name, statement.signed(keys.signing))
    finally:
        file.unlink(missing_ok=True)
    return statement


def _streamed(compose: Composition, file: Path, name: str, recipients: Sequence[str]) -> Statement:
    words = [word for one in recipients for word in ("--recipient", one)]
    command = ("python", "manage.py", "backup", "--release", compose.release, *words)
    with tempfile.TemporaryFile() as said, _private(file) as target:
        running = compose.started(
            *("run", "--rm", "-T", "backup", *command), stdout=subprocess.PIPE, stderr=said
        )
        output = cast("IO[bytes]", running.stdout)
        found, size = hashlib.sha256(), 0
        try:
            while chunk := output.read(_CHUNK):
                found.update(chunk)
                target.write(chunk)
                size += len(chunk)
        except OSError as error:
            running.kill()
            raise Failed(f"{file.parent} cannot be written: {error.strerror}.") from None
        finally:
            output.close()
            running.wait()
        os.fsync(target.fileno())
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    if running.returncode:
        raise Failed("\n".join(lines[-5:]) or f"exit code {running.returncode}")
    told = json.loads(lines[-1])
    return Statement(
        name=name,
        made_at=told["made_at"],
        release=compose.release,
        size=size,
        sha256=found.hexdigest(),
        tables=told["tables"],
        rows=told["rows"],
    )


def _private(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
