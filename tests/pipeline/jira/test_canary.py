"""No free text of a Jira is kept anywhere: a marker in all of it is in no row and in no line of the log."""

import logging

import pytest

from backend.connections.models import JiraSettings
from backend.delivery.models import Issue
from tests.pipeline.jira.conftest import Source
from tests.places import in_rows
from tests.simulators.jira import World

pytestmark = pytest.mark.django_db
MARK = "canary4f1d9a7c"


@pytest.fixture
def world() -> World:
    made = World(canary=MARK)
    made.add_token("the-token-of-the-jira-tests")
    made.create_project("FORGE", "Forge")
    return made


def test_what_may_not_be_kept_is_nowhere(source: Source, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = source.world
    forge = next(iter(world.projects.values()))
    world.create_version(forge, "1.0")
    issue = world.create_issue(forge, "A summary that is kept")
    board = world.create_board(forge)
    world.plan(issue, world.create_sprint(board))
    world.set_status(issue, "In Progress")
    source.jira.faults.arm("truncated", on="search")
    source.collect()
    source.ask()
    assert Issue.objects.get().summary == "A summary that is kept"
    assert in_rows("A summary that is kept")
    assert not in_rows(MARK)
    assert MARK not in caplog.text


def test_summaries_that_are_to_be_kept_no_more_are_forgotten(source: Source) -> None:
    """Of issues that are not read again as well: one was deleted."""
    forge = next(iter(source.world.projects.values()))
    for _ in range(2):
        source.world.create_issue(forge, "A summary that is kept")
    source.collect()
    first = Issue.objects.order_by("pk")[0]
    Issue.objects.filter(pk=first.pk).update(deleted_at=first.updated_at)
    JiraSettings.objects.update(keeps_summaries=False)
    source.ask("projects")
    assert list(Issue.objects.values_list("summary", flat=True)) == ["", ""]
