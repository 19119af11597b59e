"""Checks, workflow runs, deployments, releases and tags: whole in, only what differs written, nothing older wins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database

from backend.delivery import store
from backend.delivery.models import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    Deployment,
    DeploymentStatus,
    HeadCommit,
    Release,
    Repository,
    Tag,
    WorkflowJob,
    WorkflowRun,
)
from backend.delivery.records import (
    ActorRecord,
    CheckRunRecord,
    ChecksRecord,
    CheckSuiteRecord,
    CommitStatusRecord,
    DeploymentRecord,
    DeploymentStatusRecord,
    ReleaseRecord,
    TagRecord,
    WorkflowJobRecord,
    WorkflowRunRecord,
)
from tests.factories import a_repository

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHA, OTHER = "a" * 40, "b" * 40
BOT = ActorRecord("bot", "builder[bot]", 7)
LARGE = 2**40


def minute(number: float) -> datetime:
    return AT + timedelta(minutes=number)


def a_suite(number: int = 1, *, runs: int = 2, **values: Any) -> CheckSuiteRecord:
    made = CheckSuiteRecord(
        external_id=LARGE + number,
        branch="topic",
        app="github-actions",
        status="completed",
        conclusion="success",
        workflow_run_external_id=LARGE,
        created_at=AT,
        updated_at=minute(5),
        runs=tuple(
            CheckRunRecord(
                LARGE + 10 * number + run, f"job {run}", "completed", "success", AT, minute(5)
            )
            for run in range(runs)
        ),
    )
    return replace(made, **values)


def a_status(context: str = "ci/build", state: str = "success") -> CommitStatusRecord:
    return CommitStatusRecord(context, state, BOT, AT)


def a_run(attempt: int = 1, *, jobs: int = 2, **values: Any) -> WorkflowRunRecord:
    made = WorkflowRunRecord(
        external_id=LARGE,
        attempt=attempt,
        workflow_external_id=3,
        workflow="Build",
        run_number=12,
        event="push",
        head_branch="topic",
        head_sha=SHA,
        status="completed",
        conclusion="success",
        actor=BOT,
        created_at=AT,
        started_at=minute(attempt),
        updated_at=minute(10 * attempt),
        jobs=tuple(
            WorkflowJobRecord(
                LARGE + 10 * attempt + job, attempt, f"job {job}", "completed", "success",
                None, minute(1), minute(2),
            )
            for job in range(jobs)
        ),
    )  # fmt: skip
    return replace(made, **values)


def a_deployment(number: int = 1, *, statuses: int = 2, **values: Any) -> DeploymentRecord:
    made = DeploymentRecord(
        external_id=LARGE + number,
        sha=SHA,
        ref="main",
        environment="production",
        latest_environment="",
        task="deploy",
        state="active",
        creator=BOT,
        created_at=minute(number),
        updated_at=minute(number + 5),
        statuses=tuple(
            DeploymentStatusRecord(f"DS_{number}_{status}", "success", "", None, minute(number))
            for status in range(statuses)
        ),
    )
    return replace(made, **values)


@pytest.fixture
def repository() -> Repository:
    return a_repository()


def versions() -> set[tuple[str, str]]:
    """Where each row of what is stored here stands; a row that is written again moves."""
    found = set()
    with database.cursor() as cursor:
        for model in apps.get_app_config("delivery").get_models():
            if model is not Repository:
                table = model._meta.db_table
                cursor.execute(f"SELECT '{table}', ctid::text || xmin::text FROM {table}")  # noqa: S608
                found |= set(cursor.fetchall())
    return found


def store_everything(repository: Repository) -> None:
    checks = ChecksRecord(SHA, (a_suite(1), a_suite(2)), (a_status(), a_status("ci/lint")))
    store.store_checks(repository=repository, checks=[checks], read_at=minute(60))
    store.store_workflow_runs(repository=repository, runs=[a_run(1), a_run(2)])
    store.store_deployments(repository=repository, deployments=[a_deployment(1), a_deployment(2)])
    release = ReleaseRecord(LARGE, "v1", SHA, False, True, BOT, AT, minute(1), minute(2))
    draft = ReleaseRecord(LARGE + 1, "v2", "", True, False, None, AT, None, AT)
    store.store_releases(repository=repository, releases=[release, draft])
    tags = [TagRecord("v1", SHA, None), TagRecord("v1-annotated", SHA, AT)]
    store.store_tags(repository=repository, tags=tags)


def test_all_of_it_is_stored_and_a_second_time_changes_no_row(repository: Repository) -> None:
    store_everything(repository)
    counts = {
        model: model.objects.count()
        for model in (
            HeadCommit, CheckSuite, CheckRun, CommitStatus, WorkflowRun, WorkflowJob, Deployment,
            DeploymentStatus, Release, Tag,
        )
    }  # fmt: skip
    assert list(counts.values()) == [1, 2, 4, 2, 2, 4, 2, 4, 2, 2]
    before = versions()
    store_everything(repository)
    assert versions() == before


def test_a_later_reading_adds_and_changes_and_takes_nothing_away(repository: Repository) -> None:
    first = ChecksRecord(SHA, (a_suite(1), a_suite(2)), (a_status(), a_status("ci/lint")))
    store.store_checks(repository=repository, checks=[first], read_at=minute(60))
    again = a_suite(2, conclusion="failure", updated_at=minute(9))
    then = ChecksRecord(SHA, (again, a_suite(3)), (a_status("ci/lint", "failure"),))
    store.store_checks(repository=repository, checks=[then], read_at=minute(61))
    assert set(CheckSuite.objects.values_list("external_id", "conclusion")) == {
        (LARGE + 1, "success"),
        (LARGE + 2, "failure"),
        (LARGE + 3, "success"),
    }
    assert set(CommitStatus.objects.values_list("context", "state")) == {
        ("ci/build", "success"),
        ("ci/lint", "failure"),
    }
    forgotten = ChecksRecord(SHA, (), None)
    store.store_checks(repository=repository, checks=[forgotten], read_at=minute(62))
    assert (CheckRun.objects.count(), CommitStatus.objects.count()) == (6, 2)


def test_an_earlier_reading_that_comes_late_changes_nothing(repository: Repository) -> None:
    late = ChecksRecord(SHA, (a_suite(status="queued", conclusion=""),), (), is_settled=False)
    now = ChecksRecord(SHA, (a_suite(),), ())
    assert store.store_checks(repository=repository, checks=[now], read_at=minute(60)) == 1
    assert store.store_checks(repository=repository, checks=[late], read_at=minute(59)) == 0
    assert CheckSuite.objects.get().status == "completed"
    assert HeadCommit.objects.get().is_settled


def test_read_commits_can_be_asked_for_again(repository: Repository) -> None:
    records = [ChecksRecord(sha, (), ()) for sha in (SHA, OTHER)]
    store.store_checks(repository=repository, checks=records, read_at=AT)
    assert store.unsettle(repository=repository, shas=[OTHER]) == 1
    assert HeadCommit.objects.get(is_settled=False).sha == OTHER
    assert store.unsettle(repository=repository) == 1


def test_attempts_stand_beside_each_other_and_jobs_follow(repository: Repository) -> None:
    store.store_workflow_runs(repository=repository, runs=[a_run(1)])
    assert store.store_workflow_runs(repository=repository, runs=[a_run(2, jobs=1)]) == 1
    assert [run.jobs.count() for run in WorkflowRun.objects.order_by("attempt")] == [2, 1]


def test_an_older_word_on_a_run_is_passed_over(repository: Repository) -> None:
    early = a_run(1, status="queued", conclusion="", updated_at=minute(1))
    assert store.store_workflow_runs(repository=repository, runs=[a_run(1), early]) == 1
    assert store.store_workflow_runs(repository=repository, runs=[early]) == 0
    assert WorkflowRun.objects.get().status == "completed"


def test_a_status_that_came_later_changes_its_deployment(repository: Repository) -> None:
    store.store_deployments(
        repository=repository, deployments=[a_deployment(1), a_deployment(2, statuses=0)]
    )
    more = [a_deployment(1), a_deployment(2, statuses=1)]
    assert store.store_deployments(repository=repository, deployments=more) == 1


def test_only_what_the_source_still_has_is_kept(repository: Repository) -> None:
    store_everything(repository)
    elsewhere = a_repository(repository.connection)
    store_everything(elsewhere)
    assert store.keep_deployments(repository=repository, external_ids={LARGE + 1}) == 1
    assert store.keep_releases(repository=repository, external_ids=set()) == 2
    assert store.keep_tags(repository=repository, names={"v1"}) == 1
    assert repository.deployments.get().statuses.count() == 2
    assert (repository.releases.count(), repository.tags.get().name) == (0, "v1")
    assert (elsewhere.deployments.count(), elsewhere.tags.count()) == (2, 2)


def test_names_of_any_length_are_cut_and_the_rest_is_stored(repository: Repository) -> None:
    long = a_suite(branch="b" * 2000, app="a" * 2000)
    checks = ChecksRecord(sha=SHA, suites=(long,), statuses=(), is_settled=True)
    store.store_checks(repository=repository, checks=[checks], read_at=minute(9))
    suite = CheckSuite.objects.get()
    assert (len(suite.branch), suite.branch[-2:]) == (300, "b…")
    before = versions()
    store.store_checks(repository=repository, checks=[checks], read_at=minute(9))
    assert versions() == before
