"""From what may be a deployment to facts: judge by the rules, walk the graph of commits, find fixes, store.

A repository is measured as a whole: one rule, commit or report may change which deployment a change belongs to. What
changed of one leaves a PendingDeployments, which the transaction that stores the figures takes away.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from backend.delivery.graph import Graph
from backend.delivery.models import PendingDeployments, Repository
from backend.delivery.store.deployment_rules import incidents_are_linked_by_time
from backend.delivery.store.pending import NOTE, take_note
from backend.metrics.deployments import contents, facts, fixes, loading

logger = logging.getLogger(__name__)
AT_ONCE: Final = 20
"""Repositories."""
FIRST_DELAY: Final = timedelta(minutes=1)
LONGEST_DELAY: Final = timedelta(days=1)
MOST_TRIES: Final = 20
"""That are counted."""


def measure_pending_deployments(limit: int = AT_ONCE) -> int:
    """Measure up to `limit` repositories of which something changed; how many there were, so that 0 is "all is done".

    Each in its own transaction. Several processes may do this at once: each takes what no other has. One that cannot be
    measured, or whose process dies of it, is put off, each time for longer, and the others do not wait for it.
    """
    measured = 0
    while measured < limit and (taken := _take()):
        try:
            with transaction.atomic():
                _measure(taken.pk)
                take_note(repository_id=taken.pk, noted_by=taken.noted_by)
            measured += 1
        except (DatabaseError, contents.TooMuch):
            logger.exception("The deployments of repository %s could not be measured.", taken.pk)
    return measured


@transaction.atomic
def _take() -> PendingDeployments | None:
    """The one that waits for longest. It is put off before it is measured: what kills the process is told to nobody."""
    now = timezone.now()
    rows = PendingDeployments.objects.select_for_update(skip_locked=True)
    due = rows.filter(Q(not_before=None) | Q(not_before__lte=now))
    row = due.order_by("since", "pk").first()
    if row is not None:
        row.not_before = now + min(FIRST_DELAY * 2**row.tries, LONGEST_DELAY)
        row.tries = min(row.tries + 1, MOST_TRIES)
        row.save(update_fields=["not_before", "tries"])
    return row


@transaction.atomic
def measure_deployments(repository_id: int) -> int:
    """Measure one repository now, pending or not; how many deployments and attempts it has."""
    row = PendingDeployments.objects.filter(pk=repository_id).first()
    count = _measure(repository_id)
    if row is not None:
        take_note(repository_id=repository_id, noted_by=row.noted_by)
    return count


_CHANGED: Final = NOTE.format(
    repositories="SELECT DISTINCT repository_id AS id FROM delivery_pullrequest"
    " WHERE id = ANY(%s) AND merged_at IS NOT NULL"
)


def note_changed(pull_requests: Iterable[int]) -> None:
    """Have the repositories measured in which merged pull requests, or their teams, are now measured otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [sorted(pull_requests)])


_LOCK: Final = 7_301_001


def _measure(repository_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, repository_id % 2**31])
    repository = Repository.objects.get(pk=repository_id)
    attempts = loading.attempts(repository_id)
    if not attempts:
        facts.store(repository_id, [], [])
        return 0
    graph = Graph.load(repository_id)
    rows = contents.walk(attempts, graph)
    known = loading.known(repository, rows.values())
    incidents = loading.incidents(repository)
    corrections = loading.corrections(repository)
    by_time = incidents_are_linked_by_time()
    deployed, found = [], []
    for place, row in rows.items():
        judged = contents.judge(row, known, graph)
        deployed += judged
        found += fixes.find(
            judged,
            incidents=incidents,
            may_be_of_it=partial(
                loading.may_be_of, place, repository=repository, places=rows.keys()
            ),
            corrections=corrections[place],
            by_time=by_time,
        )
    facts.store(repository_id, deployed, found)
    return len(deployed)
