"""What an answer about test runs and tests holds, in the terms of `backend.metrics.results`."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from backend.metrics.results import (
    Distribution,
    NotKept,
    Range,
    Ratio,
    Result,
    Suppressed,
    TeamName,
)

SourceName = Literal["workflow", "check", "status"]


class Spread(Distribution):
    p95: float | None


class Runs(Result):
    """Finished attempts. `neither`: cancelled, skipped and the like, which are in no rate."""

    total: int
    succeeded: int
    failed: int
    neither: int
    definition: str


class Wasted(Result):
    """Machine time of failed attempts that passed when rerun on the same commit."""

    seconds: int | None
    attempts: int | None
    reason: str | None = Field(description="Why there is no value; null where there is one.")
    definition: str


class RunWeek(Result):
    """Without values and not suppressed: it is older than what is kept."""

    start: date
    partial: bool
    suppressed: bool
    runs: int | None
    failed: int | None
    failure_rate: float | None
    duration_median: float | None
    duration_p95: float | None
    queue_median: float | None
    feedback_median: float | None
    wasted_seconds: int | None


class RunPrevious(Result):
    """The range of the same length just before."""

    from_: date = Field(alias="from")
    to: date
    runs: int
    failure_rate: float | None
    duration_median: float | None
    queue_median: float | None
    feedback_median: float | None
    wasted_seconds: int | None


class RunVersions(Result):
    test_runs: int


class RunChoice(Result):
    """A workflow, check or context that ran in the range, to choose from."""

    source: SourceName
    repository: str
    name: str
    runs: int | None = Field(description="Null where too few people had it run.")


class RunChoices(Result):
    items: list[RunChoice] = Field(
        description="The most often run, at most 200; last those without a number."
    )


class RunFigures(Result):
    team: TeamName | None
    range: Range
    people: int | None = Field(
        description="Whose pull requests and pushes were run; bots and schedules are nobody."
    )
    suppressed: Suppressed | None
    not_kept: NotKept
    runs: Runs | None
    failure_rate: Ratio | None
    queue: Spread | None
    duration: Spread | None
    feedback: Spread | None
    feedback_waiting: int | None = Field(
        description="Heads pushed in the range with checks that go on."
    )
    wasted: Wasted | None
    tests: int | None = Field(description="Tests that ran in the range, by uploaded results.")
    flaky_tests: int | None = Field(description="Of these, flaky in the range, muted ones too.")
    muted_tests: int | None = Field(description="Of the flaky ones, muted today.")
    tests_reason: str | None = Field(
        description="Why nothing is known of tests; null where something is."
    )
    weeks: list[RunWeek]
    previous: RunPrevious | None
    versions: RunVersions
    computed_at: datetime | None


class RunGroup(Result):
    """The runs of one workflow, check, context, job, branch or team."""

    repository: str | None
    source: SourceName | None
    name: str
    key: str | None = Field(description="A team's slug; null for all else.")
    suppressed: bool
    runs: int | None
    succeeded: int | None
    failed: int | None
    neither: int | None
    failure_rate: float | None
    queue_median: float | None
    duration_median: float | None
    duration_p75: float | None
    duration_p90: float | None
    duration_p95: float | None
    machine_seconds: int | None
    wasted_seconds: int | None
    wasted_attempts: int | None
    last_finished_at: datetime | None


class RunGroups(Result):
    items: list[RunGroup]
    total: int
    page: int
    page_size: int


class HeatCell(Result):
    """`suppressed`: too few people's runs, so that all else is null."""

    day: date
    suppressed: bool
    runs: int | None
    succeeded: int | None
    failed: int | None
    failure_rate: float | None
    duration_median: float | None


class HeatRow(Result):
    repository: str
    source: SourceName
    name: str
    suppressed: bool
    cells: list[HeatCell] = Field(description="Days with runs only, in order.")


class Heatmap(Result):
    """Workflows by days in the range's time zone, the most often run first.

    Of a team: all runs of the workflows that its own runs belong to, since it is about workflows.
    """

    days: list[date] = Field(description="Without those that are older than what is kept.")
    not_kept: NotKept
    rows: list[HeatRow]
    total: int = Field(description="Workflows that ran; only the first of them are shown.")


class TestCommit(Result):
    sha: str
    url: str
    day: date = Field(description="When its results began to be stored, in UTC.")


class MutedUntil(Result):
    reason: str
    until: date = Field(description="The last day.")
    by: str | None
    at: datetime


class Test(Result):
    """One test over the range. A renamed or moved test is another one."""

    id: int
    repository: str
    suite: str
    name: str
    file: str | None
    file_url: str | None
    passed: int
    failed: int
    skipped: int
    commits: int = Field(description="Commits where it passed or failed.")
    flaky_commits: int = Field(description="Of these, the ones where it did both.")
    flake_rate: float | None
    failure_rate: float | None
    seconds: float | None = Field(description="Of all its runs together; null: no time was told.")
    mean_seconds: float | None
    slowest_seconds: float | None
    first_seen_on: date
    last_seen_on: date
    last_flaky_on: date | None
    owners: list[str] = Field(
        description="By the repository's CODEOWNERS; empty: nobody's, or too costly to tell."
    )
    muted: MutedUntil | None
    proof: list[TestCommit] = Field(description="The latest commits with both outcomes, at most 3.")


class Tests(Result):
    items: list[Test]
    total: int = Field(description="Of the listed ones, those that the search leaves.")
    found: int = Field(
        description="Tests that the list is about. Of more than 200, the worst 200 are listed."
    )
    page: int
    page_size: int
    note: str = Field(description="What is to be known when reading it.")


class TestOutcome(Result):
    key: str = Field(description="Tells outcomes of one test apart.")
    at: datetime
    outcome: Literal["passed", "failed"]
    seconds: float | None
    run_url: str | None
    job: str


class TestProof(TestCommit):
    outcomes: list[TestOutcome] = Field(
        description="What did not pass, and reruns; the first pass alone is not kept as a row."
    )


class TestDay(Result):
    day: date
    passed: int
    failed: int
    skipped: int
    commits: int
    flaky_commits: int
    mean_seconds: float | None


class TestDetail(Test):
    proofs: list[TestProof] = Field(
        description="The latest commits with both outcomes, at most 20."
    )
    days: list[TestDay]
    note: str


class TestLine(Result):
    """A test as a line of an export."""

    repository: str
    suite: str
    name: str
    file: str | None
    passed: int
    failed: int
    skipped: int
    commits: int
    flaky_commits: int
    flake_rate: float | None
    failure_rate: float | None
    seconds: float | None
    mean_seconds: float | None
    slowest_seconds: float | None
    first_seen_on: date
    last_seen_on: date
    last_flaky_on: date | None
    owners: list[str]
    muted_reason: str | None
    muted_until: date | None
    proof: list[str]

    @classmethod
    def of(cls, test: Test) -> "TestLine":
        told = {
            name: getattr(test, name)
            for name in cls.model_fields.keys() & set(type(test).model_fields)
        }
        return cls.model_validate(
            told
            | {
                "muted_reason": test.muted.reason if test.muted else None,
                "muted_until": test.muted.until if test.muted else None,
                "proof": [commit.url for commit in test.proof],
            }
        )
