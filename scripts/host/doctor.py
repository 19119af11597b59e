"""How the appliance is, in words: what the host sees of it, and what it says of itself."""

from __future__ import annotations

import argparse
import json
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any, Final, Iterator, NamedTuple

from host.ending import AMISS, DONE, Refused
from host.environment import PROJECT, keys_folder, known_variables
from host.programs import run as program
from host.volumes.status import look

ONCE: Final = "migrate"
FREE: Final = 10
"""Percent of a disk, below which there is something to do."""
CERTIFICATE_DAYS: Final = 14


class Finding(NamedTuple):
    name: str
    found: str
    needed: str
    is_good: bool
    todo: str = ""


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument("--mail", metavar="ADDRESS", help="send a test mail there as well")
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    if not options.env_file.exists():
        raise Refused("Nothing is installed here yet: scripts/appliance install")
    found = list(findings(options.env_file))
    if options.mail:
        # The worker alone has the password.
        found += _said_by("worker", options.env_file, "mail", f"--test={options.mail}")
    if options.json:
        print(json.dumps([one._asdict() for one in found], indent=1))
    else:
        print(as_text(found))
    return DONE if all(one.is_good for one in found) else AMISS


def findings(env_file: Path) -> Iterator[Finding]:
    """The host first; then what each part says of itself, as far as it answers."""
    variables = known_variables(env_file.read_text().splitlines())
    data = Path(variables.get("PLUMBLINE_DATA", "/var/lib/plumbline"))
    yield _clock()
    for folder in (data, _engine_folder()):
        if folder.exists():
            yield disk(str(folder), *shutil.disk_usage(folder)[::2])
    yield _certificate(keys_folder(variables) / "nginx/server.crt")
    judged = look(data, keys_folder(variables), variables)
    yield at_rest([(place.what, judged.accepted or place.verdict.good) for place in judged.places])
    listed = _compose(env_file, "ps", "--all", "--format", "json")
    if listed.returncode:
        todo = "Is Docker running, and are you root? systemctl status docker"
        yield Finding("services", listed.stderr.strip(), "all healthy", False, todo)
        return
    yield from services(listed.stdout)
    yield from _said_by("web", env_file, "doctor")
    yield _audit_log(env_file)


def as_text(found: list[Finding]) -> str:
    lines = []
    for one in found:
        lines.append(f"{'well' if one.is_good else 'AMISS':6}{one.name}: {one.found}")
        if not one.is_good:
            lines.append(f"      needed: {one.needed}. {one.todo}")
    amiss = sum(not one.is_good for one in found)
    lines.append(f"{amiss} of {len(found)} are amiss." if amiss else "All is well.")
    return "\n".join(lines)


def services(listed: str) -> Iterator[Finding]:
    """Of `docker compose ps --format json`: an object a line, or one list of them from older versions."""
    rows: list[dict[str, Any]] = []
    for line in listed.splitlines():
        if line.strip():
            read = json.loads(line)
            rows += read if isinstance(read, list) else [read]
    if not rows:
        yield Finding("services", "none", "all healthy", False, "docker compose up --detach --wait")
    for row in sorted(rows, key=lambda row: row["Service"]):
        name, state, health = row["Service"], row["State"], row.get("Health") or ""
        if name == ONCE:
            good = state == "exited" and row.get("ExitCode") == 0
            told, needed = f"{state} ({row.get('ExitCode')})", "exited (0)"
        else:
            good = state == "running" and health in ("healthy", "")
            told, needed = f"{state} {health}".strip(), "running healthy"
        todo = f"docker compose logs --since 1h {name}"
        yield Finding(f"service {name}", told, needed, good, todo)


def disk(folder: str, total: int, free: int) -> Finding:
    part = 100 * free // total
    return Finding(
        f"disk of {folder}",
        f"{free // 1024**3} of {total // 1024**3} GB free",
        f"{FREE} % free",
        part >= FREE,
        "Make room or a larger disk: Postgres stops when it is full.",
    )


def certificate(ends: str, now: float) -> Finding:
    """`ends` as openssl tells it: notAfter=Nov 27 06:00:00 2027 GMT."""
    days = int((ssl.cert_time_to_seconds(ends.strip().partition("=")[2]) - now) // 86400)
    return Finding(
        "certificate",
        f"ends in {days} days" if days >= 0 else f"ended {-days} days ago",
        f"{CERTIFICATE_DAYS} days left",
        days >= CERTIFICATE_DAYS,
        "One of the installation's own: scripts/appliance install. Yours: give the new one below [tls], then install.",
    )


def at_rest(places: list[tuple[str, bool]]) -> Finding:
    bad = [what for what, good in places if not good]
    return Finding(
        "encryption at rest",
        f"not known of: {', '.join(bad)}" if bad else "of everything that is written",
        "of everything that is written",
        not bad,
        "scripts/appliance volumes status says what each stands on",
    )


def clock(said: str) -> Finding:
    """`said` by timedatectl: yes, no, or nothing where it is not there."""
    known = {"yes": "synchronised", "no": "not synchronised"}
    return Finding(
        "clock",
        known.get(said, "cannot be told: there is no timedatectl"),
        "synchronised",
        said != "no",
        "Set up chrony or systemd-timesyncd: one-time codes and the audit log go by the clock.",
    )


def _clock() -> Finding:
    try:
        said = program("timedatectl", "show", "--property=NTPSynchronized", "--value").decode()
    except Refused:
        said = ""
    return clock(said.strip())


def _engine_folder() -> Path:
    try:
        told = program("docker", "info", "--format", "{{.DockerRootDir}}").decode().strip()
    except Refused:
        told = ""
    return Path(told or "/var/lib/docker")


def _certificate(file: Path) -> Finding:
    try:
        ends = program("openssl", "x509", "-noout", "-enddate", "-in", file).decode()
    except Refused as refused:
        todo = "scripts/appliance install makes what is missing"
        return Finding("certificate", str(refused), "one that is read", False, todo)
    return certificate(ends, time.time())


def _said_by(service: str, env_file: Path, *command: str) -> Iterator[Finding]:
    """What a command of manage.py finds in a service's container."""
    words = ("exec", "-T", service, "python", "manage.py", *command, "--json")
    said = _compose(env_file, *words)
    try:
        for one in json.loads(said.stdout):
            yield Finding(**one)
    except (ValueError, TypeError):
        last = (said.stderr.strip().splitlines() or ["nothing"])[-1]
        todo = f"docker compose logs --since 1h {service}"
        yield Finding(f"what {service} says", last, "an answer", False, todo)


def _audit_log(env_file: Path) -> Finding:
    """The whole chain, from its anchor to its end, by the process that holds its heads."""
    verify = ("python", "manage.py", "audit", "verify", "--heads", "/heads/heads.jsonl")
    said = _compose(env_file, "exec", "-T", "sealer", *verify)
    lines = (said.stdout.strip() or said.stderr.strip() or "nothing").splitlines()
    todo = "docs/audit.md tells what each word means, and what to do (Alarms)."
    return Finding("audit log", lines[-1], "intact", said.returncode == 0, todo)


def _compose(env_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What it says, whatever its end."""
    command = ["docker", "compose", "--env-file", str(env_file.resolve()), *arguments]
    try:
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, "", "docker is not installed here.")
