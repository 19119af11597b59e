"""Carrying erasures out: tombstones first, then step by step in short transactions, at last the certificate.

A claim is a lease in the row, written with the attempt and committed before the work. Each transaction takes a few rows
away, counts them and renews the lease, so that a killed process leaves exact counts and another one goes on. All steps
are gone through until none of them finds anything: only then is it complete.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db import connection as database
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from psycopg import errors

from backend import clock
from backend.audit.events import record
from backend.audit.triggers import governed_tables
from backend.governance.erasing import certificate
from backend.governance.erasing.kinds import subjects_of
from backend.governance.erasing.steps import NotErasable, NotYet, Step
from backend.governance.models import Erasure
from backend.tombstones import graves
from backend.tombstones.journal import JournalUnusable

LEASE: Final = timedelta(seconds=60)
ATTEMPTS: Final = 8
"""So many that ended badly one after the other park an erasure for a person to look at."""
FIRST_DELAY: Final = timedelta(seconds=10)
LOCK_WAIT: Final = "100ms"
"""Whoever waits for a lock holds others up by what it has locked itself: rather try again."""
TRIES: Final = 100
REST_SECONDS: Final = 0.05
_ADD: Final = """
    UPDATE governance_erasure SET lease_until = %s, attempts = 0,
        done = done || jsonb_build_object(%s::text, coalesce((done->>%s::text)::bigint, 0) + %s)
    WHERE id = %s
"""


def due(now: datetime | None = None) -> QuerySet[Erasure]:
    """Approved, neither finished nor parked nor taken back, and under no lease."""
    free = Q(lease_until=None) | Q(lease_until__lte=now or timezone.now())
    return Erasure.objects.filter(
        free,
        approved_at__isnull=False,
        refused_at=None,
        finished_at=None,
        attempts__lt=ATTEMPTS,
    )


def parked() -> QuerySet[Erasure]:
    """Given up after too many attempts; the page says why, and lets them be tried again."""
    return Erasure.objects.filter(refused_at=None, finished_at=None, attempts__gte=ATTEMPTS)


def work(*, deadline: float) -> bool:
    """Go on with one erasure until the deadline (of time.monotonic), or its end; False where none is due.

    An error is kept with the row and raised; it is tried again later.
    """
    erasure = _claim()
    if erasure is None:
        return False
    try:
        _begin(erasure)
        if _carry_on(erasure, deadline):
            _finish(erasure)
        else:
            _give_back(erasure, until=None)
    except NotYet as wait:
        _give_back(erasure, until=timezone.now() + wait.after, error=str(wait))
    except Exception as error:
        _put_off(erasure, error)
        raise
    return True


def carry_out(erasure: Erasure) -> None:
    """All of one that has begun, by whoever has the database to themself. What must end first is waited for."""
    while True:
        try:
            if _carry_on(erasure, math.inf):
                _finish(erasure)
                return
        except NotYet as wait:
            time.sleep(wait.after.total_seconds())


@transaction.atomic
def _claim() -> Erasure | None:
    now = timezone.now()
    one = due(now).select_for_update(skip_locked=True).order_by("approved_at", "pk").first()
    if one is not None:
        Erasure.objects.filter(pk=one.pk).update(
            attempts=F("attempts") + 1, lease_until=now + LEASE
        )
        one.attempts += 1
    return one


@transaction.atomic
def _begin(erasure: Erasure) -> None:
    """Tombstones, before anything goes: all or none of them, and once. Raises LookupError, JournalUnusable."""
    if erasure.started_at is not None:
        return
    names = subjects_of(erasure.kind).known_by(erasure.subject_id)
    for kind, known in names.items():
        graves.bury(
            kind=kind, names=known, erasure_id=erasure.pk, of=erasure.kind, mode=erasure.mode
        )
    erasure.started_at = clock.now()
    begun = Erasure.objects.filter(pk=erasure.pk, refused_at=None, started_at=None)
    if not begun.update(started_at=erasure.started_at):
        raise NotYet("It was taken back.")
    record(name="erasure_started", subject=erasure)


def _carry_on(erasure: Erasure, deadline: float) -> bool:
    """Whether nothing is left. Raises NotYet, DatabaseError."""
    tries = Tries()
    while True:
        found = False
        for rows in _pass(erasure, tries):
            found = found or rows > 0
            if time.monotonic() >= deadline:
                return False
        if not found and not tries.missed:
            return True
        tries.missed = False


@dataclass
class Tries:
    """How often one after the other something stood in the way, that must not go on for ever."""

    count: int = 0
    missed: bool = False
    """Whether rows were passed over since the pass began."""

    def again(self, error: DatabaseError) -> None:
        """Raises the error where it has stood in the way for too long."""
        self.count, self.missed = self.count + 1, True
        if self.count >= TRIES:
            raise error
        time.sleep(REST_SECONDS)


def _pass(erasure: Erasure, tries: Tries) -> Iterator[int]:
    """Rows of each transaction; 0 at the end of a step."""
    for step in subjects_of(erasure.kind).steps(erasure):
        pace, rows = Pace(), 1
        while rows:
            begun = time.monotonic()
            try:
                rows = _some(erasure, step, pace.rows)
            except OperationalError as error:
                # Somebody else holds a row of it for the moment.
                if not isinstance(
                    error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected
                ):
                    raise
                tries.again(error)
            except IntegrityError as error:
                # Something was stored below it meanwhile, which the next pass finds.
                tries.again(error)
                return
            else:
                tries.count = 0
                pace.note(time.monotonic() - begun)
                yield rows


@dataclass
class Pace:
    """How many rows at a time: as many as take no longer than a page may be held up."""

    rows: int = 250
    shortest: float = field(default=0.03, init=False)
    longest: float = field(default=0.08, init=False)

    def note(self, seconds: float) -> None:
        if seconds > self.longest:
            self.rows = max(self.rows // 2, 20)
        elif seconds < self.shortest:
            self.rows = min(self.rows * 2, 4_000)


@transaction.atomic
def _some(erasure: Erasure, step: Step, limit: int) -> int:
    with database.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        rows = step.run(limit)
        if rows and step.table in governed_tables():
            record(name="erasure_went_on", subject=erasure, detail={step.table: rows})
        if rows:
            until = timezone.now() + LEASE
            cursor.execute(_ADD, [until, step.table, step.table, rows, erasure.pk])
    return rows


def _finish(erasure: Erasure) -> None:
    with transaction.atomic():
        one = Erasure.objects.select_for_update().get(pk=erasure.pk)
        if one.finished_at is not None:
            return
        one.finished_at = clock.now()
        document = certificate.prepare(one)
        Erasure.objects.filter(pk=one.pk).update(
            finished_at=one.finished_at,
            certificate=document,
            subject_name="",
            lease_until=None,
            last_error="",
        )
        record(name="erasure_finished", subject=one, detail={"rows": sum(one.done.values())})


def _give_back(erasure: Erasure, *, until: datetime | None, error: str = "") -> None:
    """It went well so far, or waits for something that is no fault: so it counts anew."""
    Erasure.objects.filter(pk=erasure.pk).update(attempts=0, lease_until=until, last_error=error)


def _put_off(erasure: Erasure, error: Exception) -> None:
    """What is told names no row, since that may be what is to be erased; the log has the rest."""
    told = f"Plumbline stumbled: {type(error).__name__}. The log tells more."
    if isinstance(error, LookupError | JournalUnusable | NotErasable):
        told = str(error)
    Erasure.objects.filter(pk=erasure.pk).update(
        last_error=told,
        lease_until=timezone.now() + FIRST_DELAY * (1 << min(erasure.attempts - 1, 6)),
    )
