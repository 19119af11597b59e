"""Docker Compose on this installation: its variables, its containers."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from host.ending import Refused
from host.environment import keys_folder, known_variables
from host.programs import run

PROJECT: Final = Path(__file__).resolve().parents[2]


def env_file_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


class Compose:
    """Raises Refused where nothing is installed here."""

    def __init__(self, env_file: Path) -> None:
        if not env_file.exists():
            raise Refused(f"{env_file} is missing: run scripts/appliance install first.")
        if os.geteuid() != 0:
            raise Refused("must run as root.")
        self._file = env_file
        self._known = known_variables(env_file.read_text().splitlines())

    def variable(self, name: str, otherwise: str = "") -> str:
        """As Compose takes it: from the environment, then from .env."""
        return os.environ.get(name) or self._known.get(name) or otherwise

    @property
    def data(self) -> Path:
        return Path(self.variable("PLUMBLINE_DATA", "/var/lib/plumbline"))

    @property
    def keys(self) -> Path:
        return keys_folder(self._known)

    @property
    def release(self) -> str:
        return self.variable("PLUMBLINE_VERSION", "dev")

    def command(self, *arguments: str) -> list[str]:
        words = ["docker", "compose", "--env-file", str(self._file), "--progress", "quiet"]
        return [*words, *arguments]

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What it wrote to its standard output. Raises Refused with what it said."""
        return run(*self.command(*arguments), stdin=stdin, folder=PROJECT)

    def running(self) -> set[str]:
        """Services with a container that runs now."""
        return set(self.run("ps", "--services", "--status", "running").decode().split())

    def sql(self, statement: str, database: str = "postgres") -> str:
        """By the superuser, who comes in by the database container's own socket alone."""
        options = ("-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database)
        answer = self.run("exec", "-T", "postgres", "psql", *options, stdin=statement.encode())
        return answer.decode().strip()
