"""Figures of issues: what SQL answers is what the formulas say, and what is about too few people is kept back."""

from datetime import date, timedelta
from typing import Any

import pytest

from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.issues import queries, rows
from backend.metrics.issues.asked import Asked
from backend.metrics.models import IssueFact
from backend.metrics.scope import scope_of
from backend.people.models import Identity, Team
from backend.people.names import Names
from tests.factories import MONDAY, a_team, an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


@pytest.fixture
def people(tracker: Tracker) -> list[Identity]:
    return [an_identity(tracker.connection) for _ in range(3)]


def asked(team: Team | None = None, *, days: int = 14, **values: Any) -> Asked:
    start = MONDAY.date()
    return Asked(scope=scope_of(team=team, start=start, end=start + timedelta(days=days)), **values)


def test_distributions_are_those_of_the_formulas(tracker: Tracker, people: list[Identity]) -> None:
    lengths = [1, 2, 3, 5, 8, 13, 21]
    for place, hours in enumerate(lengths):
        tracker.issue(people[place % 3], (2, "In Progress"), (2 + hours, "Done"))
    found = queries.figures(asked())
    assert found.cycle_time is not None
    values = [hours * HOUR for hours in lengths]
    assert found.cycle_time.n == len(lengths)
    told = found.cycle_time
    assert [told.median, told.p75, told.p85, told.p90] == [
        percentile_cont(values, quantile) for quantile in (0.5, 0.75, 0.85, 0.9)
    ]
    assert found.flow_efficiency is not None
    assert found.flow_efficiency.median == 1.0


def test_direct_to_done_is_no_cycle_time_of_0(tracker: Tracker, people: list[Identity]) -> None:
    for who in people:
        tracker.issue(who, (5, "Done"))
    found = queries.figures(asked())
    assert found.cycle_time is not None
    assert (found.cycle_time.median, found.cycle_time.n) == (None, 0)
    assert found.cycle_time.reason == queries.NOT_BEGUN
    assert found.direct_to_done == 3
    assert found.throughput is not None
    assert found.throughput.merged == 3


def test_an_empty_range_says_so(tracker: Tracker) -> None:
    found = queries.figures(asked())
    assert found.cycle_time is not None
    assert (found.cycle_time.median, found.cycle_time.reason) == (None, queries.NOTHING)
    assert found.work_in_progress is not None
    assert found.work_in_progress.age.reason == "Nothing is in progress."


def test_what_is_about_too_few_people_is_kept_back(
    tracker: Tracker, people: list[Identity]
) -> None:
    for who in people[:2]:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
        tracker.issue(who, (2, "In Progress"))
    found = queries.figures(asked())
    assert found.suppressed is not None
    assert (found.cycle_time, found.throughput, found.work_in_progress) == (None, None, None)
    assert all(week.done is None for week in found.weeks)
    tracker.issue(people[2], (2, "In Progress"), (9, "Done"))
    tracker.issue(people[2], (2, "In Progress"))
    found = queries.figures(asked())
    assert found.suppressed is None
    assert found.work_in_progress is not None
    assert found.work_in_progress.in_progress == 3


def test_weeks_tell_what_was_done_and_what_was_going_on(
    tracker: Tracker, people: list[Identity]
) -> None:
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
        tracker.issue(who, (2, "In Progress"), (200, "Done"))
    weeks = queries.figures(asked()).weeks
    assert [(week.done, week.in_progress) for week in weeks] == [(3, 3), (3, 0)]


def test_the_range_before_is_told_beside(tracker: Tracker, people: list[Identity]) -> None:
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
        tracker.issue(who, (24 * 15, "In Progress"), (24 * 15 + 3, "Done"))
    start = MONDAY.date() + timedelta(days=14)
    later = Asked(scope=scope_of(team=None, start=start, end=start + timedelta(days=14)))
    previous = queries.figures(later).previous
    assert previous is not None
    assert (previous.done, previous.cycle_time_median) == (3, 7 * HOUR)
    assert queries.figures(asked()).previous is None


def test_a_team_has_the_issues_of_its_people(tracker: Tracker, people: list[Identity]) -> None:
    team = a_team(*people, slug="team-a")
    others = [an_identity(tracker.connection) for _ in range(3)]
    for who in (*people, *others):
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
    tracker.issue(None, (2, "In Progress"), (9, "Done"))
    of_team, of_all = queries.figures(asked(team)), queries.figures(asked())
    assert of_team.throughput is not None
    assert of_all.throughput is not None
    assert (of_team.throughput.merged, of_all.throughput.merged) == (3, 7)
    assert rows.count(asked(team), rows.Table()) == 3


def test_what_is_left_out_is_told(tracker: Tracker, people: list[Identity]) -> None:
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
    tracker.issue(people[0], (2, "Done"), kind="Sub-task")
    tracker.issue(an_identity(tracker.connection, is_bot=True), (2, "Done"))
    found = queries.figures(asked())
    assert {one.reason: one.n for one in found.excluded} == {"bot_assignee": 1, "subtask": 1}
    with_parts = queries.figures(asked(with_subtasks=True))
    assert with_parts.throughput is not None
    assert with_parts.throughput.merged == 4


