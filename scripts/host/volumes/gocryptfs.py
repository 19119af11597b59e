"""gocryptfs: a folder of encrypted files below a folder of plain ones, where there is no device mapper."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from host.ending import Refused
from host.programs import run


def need_gocryptfs() -> None:
    if not Path("/dev/fuse").exists():
        raise Refused("/dev/fuse is missing: modprobe fuse (a container needs it handed over).")
    for program, package in (("gocryptfs", "gocryptfs"), ("fusermount3", "fuse3")):
        try:
            run(program, "--version")
        except Refused:
            raise Refused(f"{program} is missing: apt-get install {package}") from None


def make(folder: Path, secret: bytes) -> None:
    """Begin an encrypted folder. Raises Refused where anything is in it: what is there would stay plain."""
    need_gocryptfs()
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    run("gocryptfs", "-init", "-q", "--", folder, stdin=_line(secret))


def is_made(folder: Path) -> bool:
    return (folder / "gocryptfs.conf").exists()


def mount(folder: Path, point: Path, secret: bytes) -> None:
    """Services are other users than root, so that others are let in; modes of files keep them apart."""
    need_gocryptfs()
    options = ("-q", "-allow_other", "-ko", "nodev,nosuid,noexec")
    # It stays, and holds what it was given to write to: a pipe would never end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            ["gocryptfs", *options, "--", str(folder), str(point)],
            input=_line(secret), stdout=said, stderr=said, check=False,
        )  # fmt: skip
        said.seek(0)
        if done.returncode:
            raise Refused(f"gocryptfs: {said.read().decode(errors='replace').strip()}")


def unmount(point: Path) -> None:
    run("fusermount3", "-u", point)


def change_key(folder: Path, secret: bytes, new: bytes) -> None:
    run("gocryptfs", "-passwd", "-q", "--", folder, stdin=_line(secret) + _line(new))


def _line(secret: bytes) -> bytes:
    """It reads a line; of a key file, the first and only one."""
    line = secret.rstrip(b"\n")
    if not line or b"\n" in line or b"\0" in line:
        raise Refused("gocryptfs takes one line as its key, without a zero byte.")
    return line + b"\n"
