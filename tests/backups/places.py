"""A second database beside the test's own, and keys of age's, for backups that are really made and restored."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from backend.appliance.backing_up import back_up
from backend.appliance.manifest import Manifest


class Key(NamedTuple):
    identity: bytes
    recipient: str


def a_key() -> Key:
    made = subprocess.run(["age-keygen"], capture_output=True, check=True).stdout
    public = next(line for line in made.decode().splitlines() if line.startswith("# public key: "))
    return Key(made, public.removeprefix("# public key: "))


def backed_up(file: Path, *recipients: str, release: str = "1.0") -> Manifest:
    with file.open("wb") as into:
        return back_up(into=into, recipients=recipients, release=release)


@contextmanager
def another_database() -> Iterator[None]:
    """Empty, and the settings' own while the block lasts."""
    own = connection.settings_dict["NAME"]
    other = f"{own}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {other} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {other}")
    _use(other)
    try:
        yield
    finally:
        _use(own)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {other} WITH (FORCE)")


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
