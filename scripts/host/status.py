"""How the appliance is: its services, versions, and the ages of what must not get old."""

from __future__ import annotations

import argparse
import json
import ssl
import time
from pathlib import Path
from typing import Any, Final, NamedTuple, Sequence

from host import configuration, facts
from host.composition import Composition, environment_argument, installed
from host.ending import AMISS, DONE
from host.programs import openssl
from host.services import ONCE

CERTIFICATE_DAYS: Final = 14
BACKUP_HOURS: Final = 26
"""A daily one, and the time that it takes."""
SYNC_HOURS: Final = 26
SYNCED: Final = "SELECT extract(epoch FROM max(finished_at))::bigint FROM sources_syncrun WHERE outcome = 'succeeded';"
BACKUP_TABLE: Final = "SELECT to_regclass('appliance_backup') IS NOT NULL;"
BACKUP: Final = "SELECT extract(epoch FROM max(made_at))::bigint FROM appliance_backup WHERE removed_at IS NULL;"
SECONDS_A_DAY: Final = 24 * 3600


class Service(NamedTuple):
    name: str
    state: str
    health: str
    image: str
    exit_code: int

    @property
    def well(self) -> bool:
        if self.name == ONCE:
            return self.state == "exited" and self.exit_code == 0
        return self.state == "running" and self.health in ("healthy", "")


class Age(NamedTuple):
    name: str
    told: str
    well: bool


def arguments(command: argparse.ArgumentParser) -> None:
    configuration.argument(command)
    command.add_argument("--json", action="store_true", help="for programs")
    environment_argument(command)


def run(options: argparse.Namespace) -> int:
    found = configuration.load(options.config)
    composition = installed(options.env_file)
    running = services(composition("ps", "--all", "--format", "json").decode())
    missing = sorted((set(composition.services()) | {ONCE}) - {service.name for service in running})
    running += [Service(name, "missing", "", "", 0) for name in missing]
    ages = [certificate(found.keys / "nginx/server.crt", time.time())]
    if any(service.name == "postgres" and service.well for service in running):
        ages += asked(composition, time.time())
    engine = facts.engine()
    versions = {"engine": engine.version or "no answer", "compose": engine.compose or "none"}
    all_well = all(service.well for service in running) and all(age.well for age in ages)
    if options.json:
        print(json.dumps(document(running, ages, versions, well=all_well), indent=2))
    else:
        print(page(running, ages, versions))
    return DONE if all_well else AMISS


def services(said: str) -> list[Service]:
    """From `docker compose ps --format json`: one array to 2.20, an object a line from 2.21 on."""
    text = said.strip()
    told: list[dict[str, Any]] = (
        json.loads(text)
        if text.startswith("[")
        else [json.loads(line) for line in text.splitlines()]
    )
    return sorted(
        Service(
            one["Service"],
            one["State"],
            one.get("Health") or "",
            one.get("Image") or "",
            int(one.get("ExitCode") or 0),
        )
        for one in told
    )


def certificate(file: Path, now: float) -> Age:
    if not file.exists():
        return Age("certificate", "none", well=False)
    ends = openssl("x509", "-noout", "-enddate", "-in", file).decode().strip().partition("=")[2]
    days = int((ssl.cert_time_to_seconds(ends) - now) // SECONDS_A_DAY)
    return Age("certificate", f"{days} days left", well=days >= CERTIFICATE_DAYS)


def asked(composition: Composition, now: float) -> list[Age]:
    """What the database knows of its own past."""
    synced = composition.psql(SYNCED, "plumbline")
    told = [age("last sync", synced, now, SYNC_HOURS, never_is_well=True)]
    if composition.psql(BACKUP_TABLE, "plumbline") == "t":
        made = composition.psql(BACKUP, "plumbline")
        told.append(age("last backup", made, now, BACKUP_HOURS, never_is_well=False))
    return told


def age(name: str, moment: str, now: float, most_hours: int, *, never_is_well: bool) -> Age:
    """`moment` in seconds since 1970; empty: never. A new installation has collected nothing yet, and that is well."""
    if not moment:
        return Age(name, "never", well=never_is_well)
    hours = max(0.0, (now - int(moment)) / 3600)
    return Age(name, f"{hours:.1f} hours ago", well=hours <= most_hours)


def document(
    running: Sequence[Service], ages: Sequence[Age], versions: dict[str, str], *, well: bool
) -> dict[str, object]:
    return {
        "well": well,
        "services": [{**service._asdict(), "well": service.well} for service in running],
        "ages": [age._asdict() for age in ages],
        "versions": versions,
    }


def page(running: Sequence[Service], ages: Sequence[Age], versions: dict[str, str]) -> str:
    rows = [
        (well(service.well), service.name, service.health or service.state, service.image)
        for service in running
    ]
    rows += [(well(age.well), age.name, age.told, "") for age in ages]
    rows += [("", name, version, "") for name, version in versions.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(text.ljust(widths[column]) for column, text in enumerate(row)).rstrip()
        for row in rows
    )


def well(is_so: bool) -> str:  # noqa: FBT001 - a word for it
    return "well" if is_so else "AMISS"
