"""Compose as one release's folder declares it, with the variables of one .env."""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path
from typing import IO, Final, Mapping, NamedTuple, Sequence, Tuple, Union

from host.ending import Refused
from host.environment import PROJECT, keys_folder, known_variables
from host.programs import run

_RESTARTS: Final = '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.RestartCount}}'
LOOK_EACH: Final = 5.0
OFTEN: Final = 4
"""Beginnings anew while it is waited for; one may meet a database or a broker that is not there yet."""


def often_ended(
    before: Mapping[tuple[str, str], int],
    now: Mapping[tuple[str, str], int],
    often: int = OFTEN,
) -> list[str]:
    """Services whose containers, by service and container, keep ending: they will not become healthy."""
    return sorted({key[0] for key, count in now.items() if count - before.get(key, 0) >= often})


class Composition(NamedTuple):
    folder: Path
    environment_file: Path
    options: Tuple[Union[str, Path], ...] = ()
    """Those that come before Compose's own command."""
    variables: Tuple[Tuple[str, str], ...] = ()
    """For Compose, beside those in .env."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> bytes:
        """Run `docker compose …` and return what it wrote. Raises Refused."""
        return run(
            *self._command,
            *arguments,
            stdin=stdin,
            environment=self._environment,
            folder=self.folder,
        )

    def started(
        self,
        *arguments: str,
        stdin: IO[bytes] | int | None = None,
        stdout: IO[bytes] | int | None = None,
        stderr: IO[bytes] | int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """`docker compose …` as one end of a pipe."""
        return subprocess.Popen(
            [str(word) for word in (*self._command, *arguments)],
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=self._environment,
            cwd=self.folder,
        )

    @property
    def _command(self) -> tuple[str | Path, ...]:
        return ("docker", "compose", "--env-file", self.environment_file, *self.options)

    @property
    def _environment(self) -> dict[str, str]:
        """What was exported in the operator's shell must not stand above what .env pins."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PLUMBLINE_IMAGE_")}
        return {**kept, **dict(self.variables)}

    def variable(self, name: str, otherwise: str = "") -> str:
        """As Compose takes it: from the environment, then from .env."""
        return self._variables.get(name) or otherwise

    @property
    def _variables(self) -> dict[str, str]:
        known = known_variables(self.environment_file.read_text().splitlines())
        return {**known, **self._environment}

    @property
    def data(self) -> Path:
        return Path(self.variable("PLUMBLINE_DATA", "/var/lib/plumbline"))

    @property
    def keys(self) -> Path:
        return keys_folder(self._variables)

    @property
    def release(self) -> str:
        return self.variable("PLUMBLINE_VERSION", "dev")

    def running(self) -> set[str]:
        """Services with a container that runs now."""
        return set(self("ps", "--services", "--status", "running").decode().split())

    def services(self) -> list[str]:
        return self("config", "--services").decode().split()

    def up(self, *services: str, seconds: int = 600) -> None:
        """Start these services and what they need, or all; from images that are there; wait until they are healthy.

        Never with --no-deps: of a container that was made so Compose says that it is declared otherwise, and makes it
        anew the next time.
        """
        which = services or ("--remove-orphans",)
        waiting = ("--wait", "--wait-timeout", str(seconds))
        before = self._restarts()
        with self.started("up", "--detach", "--no-build", *waiting, *which) as starting:
            while True:
                try:
                    said = starting.communicate(timeout=LOOK_EACH)[1]
                    break
                except subprocess.TimeoutExpired:
                    ended = often_ended(before, self._restarts())
                    if ended:
                        starting.terminate()
                        starting.communicate()
                        raise Refused(self._why(ended)) from None
        if starting.returncode:
            told = f"docker compose: {said.decode(errors='replace').strip()}"
            ended = often_ended(before, self._restarts(), often=1)
            raise Refused(f"{told}\n{self._why(ended)}" if ended else told)

    def _restarts(self) -> dict[tuple[str, str], int]:
        """How often the engine has begun each container anew, by service and container."""
        try:
            containers = self("ps", "--all", "--quiet").decode().split()
            command = ("docker", "inspect", "--format", _RESTARTS, *containers)
            told = run(*command) if containers else b""
        except Refused:
            return {}  # one was replaced between the two questions; or the engine is away, which `up` tells
        lines = (line.split() for line in told.decode().splitlines())
        return {(name, container): int(count) for name, container, count in lines}

    def _why(self, ended: Sequence[str]) -> str:
        last = self("logs", "--no-log-prefix", "--tail", "5", *ended).decode(errors="replace")
        return f"{' and '.join(ended)} ended while being waited for, and said last:\n{last.strip()}"

    def psql(self, statements: str, database: str = "postgres") -> str:
        """What the superuser is told, by the database container's own socket."""
        options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        said = self(
            *("exec", "-T", "postgres", "psql", *options),
            *("--username=postgres", f"--dbname={database}"),
            stdin=statements.encode(),
        )
        return said.decode().strip()


def environment_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def nothing_in(environment_file: Path) -> Refused:
    return Refused(
        f"Nothing is installed in this folder: there is no {environment_file}. Run this in the folder of the release"
        " that runs, or scripts/appliance install --url https://HOST first."
    )


def installed(environment_file: Path) -> Composition:
    """This folder's. Raises Refused where nothing is installed."""
    if not environment_file.exists():
        raise nothing_in(environment_file)
    return Composition(PROJECT, environment_file.resolve())


def by_root(environment_file: Path) -> Composition:
    """For what reads the host's own keys; silent about containers, so that what is said is theirs. Raises Refused."""
    found = installed(environment_file)
    if os.geteuid() != 0:
        raise Refused("must run as root.")
    return found._replace(options=("--progress", "quiet"))
