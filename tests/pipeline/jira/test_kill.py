"""A real process that reads a Jira, killed in the middle of its work: what is left to do is done, and nothing twice."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from backend.connections.store import add_connection
from backend.delivery.models import Issue, Project
from backend.metrics.models import IssueCategory, IssueFact
from backend.pipeline.work import check_connection
from backend.sources.models import Hint
from tests.pipeline.jira.conftest import TOKEN, Source
from tests.pipeline.state import different, rows, work_to_the_end
from tests.pipeline.test_kill import killed_at_each
from tests.simulators.jira import World, running

ISSUES = 260


@pytest.fixture
def source(transactional_db: None, world: World) -> Iterator[Source]:
    forge = next(iter(world.projects.values()))
    people = [world.create_user(f"dev{number:04}") for number in range(4)]
    board = world.create_board(forge)
    sprint = world.create_sprint(board)
    epics = [world.create_issue(forge, type="Epic") for _ in range(5)]
    for number in range(ISSUES - len(epics)):
        who = people[number % 4]
        issue = world.create_issue(forge, by=who, epic=epics[number % 5])
        world.assign(issue, who, by=who)
        world.plan(issue, sprint, by=who)
        world.set_status(issue, "In Progress", by=who)
        if number % 3:
            world.set_status(issue, "Done", by=who)
    with running(world) as jira:
        yield Source(jira, add_connection(kind="jira_dc", url=jira.url, token=TOKEN))


@pytest.mark.timeout(300)
def test_a_killed_process_leaves_nothing_undone(source: Source, tmp_path: Path) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    wanted = rows()
    assert IssueFact.objects.count() == ISSUES
    call_command("flush", interactive=False, verbosity=0)
    source.connection = add_connection(kind="jira_dc", url=source.jira.url, token=TOKEN)

    check_connection(source.connection)
    asked = source.jira.ledger.counts
    source.jira.faults.arm("slow", seconds=0.1, times=None)
    moments: list[Callable[[], bool]] = [
        lambda: asked["requests"] >= 1,
        Project.objects.exists,
        lambda: asked["search"] >= 2,
        Issue.objects.exists,
        lambda: asked["search"] >= 2,
        IssueFact.objects.exists,
        IssueCategory.objects.exists,
    ]
    assert sum(killed_at_each(moments, asked, tmp_path)) >= 5
    source.jira.faults.clear()
    work_to_the_end(source.connection)

    assert different(rows(), wanted) == {}
    assert not Hint.objects.exists()
