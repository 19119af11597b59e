"""From what may be a deployment to facts: judge by the rules, walk the graph of commits, find fixes, store.

A repository is measured as a whole: one rule, commit or report may change which deployment a change belongs to. What
changed of one leaves a PendingDeployments, which the transaction that stores the figures takes away.
"""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Final

from django.db import DatabaseError, connection, transaction

from backend.delivery.graph import Graph
from backend.delivery.models import PendingDeployments, Repository
from backend.delivery.store.deployment_rules import incidents_are_linked_by_time
from backend.metrics.deployments import contents, facts, fixes, loading

logger = logging.getLogger(__name__)
AT_ONCE: Final = 20
"""Repositories."""


def measure_pending_deployments(limit: int = AT_ONCE) -> int:
    """Measure up to `limit` repositories of which something changed; how many there were, so that 0 is "all is done".

    Each in its own transaction. Several processes may do this at once: each takes a row that no other has. One that
    cannot be stored is left for the next time, and the others do not wait for it.
    """
    measured, failed = 0, list[int]()
    while measured < limit:
        taken: int | None = None
        try:
            with transaction.atomic():
                rows = PendingDeployments.objects.select_for_update(skip_locked=True)
                row = rows.exclude(pk__in=failed).order_by("since", "pk").first()
                if row is None:
                    break
                taken = row.pk
                _measure(taken)
                row.delete()
            measured += 1
        except DatabaseError:
            if taken is None:
                raise
            logger.exception("The deployments of repository %s could not be measured.", taken)
            failed.append(taken)
    return measured


@transaction.atomic
def measure_deployments(repository_id: int) -> int:
    """Measure one repository now, pending or not; how many deployments and attempts it has."""
    list(PendingDeployments.objects.select_for_update().filter(pk=repository_id))
    count = _measure(repository_id)
    PendingDeployments.objects.filter(pk=repository_id).delete()
    return count


_NOTE: Final = """
    INSERT INTO delivery_pendingdeployments AS old (repository_id, since)
    SELECT DISTINCT repository_id, now() FROM {rows} ORDER BY repository_id
    ON CONFLICT (repository_id) DO UPDATE SET since = old.since
"""
_CHANGED: Final = "delivery_pullrequest WHERE id = ANY(%s) AND merged_at IS NOT NULL"
_MEASURED: Final = "metrics_servicedeployment"


def note_changed(pull_requests: Iterable[int]) -> None:
    """Have the repositories measured in which merged pull requests, or their teams, are now measured otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(rows=_CHANGED), [sorted(pull_requests)])


def note_measured() -> None:
    """Have every repository with deployments measured again, as where teams changed."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(rows=_MEASURED))


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
