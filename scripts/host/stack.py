"""The running stack, asked by Docker Compose."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from host.ending import Refused
from host.environment import known_variables
from host.programs import run

PROJECT = Path(__file__).resolve().parents[2]


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


class Stack:
    """compose.yaml, or the files that COMPOSE_FILE names, with the variables that install wrote."""

    def __init__(self, env_file: Path) -> None:
        if not env_file.exists():
            raise Refused("nothing is installed here: run scripts/appliance install first.")
        self.env_file = env_file.resolve()
        self.variables = known_variables(self.env_file.read_text().splitlines())
        self.data = Path(self.variables.get("PLUMBLINE_DATA") or "/var/lib/plumbline")

    def compose(self, *words: str, stdin: bytes = b"") -> bytes:
        """What `docker compose …` wrote. Raises Refused."""
        file = str(self.env_file)
        command = ("docker", "compose", "--env-file", file, *words)
        return run(*command, stdin=stdin, environment=os.environ, folder=PROJECT)

    def execute(self, service: str, *words: str, stdin: bytes = b"") -> bytes:
        """What a command wrote that ran in a service's container. Raises Refused."""
        return self.compose("exec", "-T", service, *words, stdin=stdin)
