"""Whatever goes wrong on the way, in the end all is there, once."""

from functools import partial
from typing import Any

import pytest

from backend.connections.models import Connection
from backend.delivery.models import Issue, Project
from backend.pipeline.work import work
from backend.sources import hints
from backend.sources.models import Hint, SyncRun
from tests.pipeline.jira.conftest import Source, stored
from tests.pipeline.state import work_to_the_end

pytestmark = pytest.mark.django_db

PASSING: list[dict[str, Any]] = [
    {"kind": "bad_gateway"},
    {"kind": "bad_gateway", "times": 4},
    {"kind": "truncated"},
    {"kind": "closed"},
    {"kind": "error"},
    {"kind": "too_many_requests", "retry_after": 1},
]


def _filled(source: Source, count: int = 25) -> list[Any]:
    """A world whose pages are small."""
    source.world.maximum_page = 5
    project = next(iter(source.world.projects.values()))
    return [source.world.create_issue(project) for _ in range(count)]


@pytest.mark.parametrize(
    "fault", PASSING, ids=[f"{one['kind']}-{n}" for n, one in enumerate(PASSING)]
)
@pytest.mark.parametrize("after", [0, 2])
def test_what_passes_loses_nothing(source: Source, fault: dict[str, Any], after: int) -> None:
    issues = _filled(source)
    source.collect()
    for issue in issues:
        source.world.set_status(issue, "In Progress")
    source.jira.faults.arm(**fault, on="search", after=after)
    source.ask()
    assert source.jira.ledger.counts["faults"] > 0
    assert set(stored().values()) == {"In Progress"}
    assert len(stored()) == len(issues)


def test_the_whole_connection_rests_where_the_source_asks_for_it(source: Source) -> None:
    _filled(source)
    source.jira.faults.arm("too_many_requests", on="search", after=1, retry_after=600)
    source.collect()
    run = SyncRun.objects.get(outcome="waiting")
    assert run.retry_at is not None
    assert not work(connection=source.connection)
    work_to_the_end(source.connection)
    assert len(stored()) == 25


def test_a_page_for_people_is_told_with_what_to_do(source: Source) -> None:
    _filled(source)
    source.jira.faults.arm("html", on="search")
    source.collect()
    run = SyncRun.objects.filter(outcome="failed").latest("pk")
    assert "page for people" in run.reason
    assert "/rest/" in run.action
    work_to_the_end(source.connection)
    assert len(stored()) == 25


def test_a_revoked_token_pauses_the_connection(source: Source) -> None:
    _filled(source)
    source.collect()
    source.world.tokens.clear()
    hints.arm(connection=source.connection, kind=Hint.Kind.ISSUES)
    assert work(connection=source.connection)
    source.connection.refresh_from_db()
    assert source.connection.state == Connection.State.PAUSED
    assert "does not accept" in source.connection.state_reason
    assert len(stored()) == 25


def test_news_that_come_while_a_project_is_filled_are_not_lost(source: Source) -> None:
    issues = _filled(source)
    pending = iter(issues)

    def change(query: str) -> None:
        issue = next(pending, None) if "updated" in query else None
        if issue is not None:
            source.world.set_status(issue, "In Progress")

    source.jira.before_each = change
    source.collect()
    source.jira.before_each = None
    source.ask()
    moved = sum(status == "In Progress" for status in stored().values())
    assert moved == sum(one.status.name == "In Progress" for one in issues) > 0
    assert len(stored()) == len(issues)


def test_an_issue_that_moves_or_is_deleted_while_it_is_read_is_found_out(source: Source) -> None:
    issues = _filled(source)
    mill = source.world.create_project("MILL")
    steps = iter(
        [partial(source.world.move, issues[3], mill), partial(source.world.delete, issues[9])]
    )

    def meanwhile(query: str) -> None:
        step = next(steps, None) if "updated" in query else None
        if step is not None:
            step()

    source.jira.before_each = meanwhile
    source.collect()
    source.jira.before_each = None
    for project in Project.objects.all():
        source.ask(Hint.Kind.CENSUS, container_external_id=project.external_id)
    source.ask()
    assert set(stored()) == {issue.key for issue in issues if issue is not issues[9]}
    assert Issue.objects.get(external_id=issues[3].id).project.key == "MILL"


def test_many_changed_in_one_moment_are_all_read(source: Source) -> None:
    """As after an import: a page of one time has nothing to go on by but its number."""
    issues = _filled(source)
    source.collect()
    source.world.tick(7200)
    moment = source.world.now
    for issue in issues:
        source.world.set_status(issue, "Done", at=moment)
    source.world.tick(7200)
    source.world.comment(issues[0], at=source.world.now)
    source.ask()
    assert set(stored().values()) == {"Done"}


def test_one_that_cannot_be_read_stops_no_other(source: Source) -> None:
    issues = _filled(source, 3)
    issues[1].created = None
    source.collect()
    assert set(stored()) == {issues[0].key, issues[2].key}
    notes = " ".join(SyncRun.objects.filter(kind="issues").values_list("reason", flat=True))
    assert str(issues[1].id) in notes
    assert "created" in notes


def test_what_asked_nothing_does_not_make_a_connection_work(source: Source) -> None:
    """Else nobody would try it again as one that fails, and its projects would not be looked for."""
    Connection.objects.update(state=Connection.State.FAILING)
    hints.arm(connection=source.connection, kind=Hint.Kind.ISSUES)
    assert work(connection=source.connection)
    assert SyncRun.objects.get().reason == "No project is read yet."
    source.connection.refresh_from_db()
    assert source.connection.state == Connection.State.FAILING
    source.collect()
    source.connection.refresh_from_db()
    assert source.connection.state == Connection.State.WORKING
