"""What a process of web sees of the appliance's health: each part asked, with what was found and what to do.

`scripts/appliance doctor` asks this, and what can be seen from the host alone. Nobody is named.
"""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection as database
from django.db.models import Max, Min
from django.utils import timezone

from backend.api import health, prometheus_inside
from backend.appliance import records
from backend.connections.models import Connection
from backend.governance.erasing import engine as erasing
from backend.keyring import certificates
from backend.sources.models import Hint, SyncRun

AMISS: Final = 4
"""As scripts/appliance ends where it looked, and not all is as it should be."""
SKEW: Final = 5
"""Seconds between two clocks. One-time codes and the order of events go by them."""
UNSEALED: Final = timedelta(minutes=2)
WAITS: Final = timedelta(hours=1)
SYNCED: Final = timedelta(hours=26)
"""Each connection is looked at every ten minutes, and read again each night."""


class Finding(NamedTuple):
    name: str
    found: str
    needed: str
    is_good: bool
    todo: str = ""


def findings() -> Iterator[Finding]:
    """Without its database nothing else can be told."""
    reached = health.database() == "reached"
    yield Finding(
        "database",
        "answers" if reached else "does not answer",
        "answers",
        reached,
        "docker compose ps postgres; docker compose logs --since 1h postgres",
    )
    yield _broker()
    yield from _certificates()
    if reached:
        yield _clock()
        yield _schema()
        yield from _connections()
        yield _inbox()
        yield _parked()
        yield _audit_log()
        if settings.MODE != "demo":  # which makes none
            yield _backup()
            yield _drill()


def report(found: Iterable[Finding], *, as_json: bool) -> str:
    """For people, or for scripts/appliance."""
    if as_json:
        return json.dumps([one._asdict() for one in found])
    lines = []
    for one in found:
        lines.append(f"{'well' if one.is_good else 'AMISS':6}{one.name}: {one.found}")
        if not one.is_good:
            lines.append(f"      needed: {one.needed}. {one.todo}")
    return "\n".join(lines)


def _broker() -> Finding:
    reached = health.broker() == "reached"
    todo = "docker compose ps valkey; docker compose restart valkey. Nothing is lost by it."
    return Finding("broker", "answers" if reached else "does not answer", "answers", reached, todo)


def _clock() -> Finding:
    with database.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        (there,) = cursor.fetchone()
    skew = abs(there - time.time())
    return Finding(
        "clocks of web and database",
        f"{skew:.1f} seconds apart",
        f"at most {SKEW} seconds apart",
        skew <= SKEW,
        "Set the host's clock right and keep it so: NTP.",
    )


def _schema() -> Finding:
    found = health.schema.state()
    return Finding(
        "schema of the database",
        "this version's" if found == "applied" else "another version's",
        "this version's",
        found == "applied",
        "docker compose up --detach, which runs migrate first; then docker compose logs migrate",
    )


def _connections() -> Iterator[Finding]:
    last = dict(
        SyncRun.objects.filter(outcome=SyncRun.Outcome.SUCCEEDED)
        .order_by()
        .values_list("connection")
        .annotate(at=Max("finished_at"))
    )
    found = list(Connection.objects.order_by("slug"))
    if not found:
        todo = "Add one in the administration: Connections."
        yield Finding("connections", "none", "one at least", is_good=False, todo=todo)
    for connection in found:
        yield _connection(connection, last.get(connection.pk))


def _connection(connection: Connection, last: datetime | None) -> Finding:
    told = f"{connection.state}; {_ago(last, 'last success', 'nothing collected yet')}"
    if connection.state_reason:
        told += f"; {connection.state_reason}"
    is_fresh = last is not None and timezone.now() - last <= SYNCED
    return Finding(
        f"connection {connection.slug}",
        told,
        f"working, with a success within {SYNCED // timedelta(hours=1)} hours",
        connection.state == Connection.State.WORKING and is_fresh,
        connection.state_action
        or "Its page in the administration says more; so does Administration → Sync runs.",
    )


def _inbox() -> Finding:
    now = timezone.now()
    due = Hint.objects.filter(parked_at=None, due_at__lte=now).exclude(lease_until__gt=now)
    since = due.aggregate(since=Min("due_at"))["since"]
    return Finding(
        "work that is due",
        _ago(since, "oldest from", "none waits"),
        f"none older than {WAITS // timedelta(minutes=1)} minutes",
        since is None or now - since <= WAITS,
        "docker compose ps worker; a first fill may take longer",
    )


def _parked() -> Finding:
    collected = Hint.objects.exclude(parked_at=None).count()
    erasures = erasing.parked().count()
    return Finding(
        "work that was given up",
        f"{collected} of collecting, {erasures} of erasing",
        "none",
        not collected and not erasures,
        "Data quality (and Governance → Erasure) says why; put it right, then have it tried again there.",
    )


def _audit_log() -> Finding:
    since = prometheus_inside.unsealed_since()
    return Finding(
        "sealing of the audit log",
        _ago(since, "oldest event that waits is from", "up to date"),
        f"within {UNSEALED // timedelta(minutes=1)} minutes",
        since is None or timezone.now() - since <= UNSEALED,
        "docker compose logs --since 1h sealer; see Alarms in docs/audit.md",
    )


def _certificates() -> Iterator[Finding]:
    """The copies that the host has put here, by the judgement that administrators see on every page."""
    for one in certificates.certificates():
        yield Finding(
            f"certificate {one.name}",
            f"{one.days} days left",
            f"more than {certificates.SOON_DAYS} days left",
            one.urgency is None,
            "scripts/appliance apply; see Certificates in docs/operate.md",
        )


def _backup() -> Finding:
    newest = records.newest_backup()
    return Finding(
        "newest backup",
        _ago(newest.made_at if newest else None, "made", "none"),
        "one each day",
        records.backup_trouble(newest) is None,
        "scripts/appliance backup makes one, or says why not; see Backup in docs/operate.md",
    )


def _drill() -> Finding:
    last = records.last_drill()
    ended = "passed" if last and last.passed else "failed"
    told = _ago(last.finished_at if last else None, ended, "none yet")
    return Finding(
        "last restore drill",
        f"{told}; {last.reason}" if last and last.reason else told,
        "one each week, that passes",
        records.drill_trouble(last) is None,
        "scripts/appliance drill tries it, and says why it fails; see Drill in docs/operate.md",
    )


def _ago(at: datetime | None, what: str, otherwise: str) -> str:
    if at is None:
        return otherwise
    minutes = max(int((timezone.now() - at).total_seconds() // 60), 0)
    told = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"  # noqa: PLR2004 - 2 hours
    return f"{what} {told} ago"
