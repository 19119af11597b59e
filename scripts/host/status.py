"""How the appliance is: its services, versions, and the ages of what must not get old."""

from __future__ import annotations

import argparse
import json
import time
from typing import Final, Sequence

from host import configuration, facts, services
from host.composition import Composition, environment_argument, installed
from host.ending import AMISS, DONE
from host.services import Service
from host.verdicts import BAD, GOOD, Finding, lasting

BACKUP_HOURS: Final = 36
"""A daily one, and half a day besides: as web judges it."""
SYNC_HOURS: Final = 26
SYNCED: Final = "SELECT extract(epoch FROM max(finished_at))::bigint FROM sources_syncrun WHERE outcome = 'succeeded';"
BACKUP_TABLE: Final = "SELECT to_regclass('appliance_backup') IS NOT NULL;"
BACKUP: Final = "SELECT extract(epoch FROM max(made_at))::bigint FROM appliance_backup WHERE removed_at IS NULL;"


def arguments(command: argparse.ArgumentParser) -> None:
    configuration.argument(command)
    command.add_argument("--json", action="store_true", help="for programs")
    environment_argument(command)


def run(options: argparse.Namespace) -> int:
    found = configuration.load(options.config)
    composition = installed(options.env_file)
    running = services.look(composition)
    ages = [lasting(facts.certificate_end(found.data / "certificates/public.pem"), time.time())]
    if any(service.name == "postgres" and service.well for service in running):
        ages += asked(composition, time.time())
    engine = facts.engine()
    versions = {"engine": engine.version or "no answer", "compose": engine.compose or "none"}
    all_well = all(service.well for service in running) and all(age.is_good for age in ages)
    if options.json:
        print(json.dumps(document(running, ages, versions, well=all_well), indent=2))
    else:
        print(page(running, ages, versions))
    return DONE if all_well else AMISS


def asked(composition: Composition, now: float) -> list[Finding]:
    """What the database knows of its own past."""
    synced = composition.psql(SYNCED, "plumbline")
    told = [age("last sync", synced, now, SYNC_HOURS, never_is_well=True)]
    if composition.psql(BACKUP_TABLE, "plumbline") == "t":
        made = composition.psql(BACKUP, "plumbline")
        told.append(age("last backup", made, now, BACKUP_HOURS, never_is_well=False))
    return told


def age(name: str, moment: str, now: float, most_hours: int, *, never_is_well: bool) -> Finding:
    """`moment` in seconds since 1970; empty: never. A new installation has collected nothing yet, and that is well."""
    hours = max(0.0, (now - int(moment)) / 3600) if moment else None
    told = "never" if hours is None else f"{hours:.1f} hours ago"
    is_well = never_is_well if hours is None else hours <= most_hours
    return Finding(name, told, f"within {most_hours} hours", GOOD if is_well else BAD)


def document(
    running: Sequence[Service], ages: Sequence[Finding], versions: dict[str, str], *, well: bool
) -> dict[str, object]:
    return {
        "well": well,
        "services": [{**service._asdict(), "well": service.well} for service in running],
        "ages": [{"name": age.name, "told": age.found, "well": age.is_good} for age in ages],
        "versions": versions,
    }


def page(running: Sequence[Service], ages: Sequence[Finding], versions: dict[str, str]) -> str:
    rows = [
        (well(service.well), service.name, service.health or service.state, service.image)
        for service in running
    ]
    rows += [(well(age.is_good), age.name, age.found, "") for age in ages]
    rows += [("", name, version, "") for name, version in versions.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(text.ljust(widths[column]) for column, text in enumerate(row)).rstrip()
        for row in rows
    )


def well(is_so: bool) -> str:  # noqa: FBT001 - a word for it
    return "well" if is_so else "AMISS"
