"""What preflight, status and doctor make of what was found: pure, a judgement a question."""

from __future__ import annotations

import re
from typing import Final, Iterable, Mapping, NamedTuple, Optional, Sequence

from host.at_rest import Verdict
from host.facts import Certificate, Clock, Disk, Engine, Machine, Name, Port, Reached

GOOD: Final = "good"
WARNING: Final = "warning"
BAD: Final = "bad"
SYSTEMS: Final = ("debian 12", "debian 13", "ubuntu 22.04", "ubuntu 24.04", "rhel 9")
ENGINE: Final = (20, 10)
COMPOSE: Final = (2, 20)
FREE_AT_LEAST: Final = 10
"""Gigabytes: images, and a day's work of Postgres."""
RENEW_WITHIN_DAYS: Final = 30
NOMINAL: Final = 0.9
"""What a machine of so many gigabytes tells of is less: firmware and kernel take their part."""


class Finding(NamedTuple):
    name: str
    found: str
    needed: str
    verdict: str = GOOD
    todo: str = ""

    @property
    def is_good(self) -> bool:
        return self.verdict == GOOD


def accepting(findings: Iterable[Finding], names: Sequence[str]) -> list[Finding]:
    """What the operator accepts by name is a warning from then on."""
    return [
        finding._replace(verdict=WARNING)
        if finding.verdict == BAD and finding.name in names
        else finding
        for finding in findings
    ]


def system(machine: Machine) -> Finding:
    needed = "Debian 12, 13, Ubuntu 22.04, 24.04 or RHEL 9"
    # RHEL tells its minor version, and 9.4 is RHEL 9; Debian tells none.
    known = any(machine.system == name or machine.system.startswith(f"{name}.") for name in SYSTEMS)
    if known:
        return Finding("system", machine.system, needed)
    todo = "Nothing of this was tried on it: use a supported one, or try it out first."
    return Finding("system", machine.system or "unknown", needed, WARNING, todo)


def architecture(machine: Machine) -> Finding:
    needed = "x86_64"
    if machine.architecture == needed:
        return Finding("architecture", machine.architecture, needed)
    if machine.architecture == "aarch64":
        todo = "It should do, with images that are built on it; nobody has tried."
        return Finding("architecture", machine.architecture, needed, WARNING, todo)
    todo = "Use a machine of 64 bits by Intel or AMD."
    return Finding("architecture", machine.architecture, needed, BAD, todo)


def cores(machine: Machine, needed: int, most_used: float) -> Finding:
    """The engine refuses a service more cores than there are."""
    found, wanted = str(machine.cores), str(needed)
    if machine.cores >= needed:
        return Finding("cores", found, wanted)
    if machine.cores >= most_used:
        todo = "All runs, but slower than it should: give the machine more cores."
        return Finding("cores", found, wanted, WARNING, todo)
    todo = f"Give the machine {needed} cores, or choose a smaller [size]."
    return Finding("cores", found, wanted, BAD, todo)


def memory(machine: Machine, needed: int) -> Finding:
    found, wanted = f"{machine.memory} MB", f"{needed} MB"
    if machine.memory >= needed * NOMINAL:
        return Finding("memory", found, wanted)
    todo = (
        "Give the machine more memory, or choose a smaller [size]: the services' limits do not fit."
    )
    return Finding("memory", found, wanted, BAD, todo)


def disk(name: str, found: Disk, needed: int) -> Finding:
    """Of the whole disk so much is needed; what is free gets less while the data grow."""
    told = f"{found.free} of {found.total} GB free at {found.folder}"
    wanted = f"{needed} GB, a tenth of it free"
    if found.free < min(FREE_AT_LEAST, needed):
        todo = f"Make room: {min(FREE_AT_LEAST, needed)} GB must be free."
        return Finding(name, told, wanted, BAD, todo)
    if found.total < needed * NOMINAL:
        todo = "It will be full before its time: give it a larger disk."
        return Finding(name, told, wanted, WARNING, todo)
    if found.free * 10 < found.total:
        return Finding(name, told, wanted, WARNING, "Less than a tenth is free: make room.")
    return Finding(name, told, wanted)


def engine(found: Engine) -> Finding:
    needed = "Docker Engine 20.10 or newer"
    if not found.version:
        todo = f"Install and start Docker Engine (docs/install.md). It said: {found.said}"
        return Finding("engine", "no answer", needed, BAD, todo)
    if version(found.version) < ENGINE:
        return Finding("engine", found.version, needed, BAD, "Install a newer Docker Engine.")
    untried = [name for name in ("rootless", "selinux") if name in found.options]
    if untried:
        told = f"{found.version}, {' and '.join(untried)}"
        todo = "Nobody has tried that: try it out first."
        return Finding("engine", told, needed, WARNING, todo)
    return Finding("engine", found.version, needed)


def compose(found: Engine) -> Finding:
    needed = "Compose 2.20 or newer"
    if version(found.compose or "") >= COMPOSE:
        return Finding("compose", found.compose or "", needed)
    todo = "Install Docker's Compose plugin, 2.20 or newer."
    return Finding("compose", found.compose or "none", needed, BAD, todo)


