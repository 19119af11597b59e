"""What was removed for its age does not come back with the next night's look, whatever the source still has."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from backend.delivery.models import (
    CheckSuite,
    Commit,
    CommitFile,
    Deployment,
    PullRequest,
    Release,
    WorkflowRun,
)
from backend.metrics.models import PullRequestFact, RunFact, ServiceDeployment
from backend.pipeline import tasks
from backend.sources import completeness
from backend.sources.models import Cursor
from tests.governance.retention.conftest import purge
from tests.pipeline.conftest import Source
from tests.pipeline.state import row_versions, work_to_the_end

pytestmark = pytest.mark.django_db
DAYS = 400
KINDS = ("pull_requests", "change_sizes", "test_runs", "deployments")
WORK = (PullRequest, CommitFile, WorkflowRun, CheckSuite, Deployment, Release)


def _something_of_everything(source: Source) -> None:
    world = source.world
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    repository = world.create_repository(world.organizations["forge"], "app")
    for number in range(3):
        pr = world.open_pull_request(repository, author, commits=[[(f"src/{number}.py", 5, 0)]])
        world.add_review(pr, reviewer)
        world.run_workflow(pr, jobs={"build": "SUCCESS"})
        world.merge(pr, reviewer)
        world.deploy(repository, "production")
    world.open_pull_request(repository, author)


def _a_night(source: Source) -> None:
    tasks.poll()
    tasks.discover()
    tasks.reconcile()
    work_to_the_end(source.connection)


@pytest.mark.timeout(300)
def test_what_was_removed_stays_away(source: Source) -> None:
    _something_of_everything(source)
    source.collect()
    work_to_the_end(source.connection)
    commits = Commit.objects.count()
    before = {model: model._default_manager.count() for model in WORK}
    assert before[PullRequest] == 4
    assert all(before[model] for model in (CommitFile, WorkflowRun, Deployment))

    with time_machine.travel(timezone.now() + timedelta(days=DAYS + 100), tick=True):
        purge(**dict.fromkeys(KINDS, DAYS))
        work_to_the_end(source.connection)
        left = {model: model._default_manager.count() for model in WORK}
        # The one that is open stays.
        assert left == dict.fromkeys(WORK, 0) | {PullRequest: 1}
        assert Commit.objects.count() == commits
        assert not Commit.objects.exclude(author=None).exists()
        assert PullRequestFact.objects.count() == 1
        assert not RunFact.objects.exists()
        assert not ServiceDeployment.objects.exists()

        for _ in range(2):
            _a_night(source)
            assert {model: model._default_manager.count() for model in WORK} == left
        assert Commit.objects.count() == commits
        assert [line for line in completeness.ledger() if not line.is_whole] == []
        reasons = {entry.reason for line in completeness.ledger() for entry in line.entries}
        assert completeness.NOT_ALL_KEPT in reasons
        assert not Cursor.objects.exclude(gap="").exists()


@pytest.mark.timeout(300)
def test_a_first_fill_does_not_store_what_is_too_old(source: Source) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=DAYS + 100), tick=True):
        purge(**dict.fromkeys(KINDS, DAYS))
        _something_of_everything(source)
        source.collect()
        work_to_the_end(source.connection)
        assert PullRequest.objects.count() == 1
        assert Commit.objects.exists()
        assert {model: model._default_manager.count() for model in WORK[1:]} == dict.fromkeys(
            WORK[1:], 0
        )


@pytest.mark.timeout(300)
def test_a_longer_period_brings_back_what_the_source_still_has(source: Source) -> None:
    source.without_git()
    _something_of_everything(source)
    source.collect()
    work_to_the_end(source.connection)
    with time_machine.travel(timezone.now() + timedelta(days=DAYS + 100), tick=True):
        purge(pull_requests=DAYS)
        assert PullRequest.objects.count() == 1
        purge(pull_requests=DAYS + 400)
        _a_night(source)
        assert PullRequest.objects.count() == 4
        seen = row_versions()["delivery_pullrequest"]
        purge(pull_requests=DAYS + 400)
        assert row_versions()["delivery_pullrequest"] == seen
