"""The removing itself: policy by policy, step by step, in short transactions that wait for nobody.

A run is a row that says where it is; each batch is deleted, counted and noted in one transaction. So it can be killed
at any moment and goes on where it was, and two workers never do the same.
"""

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, OperationalError, transaction
from django.db import connection as database
from django.db.models import Q, QuerySet
from django.utils import timezone

from backend.audit.events import record
from backend.audit.triggers import governed_tables
from backend.delivery.store.horizons import keep_since
from backend.governance.models import RetentionRun
from backend.governance.retention.dates import last_borne_out
from backend.governance.retention.periods import days_in_force, days_of, outdated_before
from backend.governance.retention.policies import BY_CODE, POLICIES
from backend.governance.retention.purges import Batch, Busy

logger = logging.getLogger(__name__)
AIM: Final = 0.06
"""Seconds that a batch may take: so long, at most, does a row's lock make anybody wait."""
FEWEST: Final = 5
FIRST: Final = 100
MOST: Final = 2_000
LOCK_TIMEOUT: Final = "100ms"
AGAIN: Final = timedelta(seconds=30)
"""After so long what somebody else held is tried again."""
AFTER_A_FAULT: Final = timedelta(minutes=10)
_HELD: Final = "Something else held it; it is tried again."


def begin() -> int:
    """Once a night: a run for each policy that has days; one that still goes on begins anew. How many there are now.

    None is begun on a date that nothing bears out; what had begun before goes on.
    """
    if since := last_borne_out():
        logger.error("Nothing is removed: nothing since %s bears out the date.", since)
        record(name="retention_held", detail={"since": since.isoformat()})
        return RetentionRun.objects.filter(finished_at=None).count()
    record(name="retention_began")
    days = days_in_force()
    for policy in POLICIES:
        kept = days[policy.code]
        before = None if kept is None else outdated_before(kept)
        if policy.horizon:
            since = None if before is None else policy.kept_since(before)
            keep_since(kind=policy.horizon, since=since)
        if before is None:
            continue
        unfinished = RetentionRun.objects.filter(policy=policy.code, finished_at=None)
        if not unfinished.update(before=before, step=0, place=0, not_before=None):
            RetentionRun.objects.bulk_create(
                [RetentionRun(policy=policy.code, before=before, started_at=timezone.now())],
                ignore_conflicts=True,
            )
    return RetentionRun.objects.filter(finished_at=None).count()


def due() -> QuerySet[RetentionRun]:
    now = timezone.now()
    return RetentionRun.objects.filter(finished_at=None).exclude(not_before__gt=now).order_by("pk")


def go_on(*, seconds: float) -> bool:
    """Remove for so long; whether there is more to do at once."""
    deadline = time.monotonic() + seconds
    for pk in list(due().values_list("pk", flat=True)):
        at_most = FIRST
        while at_most:
            if time.monotonic() >= deadline:
                return True
            at_most = _one_batch(pk, at_most)
    return due().exists()


def _one_batch(pk: int, at_most: int) -> int:
    """How many to take next; 0: nothing more can be done of this run just now."""
    began = time.monotonic()
    try:
        with transaction.atomic():
            run = due().select_for_update(skip_locked=True).filter(pk=pk).first()
            if run is None:
                return 0
            _remove(run, at_most)
            run.save()
    except (OperationalError, Busy):
        _put_off(pk, AGAIN, _HELD)
        return 0
    except DatabaseError as error:
        logger.exception("Retention run %s could not go on.", pk)
        _put_off(pk, AFTER_A_FAULT, f"{type(error).__name__}: the worker's log tells more.")
        return 0
    took = max(time.monotonic() - began, 0.001)
    return max(FEWEST, min(MOST, int(at_most * min(2.0, AIM / took))))


def _remove(run: RetentionRun, at_most: int) -> None:
    """What somebody has decided to keep since the night began is kept."""
    policy = BY_CODE.get(run.policy)
    days = days_of(run.policy) if policy else None
    if policy is None or days is None or run.step >= len(policy.purges):
        run.finished_at = timezone.now()
        return
    run.before = min(run.before, outdated_before(days))
    purge = policy.purges[run.step]
    with database.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    done = purge.batch(before=run.before, place=run.place, at_most=at_most)
    if governed := {
        table: rows for table, rows in done.deleted.items() if table in governed_tables()
    }:
        record(name="retention_went_on", subject=run, detail=governed)
    run.deleted = _sum(run.deleted, done.deleted)
    run.not_before, run.error = None, ""
    _move(run, done, left=done.place is None and purge.left(run.before))
    if run.step == len(policy.purges):
        run.finished_at = timezone.now()


def _move(run: RetentionRun, done: Batch, *, left: bool) -> None:
    if done.place is not None:
        run.place = done.place
        return
    run.place = 0
    if left:
        run.not_before, run.error = timezone.now() + AGAIN, _HELD
    else:
        run.step += 1


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _put_off(pk: int, by: timedelta, why: str) -> None:
    RetentionRun.objects.filter(Q(pk=pk), finished_at=None).update(
        not_before=timezone.now() + by, error=why
    )
