"""Figures that reach back beyond what is kept say so: absent, with a reason, and never 0."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from backend.delivery.models import ReportedDeployment
from backend.delivery.store import note_deployments
from backend.metrics import queries
from backend.metrics.compute import measure, recompute_all
from backend.metrics.deployments import queries as deployments
from backend.metrics.deployments.asked import Asked as DeploymentsAsked
from backend.metrics.deployments.compute import measure_pending_deployments
from backend.metrics.investment import queries as investment
from backend.metrics.investment.sorting import sort_everything
from backend.metrics.issues import queries as issues
from backend.metrics.issues import sprints
from backend.metrics.issues.asked import Asked as IssuesAsked
from backend.metrics.scope import NOT_KEPT, Scope, scope_of
from backend.metrics.test_runs import compute as test_runs
from backend.metrics.test_runs import groups, single
from backend.metrics.test_runs import queries as run_queries
from backend.metrics.test_runs.narrowing import Narrowing
from backend.people.models import Organisation
from tests.factories import History, a_repository, an_identity
from tests.governance.retention.conftest import purge
from tests.sign_in import an_account, sign_in
from tests.tested import Machines
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HORIZON = date(2025, 10, 16)
"""A Thursday, 400 days before."""
NOON = datetime(2025, 10, 16, 12, tzinfo=UTC)
DAY = 24
GONE = (date(2025, 9, 1), date(2025, 10, 1))
ACROSS = (date(2025, 9, 29), date(2025, 11, 3))
"""Two weeks that are gone, one with the horizon in it, and two that are kept."""
AFTER = (date(2025, 10, 20), date(2025, 11, 3))
"""The range before begins before the horizon."""


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def _fill() -> None:
    """Two a day for ninety days, around the horizon."""
    history = History()
    people = [an_identity(history.repository.connection) for _ in range(8)]
    for day in range(-45, 45):
        at = NOON + timedelta(days=day)
        for hour in range(2):
            history.pull(people[(2 * day + hour) % 8], opened=at, merged=hour + 1)
    measure()


def _scope(start: date, end: date) -> Scope:
    return scope_of(team=None, start=start, end=end)


def test_what_is_younger_stays_as_it_is_and_what_is_older_is_absent() -> None:
    _fill()
    after = (date(2025, 10, 20), date(2025, 11, 17))
    before = queries.figures(_scope(*after))
    purge(pull_requests=400)
    for again in (False, True):
        if again:
            recompute_all()
        kept = queries.figures(_scope(*after))
        assert kept.cycle_time == before.cycle_time
        assert kept.weeks == before.weeks
        assert before.previous is not None
        assert kept.previous is None

        across = queries.figures(_scope(*ACROSS))
        assert [(week.start, week.n) for week in across.weeks] == [
            (date(2025, 9, 29), None),
            (date(2025, 10, 6), None),
            (date(2025, 10, 13), None),
            (date(2025, 10, 20), 14),
            (date(2025, 10, 27), 14),
        ]
        months = queries.months(_scope(date(2025, 9, 1), date(2025, 12, 1)))
        assert [month.start for month in months] == [date(2025, 11, 1)]


def test_of_pull_requests_a_range_that_is_gone_has_no_figures_and_what_is_open_now() -> None:
    _fill()
    history = History()
    for _ in range(3):
        author = an_identity(history.repository.connection)
        history.pull(author, opened=NOON - timedelta(days=40))
    measure()
    purge(pull_requests=400)
    found = queries.figures(_scope(*GONE))
    assert (found.not_kept, found.suppressed) == (NOT_KEPT, None)
    absent = (
        *("cycle_time", "review_rate", "throughput", "batch_size", "people", "previous"),
        *("unreviewed", "closed_unmerged"),
    )
    assert {name: getattr(found, name) for name in absent} == dict.fromkeys(absent)
    assert (found.histogram, found.excluded, found.open) == ([], [], 3)
    assert {(week.n, week.suppressed) for week in found.weeks} == {(None, False)}


def test_where_nothing_is_left_of_a_range_that_is_kept_in_part_it_does_not_say_that_there_was_nothing() -> (
    None
):
    History()
    purge(pull_requests=400)
    found = queries.figures(_scope(*ACROSS))
    assert found.not_kept is None
    assert found.cycle_time is not None
    assert found.cycle_time.reason == NOT_KEPT


def test_of_workflow_runs_weeks_and_days_that_are_gone_are_absent() -> None:
    machines = Machines(begin=NOON)
    for day in range(-45, 18):
        at = day * DAY * 3600
        machines.run(f"{day}", asked=at, jobs=[("test", "success", at + 10, at + 100)])
    test_runs.note_everything()
    while test_runs.measure():
        pass
    assert run_queries.figures(_scope(*AFTER), Narrowing()).previous is not None
    purge(test_runs=400)

    across = run_queries.figures(_scope(*ACROSS), Narrowing())
    assert [week.runs for week in across.weeks] == [None, None, 4, 7, 7]
    assert [week.partial for week in across.weeks] == [False, False, True, False, False]
    assert across.weeks[0].wasted_seconds is None
    assert (across.not_kept, across.previous) == (None, None)
    assert across.runs is not None
    assert across.runs.total == 18
    assert run_queries.figures(_scope(*AFTER), Narrowing()).previous is None

    map_across = groups.heatmap(_scope(*ACROSS), Narrowing())
    assert (map_across.days[0], len(map_across.days)) == (HORIZON, 18)
    (row,) = map_across.rows
    assert [cell.day for cell in row.cells] == map_across.days

    gone = run_queries.figures(_scope(*GONE), Narrowing())
    assert gone.not_kept == NOT_KEPT
    absent = ("runs", "failure_rate", "queue", "duration", "feedback", "wasted", "people")
    assert {name: getattr(gone, name) for name in absent} == dict.fromkeys(absent)
    assert {week.runs for week in gone.weeks} == {None}
    nothing = groups.heatmap(_scope(*GONE), Narrowing())
    assert (nothing.days, nothing.rows, nothing.not_kept) == ([], [], NOT_KEPT)


def test_of_results_of_tests_days_that_are_gone_are_not_said_to_have_had_none() -> None:
    """They go by whole months: of October all is kept until its last day is too old."""
    machines = Machines(begin=NOON)
    for day in (-20, 0):
        machines.report(f"{day}", {"login": "fp"}, at=day * DAY * 3600)
    purge(test_counts=400)
    assert single.counts(_scope(*GONE), Narrowing()).reason == NOT_KEPT
    kept = single.counts(_scope(date(2025, 10, 1), date(2025, 11, 1)), Narrowing())
    assert (kept.tests, kept.reason) == (1, None)
    table = single.Table(kind="flaky")
    notes = [
        single.page(_scope(start, date(2025, 11, 1)), Narrowing(), table, page=1, page_size=9).note
        for start in (date(2025, 9, 30), date(2025, 10, 1))
    ]
    gone = "What ended before 1 October 2025 is older than what is kept of counts of tests, and is not counted."
    assert notes == [f"{single.NOTE} {gone}", single.NOTE]


def test_where_no_test_is_known_of_a_range_that_is_kept_in_part_nobody_is_told_to_send_them() -> (
    None
):
    Machines(begin=NOON).report("0", {"login": "p"}, at=0)
    purge(test_counts=400)
    across = single.counts(_scope(date(2025, 9, 1), date(2025, 10, 3)), Narrowing())
    assert (across.tests, across.reason) == (None, NOT_KEPT)
    kept = single.counts(_scope(date(2025, 10, 1), date(2025, 10, 3)), Narrowing())
    assert (kept.tests, kept.reason) == (None, single.NO_RESULTS)


def _deploy(days: range) -> None:
    repository = a_repository()
    for day in days:
        at = NOON + timedelta(days=day)
        ReportedDeployment.objects.create(
            repository=repository, external_id=str(day), environment="production",
            sha=f"{day + 100:040x}", outcome="succeeded", started_at=at, finished_at=at, reported_at=at,
        )  # fmt: skip
    note_deployments(repository_ids=[repository.pk])
    measure_pending_deployments()


def _deployed(start: date, end: date) -> Any:
    measure_pending_deployments()
    return deployments.figures(DeploymentsAsked(_scope(start, end)))


def test_of_deployments_days_and_weeks_that_are_gone_are_none_without_a_deployment() -> None:
    _deploy(range(-45, 18))
    assert _deployed(*AFTER).previous is not None
    purge(deployments=400)

    across = _deployed(*ACROSS)
    assert [week.deployments for week in across.weeks] == [None, None, 4, 7, 7]
    assert [week.changes for week in across.weeks] == [None, None, 0, 0, 0]
    assert [week.change_failure_rate for week in across.weeks] == [None, None, 0, 0, 0]
    assert [week.partial for week in across.weeks] == [False, False, True, False, False]
    frequency = across.deployment_frequency
    assert (frequency.days, frequency.per_day) == (18, 1.0)
    assert (frequency.weeks, frequency.per_week_median) == (2, 7)
    assert (across.not_kept, _deployed(*AFTER).previous) == (None, None)

    gone = _deployed(*GONE)
    assert gone.not_kept == NOT_KEPT
    absent = (
        *("deployment_frequency", "change_failure_rate", "time_to_restore", "lead_time", "people"),
        *("rollbacks", "unrestored", "attempts"),
    )
    assert {name: getattr(gone, name) for name in absent} == dict.fromkeys(absent)
    assert set(dict(gone.bands).values()) == {None}
    assert {week.deployments for week in gone.weeks} == {None}


def test_of_deployments_whose_pull_requests_are_gone_changes_and_lead_time_are_absent() -> None:
    _deploy(range(-45, 18))
    purge(pull_requests=400)
    across = _deployed(*ACROSS)
    assert [week.deployments for week in across.weeks] == [7] * 5
    assert [week.changes for week in across.weeks] == [None, None, 0, 0, 0]
    assert across.lead_time.reason == NOT_KEPT
    gone = _deployed(*GONE)
    assert gone.not_kept is None
    assert gone.deployment_frequency.deployments == 30
    assert (gone.lead_time.n, gone.lead_time.reason) == (None, NOT_KEPT)


def _work(tracker: Tracker) -> None:
    """An issue a day, begun at noon and done two hours later."""
    people = [an_identity(tracker.connection) for _ in range(4)]
    for day in range(-30, 18):
        at = day * DAY
        moves = ((at, "In Progress"), (at + 2, "Done"))
        tracker.issue(people[day % 4], *moves, created=at - 1, by=people[day % 4])


def test_of_issues_weeks_that_are_gone_are_absent_also_in_what_was_in_progress() -> None:
    _work(Tracker(begin=NOON))

    def found(start: date, end: date) -> Any:
        return issues.figures(IssuesAsked(_scope(start, end)))

    assert found(*AFTER).previous is not None
    purge(issues=400)
    across = found(*ACROSS)
    assert [week.done for week in across.weeks] == [None, None, 4, 7, 7]
    assert [week.in_progress for week in across.weeks] == [None, None, 0, 0, 0]
    assert [week.partial for week in across.weeks] == [False, False, True, False, False]
    assert (across.throughput.merged, across.throughput.per_week_median) == (18, 7)
    assert (across.not_kept, found(*AFTER).previous) == (None, None)

    gone = found(*GONE)
    assert gone.not_kept == NOT_KEPT
    absent = ("cycle_time", "elapsed", "throughput", "direct_to_done", "reopened", "people")
    assert {name: getattr(gone, name) for name in absent} == dict.fromkeys(absent)
    assert {week.done for week in gone.weeks} == {None}
    assert gone.work_in_progress.in_progress == 0


def test_a_sprint_that_was_over_before_is_not_told_by_the_few_issues_that_stay() -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"minimum_group_size": 1})
    tracker = Tracker(begin=NOON)
    who = an_identity(tracker.connection)
    tracker.issue(who, (-39 * DAY, "In Progress"), created=-40 * DAY, sprints=(1, 2))
    tracker.sprint(1, start=-35 * DAY, end=-20 * DAY)
    tracker.sprint(2, start=-20 * DAY, end=5 * DAY)
    purge(issues=400)
    asked = IssuesAsked(_scope(date(2025, 9, 1), date(2025, 11, 1)))
    later, earlier = sprints.listed(asked)
    assert (earlier.committed, earlier.completed, earlier.reason) == (None, None, NOT_KEPT)
    assert later.committed is not None
    assert (later.committed.issues, later.reason) == (1, None)
    opened = sprints.detail(asked, earlier.id)
    assert opened is not None
    assert (opened.burn_up, opened.reason) == ([], NOT_KEPT)


def test_of_investment_months_that_are_gone_are_absent_each_way_of_counting_by_itself() -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"minimum_group_size": 1})
    _fill()
    _work(Tracker(begin=NOON))
    while sort_everything():
        pass
    purge(issues=400)
    year = (date(2025, 8, 1), date(2025, 12, 1))
    found = investment.figures(_scope(*year))
    of_issues = [
        (month.start.month, bool(month.amounts), month.partial) for month in found.issues.months
    ]
    assert of_issues == [(8, False, False), (9, False, False), (10, True, True), (11, True, False)]
    assert found.issues.total == 18
    assert all(month.amounts for month in found.pull_requests.months)
    assert [month.partial for month in found.pull_requests.months] == [False] * 4
    # Of the first months the days of work on issues are missing.
    assert all(month.amounts for month in found.effort.months)
    assert [month.partial for month in found.effort.months] == [True, True, True, False]
    gone = investment.figures(_scope(*GONE))
    assert (gone.issues.total, gone.issues.reason, gone.issues.months) == (None, NOT_KEPT, [])
    assert gone.pull_requests.total == 60
    assert gone.effort.total, "days of work on pull requests are known still"

    purge(pull_requests=400)
    gone = investment.figures(_scope(*GONE))
    for view in (gone.effort, gone.pull_requests, gone.issues):
        assert (view.total, view.people, view.reason) == (None, None, NOT_KEPT)


def test_the_api_says_since_when_pull_requests_are_kept(client: Client) -> None:
    _fill()
    purge(pull_requests=400)
    sign_in(client, an_account(role="administrator"))
    path = "/api/v1/pull-requests/figures?from={}&to=2025-12-01"
    told = client.get(path.format("2025-09-01")).json()["completeness"]
    assert told["complete"] is False
    assert "before 16 October 2025 is older than what is kept of pull requests" in told["reason"]
    later = client.get(path.format("2025-10-16")).json()["completeness"]
    assert "older than what is kept" not in (later["reason"] or "")
