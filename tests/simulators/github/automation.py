"""What machines say of commits, as records: check suites and runs, statuses, workflow runs with attempts and jobs.

Statuses and conclusions are GraphQL's words (``COMPLETED``, ``TIMED_OUT``); REST and webhooks show them in lower case.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .records import Account, Commit, PullRequest, Repository, node_id

WORST_FIRST = (
    "STARTUP_FAILURE",
    "FAILURE",
    "TIMED_OUT",
    "ACTION_REQUIRED",
    "CANCELLED",
    "STALE",
    "SUCCESS",
    "NEUTRAL",
    "SKIPPED",
)
"""Several conclusions together conclude as the first of these that is among them."""


def concluded(conclusions: Iterable[str | None]) -> str | None:
    """One conclusion for all, or None while one is missing or there are none."""
    found = set(conclusions)
    if None in found:
        return None
    return next((word for word in WORST_FIRST if word in found), None)


@dataclass(slots=True, eq=False, kw_only=True)
class App:
    """Who checks: an integration, by its slug."""

    database_id: int
    slug: str
    name: str
    created_at: int

    @property
    def node_id(self) -> str:
        return node_id("A", self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class CheckRun:
    """One check of a suite. Of a workflow it is a job, under the same id."""

    database_id: int
    suite: "CheckSuite"
    name: str
    status: str = "COMPLETED"
    conclusion: str | None = "SUCCESS"
    started_at: int | None = None
    completed_at: int | None = None
    external_id: str = ""
    output: str = ""

    @property
    def node_id(self) -> str:
        return node_id("CR", self.database_id)

    @property
    def repository(self) -> Repository:
        return self.suite.repository


@dataclass(slots=True, eq=False, kw_only=True)
class CheckSuite:
    """What one app checks of one commit; status and conclusion follow from its latest run of each name."""

    database_id: int
    repository: Repository
    commit: Commit
    app: App
    branch: str
    created_at: int
    updated_at: int
    runs: list[CheckRun] = field(default_factory=list)
    workflow_run: "WorkflowRun | None" = None

    @property
    def node_id(self) -> str:
        return node_id("CS", self.database_id)

    @property
    def latest_runs(self) -> list[CheckRun]:
        return list({run.name: run for run in self.runs}.values())

    @property
    def status(self) -> str:
        if self.workflow_run is not None:
            return self.workflow_run.latest.status
        states = {run.status for run in self.latest_runs}
        if states <= {"COMPLETED"}:
            return "COMPLETED" if states else "QUEUED"
        return "QUEUED" if states == {"QUEUED"} else "IN_PROGRESS"

    @property
    def conclusion(self) -> str | None:
        if self.workflow_run is not None:
            return self.workflow_run.latest.conclusion
        return concluded(run.conclusion for run in self.latest_runs)


@dataclass(slots=True, eq=False, kw_only=True)
class CommitStatus:
    """One word of one context on one commit: ERROR, FAILURE, PENDING or SUCCESS. The latest of a context counts."""

    database_id: int
    repository: Repository
    commit: Commit
    context: str
    state: str
    created_at: int
    creator: Account | None = None
    description: str = ""

    @property
    def node_id(self) -> str:
        return node_id("SC", self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class Workflow:
    database_id: int
    repository: Repository
    name: str
    path: str
    created_at: int
    last_number: int = 0

    @property
    def node_id(self) -> str:
        return node_id("W", self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class Job:
    """One job of one attempt; name, times and outcome are its check run's."""

    run: "WorkflowRun"
    attempt: int
    check_run: CheckRun
    created_at: int

    @property
    def database_id(self) -> int:
        return self.check_run.database_id


@dataclass(slots=True, eq=False, kw_only=True)
class Attempt:
    """One attempt of a run. One without jobs did not get as far as that: the workflow's file was wrong."""

    number: int
    started_at: int
    actor: Account | None
    jobs: list[Job] = field(default_factory=list)

    @property
    def status(self) -> str:
        states = {job.check_run.status for job in self.jobs}
        if states <= {"COMPLETED"}:
            return "COMPLETED"
        return "QUEUED" if states == {"QUEUED"} else "IN_PROGRESS"

    @property
    def conclusion(self) -> str | None:
        if not self.jobs:
            return "STARTUP_FAILURE"
        return concluded(job.check_run.conclusion for job in self.jobs)

    @property
    def updated_at(self) -> int:
        runs = [job.check_run for job in self.jobs]
        moments = (run.completed_at or run.started_at or 0 for run in runs)
        return max(self.started_at, *moments) if runs else self.started_at


@dataclass(slots=True, eq=False, kw_only=True)
class WorkflowRun:
    """A run with all its attempts, first to last."""

    database_id: int
    repository: Repository
    workflow: Workflow
    run_number: int
    event: str
    suite: CheckSuite
    actor: Account | None
    created_at: int
    pull_request: PullRequest | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("WFR", self.database_id)

    @property
    def commit(self) -> Commit:
        return self.suite.commit

    @property
    def latest(self) -> Attempt:
        return self.attempts[-1]

    @property
    def updated_at(self) -> int:
        return self.latest.updated_at


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Artifact:
    """What a run left behind: a zip archive, kept at an address of another server."""

    database_id: int
    run: WorkflowRun
    name: str
    size: int
    kept_at: str
    created_at: int
    is_expired: bool = False
    is_of_fork: bool = False
