"""The inbox's verbs: arm, claim, hold, clear, go on, give back, postpone.

A hint says that an object has, or may have, changed. Its number grows with each arrival, and it is cleared only where
the number is what it was when the fetch began. A claim is a lease in the row, written with the attempt and committed
before the work: a killed process's work is due again when its lease has run out.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import connection as database
from django.db import transaction
from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Greatest
from django.utils import timezone

from backend.connections.models import Connection
from backend.sources.budget import quiet_connections
from backend.sources.models import Hint, SyncRun

LEASE: Final = timedelta(seconds=60)
RENEW_SECONDS: Final = 20
ATTEMPTS: Final = 8
AT_ONCE: Final = 50
DELETED: Final = "deleted"
"""The action of a hint by which the source says that the object is no more."""
FULL: Final = "full"
"""The action of a nightly hint: believe nothing of what was read before."""
LONG_WORK: Final = (Hint.Kind.COMMITS, Hint.Kind.RECONCILE, Hint.Kind.LINEAGE, Hint.Kind.CENSUS)
PASSES: Final = (
    Hint.Kind.CHECKS,
    Hint.Kind.WORKFLOW_RUNS,
    Hint.Kind.DEPLOYMENTS,
    Hint.Kind.RELEASES,
    Hint.Kind.TAGS,
    Hint.Kind.PROJECT,
    Hint.Kind.SPRINTS,
)
"""Where no key names one object: passes over what figures of pull requests do not need."""
RANK: Final = Case(
    When(kind__in=LONG_WORK, then=Value(2)),
    When(kind__in=PASSES, key="", then=Value(1)),
    default=Value(0),
    output_field=IntegerField(),
)

_ARM: Final = """
    INSERT INTO sources_hint AS old (
        connection_id, kind, container_external_id, key, number, event, action, delivery,
        received_at, due_at, attempts, last_error
    )
    VALUES (%s, %s, %s, %s, 1, %s, %s, %s, %s, %s, 0, '')
    ON CONFLICT (connection_id, kind, container_external_id, key) DO UPDATE SET
        number = old.number + 1, event = excluded.event,
        action = CASE WHEN old.action IN ('deleted', 'full') THEN old.action ELSE excluded.action END,
        delivery = coalesce(nullif(excluded.delivery, ''), old.delivery), received_at = excluded.received_at,
        due_at = least(old.due_at, excluded.due_at), attempts = 0, last_error = '', parked_at = NULL
"""


def arm(
    *,
    connection: Connection,
    kind: str,
    container_external_id: int | None = None,
    key: str = "",
    event: str = "",
    action: str = "",
    delivery: str = "",
    now: datetime | None = None,
) -> None:
    """Note that an object may have changed: one statement, whether the hint is new or stands already.

    That something was deleted, or is to be read in full, is kept until it is done, whatever arrives after it.
    """
    moment = now or timezone.now()
    with database.cursor() as cursor:
        cursor.execute(
            _ARM,
            [
                *(connection.pk, kind, container_external_id, key),
                *(event, action, delivery, moment, moment),
            ],
        )


def due(now: datetime | None = None) -> QuerySet[Hint]:
    """What somebody may claim now: due, not parked, under no lease, of a connection that is neither paused nor
    waiting because its source asked to be left alone. In its quiet hours, only what a webhook told.
    """
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=moment)
    waiting = SyncRun.objects.filter(connection=OuterRef("connection"), retry_at__gt=moment)
    return Hint.objects.filter(free, ~Exists(waiting), due_at__lte=moment, parked_at=None).exclude(
        Q(connection__state=Connection.State.PAUSED)
        | Q(connection__in=quiet_connections(moment), delivery="")
    )


def any_due() -> bool:
    return due().exists()


@transaction.atomic
def claim(*, connection: Connection | None = None, lease: timedelta = LEASE) -> list[Hint]:
    """Take the due hints of one repository together, the longest waiting first; nobody else gets them meanwhile.

    First pull requests and what webhooks told, then the passes over other kinds, then what takes long: never of two
    of these in one claim, so that figures come early.

    Committed with the attempts before the work begins, so that work that kills its process is counted.
    """
    now = timezone.now()
    _park_poison(now)
    waiting = due(now).annotate(rank=RANK).order_by("rank", "due_at", "pk")
    waiting = waiting.select_for_update(skip_locked=True, of=("self",))
    if connection is not None:
        waiting = waiting.filter(connection=connection)
    first = waiting.first()
    if first is None:
        return []
    together: list[Hint] = list(
        waiting.filter(
            rank=first.rank,
            connection=first.connection_id,
            container_external_id=first.container_external_id,
        ).select_related("connection")[:AT_ONCE]
    )
    rows = Hint.objects.filter(pk__in=[hint.pk for hint in together])
    rows.update(attempts=F("attempts") + 1, lease_until=now + lease)
    for hint in together:
        hint.attempts += 1
    return together


def _park_poison(now: datetime) -> None:
    """Work that ended its process so often never came to postpone itself."""
    due(now).filter(attempts__gte=ATTEMPTS).update(
        parked_at=now, last_error=f"The process was ended {ATTEMPTS} times while it worked on this."
    )


@contextmanager
def held(claimed: Sequence[Hint]) -> Iterator[None]:
    """Renew the lease for as long as the block runs; a process that dies renews nothing."""
    ids, done = [hint.pk for hint in claimed], threading.Event()

    def renew() -> None:
        try:
            while not done.wait(RENEW_SECONDS):
                rows = Hint.objects.filter(pk__in=ids).exclude(lease_until=None)
                rows.update(lease_until=timezone.now() + LEASE)
        finally:
            database.close()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def clear(claimed: Sequence[Hint]) -> None:
    """The work is done. What arrived since the claim stays, due at once."""
    for hint in claimed:
        gone, _ = Hint.objects.filter(pk=hint.pk, number=hint.number).delete()
        if not gone:
            Hint.objects.filter(pk=hint.pk).update(lease_until=None)


def go_on(hint: Hint) -> None:
    """A slice of the work is done and there is more: others get their turn first. It went well, so it counts anew."""
    Hint.objects.filter(pk=hint.pk).update(
        lease_until=None, due_at=timezone.now(), attempts=0, last_error=""
    )


def give_back(claimed: Sequence[Hint]) -> None:
    """What was claimed and not begun is as it was before."""
    Hint.objects.filter(pk__in=[hint.pk for hint in claimed]).update(
        lease_until=None, attempts=Greatest(F("attempts") - 1, 0)
    )


def postpone(
    claimed: Sequence[Hint], *, until: datetime, error: str, attempt_counts: bool = True
) -> None:
    """Give the claim back for later. After ATTEMPTS that counted a hint is parked for a person to look at."""
    for hint in claimed:
        parked = attempt_counts and hint.attempts >= ATTEMPTS
        Hint.objects.filter(pk=hint.pk).update(
            lease_until=None,
            due_at=until,
            last_error=error,
            attempts=F("attempts") if attempt_counts else Greatest(F("attempts") - 1, 0),
            parked_at=timezone.now() if parked else None,
        )


def retry(hint: Hint) -> None:
    """A person asks for a parked hint to be tried again."""
    Hint.objects.filter(pk=hint.pk).update(
        parked_at=None, attempts=0, due_at=timezone.now(), lease_until=None
    )
