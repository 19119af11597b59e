"""Test runs and results of tests, stored for tests of what is told of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

from backend.delivery.models import (
    AutomatedTest,
    CheckRun,
    CheckSuite,
    CommitStatus,
    Repository,
    ResultUpload,
    WorkflowJob,
    WorkflowRun,
)
from backend.delivery.result_records import Execution, ReportRecord, TestRecord, UploadRecord
from backend.delivery.store.test_results import store_results
from backend.people.models import Identity
from tests.factories import MONDAY, a_repository

_numbers = count(1)


@dataclass
class Machines:
    """Adds what machines said of commits to one repository. Times are told in seconds since `begin`."""

    repository: Repository = field(default_factory=a_repository)
    begin: datetime = MONDAY

    def at(self, seconds: float) -> datetime:
        return self.begin + timedelta(seconds=seconds)

    def run(
        self,
        sha: str,
        conclusion: str = "success",
        *,
        asked: float = 0,
        jobs: Iterable[tuple[str, str, float | None, float | None]] = (),
        external_id: int | None = None,
        attempt: int = 1,
        actor: Identity | None = None,
        **values: Any,
    ) -> WorkflowRun:
        """An attempt of a workflow's run; of each job its name, conclusion, start and end."""
        number = external_id or next(_numbers)
        told = list(jobs)
        ends = [asked, *(end for *_, end in told if end is not None)]
        defaults = {
            "repository": self.repository,
            "external_id": number,
            "attempt": attempt,
            "workflow_external_id": 1,
            "workflow": "CI",
            "run_number": number,
            "event": "push",
            "head_branch": "main",
            "head_sha": sha,
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "actor": actor,
            "created_at": self.at(asked),
            "started_at": self.at(asked),
            "updated_at": self.at(max(ends)),
        }
        run = WorkflowRun.objects.create(**defaults | values)
        WorkflowJob.objects.bulk_create(
            WorkflowJob(
                run=run,
                external_id=next(_numbers),
                name=name,
                status="completed" if result else "in_progress",
                conclusion=result,
                created_at=None if start is None else self.at(min(asked, start)),
                started_at=None if start is None else self.at(start),
                completed_at=None if end is None else self.at(end),
            )
            for name, result, start, end in told
        )
        return run

    def check(
        self,
        sha: str,
        name: str,
        conclusion: str,
        times: tuple[float, float | None],
        **values: Any,
    ) -> CheckRun:
        """A check run of another app; the suite was made as it began."""
        start, end = times
        suite = CheckSuite.objects.create(
            **{
                "repository": self.repository,
                "external_id": next(_numbers),
                "head_sha": sha,
                "app": "builder",
                "status": "completed" if end is not None else "in_progress",
                "conclusion": conclusion,
                "created_at": self.at(start),
                "updated_at": self.at(start if end is None else end),
            }
            | values
        )
        return CheckRun.objects.create(
            suite=suite,
            external_id=next(_numbers),
            name=name,
            status=suite.status,
            conclusion=conclusion,
            started_at=self.at(start),
            completed_at=None if end is None else self.at(end),
        )

    def status(self, sha: str, context: str, state: str, at: float) -> CommitStatus:
        return CommitStatus.objects.create(
            repository=self.repository,
            sha=sha,
            context=context,
            state=state,
            created_at=self.at(at),
        )

    def a_test(self, name: str = "", **values: Any) -> AutomatedTest:
        number = next(_numbers)
        defaults = {
            "repository": self.repository,
            "number": number,
            "suite": "suite",
            "name": name or f"test {number}",
            "digest": UUID(int=number),
            "first_seen_on": self.begin.date(),
            "last_seen_on": self.begin.date(),
        }
        return AutomatedTest.objects.create(**defaults | values)

    def report(
        self,
        sha: str,
        tests: dict[str, str],
        *,
        at: float = 0,
        milliseconds: int | None = 40,
        file: str = "",
        **values: Any,
    ) -> ResultUpload:
        """An upload. Of each test the outcomes of its executions, as in fp: failed, then passed."""
        outcomes = {"p": "passed", "f": "failed", "s": "skipped"}
        number = next(_numbers)
        records = {
            sha256(name.encode()).digest()[:16]: TestRecord(
                "suite",
                name,
                file,
                tuple(Execution(outcomes[letter], milliseconds) for letter in letters),  # type: ignore[arg-type] # by a table
            )
            for name, letters in tests.items()
        }
        return store_results(
            repository=self.repository,
            upload=UploadRecord(
                sha=sha,
                started_at=self.at(at),
                received_at=self.at(at),
                key=f"upload {number}",
                **values,
            ),
            report=ReportRecord(records, 1.5, totals_differ=False, digest=f"{number:064x}"),
        ).upload
