"""The running stack, asked by Docker Compose."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from host import configuration
from host.ending import Refused
from host.programs import run

PROJECT = Path(__file__).resolve().parents[2]


def arguments(command: argparse.ArgumentParser) -> None:
    """The options of every verb that asks it."""
    configuration.argument(command)
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


class Stack:
    """compose.yaml, or the files that COMPOSE_FILE names, with the variables that install wrote. Raises Refused."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.configuration = configuration.load(options.config)
        if not options.env_file.exists():
            raise Refused(f"{options.env_file} is missing: run scripts/appliance install.")
        self.env_file = options.env_file.resolve()
        self.data = self.configuration.data

    def compose(self, *words: str, stdin: bytes = b"") -> bytes:
        """What `docker compose …` wrote. Raises Refused."""
        file = str(self.env_file)
        command = ("docker", "compose", "--env-file", file, *words)
        return run(*command, stdin=stdin, environment=os.environ, folder=PROJECT)

    def execute(self, service: str, *words: str, stdin: bytes = b"") -> bytes:
        """What a command wrote that ran in a service's container. Raises Refused."""
        return self.compose("exec", "-T", service, *words, stdin=stdin)
