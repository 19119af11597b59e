"""The verb: looks, tells, and hands what it found to the application for its self-assessment."""

from __future__ import annotations

import argparse
import ipaddress
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Final, Optional, Sequence

from host import facts
from host.asvs import containers, door, isolation, machine, refusals, release, standing
from host.asvs.findings import CONTAINERS, DOOR, Finding, complete, unseen
from host.composition import Composition, by_root, environment_argument
from host.ending import AMISS, DONE, Refused, plain
from host.installed import recorded
from host.on_record import hand_over

_REDIRECTS: Final = 8080


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")
    command.add_argument(
        "--no-record", action="store_true", help="look and tell; hand nothing to the application"
    )
    environment_argument(command)


def run(options: argparse.Namespace) -> int:
    compose = by_root(options.env_file)
    told = looked(compose)
    found = [Finding(**one) for one in told["findings"]]
    amiss = "" if options.no_record else hand_over(compose, ("asvs", "looked"), told)
    if options.json:
        print(json.dumps(told, indent=1))
    else:
        print(as_text(found, str(told["evidence_reason"])))
    if amiss:
        print(plain(f"Not on record: {amiss}"), file=sys.stderr)
    return DONE if all(one.is_good for one in found) and not amiss else AMISS


def looked(compose: Composition) -> dict[str, Any]:
    """Everything, as the application takes it."""
    released = release.read(recorded(compose.data), compose.data / "release.pem")
    found = []
    try:
        seen = containers.look(compose)
        images = release.images(released, seen.containers, seen.images)
        found += [*isolation.judge(seen), images]
    except _FAULTS as fault:
        seen, found = None, unseen(CONTAINERS, _told(fault))
        images = found[-1]
    try:
        found += refusals.judge(door.look(way(compose, seen)))
    except _FAULTS as fault:
        found += unseen(DOOR, _told(fault))
    for name, look in _OTHERS.items():
        try:
            found.append(look(compose))
        except _FAULTS as fault:
            found += unseen([name], _told(fault))
    released = release.believed(released, images)
    return {
        "looked_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "findings": [one._asdict() for one in complete(found)],
        "release": released.about,
        "evidence": released.evidence,
        "evidence_reason": released.reason,
    }


# What one look meets must not keep the others from being told.
_FAULTS: Final = (Refused, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError)
_OTHERS: Final[dict[str, Callable[[Composition], Finding]]] = {
    "files.secrets": lambda compose: standing.files(machine.files_amiss(compose)),
    "disks.at_rest": lambda compose: standing.at_rest(machine.disks(compose)),
    "way_out.egress": lambda compose: standing.egress(machine.ways_out(compose)),
    "services.refuse_strangers": lambda compose: standing.refuse_strangers(
        machine.strangers(compose)
    ),
    "services.clock": lambda _: standing.clock(facts.clock()),
    "backups.restorable": lambda compose: standing.restorable(machine.backups(compose)),
}


def _told(fault: Exception) -> str:
    return str(fault) if isinstance(fault, (Refused, OSError)) else repr(fault)


def way(compose: Composition, seen: Optional[containers.Seen]) -> door.Way:
    """To the published port of this host, under the name that people use."""
    url = compose.variable("PLUMBLINE_URL").rstrip("/")
    if not url.startswith("https://"):
        raise Refused(f"PLUMBLINE_URL is {url or 'not set'}, and must begin with https://.")
    return door.Way(
        url=url,
        address=_address(compose.variable("PLUMBLINE_BIND").strip("[]")),
        port=int(compose.variable("PLUMBLINE_PORT", "443")),
        authorities=_authorities(compose),
        proxy_protocol=compose.variable("PLUMBLINE_PROXY_PROTOCOL") == "on",
        plain_port=_plain_port(seen.containers if seen else ()),
    )


def _address(bind: str) -> str:
    """Of this host's own, where it is published at all of them."""
    given = ipaddress.ip_address(bind or "127.0.0.1")
    if given.is_unspecified:
        return "::1" if isinstance(given, ipaddress.IPv6Address) else "127.0.0.1"
    return str(given)


def _authorities(compose: Composition) -> tuple[Path, ...]:
    """Those that browsers are told to trust: this installation's own, or the one below [tls]."""
    return (compose.keys / "nginx/server_ca.pem", compose.data / "certificates/authority.pem")


def _plain_port(running: Sequence[containers.Container]) -> Optional[int]:
    for one in running:
        if one.service == "nginx":
            for place in (one.host.get("PortBindings") or {}).get(f"{_REDIRECTS}/tcp") or ():
                return int(place["HostPort"])
    return None


def as_text(found: Sequence[Finding], reason: str) -> str:
    lines = []
    for one in found:
        lines.append(f"{'well' if one.is_good else 'AMISS':6}{one.name}: {one.found}")
        if not one.is_good:
            lines.append(f"      {one.todo}")
    lines.append(f"Results of the build: {reason or 'signed, and of what runs'}")
    amiss = sum(not one.is_good for one in found)
    lines.append(f"{amiss} of {len(found)} are amiss." if amiss else "All is well.")
    return "\n".join(plain(line).replace("\n", " ") for line in lines)
