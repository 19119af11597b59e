"""What is judged of secrets' files, disks, ways out, services, clock and backups. Pure, a judgement a finding."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Iterable, Mapping, Sequence

from host.asvs.findings import Finding, judged
from host.asvs.machine import Backups
from host.egress_test import Row
from host.facts import Clock
from host.status import BACKUP_HOURS
from host.volumes.judgement import BELOW_MACHINE, Judgement

DRILLED_WITHIN: Final = timedelta(days=9)
"""Each week, and a little besides."""
_MAY: Final = "who may"


def files(amiss: Sequence[str]) -> Finding:
    todo = "Run scripts/appliance install, which sets owner and mode; what others could read is to be made anew."
    told = [f"{path} is not for its one user alone" for path in amiss]
    return judged("files.secrets", told, "each file its service's alone (0400)", todo)


def at_rest(found: Judgement) -> Finding:
    """An evaluation is let go on for a while; it encrypts nothing."""
    lasting = any(one.kind == BELOW_MACHINE for one in found.attestations)
    bad = [f"{place.what}: {place.verdict.how}" for place in found.places if not place.verdict.good]
    amiss = [] if lasting else bad
    if not found.places:
        amiss = ["nothing that is written is known"]
    well = (
        "attested to be encrypted below the machine" if bad else "all that is written is encrypted"
    )
    return judged("disks.at_rest", amiss, well, "scripts/appliance volumes create, or attest.")


def egress(rows: Iterable[Row]) -> Finding:
    """That something listed is not reached just now is for others to tell: it lets nothing out."""
    closed = [row for row in rows if row.expected != "reached"]
    amiss = [
        f"{row.what}: {word} from {service}"
        for row in closed
        for service, word in row.found.items()
        if word != row.expected
    ]
    if not closed:
        amiss.append("nothing was tried")
    todo = "scripts/appliance egress-test shows it; run scripts/appliance apply."
    return judged("way_out.egress", amiss, "what is listed, by the proxy, and nothing else", todo)


def refuse_strangers(found: Mapping[str, str]) -> Finding:
    may = [who for who in found if who.endswith(_MAY)]
    amiss = [f"{who}: {found[who]}" for who in may if found[who] != "let in"]
    amiss += [
        f"{who}: {word}" for who, word in found.items() if who not in may and word != "refused"
    ]
    for service in ("database", "broker"):
        tried = [who for who in found if who.startswith(f"{service}: ")]
        if len(tried) <= 1 or f"{service}: {_MAY}" not in tried:
            amiss.append(f"{service}: nothing was tried")
    well = "database and broker want TLS and a password"
    todo = (
        "docker compose up --detach --force-recreate postgres valkey, with this release's images."
    )
    return judged("services.refuse_strangers", amiss, well, todo)


def clock(found: Clock) -> Finding:
    amiss = [] if found.synchronised else ["not synchronised, or nothing tells that it is"]
    return judged(
        "services.clock",
        amiss,
        f"synchronised ({found.source})",
        "Synchronise it (chrony, systemd-timesyncd): codes of second factors and the audit log go by it.",
    )


def restorable(found: Backups) -> Finding:
    amiss = []
    if found.newest is None:
        amiss.append("there is no backup")
    elif found.now - datetime.fromisoformat(_iso(found.newest.made_at)) > timedelta(
        hours=BACKUP_HOURS
    ):
        amiss.append(f"the newest backup is of {found.newest.made_at}")
    if found.drill is None:
        amiss.append("none was ever restored for a trial")
    else:
        told = str(found.drill.get("finished_at", ""))
        if found.drill.get("passed") is not True:
            amiss.append(f"the last drill did not pass: {found.drill.get('reason', '')}")
        if not told or found.now - datetime.fromisoformat(_iso(told)) > DRILLED_WITHIN:
            amiss.append(f"the last drill is of {told or 'no time'}")
    todo = "scripts/appliance backup, then scripts/appliance drill; both go by timers of the host."
    well = "a backup of today or yesterday, and a drill within nine days that passed"
    return judged("backups.restorable", amiss, well, todo)


def _iso(told: str) -> str:
    """As Python 3.9 reads it."""
    return told[:-1] + "+00:00" if told.endswith("Z") else told
