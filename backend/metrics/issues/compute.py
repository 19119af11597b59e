"""From stored issues to facts. A changed issue leaves a PendingIssue; see metrics.compute."""

from django.db import connection, transaction

from backend import clock
from backend.delivery.models import PendingIssue
from backend.metrics import identities
from backend.metrics.deployments import issue_incidents
from backend.metrics.investment.compute import measure_issues
from backend.metrics.issues import facts
from backend.metrics.issues.loading import load
from backend.people.store import organisation

BATCH = 2000
"""Issues loaded at once."""

_NOTE_ALL = """
    INSERT INTO delivery_pendingissue (issue_id, since) SELECT id, now() FROM delivery_issue ORDER BY id
    ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since
"""


def measure(limit: int = BATCH) -> int:
    """Measure up to `limit` issues that changed; how many there were, so that 0 is "all is done".

    Several processes may do this at once: each takes rows that no other has.
    """
    with transaction.atomic():
        rows = PendingIssue.objects.select_for_update(skip_locked=True).order_by("since", "pk")
        ids = sorted(rows.values_list("pk", flat=True)[:limit])
        if not ids:
            return 0
        loaded = list(load(ids))
        identities.note_measured(
            (one.identity, one.key, one.is_bot)
            for each in loaded
            for one in each.accounts
            if one.identity is not None and one.key is not None
        )
        facts.store_facts(loaded)
        facts.store_teams_of(ids, time_zone=organisation().time_zone, now=clock.now())
        issue_incidents.note(ids)
        measure_issues(ids)
        PendingIssue.objects.filter(pk__in=ids).delete()
    return len(ids)


def note_everything() -> None:
    """Have all issues measured again: a formula has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_ALL)
