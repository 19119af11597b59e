"""`volumes status`: what everything that is written stands on."""

from __future__ import annotations

import argparse
import json

from host.ending import AMISS, DONE
from host.volumes.places import Place, judged_places


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    found = judged_places(options.env_file)
    print(as_json(found) if options.json else as_text(found))
    return DONE if all(place.verdict.good for place in found) else AMISS


def as_json(found: list[Place]) -> str:
    return json.dumps(
        [{"what": place.what, "path": place.path, **place.verdict._asdict()} for place in found],
        indent=1,
    )


def as_text(found: list[Place]) -> str:
    lines = [
        f"{place.what:9} {place.verdict.state:9} {place.path or '-':30} {place.verdict.how}"
        for place in found
    ]
    bad = [place.what for place in found if not place.verdict.good]
    if bad:
        lines.append(f"Not known to be encrypted at rest: {', '.join(bad)}.")
    return "\n".join(lines)
