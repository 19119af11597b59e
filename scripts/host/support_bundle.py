"""What helps whoever helps: one archive, made and kept here, with nothing personal, no secret and no source code in it.

The operator sees its parts first, and says which of them to leave out. A part that cannot be made is named with why.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import subprocess
import sys
import tarfile
import time
from functools import partial
from pathlib import Path
from typing import Callable, Final, Iterator, NamedTuple

from host import doctor
from host.composition import nothing_in
from host.ending import Refused
from host.environment import PROJECT, keys_folder, known_variables
from host.programs import run as program
from host.sanitising import Sanitiser
from host.services import listed

OURS: Final = frozenset({"nginx", "web", "worker", "beat", "sealer", "migrate"})
"""Services whose logs are JSON."""
SINCE: Final = "24h"
LINES: Final = 5000
NAMES: Final = """
SELECT DISTINCT name FROM (
    SELECT name FROM people_person UNION ALL SELECT unnest(ARRAY[name, email]) FROM accounts_user
    UNION ALL SELECT unnest(ARRAY[name, login]) FROM people_identity
    UNION ALL SELECT unnest(ARRAY[user_name, display_name, formatted_name, family_name, given_name])
        FROM people_directoryuser
) AS called (name) WHERE name <> '';
"""
DATABASE: Final = {
    "tables": "SELECT relname, n_live_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 3 DESC;",
    "migrations": "SELECT app, name, applied FROM django_migrations ORDER BY id;",
    "settings": "SELECT name, setting, unit FROM pg_settings WHERE source NOT IN ('default', 'override') ORDER BY 1;",
}


class Part(NamedTuple):
    name: str
    about: str
    make: Callable[[], str]
    """Sanitised already. Raises Refused with the reason why it cannot be had."""


class Made(NamedTuple):
    part: Part
    text: str
    missing: str
    """Why it is not there; empty: it is."""


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="the archive (support-DATE.tar.gz, here)"
    )
    command.add_argument(
        "--without", action="append", default=[], metavar="PART", help="leave this part out"
    )
    command.add_argument("--list", action="store_true", help="tell the parts, and make nothing")
    command.add_argument("--yes", action="store_true", help="do not ask before it is written")
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    if not options.env_file.exists():
        raise nothing_in(options.env_file)
    parts = list(all_parts(Installation(options.env_file)))
    unknown = set(options.without) - {part.name for part in parts}
    if unknown:
        raise Refused(f"There is no part {', '.join(sorted(unknown))}; --list tells them.")
    print("\n".join(f"{part.name:18} {part.about}" for part in parts))
    if options.list:
        return
    file = options.out or Path(time.strftime("support-%Y%m%d-%H%M%S.tar.gz"))
    if file.exists():
        raise Refused(f"{file} is there already: name another with --out.")
    confirm(options)
    made = [_made(part, options.without) for part in parts]
    write(file, made)
    print(
        f"\n{contents(made)}\nIt is {file}; nothing was sent anywhere. Look into it before you give it away."
    )


def confirm(options: argparse.Namespace) -> None:
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise Refused("Say --yes where nobody can be asked.")
    if input("Make it of these? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Refused("Nothing was made. Leave parts out with --without PART.")


def contents(made: list[Made]) -> str:
    """The archive's table of contents: what is in it, and what is not and why."""
    lines = ["What is in this archive:"]
    lines += [f"  {one.part.name}: {one.part.about}" for one in made if not one.missing]
    gone = [f"  {one.part.name}: {one.missing}" for one in made if one.missing]
    lines += ["What is missing:", *(gone or ["  nothing"])]
    lines += [
        "Left out everywhere: secrets and whatever looks like one, mail and network addresses, names and",
        "logins of people, query strings, and fields of logs that are not known to hold none of these.",
    ]
    return "\n".join(lines)


def write(file: Path, made: list[Made]) -> None:
    """Readable by whoever made it alone."""
    opened = os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    with opened, tarfile.open(fileobj=opened, mode="w:gz") as archive:
        _add(archive, "CONTENTS.txt", contents(made))
        for one in made:
            if not one.missing:
                _add(archive, f"{one.part.name}.txt", one.text)


