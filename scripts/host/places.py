"""Where backups lie: a folder of this machine, or one that is reached by SFTP. A backup is there as a whole or not."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final, Iterable, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from host.ending import Refused
from host.programs import run

SIGNED: Final = ".signed"
_PLAIN: Final = re.compile(r"/[\w./+-]+")
_NAME: Final = re.compile(r"plumbline-(\d{8}T\d{6}Z)\.age")


def name_at(moment: datetime) -> str:
    return f"plumbline-{moment:%Y%m%dT%H%M%SZ}.age"


def is_backup(name: str) -> bool:
    """Whether it is one by its name: whoever writes where backups lie may have put anything there."""
    try:
        return bool(_NAME.fullmatch(name) and _made(name))
    except ValueError:
        return False


def too_old(names: Iterable[str], now: datetime, days: int) -> list[str]:
    """Those to remove: older than so many days, and never the newest one."""
    ordered = sorted(filter(is_backup, names))
    return [name for name in ordered[:-1] if _made(name) < now - timedelta(days=days)]


def _made(name: str) -> datetime:
    stamp = name[len("plumbline-") : -len(".age")]
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def _whole(names: Iterable[str]) -> list[str]:
    """Of all files there, the backups that are signed, the oldest first."""
    found = set(names)
    return sorted(name for name in found if is_backup(name) and name + SIGNED in found)


class Place(Protocol):
    kind: str
    staging: Path
    """Where a backup is written, encrypted, before it is put in its place."""

    def names(self) -> list[str]: ...

    def signed(self, name: str) -> bytes: ...

    def fetch(self, name: str) -> Path:
        """The backup as a file of this machine."""

    def forget(self, name: str) -> None:
        """What was fetched is needed no longer."""

    def put(self, file: Path, name: str, signed: bytes) -> None:
        """The whole backup or nothing: under its name last."""

    def remove(self, name: str) -> None: ...


class Folder:
    kind = "folder"

    def __init__(self, path: Path) -> None:
        self.path = self.staging = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"{path} cannot be made: {error.strerror}.") from None

    def names(self) -> list[str]:
        return _whole(file.name for file in self.path.iterdir())

    def signed(self, name: str) -> bytes:
        return (self.path / (name + SIGNED)).read_bytes()

    def fetch(self, name: str) -> Path:
        return self.path / name

    def forget(self, name: str) -> None:
        """It lies where it was."""

    def put(self, file: Path, name: str, signed: bytes) -> None:
        write_down(self.path / (name + SIGNED), signed)
        file.rename(self.path / name)
        sync(self.path)

    def remove(self, name: str) -> None:
        (self.path / name).unlink()
        (self.path / (name + SIGNED)).unlink()


class Sftp:
    """By OpenSSH's client, with a key of its own, to a host whose key is known beforehand."""

    kind = "sftp"

    def __init__(self, address: SplitResult, keys: Path, staging: Path) -> None:
        self.folder, self.staging = unquote(address.path), staging
        self._key, self._known = keys / "sftp_key", keys / "known_hosts"
        if not address.hostname or not address.username or not _PLAIN.fullmatch(self.folder):
            raise Refused("[backup] to must be sftp://USER@HOST[:PORT]/FOLDER, in plain letters.")
        for file, says in ((self._key, "the private key"), (self._known, "the server's host key")):
            if not file.exists():
                raise Refused(f"{file} is missing: {says} for {address.hostname}; docs/operate.md.")
        if not shutil.which("sftp"):
            raise Refused("sftp is missing: apt-get install openssh-client")
        self._to = ("-P", str(address.port or 22), f"{address.username}@{address.hostname}")
        staging.mkdir(mode=0o700, parents=True, exist_ok=True)

    def names(self) -> list[str]:
        listed = self._do(f"ls -1 {self._path('')}")
        return _whole(line.rpartition("/")[2] for line in listed.split())

    def signed(self, name: str) -> bytes:
        file = self._get(name + SIGNED)
        content = file.read_bytes()
        file.unlink()
        return content

    def fetch(self, name: str) -> Path:
        return self._get(name)

    def forget(self, name: str) -> None:
        (self.staging / Path(name).name).unlink(missing_ok=True)

    def put(self, file: Path, name: str, signed: bytes) -> None:
        statement = self.staging / (name + SIGNED)
        write_down(statement, signed)
        try:
            self._do(
                f"put {shlex.quote(str(file))} {self._path(name + '.part')}",
                f"put {shlex.quote(str(statement))} {self._path(statement.name)}",
                f"rename {self._path(name + '.part')} {self._path(name)}",
            )
        except Refused:
            self._do(f"-rm {self._path(name + '.part')}", f"-rm {self._path(statement.name)}")
            raise
        finally:
            statement.unlink()
        file.unlink()

    def remove(self, name: str) -> None:
        self._do(f"rm {self._path(name)}", f"rm {self._path(name + SIGNED)}")

    def _get(self, name: str) -> Path:
        target = self.staging / name
        self._do(f"get {self._path(name)} {shlex.quote(str(target))}")
        return target

    def _path(self, name: str) -> str:
        return f"{self.folder.rstrip('/')}/{name}"

    def _do(self, *commands: str) -> str:
        """The first one that fails ends it, but for those that begin with a dash."""
        options = (
            *("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"),
            *("-o", f"UserKnownHostsFile={self._known}", "-o", "GlobalKnownHostsFile=/dev/null"),
            *("-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=20", "-i", str(self._key)),
        )
        batch = "".join(f"@{command}\n" for command in commands).replace("@-", "-@")
        return run(
            "sftp",
            "-o",
            "LogLevel=ERROR",
            "-F",
            "/dev/null",
            *options,
            "-b",
            "-",
            *self._to,
            stdin=batch.encode(),
        ).decode()


def place_of(address: str, keys: Path, data: Path) -> Place:
    """Raises Refused."""
    if address.startswith("sftp://"):
        return Sftp(urlsplit(address), keys, data / "outgoing")
    if not address.startswith("/"):
        raise Refused(f"[backup] to must be a folder or sftp://USER@HOST/FOLDER, not {address!r}.")
    return Folder(Path(address))


def write_down(file: Path, content: bytes) -> None:
    """On the disk when this returns, as a whole or not; a link that somebody laid in its way is not followed."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    fresh.rename(file)


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
