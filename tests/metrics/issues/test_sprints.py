"""Sprints as stored histories tell them: planned, moved, re-estimated, done, and of too few people."""

from datetime import timedelta

import pytest

from backend.metrics.issues import sprints
from backend.metrics.issues.asked import Asked
from backend.metrics.issues.results import SprintAmount
from backend.metrics.scope import scope_of
from backend.people.models import Identity, Team
from tests.factories import MONDAY, a_team, an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


@pytest.fixture
def people(tracker: Tracker) -> list[Identity]:
    return [an_identity(tracker.connection) for _ in range(3)]


def asked(team: Team | None = None) -> Asked:
    start = MONDAY.date()
    return Asked(scope=scope_of(team=team, start=start, end=start + timedelta(days=28)))


def amount(issues: int, points: float | None = None) -> SprintAmount:
    return SprintAmount(issues=issues, points=points)


def test_a_sprint_is_told_by_its_issues_histories(tracker: Tracker, people: list[Identity]) -> None:
    sprint = tracker.sprint(7, start=24, end=24 * 11)
    one, two, three = people
    tracker.issue(
        one, (30, "In Progress"), (50, "Done"), sprints=(7,), estimate=3.0,
        further=tracker.planned((2, "", "7")) + tracker.planned((40, "", "3"), kind="estimate"),
    )  # fmt: skip
    tracker.issue(two, (30, "In Progress"), sprints=(7, 8), further=tracker.planned((3, "", "7")))
    tracker.issue(three, sprints=(), further=tracker.planned((3, "", "7"), (48, "7", "")))
    tracker.issue(three, (60, "Done"), sprints=(7,), further=tracker.planned((48, "", "7")))
    tracker.issue(one, (3, "Done"), sprints=(7,))
    tracker.issue(one, sprints=(77,), further=tracker.planned((2, "", "77")))
    (row,) = sprints.listed(asked())
    assert (row.committed, row.added, row.removed) == (amount(3), amount(1), amount(1))
    assert (row.completed, row.carried_over) == (amount(2, 3.0), amount(1))
    assert row.done_before == amount(1)
    told = sprints.detail(asked(), sprint.pk)
    assert told is not None
    assert [(point.scope.issues, point.done.issues) for point in told.burn_up][:4] == [
        (3, 0),
        (3, 0),
        (3, 2),
        (3, 2),
    ]
    assert len(told.burn_up) == 11


def test_a_sprint_of_too_few_people_is_kept_back(tracker: Tracker, people: list[Identity]) -> None:
    sprint = tracker.sprint(7, start=24, end=240)
    for who in people[:2]:
        tracker.issue(who, (30, "Done"), sprints=(7,))
    (row,) = sprints.listed(asked())
    assert (row.suppressed, row.committed) == (True, None)
    assert row.reason is not None
    told = sprints.detail(asked(), sprint.pk)
    assert told is not None
    assert told.burn_up == []


def test_a_sprint_without_an_issue_of_the_team_is_none_of_its_business(
    tracker: Tracker, people: list[Identity]
) -> None:
    sprint = tracker.sprint(7, start=24, end=240)
    for who in people:
        tracker.issue(who, sprints=(7,))
    others = a_team(an_identity(tracker.connection))
    assert sprints.listed(asked(others)) == []
    assert sprints.detail(asked(others), sprint.pk) is None


def test_of_a_team_only_its_own_issues_count(tracker: Tracker, people: list[Identity]) -> None:
    tracker.sprint(7, start=24, end=240)
    team = a_team(*people)
    for who in (*people, an_identity(tracker.connection)):
        tracker.issue(who, sprints=(7,))
    (row,) = sprints.listed(asked(team))
    assert row.committed == amount(3)


def test_one_that_goes_on_is_told_as_it_is_and_one_to_come_is_not_listed(
    tracker: Tracker, people: list[Identity]
) -> None:
    tracker.sprint(8, start=None)
    tracker.sprint(7, start=24)
    for who in people:
        tracker.issue(who, sprints=(7,))
    (row,) = sprints.listed(asked())
    assert (row.state, row.carried_over) == ("active", amount(3))
    tracker.issue(people[0], sprints=(9,))
    tracker.issue(people[1], sprints=(9,))
    tracker.issue(people[2], sprints=(9,))
    to_come = sprints.detail(asked(), tracker.sprint(9, start=None).pk)
    assert to_come is not None
    assert (to_come.committed, to_come.reason) == (None, sprints.NOT_STARTED)


def test_a_sprint_that_was_never_ended_has_a_burn_up_of_its_last_days(
    tracker: Tracker, people: list[Identity]
) -> None:
    sprint = tracker.sprint(7, start=-24 * 365 * 900)
    for who in people:
        tracker.issue(who, (30, "In Progress"), (50, "Done"), sprints=(7,))
    told = sprints.detail(asked(), sprint.pk)
    assert told is not None
    assert sprints.MOST_DAYS <= len(told.burn_up) <= sprints.MOST_DAYS + 2
