"""What a Jira may tell that makes no sense: it is stored as far as it does, and stops nothing else."""

from typing import Any

import pytest

from backend.delivery.models import Issue, IssueTransition
from backend.metrics.models import IssueFact
from backend.sources.models import SyncRun
from tests.pipeline.jira.conftest import Source, stored
from tests.simulators.jira.records import History, Project
from tests.simulators.jira.world import component

pytestmark = pytest.mark.django_db


def _forge(source: Source) -> Project:
    return next(iter(source.world.projects.values()))


@pytest.mark.parametrize(
    ("points", "expected"),
    [(3.0, 3.0), ("5", 5.0), ("many", None), ([], None), ({"value": 3}, None), (True, None)],
    ids=["number", "text", "word", "list", "object", "truth"],
)
def test_estimates_of_any_type(source: Source, points: object, expected: float | None) -> None:
    source.world.create_issue(_forge(source), points=points)
    source.collect()
    assert Issue.objects.get().estimate == expected


@pytest.mark.parametrize(
    "team", [None, "Team A", {"name": "Team A"}, {"x": 1}, 7, []], ids=range(6)
)
def test_teams_of_any_type(source: Source, team: object) -> None:
    source.world.create_issue(_forge(source), team=team)
    source.collect()
    assert Issue.objects.get().team_name in {"", "Team A", "7"}


def test_parents_in_a_circle(source: Source) -> None:
    world, forge = source.world, _forge(source)
    first, second = world.create_issue(forge), world.create_issue(forge)
    world.set_parent(first, second)
    world.set_parent(second, first)
    source.collect()
    assert dict(Issue.objects.values_list("external_id", "parent_external_id")) == {
        first.id: second.id,
        second.id: first.id,
    }


def test_a_history_with_gaps_and_out_of_order(source: Source) -> None:
    world = source.world
    issue = world.create_issue(_forge(source))
    for status in ("In Progress", "In Review", "Done"):
        world.set_status(issue, status)
    del issue.histories[1]
    issue.histories.reverse()
    source.collect()
    fact = IssueFact.objects.get()
    assert fact.state == "done"
    assert "history_gap" in fact.flags
    assert fact.active_seconds is not None


@pytest.mark.parametrize(
    "item",
    [
        {"field": "status", "fieldtype": "jira", "from": None, "fromString": "To Do", "to": None, "toString": "Done"},
        {"field": "status", "fieldtype": "jira", "from": "x", "fromString": "To Do", "to": "y", "toString": "Done"},
        {"field": "Sprint", "fieldtype": "custom", "from": "", "fromString": "", "to": "a, b", "toString": "?"},
        {"field": "assignee", "fieldtype": "jira", "from": None, "fromString": None, "to": "x", "toString": "?"},
        {"field": "Nothing of ours", "fieldtype": "custom", "from": "1", "fromString": "1", "to": "2", "toString": "2"},
    ],
    ids=range(5),
)  # fmt: skip
def test_changes_that_say_nothing_that_is_known(source: Source, item: dict[str, Any]) -> None:
    world = source.world
    issue = world.create_issue(_forge(source))
    world.set_status(issue, "In Progress")
    issue.histories.append(History(99_999, None, world.now, [item]))
    source.collect()
    assert stored() == {issue.key: "In Progress"}
    assert IssueFact.objects.get().state == "in_progress"
    assert not SyncRun.objects.filter(outcome="failed").exists()


def test_changes_by_nobody(source: Source) -> None:
    world = source.world
    issue = world.create_issue(_forge(source))
    world.set_status(issue, "Done", by=None)
    source.collect()
    assert IssueTransition.objects.get(kind="status").actor is None
    assert Issue.objects.get().reporter is None


def test_names_longer_than_there_is_room_for(source: Source) -> None:
    world = source.world
    world.create_status("S" * 400, "new")
    parts = [component(1, "C" * 400)]
    issue = world.create_issue(_forge(source), "W" * 5_000, labels=["L" * 400], components=parts)
    world.set_status(issue, "S" * 400)
    source.collect()
    found = Issue.objects.get()
    assert {len(found.status.name), len(found.labels[0]), len(found.components[0])} == {300}
