"""Killed at any moment and run on, retention removes all that is outdated, counts it exactly, and nothing young."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.delivery.models import PullRequest
from backend.governance.models import RetentionRun
from backend.governance.retention.engine import begin
from backend.metrics.compute import measure
from backend.sources.models import SyncRun
from tests.factories import History, an_identity
from tests.governance.filled import everything, lost
from tests.governance.killed import killed_when
from tests.governance.retention.conftest import finish, keep

WORKER = """
from backend.governance.retention import engine
engine.FEWEST = engine.FIRST = engine.MOST = 3
while engine.go_on(seconds=1):
    pass
"""
"""Three rows at a time, so that there is a middle."""
NOTED = ("governance_retentionrun", "audit_event", "audit_unsealed", "delivery_pendingdeployments")
OLD, YOUNG = 60, 20


def removed() -> int:
    return sum(sum(one.values()) for one in RetentionRun.objects.values_list("deleted", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(120)
def test_a_killed_process_is_gone_on_with_by_another_one() -> None:
    history, now = History(), timezone.now()
    author, reviewer = (an_identity(history.repository.connection) for _ in range(2))
    for number in range(OLD + YOUNG):
        ended = now - timedelta(days=(500 if number < OLD else 100) + number)
        history.pull(author, opened=ended, merged=3, reviews=((1, "approved", reviewer),))
        at = now - timedelta(days=(31 if number < OLD else 29), seconds=number)
        SyncRun.objects.create(
            connection=history.repository.connection, kind="connection", started_at=at
        )
    while measure():
        pass
    young = set(PullRequest.objects.order_by("-merged_at").values_list("pk", flat=True)[:YOUNG])
    keep(pull_requests=400)
    before = everything(but=NOTED)
    begin()
    chance = random.Random(7)
    moments = sorted(chance.randint(1, 3 * OLD) for _ in range(4))
    killed = [killed_when(WORKER, removed, rows=moment) for moment in moments]
    assert killed.count(True) >= 3
    done = finish()
    after = everything(but=NOTED)
    told: dict[str, int] = {}
    for tables in done.values():
        for table, rows in tables.items():
            told[table] = told.get(table, 0) + rows
    gone = lost(before, after)
    assert {table: rows for table, rows in told.items() if rows} == gone
    assert gone["delivery_pullrequest"] == gone["delivery_review"] == gone["sources_syncrun"] == OLD
    assert set(PullRequest.objects.values_list("pk", flat=True)) == young
    assert SyncRun.objects.filter(started_at__gt=now - timedelta(days=30)).count() == YOUNG
