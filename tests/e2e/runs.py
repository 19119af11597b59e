"""Test runs for the browser: each pull request's checks, some of them run again, nightly runs, and reports of tests."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from backend import clock
from backend.delivery.models import (
    AutomatedTest,
    CheckRun,
    CheckSuite,
    MutedTest,
    OwnerPattern,
    PullRequest,
    Repository,
    WorkflowJob,
    WorkflowRun,
)
from backend.delivery.result_records import UploadRecord
from backend.delivery.store.test_results import store_results
from backend.metrics.test_runs import compute
from backend.sources import junit
from tests.demo_results import ModelledTest, modelled, report

FILES = (
    "tests/unit/test_retry.py",
    "tests/unit/test_racks.py",
    "tests/unit/test_upgrades.py",
    "tests/web/search.test.ts",
    "plugins/feed/feed_test.go",
)
WORKFLOWS = {"CI": 0.16, "Docs": 0.03, "Container image": 0.07}
"""By how often they fail."""
_numbers = count(1)


def run(repository: Repository) -> None:
    """What ran, and what its tests did; one of these is muted."""
    chance = random.Random(11)
    tests = modelled("e2e", FILES)
    OwnerPattern.objects.create(
        repository=repository, position=0, pattern="/tests/unit/", owners=["@org/core"]
    )
    for pull in PullRequest.objects.filter(repository=repository).order_by("created_at"):
        asked = pull.created_at + timedelta(minutes=2)
        for workflow, failing in WORKFLOWS.items():
            failed = chance.random() < failing
            _attempts(pull, workflow, asked, tests, chance, failed=failed)
        _lint(pull, asked, chance)
    MutedTest.objects.create(
        test=AutomatedTest.objects.get(name="retry is deleted"),
        reason="The broker of the tests is being replaced.",
        until=clock.now().date() + timedelta(days=10),
        muted_at=clock.now(),
    )
    compute.note_everything()
    compute.measure(limit=10_000)


def _attempts(
    pull: PullRequest,
    workflow: str,
    asked: datetime,
    tests: Sequence[ModelledTest],
    chance: random.Random,
    *,
    failed: bool,
) -> None:
    """A run; most that failed pass once they are run again."""
    number = next(_numbers)
    outcomes = [not failed, *([chance.random() < 0.85] if failed else [])]
    for attempt, passed in enumerate(outcomes, start=1):
        ended = _attempt(pull, workflow, number, attempt, asked, chance, passed=passed)
        if workflow == "CI":
            key = f"{number}/{attempt}"
            _report(
                pull, report(tests, key=key, failed=not passed, started_at=asked), number, ended
            )
        asked = ended + timedelta(minutes=chance.randint(3, 90))


def _attempt(
    pull: PullRequest,
    workflow: str,
    number: int,
    attempt: int,
    asked: datetime,
    chance: random.Random,
    *,
    passed: bool,
) -> datetime:
    """With two jobs at the same time. When the longer of them ended."""
    started = asked + timedelta(seconds=chance.lognormvariate(3, 1))
    minutes = chance.lognormvariate(2.1 if workflow == "CI" else 1.2, 0.4)
    ends = [started + timedelta(minutes=minutes), started + timedelta(minutes=minutes / 3)]
    conclusion = "success" if passed else "failure"
    made = WorkflowRun.objects.create(
        repository=pull.repository,
        external_id=number,
        attempt=attempt,
        workflow_external_id=list(WORKFLOWS).index(workflow) + 1,
        workflow=workflow,
        run_number=number,
        event="pull_request",
        head_branch=pull.head_ref,
        head_sha=pull.head_sha,
        status="completed",
        conclusion=conclusion,
        actor=pull.author,
        created_at=asked,
        started_at=asked,
        updated_at=max(ends),
    )
    WorkflowJob.objects.bulk_create(
        WorkflowJob(
            run=made,
            external_id=next(_numbers),
            name=name,
            status="completed",
            conclusion=result,
            created_at=asked,
            started_at=started,
            completed_at=end,
        )
        for name, result, end in zip(("test", "build"), (conclusion, "success"), ends, strict=True)
    )
    return max(ends)


def _report(pull: PullRequest, content: bytes, number: int, ended: datetime) -> None:
    store_results(
        repository=pull.repository,
        upload=UploadRecord(
            sha=pull.head_sha,
            started_at=ended,
            received_at=ended,
            run_external_id=number,
            job="test",
        ),
        report=junit.read_report([content]),
    )


def _lint(pull: PullRequest, at: datetime, chance: random.Random) -> None:
    """A check of another app."""
    end = at + timedelta(seconds=chance.randint(20, 90))
    conclusion = "failure" if chance.random() < 0.1 else "success"
    suite = CheckSuite.objects.create(
        repository=pull.repository,
        external_id=next(_numbers),
        head_sha=pull.head_sha,
        app="linter",
        status="completed",
        conclusion=conclusion,
        created_at=at,
        updated_at=end,
    )
    CheckRun.objects.create(
        suite=suite,
        external_id=next(_numbers),
        name="lint",
        status="completed",
        conclusion=conclusion,
        started_at=at,
        completed_at=end,
    )
