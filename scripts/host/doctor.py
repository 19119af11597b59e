"""How the appliance is, in words: what the host sees of it, and what it says of itself."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Iterator, Sequence

from host import facts, services, verdicts
from host.composition import installed, nothing_in
from host.ending import AMISS, DONE, Refused, plain
from host.environment import PROJECT, keys_folder, known_variables
from host.services import MISSING, ONCE, Service
from host.verdicts import BAD, GOOD, Finding
from host.volumes.status import look


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument("--mail", metavar="ADDRESS", help="send a test mail there as well")
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    if not options.env_file.exists():
        raise nothing_in(options.env_file)
    if os.geteuid() != 0:
        raise Refused("must run as root: what encrypts the disks is told to nobody else.")
    found = list(findings(options.env_file))
    if options.mail:
        # The worker alone has the password.
        found += _said_by("worker", options.env_file, "mail", f"--test={options.mail}")
    if options.json:
        print(json.dumps(document(found), indent=1))
    else:
        print(as_text(found))
    return DONE if all(one.is_good for one in found) else AMISS


def findings(env_file: Path) -> Iterator[Finding]:
    """The host first; then what each part says of itself, as far as it answers."""
    variables = known_variables(env_file.read_text().splitlines())
    data = Path(variables.get("PLUMBLINE_DATA", "/var/lib/plumbline"))
    yield verdicts.clock(facts.clock())
    for folder in (data, facts.engine().root or Path("/var/lib/docker")):
        yield verdicts.disk(f"disk of {folder}", facts.disk(folder), 1)
    end = facts.certificate_end(data / "certificates/public.pem")
    yield verdicts.lasting(end, time.time())
    judged = look(data, keys_folder(variables), variables)
    yield at_rest([(place.what, judged.accepted or place.verdict.good) for place in judged.places])
    try:
        running = services.look(installed(env_file))
    except Refused as refused:
        todo = "Is Docker running, and are you root? systemctl status docker"
        yield Finding("services", str(refused), "all healthy", BAD, todo)
        return
    yield from map(service, running)
    yield from _said_by("web", env_file, "doctor")
    yield _audit_log(env_file)


def document(found: Sequence[Finding]) -> list[dict[str, object]]:
    """As web's own doctor tells it: there is no more to say of a warning than that it is not good."""
    return [
        {
            "name": one.name,
            "found": one.found,
            "needed": one.needed,
            "is_good": one.is_good,
            "todo": one.todo,
        }
        for one in found
    ]


def as_text(found: Sequence[Finding]) -> str:
    lines = []
    for one in found:
        lines.append(f"{'well' if one.is_good else 'AMISS':6}{one.name}: {one.found}")
        if not one.is_good:
            lines.append(f"      needed: {one.needed}. {one.todo}")
    amiss = sum(not one.is_good for one in found)
    lines.append(f"{amiss} of {len(found)} are amiss." if amiss else "All is well.")
    return "\n".join(plain(line).replace("\n", " ") for line in lines)


def service(one: Service) -> Finding:
    if one.name == ONCE:
        found, needed = f"{one.state} ({one.exit_code})", "exited (0)"
    else:
        found, needed = f"{one.state} {one.health}".strip(), "running healthy"
    todo = f"docker compose logs --since 1h {one.name}"
    if one.state == MISSING:
        found, todo = one.state, "docker compose up --detach --wait"
    return Finding(f"service {one.name}", found, needed, GOOD if one.well else BAD, todo)


def at_rest(places: list[tuple[str, bool]]) -> Finding:
    bad = [what for what, good in places if not good]
    return Finding(
        "encryption at rest",
        f"not known of: {', '.join(bad)}" if bad else "of everything that is written",
        "of everything that is written",
        BAD if bad else GOOD,
        "scripts/appliance volumes status says what each stands on",
    )


def _said_by(service: str, env_file: Path, *command: str) -> Iterator[Finding]:
    """What a command of manage.py finds in a service's container."""
    words = ("exec", "-T", service, "python", "manage.py", *command, "--json")
    said = _compose(env_file, *words)
    try:
        for one in json.loads(said.stdout):
            verdict = GOOD if one["is_good"] else BAD
            yield Finding(one["name"], one["found"], one["needed"], verdict, one["todo"])
    except (ValueError, TypeError, KeyError):
        last = (said.stderr.strip().splitlines() or ["nothing"])[-1]
        todo = f"docker compose logs --since 1h {service}"
        yield Finding(f"what {service} says", last, "an answer", BAD, todo)


def _audit_log(env_file: Path) -> Finding:
    """The whole chain, from its anchor to its end, by the process that holds its heads."""
    verify = ("python", "manage.py", "audit", "verify", "--heads", "/heads/heads.jsonl")
    said = _compose(env_file, "exec", "-T", "sealer", *verify)
    lines = (said.stdout.strip() or said.stderr.strip() or "nothing").splitlines()
    todo = "docs/audit.md tells what each word means, and what to do (Alarms)."
    return Finding("audit log", lines[-1], "intact", BAD if said.returncode else GOOD, todo)


def _compose(env_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What it says, whatever its end."""
    command = ["docker", "compose", "--env-file", str(env_file.resolve()), *arguments]
    try:
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", f"docker: {error.strerror}.")