def version(told: str) -> tuple[int, ...]:
    """The first two numbers; nothing where there are none."""
    found = re.search(r"(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else ()


def port(found: Port) -> Finding:
    where = f"{found.address}:{found.port}"
    if found.own:
        return Finding("port", f"{where} is this appliance's", "free")
    if found.trouble is None:
        return Finding("port", f"{where} is free", "free")
    todo = f"End what listens there, or change [site] port or bind ({found.trouble})."
    return Finding("port", f"{where} is not to be had", "free", BAD, todo)


def name(found: Name) -> Finding:
    """The site's own name is for browsers; this machine alone may well not know it."""
    told = f"{found.host}: {', '.join(found.addresses) or 'unknown'}"
    if found.addresses:
        return Finding("name", told, "known to DNS")
    todo = f"Enter {found.host} into your DNS, so that browsers find it."
    return Finding("name", told, "known to DNS", WARNING, todo)


def clock(found: Clock) -> Finding:
    needed = "synchronised"
    if found.synchronised:
        return Finding("clock", f"synchronised ({found.source})", needed)
    if found.synchronised is None:
        todo = "Neither timedatectl nor chronyc tells: see to it that the host's clock is right."
        return Finding("clock", "cannot be told", needed, WARNING, todo)
    todo = "Synchronise it (chrony, systemd-timesyncd): codes of second factors and the audit log go by it."
    return Finding("clock", f"not synchronised ({found.source})", needed, BAD, todo)


def certificate(found: Optional[Certificate], now: float) -> Finding:
    """Of one that the operator is about to give."""
    needed = "valid, complete, for this host, with its key"
    if found is None:
        return Finding("certificate", "by the installation's own authority", needed)
    end = lasting(found.ends, now)
    wrong = {
        "It is not valid yet: look at the clock, or give one that is.": found.begins > now,
        "Give a new one below [tls].": end.verdict == BAD,
        "It is not for the host of [site] url: give one that is.": not found.of_host,
        "[tls] key is not its key: give the one that belongs to it.": not found.of_key,
        f"Its chain is not in order: what comes next must be {found.disorder}.": bool(
            found.disorder
        ),
    }
    doubtful = {
        f"The chain ends at “{found.last_issuer}”, which this machine does not know. Where browsers do not know it\
 either, append the certificate of that issuer.": not found.trusted_here,
        "Renew it soon.": end.verdict == WARNING,
    }
    for verdict, reasons in ((BAD, wrong), (WARNING, doubtful)):
        todo = [reason for reason, holds in reasons.items() if holds]
        if todo:
            return Finding("certificate", end.found, needed, verdict, " ".join(todo))
    return Finding("certificate", end.found, needed)


def lasting(ends: Optional[float], now: float) -> Finding:
    """How long the certificate that browsers see is good; None: there is none that can be read."""
    needed = f"more than {RENEW_WITHIN_DAYS} days left"
    if ends is None:
        todo = "scripts/appliance install makes what is missing."
        return Finding("certificate", "none that can be read", needed, BAD, todo)
    days = int((ends - now) // 86400)
    told = f"{days} days left" if days >= 0 else f"ended {-days} days ago"
    if days > RENEW_WITHIN_DAYS:
        return Finding("certificate", told, needed)
    todo = "Put your own where [tls] says, if it is yours; then scripts/appliance apply."
    return Finding("certificate", told, needed, WARNING if days >= 0 else BAD, todo)


def reached(name: str, found: Reached) -> Finding:
    needed = "answers over TLS, with a certificate that is trusted"
    if found.status is not None:
        return Finding(name, f"{found.url} answered {found.status}", needed)
    todo = {
        "name": "Its name is unknown here: look at DNS.",
        "certificate": "Its certificate is not trusted: name its authority's PEM with --authority.",
    }.get(found.stage, "Open the firewall to it, or set [outside] proxy.")
    return Finding(name, f"{found.url}: {found.said}", needed, BAD, todo)


def secrets(amiss: Sequence[str]) -> Finding:
    needed = "each file its service's alone (0400)"
    if not amiss:
        return Finding("secrets", "as they must be", needed)
    todo = f"Run scripts/appliance install, which sets owner and mode, and ask who could read {', '.join(amiss)}."
    return Finding("secrets", f"{len(amiss)} not as they must be", needed, BAD, todo)


def at_rest(places: Mapping[str, Verdict]) -> Finding:
    """Every service refuses to start on what is not encrypted and not attested to; an installation may come first."""
    needed = "data, database and swap encrypted"
    amiss = [f"{name} ({verdict.how})" for name, verdict in places.items() if not verdict.good]
    if not amiss:
        return Finding("encryption", "all of it", needed)
    todo = f"Encrypt it (scripts/appliance volumes), or know what encrypts it below: {', '.join(amiss)}."
    return Finding(
        "encryption", f"{len(amiss)} of {len(places)} not known to be", needed, WARNING, todo
    )
