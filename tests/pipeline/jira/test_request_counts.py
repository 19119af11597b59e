"""What collecting costs the Jira."""

import pytest

from backend.delivery.models import Issue
from tests.pipeline.jira.conftest import Source
from tests.simulators.jira.records import Issue as Simulated

pytestmark = pytest.mark.django_db

ISSUES = 300
MOST_A_THOUSAND = {False: 21, True: 42}
"""Data Center tells histories with the issues, the Cloud by a question of their own."""


def _filled(source: Source) -> list[Simulated]:
    world = source.world
    forge = next(iter(world.projects.values()))
    epics = [world.create_issue(forge, type="Epic") for _ in range(10)]
    issues = [world.create_issue(forge, epic=epics[n % 10]) for n in range(ISSUES - 10)]
    for issue in issues:
        world.set_status(issue, "In Progress")
        world.set_status(issue, "Done")
    return epics + issues


def test_issues_with_their_histories_cost_few_requests(source: Source) -> None:
    _filled(source)
    source.collect()
    counts = source.jira.ledger.counts
    assert Issue.objects.count() == ISSUES
    asked = counts["search"] + counts["changelog"] + counts["issue"]
    # One search counts the issues, and one is the look at what changed.
    assert asked - 2 <= MOST_A_THOUSAND[source.jira.cloud] * ISSUES / 1000


def test_a_slow_server_gets_smaller_pages(source: Source) -> None:
    _filled(source)
    source.jira.faults.arm("bad_gateway", on="search", times=2)
    source.collect()
    assert Issue.objects.count() == ISSUES
