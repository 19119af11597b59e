"""Every task: reading this tells what the appliance does in the background. The schedule is in config/celery.py."""

import logging
import time
from collections.abc import Callable
from typing import Final

from celery import shared_task
from django.db import DatabaseError
from django.db.models import QuerySet

from backend import clock
from backend.accounts.sign_ins import sign_ins
from backend.connections.models import Connection
from backend.connections.store import due_app_changes
from backend.delivery.store import marking
from backend.delivery.store.test_partitions import make_partitions
from backend.governance.asvs import assessing
from backend.governance.erasing import engine as erasing
from backend.governance.incidents import reminders, report
from backend.governance.retention import engine as retention
from backend.metrics.compute import catch_up
from backend.metrics.measuring import anything_waits, measure_some
from backend.metrics.suppression.compute import recompute_if_due
from backend.people.match_run import anything_new, match_people
from backend.pipeline import bell
from backend.pipeline.certificate_watch import tell_ending
from backend.pipeline.kinds import connector_of
from backend.pipeline.lineage import ask_for_lineage
from backend.pipeline.work import check_connection, work
from backend.sources import hints
from backend.tombstones import graves

logger = logging.getLogger(__name__)
SLICE_SECONDS: Final = 5
"""After so long a task rings for itself and ends, so that every kind of work gets its turn."""


@shared_task(name=bell.CHECK)
def check(connection_id: int) -> None:
    """Try a connection that was added or changed."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection is not None:
        check_connection(connection)
        bell.ring(bell.COLLECT)


@shared_task(name=bell.COLLECT)
def collect() -> None:
    """Do what is due in the inbox, for a slice of time."""
    deadline = time.monotonic() + SLICE_SECONDS
    more = True
    while more and time.monotonic() < deadline:
        more = work()
    if more:
        bell.ring(bell.COLLECT)
    bell.ring(bell.MEASURE)


@shared_task(name=bell.MEASURE)
def measure() -> None:
    """Compute the figures of what changed, for a slice of time."""
    deadline = time.monotonic() + SLICE_SECONDS
    catch_up()
    more = True
    while more and time.monotonic() < deadline:
        more = measure_some() > 0
    if more:
        bell.ring(bell.MEASURE)
        return
    recompute_if_due()
    if ask_for_lineage():
        bell.ring(bell.COLLECT)


@shared_task(name=bell.MARK)
def mark() -> None:
    """Mark files anew after a rule on generated files has changed, repository by repository, for a slice of time."""
    deadline = time.monotonic() + SLICE_SECONDS
    failed: list[int] = []
    with marking.alone() as allowed:
        if not allowed:
            return
        for repository in marking.to_mark().iterator():
            try:
                marking.mark_again(repository=repository)
            except DatabaseError:
                # The others are not to wait for it; the next sweep has it tried again.
                logger.exception("The files of repository %s could not be marked.", repository.pk)
                failed.append(repository.pk)
            if time.monotonic() >= deadline:
                break
    if marking.outdated().exclude(pk__in=failed).exists():
        bell.ring(bell.MARK)
    bell.ring(bell.MEASURE)


@shared_task(name=bell.MATCH)
def match() -> None:
    """Join what certainly is one person, offer what may be, and mark bots by the rules as they are now."""
    done = match_people(sign_ins=sign_ins())
    if done.joined or done.marked:
        bell.ring(bell.MEASURE)


@shared_task(name=bell.ERASE)
def erase() -> None:
    """Go on with what is to be erased, for a slice of time; figures follow."""
    if erasing.work(deadline=time.monotonic() + SLICE_SECONDS):
        bell.ring(bell.ERASE)
        bell.ring(bell.MEASURE)


_DUE: Final[tuple[tuple[Callable[[], bool], str], ...]] = (
    (hints.any_due, bell.COLLECT),
    (anything_waits, bell.MEASURE),
    (lambda: marking.outdated().exists(), bell.MARK),
    (anything_new, bell.MATCH),
    (lambda: erasing.due().exists(), bell.ERASE),
    (lambda: assessing.due().exists(), bell.ASSESS),
    (lambda: retention.due().exists(), bell.REMOVE),
)


@shared_task(name="sweep", expires=10)
def sweep() -> None:
    """Ring for rows that are due, whatever became of the bell that rang for them first."""
    for is_due, kind in _DUE:
        if is_due():
            bell.ring(kind)
    if graves.anything_lifted():
        graves.write_down()
    if report.unwritten().exists():
        report.write_down()
    for connection_id in due_app_changes():
        bell.ring(bell.CHECK, connection_id)


def _collected() -> QuerySet[Connection]:
    return Connection.objects.exclude(state=Connection.State.PAUSED)


@shared_task(name="poll")
def poll() -> None:
    """Ask every connection what is new, for what webhooks have missed."""
    for connection in _collected():
        connector_of(connection).poll(connection)
    bell.ring(bell.COLLECT)
    bell.ring(bell.MEASURE)  # Teams and bot marks may have changed, whatever the source says.


@shared_task(name="discover")
def discover() -> None:
    """Each hour: what there is to collect, and what it is grouped by."""
    for connection in _collected():
        connector_of(connection).discover(connection)
    bell.ring(bell.COLLECT)
    bell.ring(bell.MATCH)


@shared_task(name="reconcile")
def reconcile() -> None:
    """Each night: read everything again, and believe the source."""
    for connection in Connection.objects.all():
        connector_of(connection).reconcile(connection)
    bell.ring(bell.COLLECT)


@shared_task(name=bell.RETAIN)
def retain() -> None:
    """Each night: room for results of tests to come, and none for what is older than is kept."""
    make_partitions(today=clock.now().date())
    retention.begin()
    bell.ring(bell.REMOVE)


@shared_task(name="remind", expires=50)
def remind() -> None:
    """Each minute: mails about incidents of which the 72 hours run."""
    reminders.remind()


@shared_task(name="certificates")
def watch_certificates() -> None:
    """Say which certificates of the installation end soon."""
    tell_ending()


@shared_task(name=bell.ASSESS)
def assess() -> None:
    """Make the self-assessment that somebody asked for, or the calendar did."""
    assessing.work()


@shared_task(name="assess_if_due")
def assess_if_due() -> None:
    """Each day: whether 1 June or 1 December has come since the last one."""
    if assessing.ask_if_due():
        bell.ring(bell.ASSESS)


@shared_task(name=bell.REMOVE)
def remove() -> None:
    """Go on removing what is older than is kept, for a slice of time."""
    if retention.go_on(seconds=SLICE_SECONDS):
        bell.ring(bell.REMOVE)
    else:
        bell.ring(bell.MEASURE)