def test_questions_are_narrowed(tracker: Tracker, people: list[Identity]) -> None:
    tracker.know("MILL")
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"), kind="Bug")
        tracker.issue(who, (2, "In Progress"), (9, "Done"), key="MILL")
    of_mill = queries.figures(asked(project="MILL"))
    of_bugs = queries.figures(asked(issue_type="Bug"))
    nothing = queries.figures(asked(project="MILL", issue_type="Bug"))
    done = [one.throughput.merged for one in (of_mill, of_bugs, nothing) if one.throughput]
    assert done == [3, 3, 0]
    assert rows.count(asked(project="MILL"), rows.Table()) == 3


def test_tables_hold_what_their_state_says(tracker: Tracker, people: list[Identity]) -> None:
    tracker.issue(people[0], (2, "In Progress"), (9, "Done"))
    tracker.issue(people[0], (9, "Done"))
    tracker.issue(people[0], (2, "In Progress"))
    tracker.issue(people[0])
    counts = {
        state: rows.count(asked(), rows.Table(state=state))
        for state in ("done", "direct_to_done", "in_progress", "open")
    }
    assert counts == {"done": 2, "direct_to_done": 1, "in_progress": 1, "open": 2}
    assert {sort for sort in rows.SORTS if list(rows.everything(asked(), rows.Table(sort=sort)))}
    assert rows.count(asked(), rows.Table(search=f"forge {people[0].login}")) == 2


def test_what_is_in_progress_has_an_age_and_nothing_else_has(
    tracker: Tracker, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.clock.now", lambda: tracker.at(50))
    going = tracker.issue(people[0], (2, "In Progress"))
    tracker.issue(people[0], (2, "In Progress"), (9, "Done"))
    tracker.issue(people[0], (2, "In Progress"), (9, "To Do"))
    found = {
        row.id: row.age_seconds
        for state in ("done", "open")
        for row in rows.everything(asked(), rows.Table(state=state))
    }
    assert len(found) == 3
    assert {key: age for key, age in found.items() if age is not None} == {going.pk: 48 * HOUR}


def test_the_scatter_holds_what_has_a_cycle_time(tracker: Tracker, people: list[Identity]) -> None:
    tracker.issue(people[0], (2, "In Progress"), (9, "Done"))
    tracker.issue(people[0], (9, "Done"))
    found = rows.scatter(asked())
    assert [point.active_seconds for point in found.points] == [7 * HOUR]
    assert not found.sampled


def test_one_issue_tells_how_its_estimate_changed(tracker: Tracker, people: list[Identity]) -> None:
    changes = tracker.planned((1, "", "3"), (30, "3", "5.0"), kind="estimate")
    issue = tracker.issue(people[0], (2, "In Progress"), estimate=5.0, further=changes)
    found = rows.detail(issue.pk, within=None, names=Names())
    assert found is not None
    assert [(one.at, one.before, one.after) for one in found.estimates] == [
        (tracker.at(1), None, 3.0),
        (tracker.at(30), 3.0, 5.0),
    ]


def test_one_issue_tells_its_time_in_each_status(tracker: Tracker, people: list[Identity]) -> None:
    issue = tracker.issue(people[0], (2, "In Progress"), (9, "Done"))
    found = rows.detail(issue.pk, within=None, names=Names())
    assert found is not None
    assert [(span.status, span.state) for span in found.spans] == [
        ("To Do", "to_do"),
        ("In Progress", "in_progress"),
        ("Done", "done"),
    ]
    assert [span.seconds for span in found.spans[:2]] == [2 * HOUR, 7 * HOUR]
    assert found.spans[-1].to is None
    assert found.estimates == []
    assert found.url == f"{tracker.connection.url}/browse/{issue.key}"


def test_figures_take_a_fixed_number_of_statements(
    tracker: Tracker, people: list[Identity], django_assert_num_queries: Any
) -> None:
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
    question = asked()
    with django_assert_num_queries(7):
        queries.figures(question)
    assert IssueFact.objects.count() == 3
    assert date(2026, 3, 2) == question.scope.start


def test_no_median_tells_of_a_week_that_is_kept_back(
    tracker: Tracker, people: list[Identity]
) -> None:
    """With the range's sum it would: of 3 shown and 1 kept back, the median of both is 2."""
    for who in people:
        tracker.issue(who, (2, "In Progress"), (9, "Done"))
    tracker.issue(people[0], (7 * 24 + 2, "In Progress"), (7 * 24 + 9, "Done"))
    found = queries.figures(asked())
    assert [week.done for week in found.weeks] == [3, None]
    assert found.throughput is not None
    assert (found.throughput.per_week_median, found.throughput.weeks) == (3, 1)
