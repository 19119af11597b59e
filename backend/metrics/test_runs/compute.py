"""From what machines say of commits to facts. A changed commit leaves a PendingTestRuns; see metrics.compute."""

from collections.abc import Iterable

from django.db import connection, transaction

from backend.delivery.models import PendingTestRuns
from backend.metrics import identities
from backend.metrics.test_runs import facts
from backend.metrics.test_runs.loading import load
from backend.people.store import organisation

BATCH = 500
"""Commits loaded at once."""

_NOTE = """
    INSERT INTO delivery_pendingtestruns (repository_id, sha, since)
    SELECT repository_id, sha, now() FROM ({heads}) head
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (repository_id, sha) DO UPDATE SET since = excluded.since
"""
_EVERYTHING = """
    SELECT repository_id, head_sha AS sha FROM delivery_workflowrun
    UNION SELECT repository_id, head_sha FROM delivery_checksuite
    UNION SELECT repository_id, sha FROM delivery_commitstatus
"""
_OF_PULL_REQUESTS = """
    SELECT run.repository_id, run.sha
    FROM delivery_pullrequest pull
    JOIN metrics_runfact run ON run.repository_id = pull.repository_id AND run.sha = pull.head_sha
    WHERE pull.id = ANY(%(pulls)s)
    UNION
    SELECT run.repository_id, run.sha FROM metrics_runfact run
    WHERE run.pull_request_id = ANY(%(pulls)s)
"""


def measure(limit: int = BATCH) -> int:
    """Measure the runs of up to `limit` commits that changed; how many there were, so that 0 is "all is done".

    Several processes may do this at once: each takes rows that no other has. Pull requests come first, since a run
    on the head of one belongs to its teams.
    """
    with transaction.atomic():
        rows = PendingTestRuns.objects.select_for_update(skip_locked=True).order_by("since", "pk")
        taken = list(rows.values_list("pk", "repository", "sha")[:limit])
        if not taken:
            return 0
        heads = sorted((repository, sha) for _, repository, sha in taken)
        loaded = list(load(heads))
        identities.note_measured(account for one in loaded for account in one.accounts)
        facts.store(loaded, time_zone=organisation().time_zone)
        PendingTestRuns.objects.filter(pk__in=[pk for pk, *_ in taken]).delete()
    return len(taken)


def note_everything() -> None:
    """Have all runs that are stored measured again: a formula has changed, or none was measured yet."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(heads=_EVERYTHING))


def note_pull_requests(ids: Iterable[int]) -> None:
    """Have the runs on the heads of these measured again: as whose they count rests on the pull request."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE.format(heads=_OF_PULL_REQUESTS), {"pulls": sorted(ids)})
