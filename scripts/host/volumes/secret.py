"""Passphrases and key files of a volume."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path

from host.ending import Refused

SHORTEST = 12


def argument(command: argparse.ArgumentParser, name: str = "--key-file", of: str = "") -> None:
    command.add_argument(
        name,
        type=Path,
        metavar="FILE",
        help=f"{of}key file in place of a passphrase; one that only root reads, apart from data and backups",
    )


def present(file: Path | None) -> bytes:
    """What opens a volume now: the key file's bytes, else a passphrase that is asked for."""
    return _read(file) if file else _asked("Passphrase: ")


def new(file: Path | None) -> bytes:
    """What is to open it. A key file that is not there yet is made, of 256 random bits."""
    if file:
        if not file.exists():
            _make(file)
        return _read(file)
    passphrase = _asked("New passphrase: ")
    if len(passphrase) < SHORTEST:
        raise Refused(f"a passphrase has {SHORTEST} characters at least.")
    if _asked("Once more: ") != passphrase:
        raise Refused("the two passphrases differ.")
    return passphrase


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
    with os.fdopen(handle, "wb") as made:
        made.write(secrets.token_hex(32).encode())
        made.flush()
        os.fsync(made.fileno())


def _read(file: Path) -> bytes:
    try:
        found = file.stat()
        content = file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}.") from None
    if found.st_mode & 0o077:
        raise Refused(f"{file} can be read by others than its owner: chmod 0400 {file}")
    if not content:
        raise Refused(f"{file} is empty.")
    return content


def _asked(question: str) -> bytes:
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask for a passphrase: give --key-file.")
    return getpass.getpass(question).encode()
