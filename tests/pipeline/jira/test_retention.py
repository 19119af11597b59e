"""Issues that were removed for their age do not come back, and are not asked for one by one each night."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from backend.delivery.models import Issue
from backend.pipeline import tasks
from backend.sources import issue_completeness
from tests.governance.retention.conftest import purge
from tests.pipeline.jira.conftest import Source, stored
from tests.pipeline.state import work_to_the_end

pytestmark = pytest.mark.django_db
DAYS = 400


@pytest.mark.timeout(120)
def test_what_was_removed_stays_away(source: Source) -> None:
    world = source.world
    forge = next(iter(world.projects.values()))
    dev = world.create_user("dev0001")
    done = [world.create_issue(forge, by=dev) for _ in range(5)]
    still_open = world.create_issue(forge, by=dev)
    for issue in done:
        world.set_status(issue, "Done", by=dev)
    source.collect()
    work_to_the_end(source.connection)
    assert len(stored()) == 6

    with time_machine.travel(timezone.now() + timedelta(days=DAYS + 100), tick=True):
        purge(issues=DAYS)
        assert set(stored()) == {still_open.key}
        source.jira.ledger.counts.clear()
        for _ in range(2):
            tasks.poll()
            tasks.discover()
            tasks.reconcile()
            work_to_the_end(source.connection)
        assert set(stored()) == {still_open.key}
        assert not Issue.objects.exclude(deleted_at=None).exists()
        assert source.jira.ledger.counts["issue"] == 0
        (line,) = issue_completeness.projects()
        assert line.is_whole
        assert (line.issues.source, line.issues.stored) == (1, 1)
