"""Effort and activity by category: what SQL answers is what is worked out by hand."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.delivery.investment_rules import DEFAULTS, Rule
from backend.delivery.store.investment import set_investment
from backend.delivery.store.noting import note_issues
from backend.metrics.compute import measure
from backend.metrics.investment import queries, results, rows
from backend.metrics.issues import compute as issues
from backend.metrics.scope import scope_of
from backend.people.models import Identity, Organisation, Team
from tests.factories import MONDAY, History, a_team, an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
DAY = 24
HIDING_NOTHING = 1


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def people(history: History) -> list[Identity]:
    return [an_identity(history.repository.connection) for _ in range(4)]


def show_everything() -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"minimum_group_size": HIDING_NOTHING})


def figures(team: Team | None = None, *, days: int = 28) -> results.InvestmentFigures:
    start = MONDAY.date()
    return queries.figures(scope_of(team=team, start=start, end=start + timedelta(days=days)))


def shown(view: results.View) -> dict[str, float]:
    return {one.category: one.amount for one in view.amounts if one.amount}


def test_a_month_is_one_unit_whatever_somebody_did_much_of(
    history: History, people: list[Identity]
) -> None:
    show_everything()
    busy, calm = people[:2]
    for day in range(10):
        opened = MONDAY + timedelta(days=day)
        history.pull(busy, opened=opened, merged=1, commits=(), labels=["feature"])
    history.pull(calm, merged=1, commits=(), labels=["bug"])
    measure()
    found = figures().effort
    assert (found.total, found.people) == (2.0, 2)
    assert shown(found) == {"new_features": 1.0, "keeping_the_lights_on": 1.0}


def test_days_weigh_by_what_was_done(
    history: History, tracker: Tracker, people: list[Identity]
) -> None:
    """A day of commits and the opening: 4. A review of another's: 2, of one's own: none. Two moves on one day: 1."""
    show_everything()
    author, reviewer = people[:2]
    history.pull(
        author,
        merged=30,
        commits=(1, 2),
        labels=["feature"],
        reviews=((3, "commented", author), (4, "approved", reviewer)),
    )
    history.pull(reviewer, opened=MONDAY + timedelta(days=1), merged=1, commits=(), labels=["bug"])
    tracker.issue(author, (2, "In Progress"), (3, "Done"), kind="Incident", by=reviewer)
    measure()
    found = figures().effort
    # Author: 4 of 4. Reviewer: 2 of 7 for the review, 4 for their own, 1 for the issue.
    assert shown(found) == pytest.approx(
        {
            "new_features": 1 + 0.285714,
            "keeping_the_lights_on": 0.571429,
            "unplanned": 0.142857,
        }
    )
    assert found.total == 2.0


def test_a_review_of_ones_own_is_no_work(history: History, people: list[Identity]) -> None:
    show_everything()
    on_the_next_day = ((25, "commented", people[0]),)
    for label, reviews in (("feature", on_the_next_day), ("bug", ())):
        history.pull(people[0], merged=30, commits=(), labels=[label], reviews=reviews)
    measure()
    assert shown(figures().effort) == {"new_features": 0.5, "keeping_the_lights_on": 0.5}


def test_a_part_of_a_month_counts_by_its_days(history: History, people: list[Identity]) -> None:
    show_everything()
    for day in (0, 1, 8, 20):
        opened = MONDAY + timedelta(days=day)
        history.pull(people[0], opened=opened, merged=1, commits=(), labels=["feature"])
    measure()
    assert figures(days=7).effort.total == 0.5
    assert figures(days=14).effort.total == 0.75
    assert figures(days=28).effort.total == 1.0
    (month,) = figures(days=7).effort.months
    assert month.partial


def test_teams_have_the_days_of_those_who_were_in_them(
    history: History, people: list[Identity]
) -> None:
    """Somebody who changed teams: half of the month here, half there, and nobody counts twice above both."""
    show_everything()
    changed = MONDAY.date() + timedelta(days=7)
    above = a_team(slug="above")
    before = a_team(people[0], slug="before", parent=above, until=changed)
    after = a_team(people[0], slug="after", parent=above, since=changed)
    for day in (0, 1, 8, 9):
        opened = MONDAY + timedelta(days=day)
        history.pull(people[0], opened=opened, merged=1, commits=(), labels=["feature"])
    measure()
    totals = [figures(team).effort.total for team in (before, after, above, None)]
    assert totals == [0.5, 0.5, 1.0, 1.0]


def test_several_accounts_of_one_person_are_one(
    history: History, tracker: Tracker, people: list[Identity]
) -> None:
    show_everything()
    history.pull(people[0], merged=1, commits=(), labels=["feature"])
    tracker.issue(people[0], (2, "Done"), kind="Bug", by=people[0])
    measure()
    found = figures().effort
    assert (found.people, found.total) == (1, 1.0)
    assert shown(found) == {"new_features": 0.8, "keeping_the_lights_on": 0.2}


def test_bots_and_deleted_issues_are_left_out(
    history: History, tracker: Tracker, people: list[Identity]
) -> None:
    show_everything()
    bot = an_identity(history.repository.connection, is_bot=True)
    history.pull(people[0], merged=1, commits=(), labels=["feature"])
    history.pull(bot, merged=1, commits=(), labels=["bug"])
    gone = tracker.issue(people[0], (2, "Done"), kind="Bug", by=people[0])
    type(gone).objects.filter(pk=gone.pk).update(deleted_at=MONDAY)
    note_issues([gone.pk])
    issues.measure()
    measure()
    found = figures()
    assert shown(found.effort) == {"new_features": 1.0}
    assert shown(found.pull_requests) == {"new_features": 1}
    assert found.issues.total == 0
    assert found.issues.reason == queries.NOTHING["issues"]


def test_activity_counts_each_thing_once(
    history: History, tracker: Tracker, people: list[Identity]
) -> None:
    show_everything()
    for who, kind in zip(people, ("Story", "Bug", "Task", "Bug"), strict=True):
        tracker.issue(who, (2, "In Progress"), (40, "Done"), kind=kind)
    tracker.issue(people[0], (2, "In Progress"), kind="Bug")
    measure()
    found = figures().issues
    assert shown(found) == {"new_features": 1, "keeping_the_lights_on": 2, "uncategorised": 1}
    assert sum(one.share or 0 for one in found.amounts) == pytest.approx(1)
    months = [sum(one.amount for one in month.amounts) for month in found.months]
    assert sum(months) == found.total


def test_what_is_about_too_few_people_is_kept_back_with_what_would_tell_of_it(
    history: History, people: list[Identity]
) -> None:
    for who in people:
        history.pull(who, merged=1, commits=(), labels=["feature"])
        history.pull(who, merged=2, commits=(), labels=["bug"])
    for who in people[:3]:
        history.pull(who, merged=2, commits=(), labels=["enhancement"])
    history.pull(people[0], merged=2, commits=(), labels=["incident"])
    measure()
    found = figures()
    for view in (found.effort, found.pull_requests):
        assert view.kept_back_categories == ["improvements", "unplanned"]
        assert {one.category for one in view.amounts if one.amount} == {
            "new_features",
            "keeping_the_lights_on",
        }
        assert view.kept_back is not None
        assert view.total == pytest.approx(sum(one.amount for one in view.amounts) + view.kept_back)
    assert (found.pull_requests.kept_back, found.pull_requests.total) == (4, 12)


def test_too_few_people_altogether_show_nothing(history: History, people: list[Identity]) -> None:
    for who in people[:2]:
        history.pull(who, merged=1, labels=["feature"])
    measure()
    found = figures()
    for view in (found.effort, found.pull_requests):
        assert view.suppressed is not None
        assert (view.total, view.people, view.amounts, view.months) == (None, None, [], [])


def test_a_month_of_too_few_is_not_told_by_the_others(
    history: History, people: list[Identity]
) -> None:
    for who in people[:3]:
        history.pull(who, merged=1, labels=["feature"])
    history.pull(people[0], opened=MONDAY + timedelta(days=40), merged=1, labels=["feature"])
    measure()
    found = figures(days=60).pull_requests
    assert shown(found) == {"new_features": 4}
    assert found.months == []
    assert found.months_suppressed is not None


@pytest.mark.parametrize(
    ("begin", "days", "told"),
    [
        (0, 28, [("03", "03")]),
        (-5, 33, [("02", "03")]),
        (-20, 48, [("02", "02"), ("03", "03")]),
        (0, 35, [("03", "04")]),
        (-5, 40, [("02", "04")]),
        (-3, 4, [("02", "03")]),
    ],
    ids=["one", "few before", "half before", "few after", "few at both", "few alone"],
)
def test_a_few_days_are_told_with_the_month_beside_them(
    history: History,
    people: list[Identity],
    begin: int,
    days: int,
    told: list[tuple[str, str]],
) -> None:
    show_everything()
    history.pull(people[0], opened=MONDAY, merged=1, labels=["feature"])
    measure()
    start = MONDAY.date() + timedelta(days=begin)
    found = queries.figures(scope_of(team=None, start=start, end=start + timedelta(days=days)))
    months = found.effort.months
    assert [(f"{one.start:%m}", f"{one.last:%m}") for one in months] == told
    shown_by_month = sum(one.amount for month in months for one in month.amounts)
    assert shown_by_month == pytest.approx(found.effort.total)


def test_rows_say_why(history: History, tracker: Tracker, people: list[Identity]) -> None:
    set_investment(chosen=DEFAULTS, rules=[Rule("project", "FORGE", "improvements")])
    issue = tracker.issue(people[0], (2, "In Progress"), (40, "Done"))
    pull = history.pull(people[1], merged=1)
    measure()
    scope = scope_of(team=None, start=MONDAY.date(), end=MONDAY.date() + timedelta(days=28))
    found = rows.page(scope, rows.Table(), page=1, page_size=10)
    told: list[tuple[Any, ...]] = [
        (one.kind, one.name, one.category, one.because, one.person) for one in found.items
    ]
    assert told == [
        ("issue", issue.key, "improvements", "rule", people[0].login),
        ("pull_request", str(pull), "uncategorised", "nothing", people[1].login),
    ]
    assert found.total == 2
    narrowed = rows.page(scope, rows.Table(category="uncategorised"), page=1, page_size=10)
    assert [one.id for one in narrowed.items] == [pull.pk]
    assert rows.count(scope, rows.Table(kind="issue", category="improvements")) == 1
    assert [one.id for one in rows.everything(scope, rows.Table(), rows=2)] == [issue.pk, pull.pk]


def test_an_issue_above_is_named_to_those_who_see_it(
    history: History, tracker: Tracker, people: list[Identity]
) -> None:
    ours, theirs = a_team(people[0]), a_team(people[1])
    epic = tracker.issue(people[1], kind="Epic", labels=("maintenance",))
    task = tracker.issue(people[0], (2, "Done"), kind="Task", parent_external_id=epic.external_id)
    start = MONDAY.date()
    scope = scope_of(team=None, start=start, end=start + timedelta(days=28))

    def told(*seen: Team) -> list[tuple[int, str | None]]:
        table = rows.Table(seen=tuple(team.pk for team in seen) if seen else None)
        found = rows.page(scope, table, page=1, page_size=10).items
        return [(one.id, one.inherited_from) for one in found]

    assert told() == [(task.pk, epic.key)]
    assert told(ours) == [(task.pk, None)]
    assert told(ours, theirs) == [(task.pk, epic.key)]


def test_figures_take_a_fixed_number_of_statements(
    history: History,
    tracker: Tracker,
    people: list[Identity],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for who in people:
        history.pull(who, merged=1)
        tracker.issue(who, (2, "Done"))
    measure()
    scope = scope_of(team=None, start=MONDAY.date(), end=MONDAY.date() + timedelta(days=28))
    with django_assert_num_queries(7):
        queries.figures(scope)
