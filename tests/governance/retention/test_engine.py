"""What is older than is kept goes, wholly, whatever comes between; and nothing else."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, transaction
from django.db import connection as database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.delivery.models import (
    Commit,
    CommitFile,
    Deployment,
    DeploymentRule,
    Horizon,
    Incident,
    Issue,
    IssueTransition,
    PendingDeployments,
    PullRequest,
    Review,
)
from backend.governance.models import RetentionRun
from backend.governance.retention import engine
from backend.governance.retention.engine import begin, due, go_on
from backend.metrics.compute import measure
from backend.metrics.issues.compute import measure as measure_issues
from backend.metrics.models import PullRequestCell, PullRequestFact, RunFact
from backend.metrics.test_runs.compute import measure as measure_runs
from backend.metrics.test_runs.compute import note_everything
from backend.people.models import Organisation
from backend.sources.models import Hint, SyncRun, Usage
from tests import deployed, tested, worked
from tests.factories import MONDAY, History, a_connection, a_repository, an_identity
from tests.governance.retention.conftest import finish, keep, purge

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0, minute=0)
DAYS = 400
HORIZON = MIDNIGHT - timedelta(days=DAYS)


@pytest.fixture(autouse=True)
def tonight() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def a_pull(history: History, ended: datetime, **values: Any) -> PullRequest:
    author = an_identity(history.repository.connection)
    reviews = ((-1, "approved", an_identity(history.repository.connection)),)
    return history.pull(
        author, opened=ended - timedelta(hours=3), merged=3, reviews=reviews, **values
    )


def test_by_default_no_work_goes() -> None:
    a_pull(History(), NOW - timedelta(days=3_000))
    begin()
    finish()
    assert PullRequest.objects.count() == 1
    assert set(Horizon.objects.values_list("kind", flat=True)) == {"test_counts"}


@pytest.mark.parametrize(
    ("ended", "stays"),
    [
        pytest.param(HORIZON, True, id="at the very midnight"),
        pytest.param(HORIZON - timedelta(microseconds=1), False, id="just before"),
        pytest.param(HORIZON + timedelta(microseconds=1), True, id="just after"),
        pytest.param(NOW - timedelta(days=DAYS), True, id="so many days ago to the minute"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_end_at_midnight_in_utc(ended: datetime, stays: bool, zone: str) -> None:  # noqa: FBT001
    """Whatever the time zone of the organisation is."""
    Organisation.objects.create(pk=1, time_zone=zone)
    history = History()
    a_pull(history, ended)
    measure()
    purge(pull_requests=DAYS)
    assert PullRequest.objects.exists() is stays
    assert PullRequestFact.objects.exists() is stays


def test_all_that_hangs_on_a_pull_request_goes_with_it_and_is_counted() -> None:
    history = History()
    a_pull(history, NOW - timedelta(days=500))
    young = a_pull(history, NOW - timedelta(days=20))
    measure()
    cells = PullRequestCell.objects.count()
    done = purge(pull_requests=DAYS)["pull_requests"]
    assert done["delivery_pullrequest"] == done["delivery_review"] == 1
    assert done["metrics_pullrequestfact"] == 1
    assert list(PullRequest.objects.all()) == [young]
    assert set(Review.objects.values_list("pull_request", flat=True)) == {young.pk}
    assert done["metrics_pullrequestcell"] == cells - PullRequestCell.objects.count() > 0
    assert not PullRequestCell.objects.filter(starts_on__lt=HORIZON).exists()
    assert Horizon.objects.get(pk="pull_requests").since == HORIZON


def test_an_open_pull_request_never_goes() -> None:
    history = History()
    history.pull(an_identity(history.repository.connection), opened=NOW - timedelta(days=5_000))
    measure()
    purge(pull_requests=DAYS)
    assert PullRequest.objects.count() == 1


def test_what_waits_to_be_measured_goes_once_it_was() -> None:
    a_pull(History(), NOW - timedelta(days=500))
    keep(pull_requests=DAYS)
    begin()
    go_on(seconds=5)
    assert PullRequest.objects.count() == 1
    run = RetentionRun.objects.get(policy="pull_requests")
    assert (run.finished_at, run.error) == (None, "Something else held it; it is tried again.")
    assert not due().exists()
    measure()
    finish()
    assert not PullRequest.objects.exists()


@pytest.mark.parametrize("days", [100, 450])
def test_a_late_deployment_keeps_the_pull_request_that_it_brought(days: int) -> None:
    history = History()
    pull = a_pull(history, NOW - timedelta(days=500))
    measure()
    at = (NOW - timedelta(days=days) - MONDAY) / timedelta(hours=1)
    deployed.Deployed(history.repository).at(at, pull)
    purge(pull_requests=DAYS)
    assert PullRequest.objects.exists() is (days < DAYS)


def test_what_machines_said_goes_with_what_was_measured_of_it() -> None:
    machines = tested.Machines(begin=NOW - timedelta(days=500))
    young = tested.Machines(machines.repository, begin=NOW - timedelta(days=50))
    for one, sha in ((machines, "a" * 40), (young, "b" * 40)):
        one.run(sha, jobs=[("build", "success", 0, 60)])
        one.check(sha, "lint", "success", (0, 5))
        one.status(sha, "ci", "success", 3)
    note_everything()
    measure_runs()
    assert RunFact.objects.count() == 6
    done = purge(test_runs=DAYS)["test_runs"]
    assert done["delivery_workflowrun"] == done["delivery_workflowjob"] == 1
    assert done["metrics_runfact"] == 3
    assert set(RunFact.objects.values_list("sha", flat=True)) == {"b" * 40}
    note_everything()
    measure_runs()
    assert RunFact.objects.count() == 3


def test_deployments_go_and_what_is_made_of_them_is_made_anew() -> None:
    repository = a_repository()
    DeploymentRule.objects.get_or_create(source="github_deployment")
    for number, days in ((1, 500), (2, 30)):
        at = NOW - timedelta(days=days)
        Deployment.objects.create(
            repository=repository, external_id=number, sha=f"{number:040x}", environment="production",
            latest_environment="production", task="deploy", state="inactive", created_at=at, updated_at=at,
        )  # fmt: skip
        Incident.objects.create(
            repository=repository, external_id=str(number), started_at=at, resolved_at=at,
            reported_at=at,
        )  # fmt: skip
    done = purge(deployments=DAYS)["deployments"]
    assert done == {"delivery_deployment": 1, "delivery_incident": 1}
    assert PendingDeployments.objects.filter(repository=repository).exists()
    assert Deployment.objects.get().external_id == 2
    assert Incident.objects.get().external_id == "2"


def test_issues_go_when_they_are_done_and_were_not_changed_since() -> None:
    tracker = worked.Tracker(begin=NOW - timedelta(days=600))
    tracker.issue(None, (1, "In Progress"), (2, "Done"))
    tracker.issue(None, (1, "In Progress"))
    worked_young = tracker.issue(None, (1, "In Progress"), (24 * 590, "Done"))
    deleted = tracker.issue(None, (1, "In Progress"))
    Issue.objects.filter(pk=deleted.pk).update(deleted_at=NOW - timedelta(days=410))
    measure_issues()
    done = purge(issues=DAYS)["issues"]
    assert done["delivery_issue"] == 2
    assert Issue.objects.count() == 2
    assert worked_young in Issue.objects.all()
    assert set(IssueTransition.objects.values_list("issue", flat=True)) == set(
        Issue.objects.values_list("pk", flat=True)
    )


def test_commits_keep_their_place_and_lose_author_and_files() -> None:
    repository = a_repository()
    author = an_identity(repository.connection)
    for days, sha in ((500, "a" * 40), (10, "b" * 40)):
        at = NOW - timedelta(days=days)
        commit = Commit.objects.create(
            repository=repository,
            sha=sha,
            parents=[],
            author=author,
            authored_at=at,
            committed_at=at,
        )
        CommitFile.objects.create(commit=commit, path="src/a.py", additions=1, is_generated=False)
    done = purge(change_sizes=DAYS)["change_sizes"]
    assert done == {"delivery_commitfile": 1}
    assert list(Commit.objects.order_by("sha").values_list("author", flat=True)) == [
        None,
        author.pk,
    ]
    assert list(CommitFile.objects.values_list("commit__sha", flat=True)) == ["b" * 40]
    RetentionRun.objects.all().delete()
    assert purge(change_sizes=DAYS)["change_sizes"] == {}


def test_notes_of_collecting_go_after_a_month() -> None:
    connection = a_connection()
    for days in (31, 29):
        at = NOW - timedelta(days=days)
        SyncRun.objects.create(connection=connection, kind="connection", started_at=at)
    for days in (401, 399):
        Usage.objects.create(
            connection=connection, hour=NOW - timedelta(days=days), interface="rest"
        )
    for key, parked in (("1", NOW - timedelta(days=401)), ("2", NOW), ("3", None)):
        Hint.objects.create(
            connection=connection, kind="pull_requests", key=key, parked_at=parked,
            received_at=NOW - timedelta(days=900), due_at=NOW,
        )  # fmt: skip
    begin()
    finish()
    assert SyncRun.objects.count() == 1
    assert Usage.objects.count() == 1
    assert set(Hint.objects.values_list("key", flat=True)) == {"2", "3"}


_ages = st.lists(st.tuples(st.integers(-5 * 24, 5 * 24), st.booleans()), min_size=1, max_size=12)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(_ages, st.integers(1, 4))
def test_whatever_the_ages_just_what_is_older_goes(
    ages: list[tuple[int, bool]], batch: int
) -> None:
    with transaction.atomic():
        history, kept = History(), set()
        for hours, is_open in ages:
            ended = HORIZON + timedelta(hours=hours)
            if is_open:
                pull = history.pull(None, opened=ended)
            else:
                pull = history.pull(None, opened=ended - timedelta(hours=1), merged=1)
            if is_open or hours >= 0:
                kept.add(pull.pk)
        measure()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "FIRST", batch)
            patch.setattr(engine, "FEWEST", batch)
            patch.setattr(engine, "MOST", batch)
            purge(pull_requests=DAYS)
        assert set(PullRequest.objects.values_list("pk", flat=True)) == kept
        transaction.set_rollback(True)


class Killed(BaseException):
    """No handler of the engine's catches it, as none does a SIGKILL."""


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    seen = 0

    def count(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == statement:
            raise Killed
        return execute(*given)

    with database.execute_wrapper(count):
        yield


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_statement_and_run_on_it_is_complete_and_counts_each_row_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(engine, "FIRST", 3)
    monkeypatch.setattr(engine, "MOST", 4)
    history = History()
    for days in chance.sample(range(380, 600), 25):
        a_pull(history, NOW - timedelta(days=days))
    outdated = PullRequest.objects.filter(merged_at__lt=HORIZON).count()
    measure()
    keep(pull_requests=DAYS)
    kills = 0
    begin()
    while RetentionRun.objects.filter(finished_at=None).exists() and kills < 400:
        RetentionRun.objects.update(not_before=None)
        try:
            with killed_at(chance.randint(2, 90)):
                go_on(seconds=5)
        except Killed:
            kills += 1
    assert kills > 3
    deleted = RetentionRun.objects.get(policy="pull_requests").deleted
    assert deleted["delivery_pullrequest"] == deleted["delivery_review"] == outdated
    assert not PullRequest.objects.filter(merged_at__lt=HORIZON).exists()
    assert PullRequest.objects.count() == Review.objects.count() == 25 - outdated


def test_a_fault_puts_the_run_off_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = a_connection()
    at = NOW - timedelta(days=50)
    SyncRun.objects.create(connection=connection, kind="connection", started_at=at, finished_at=at)
    a_pull(History(), NOW - timedelta(days=500))
    measure()
    keep(pull_requests=DAYS)
    begin()

    def no_memory(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        if "DELETE FROM delivery_review" in sql:
            raise OperationalError("canceling statement due to lock timeout")
        return execute(sql, *given)

    with database.execute_wrapper(no_memory):
        go_on(seconds=5)
    run = RetentionRun.objects.get(policy="pull_requests")
    assert (run.finished_at, run.deleted) == (None, {})
    assert run.not_before is not None
    assert PullRequest.objects.count() == 1
    assert RetentionRun.objects.get(policy="collecting").finished_at is not None
    finish()
    assert not PullRequest.objects.exists()


def test_a_night_while_the_last_run_still_goes_on_begins_none_beside_it() -> None:
    keep(pull_requests=DAYS)
    begin()
    count = RetentionRun.objects.count()
    begin()
    assert RetentionRun.objects.count() == count


def test_a_longer_period_moves_the_horizon_back_and_none_takes_it_away() -> None:
    keep(pull_requests=DAYS)
    begin()
    keep(pull_requests=DAYS + 100)
    begin()
    assert Horizon.objects.get(pk="pull_requests").since == HORIZON - timedelta(days=100)
    keep(pull_requests=None)
    begin()
    assert not Horizon.objects.filter(pk="pull_requests").exists()


def test_what_is_to_be_kept_after_all_is_kept_at_once_though_the_night_has_begun() -> None:
    a_pull(History(), NOW - timedelta(days=500))
    measure()
    keep(pull_requests=DAYS)
    begin()
    keep(pull_requests=600)
    finish()
    assert PullRequest.objects.exists()


def test_a_slice_ends_in_time_and_says_that_there_is_more() -> None:
    begin()
    assert go_on(seconds=0)
    assert not RetentionRun.objects.exclude(finished_at=None).exists()
