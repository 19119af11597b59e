"""What an answer about issues holds. Seconds are elapsed seconds, times are aware and in UTC; see metrics.results."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from backend.metrics.results import (
    Excluded,
    NotKept,
    Range,
    Ratio,
    Result,
    Suppressed,
    TeamName,
    Throughput,
)

StateName = Literal["to_do", "in_progress", "waiting", "done"]
PlaceName = Literal["branch", "title", "body", "commit"]


class Amounts(Result):
    """A distribution. Of a flow efficiency the unit is a ratio."""

    median: float | None
    p75: float | None
    p85: float | None
    p90: float | None
    n: int | None
    unit: Literal["seconds", "ratio"]
    reason: str | None = Field(description="Why there is no value; null where there is one.")
    definition: str


class IssueWeek(Result):
    """Without values and not suppressed: it is older than what is kept."""

    start: date
    partial: bool
    suppressed: bool
    done: int | None
    cycle_time_median: float | None
    in_progress: int | None = Field(
        description="Begun and not done at the week's end, or now where it is not over."
    )


class WorkInProgress(Result):
    """As it is now."""

    in_progress: int
    waiting: int
    age: Amounts = Field(description="Since they were first begun.")
    definition: str


class PreviousIssues(Result):
    """The range of the same length just before."""

    from_: date = Field(alias="from")
    to: date
    done: int
    cycle_time_median: float | None
    elapsed_median: float | None
    flow_efficiency_median: float | None


class IssueFigures(Result):
    team: TeamName | None
    range: Range
    people: int | None = Field(description="Distinct assignees of what was done, bots not counted.")
    suppressed: Suppressed | None
    not_kept: NotKept
    cycle_time: Amounts | None
    elapsed: Amounts | None
    flow_efficiency: Amounts | None
    throughput: Throughput | None
    direct_to_done: int | None = Field(description="Done without ever having been begun.")
    reopened: Ratio | None
    work_in_progress: WorkInProgress | None
    weeks: list[IssueWeek]
    excluded: list[Excluded]
    previous: PreviousIssues | None
    version: int
    computed_at: datetime | None


class IssuePoint(Result):
    id: int
    key: str
    summary: str
    issue_type: str
    done_at: datetime
    active_seconds: int


class IssueScatter(Result):
    """`points` is a fixed sample where the range holds more than can be drawn."""

    points: list[IssuePoint]
    n: int
    shown: int
    sampled: bool


class IssueRow(Result):
    """One issue. It is no aggregate: who has scope over the team may see it."""

    id: int
    key: str
    summary: str = Field(description="Empty where the connection keeps none.")
    project: str
    issue_type: str
    status: str
    state: StateName | None = Field(description="Null: nobody knows what its status means.")
    assignee: str | None
    url: str
    created_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    state_since: datetime
    active_seconds: int | None = Field(
        description="The cycle time; null: not done, or never begun."
    )
    elapsed_seconds: int | None
    age_seconds: int | None = Field(
        description="Since it was first begun; null: it is neither in progress nor waiting."
    )
    direct_to_done: bool
    reopened: int
    estimate: float | None
    flags: list[str]


class IssuePage(Result):
    items: list[IssueRow]
    total: int
    page: int
    page_size: int


class StatusSpan(Result):
    """Time in one status; `to` is null where it is in it now."""

    from_: datetime = Field(alias="from")
    to: datetime | None
    status: str
    state: StateName | None
    seconds: int


class EstimateChange(Result):
    """Points; null: not estimated."""

    at: datetime
    before: float | None
    after: float | None


class LinkedPullRequest(Result):
    id: int
    repository: str
    number: int
    title: str
    url: str
    state: Literal["open", "merged", "closed"]
    found_in: list[PlaceName] = Field(description="Where the issue's key stands in it.")


class IssueDetail(IssueRow):
    spans: list[StatusSpan]
    estimates: list[EstimateChange] = Field(description="Changes of the estimate, in order.")
    sprints: list[str]
    pull_requests: list[LinkedPullRequest]


class ProjectChoice(Result):
    key: str
    name: str


class IssueChoices(Result):
    projects: list[ProjectChoice]
    issue_types: list[str]


class SprintAmount(Result):
    issues: int
    points: float | None = Field(description="Of those that are estimated; null: none is.")


class SprintRow(Result):
    """committed + added - removed = completed + carried over. Null: not told, and why."""

    id: int
    name: str
    board: str | None
    state: Literal["future", "active", "closed"]
    starts_at: datetime | None
    ends_at: datetime | None = Field(description="When it is meant to end.")
    completed_at: datetime | None
    suppressed: bool
    reason: str | None
    committed: SprintAmount | None
    added: SprintAmount | None
    removed: SprintAmount | None
    completed: SprintAmount | None
    carried_over: SprintAmount | None
    done_before: SprintAmount | None = Field(
        description="Done when it began: in none of the others."
    )


class SprintLine(Result):
    """A sprint in one line of an export."""

    name: str
    board: str | None
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    completed_at: datetime | None
    reason: str | None
    committed_issues: int | None
    committed_points: float | None
    added_issues: int | None
    added_points: float | None
    removed_issues: int | None
    removed_points: float | None
    completed_issues: int | None
    completed_points: float | None
    carried_over_issues: int | None
    carried_over_points: float | None
    done_before_issues: int | None
    done_before_points: float | None


class BurnUpPoint(Result):
    at: datetime
    scope: SprintAmount
    done: SprintAmount


class SprintDetail(SprintRow):
    burn_up: list[BurnUpPoint] = Field(description="Its start, each midnight, and its end or now.")


class SprintList(Result):
    items: list[SprintRow]


class NamedIssue(Result):
    """An issue that a pull request names, or that a person says it is about."""

    id: int
    key: str
    url: str
    summary: str = Field(
        description="Empty where none is kept, or it is of no team of the caller's."
    )
    status: str | None
    found_in: list[PlaceName]
    holds: bool = Field(description="Whether the two count as belonging together.")
    is_ambiguous: bool = Field(description="Issues of two Jiras have the key.")
    verdict: Literal["added", "rejected"] | None = Field(description="What a person says of it.")


class NamedIssues(Result):
    items: list[NamedIssue]
    may_correct: bool