def _raised(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


class Installation:
    """This one: its folder, its secrets and its people, of which nothing leaves."""

    def __init__(self, env_file: Path) -> None:
        self.env_file = env_file
        lines = env_file.read_text().splitlines()
        self.keys = keys_folder(known_variables(lines))
        self._people: list[str] | None = None

    def compose(self, *arguments: str) -> str:
        file = self.env_file.resolve()
        said = program("docker", "compose", "--env-file", file, *arguments, folder=PROJECT)
        return said.decode(errors="replace")

    def logs(self, service: str) -> str:
        """Its last lines, of both its outputs: Compose keeps them apart. Raises Refused."""
        cut = ("--no-color", "--no-log-prefix", "--since", SINCE, "--tail", str(LINES), service)
        file = str(self.env_file.resolve())
        done = subprocess.run(
            ["docker", "compose", "--env-file", file, "logs", *cut],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode(errors="replace")
        if done.returncode:
            raise Refused(f"docker compose logs: {said.strip()}")
        return said

    def psql(self, statement: str) -> str:
        """As the superuser, by the container's own socket."""
        signed_in = ("exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "plumbline")
        return self.compose(*signed_in, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement)

    def sanitiser(self) -> Sanitiser:
        """Raises Refused where it cannot be known whom to leave out: then nothing that may name people is given."""
        if self._people is None:
            try:
                self._people = self.psql(NAMES).splitlines()
            except Refused as refused:
                raise Refused(f"whose names to leave out cannot be asked: {refused}") from None
        return Sanitiser(self.secrets(), self._people)

    def secrets(self) -> Iterator[str]:
        """Every word of every key. Raises Refused where one cannot be read: it would not be taken out."""
        try:
            for folder, _, names in os.walk(self.keys, onerror=_raised):
                for name in names:
                    yield from Path(folder, name).read_text(errors="replace").split()
        except PermissionError:
            raise Refused("which secrets to leave out is known to root alone.") from None


def all_parts(of: Installation) -> Iterator[Part]:
    yield Part("versions", "of Plumbline, the system, Docker and Compose", lambda: _versions(of))
    yield Part("configuration", "variables in .env, without secrets", lambda: _configuration(of))
    yield Part("services", "how each of them is", lambda: _services(of))
    yield Part("doctor", "what scripts/appliance doctor says", lambda: _doctor(of))
    for name, statement in DATABASE.items():
        about = {"tables": "their sizes", "migrations": "that were applied"}.get(
            name, "of Postgres"
        )
        yield Part(f"database-{name}", about, partial(_database, of, statement))
    for service in sorted({*OURS, "postgres", "valkey"}):
        about = f"its last {LINES} lines within {SINCE}"
        yield Part(f"log-{service}", about, partial(_log, of, service))


def _clean(of: Installation, said: str) -> str:
    return of.sanitiser().text(said)


def _versions(of: Installation) -> str:
    variables = known_variables(of.env_file.read_text().splitlines())
    told = [
        f"plumbline {variables.get('PLUMBLINE_VERSION', 'dev')}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
        f"python {platform.python_version()}",
        program("docker", "version", "--format", "docker {{.Server.Version}}").decode().strip(),
        f"compose {of.compose('version', '--short').strip()}",
    ]
    return "\n".join(told)


def _configuration(of: Installation) -> str:
    return _clean(of, of.env_file.read_text())


def _services(of: Installation) -> str:
    found = map(doctor.service, listed(of.compose("ps", "--all", "--format", "json")))
    return "\n".join(f"{one.name}: {one.found}" for one in found)


def _doctor(of: Installation) -> str:
    found = doctor.document(list(doctor.findings(of.env_file)))
    return _clean(of, json.dumps(found, indent=1, ensure_ascii=False))


def _database(of: Installation, statement: str) -> str:
    return _clean(of, of.psql(statement))


def _log(of: Installation, service: str) -> str:
    sanitiser = of.sanitiser()
    return sanitiser.logs(of.logs(service), is_json=service in OURS)


def _made(part: Part, without: list[str]) -> Made:
    if part.name in without:
        return Made(part, "", "left out by whoever made this")
    try:
        return Made(part, part.make(), "")
    except Refused as refused:
        return Made(part, "", str(refused).splitlines()[0])


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = f"{text}\n".encode()
    entry = tarfile.TarInfo(f"support/{name}")
    entry.size, entry.mtime = len(content), int(time.time())
    archive.addfile(entry, io.BytesIO(content))
