"""`volumes status` and `volumes attest`: what everything that is written stands on, judged and signed for services."""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Mapping

from host import configuration
from host.configuration import Configuration
from host.ending import AMISS, DONE, Refused
from host.environment import known_variables
from host.volumes.judgement import (
    BELOW_MACHINE,
    EVALUATION,
    Judgement,
    Record,
    as_document,
    judge_places,
    machine_digest,
)
from host.volumes.places import judged_places


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")
    configuration.argument(command)


def attest_arguments(command: argparse.ArgumentParser) -> None:
    kind = command.add_mutually_exclusive_group(required=True)
    kind.add_argument(
        "--below-machine",
        metavar="REASON",
        help="a hypervisor, storage system or cloud encrypts the disks: say which, and how it is known",
    )
    kind.add_argument(
        "--evaluation", metavar="REASON", help="nothing need be encrypted for 30 days: say why"
    )
    command.add_argument("--by", required=True, metavar="NAME", help="who answers for it")
    configuration.argument(command)


def run(options: argparse.Namespace) -> int:
    found = judged(configuration.load(options.config), known(options.env_file))
    print(json.dumps(as_document(found, boot="", now=0), indent=1) if options.json else told(found))
    return DONE if found.accepted else AMISS


def attest(options: argparse.Namespace) -> int:
    settings = configuration.load(options.config)
    record = Record(settings.data, settings.keys)
    if os.geteuid() != 0 or not record.made:
        raise Refused("run scripts/appliance install first, as root: it makes the key that signs.")
    kind = BELOW_MACHINE if options.below_machine else EVALUATION
    reason = (options.below_machine or options.evaluation).strip()
    if not reason or not options.by.strip():
        raise Refused("say why, and who answers for it.")
    record.attest(kind, reason, options.by.strip())
    print(told(judged(settings, known(options.env_file))))
    return DONE


def known(env_file: Path) -> dict[str, str]:
    return known_variables(env_file.read_text().splitlines()) if env_file.exists() else {}


def judged(settings: Configuration, variables: Mapping[str, str]) -> Judgement:
    """Judge now, and sign it for the services. Raises Refused where there is nothing to sign with."""
    record = Record(settings.data, settings.keys)
    if os.geteuid() != 0:
        raise Refused("must run as root: it signs what it finds.")
    if not record.made:
        raise Refused(
            f"{record.folder} or the key that signs is missing: open the volume (volumes open), or"
            " run scripts/appliance install."
        )
    return record.judge(judged_places(settings.data, variables))


def look(data: Path, keys: Path, variables: Mapping[str, str]) -> Judgement:
    """As it would be judged now; nothing is signed."""
    attested = Record(data, keys).attestations() if os.geteuid() == 0 else []
    places = judged_places(data, variables)
    return judge_places(places, attested, now=int(time.time()), machine=machine_digest())


def told(found: Judgement) -> str:
    lines = [
        f"{place.what:9} {place.verdict.state:9} {place.path or '-':30} {place.verdict.how}"
        for place in found.places
    ]
    for one in found.attestations:
        ends = f", until {_day(one.until)}" if one.until else ""
        lines.append(f"attested  {one.kind}: {one.reason} ({one.by}, {_day(one.made)}{ends})")
    if not found.accepted:
        bad = ", ".join(place.what for place in found.places if not place.verdict.good)
        lines.append(
            f"Not known to be encrypted at rest: {bad}. No service starts until it is (volumes create), or until\n"
            "somebody attests to it: volumes attest --below-machine REASON --by NAME, or --evaluation REASON."
        )
    return "\n".join(lines)


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=timezone.utc).date().isoformat()
