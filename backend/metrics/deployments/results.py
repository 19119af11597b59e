"""What an answer about deployments holds, for the API and exports alike.

As in `metrics.results`: seconds are elapsed, times are aware and in UTC, days are days in the range's time zone, and
`None` is "not measurable", with a reason beside it, never 0.
"""

from datetime import date, datetime
from typing import Literal, get_args

from pydantic import Field

from backend.metrics.results import (
    Bucket,
    Distribution,
    NotKept,
    Range,
    Ratio,
    Result,
    Suppressed,
    TeamName,
)

EnvironmentName = Literal["production", "staging", "testing", "development"]
TIERS: tuple[EnvironmentName, ...] = get_args(EnvironmentName)
SourceName = Literal["github_deployment", "workflow", "check", "release", "tag", "merge", "api"]
OutcomeName = Literal["in_progress", "succeeded", "failed"]
RoleName = Literal["baseline", "forward", "rollback"]
FixKind = Literal["revert", "rollback", "hotfix", "incident", "person"]


class Service(Result):
    """A service is known by its repository and its name."""

    repository: str
    service: str
    deployments: int = Field(
        description="All that are known, in any environment; to who sees some teams, those with their changes."
    )


class EnvironmentChoice(Result):
    environment: EnvironmentName
    deployments: int = Field(description="Likewise.")


class Unmapped(Result):
    """An environment that no rule maps: it counts nowhere."""

    repository: str
    source: SourceName
    name: str
    n: int
    latest_at: datetime
    reason: str


class Band(Result):
    """Where a figure lies by the thresholds of a DORA report: a reference, and no grade of anybody."""

    level: Literal["elite", "high", "medium", "low"]
    year: int = Field(description="Of the report.")
    text: str = Field(description="The report's own threshold in words.")


class DaysWith(Result):
    """Of the range's days so far, how many had so many deployments."""

    deployments: int
    days: int


class Frequency(Result):
    deployments: int = Field(description="Successful ones in the range.")
    per_day: float | None = Field(description="Over the range's days so far; never rounded.")
    per_week: float | None
    days: int = Field(description="Days of the range so far, those with none included.")
    days_with_one: int
    distribution: list[DaysWith]
    per_week_median: float | None = Field(description="Over the range's whole weeks.")
    weeks: int = Field(description="Whole weeks in the range.")
    reason: str | None = Field(description="Why there is no value; null where there is one.")
    definition: str


class Attempts(Result):
    """Those that did not come to an end as a deployment. They are in no other figure."""

    failed: int
    in_progress: int = Field(description="Going on now.")


class DeploymentWeek(Result):
    """Suppressed: changes and lead time are about too few people; of a team, all of it is. Without a number of
    deployments or changes and not suppressed: it is older than what is kept of them.
    """

    start: date
    partial: bool
    suppressed: bool
    deployments: int | None
    failed_attempts: int | None
    changes: int | None = Field(description="Pull requests that these deployments brought.")
    lead_time_median: float | None
    change_failure_rate: float | None
    time_to_restore_median: float | None = Field(
        description="Of the failing deployments of the week that were restored."
    )


class PreviousDeployments(Result):
    """The range of the same length just before."""

    from_: date = Field(alias="from")
    to: date
    deployments: int
    per_week: float
    lead_time_median: float | None
    change_failure_rate: float | None
    time_to_restore_median: float | None


class Bands(Result):
    """Null where the figure is, or where the report names no threshold for it."""

    deployment_frequency: Band | None
    lead_time: Band | None
    change_failure_rate: Band | None
    time_to_restore: Band | None


class DeploymentVersions(Result):
    deployments: int
    pull_request: int


class DeploymentFigures(Result):
    team: TeamName | None
    range: Range
    environment: EnvironmentName
    repository: str | None
    service: str | None
    suppressed: Suppressed | None
    not_kept: NotKept
    people: int | None = Field(description="Distinct authors of the changes, bots not counted.")
    deployment_frequency: Frequency | None
    lead_time: Distribution | None
    merge_to_deploy: Distribution | None
    change_failure_rate: Ratio | None
    time_to_restore: Distribution | None
    unrestored: int | None = Field(description="Failing deployments that nothing has fixed yet.")
    inferred: int | None = Field(
        description="Of the failing deployments, those linked to an incident by time alone."
    )
    bands: Bands
    attempts: Attempts | None
    rollbacks: int | None
    baselines: int | None = Field(
        description="First deployments known of a service: their changes are not counted."
    )
    contents_unknown: int | None = Field(
        description="Deployments of which it is not known what they brought."
    )
    weeks: list[DeploymentWeek]
    histogram: list[Bucket] = Field(description="Of lead times.")
    previous: PreviousDeployments | None
    versions: DeploymentVersions
    computed_at: datetime | None


class Choices(Result):
    """What there is to choose from, and what counts nowhere."""

    services: list[Service] = Field(
        description="By name; of more than 200, those with the most deployments."
    )
    services_in_all: int
    environments: list[EnvironmentChoice]
    unmapped: list[Unmapped] = Field(
        description="The latest first; of more than 200, those with the most deployments."
    )
    unmapped_in_all: int


class DeploymentRow(Result):
    """One deployment of one service, or an attempt at it."""

    id: int
    repository: str
    service: str
    environment: EnvironmentName
    source: SourceName
    key: str = Field(description="As its source names it: an id, a tag, a pull request's number.")
    sha: str
    url: str = Field(description="Where it is to be seen at its source.")
    outcome: OutcomeName
    role: RoleName | None = Field(description="Null: it did not succeed.")
    started_at: datetime
    finished_at: datetime | None
    changes: int | None = Field(
        description="Pull requests that it brought, of those that are asked about; null: not known."
    )
    direct_commits: int | None = Field(
        description="Commits that no known pull request brought; merges left out. Null: not known."
    )
    lead_time_median: float | None = Field(description="Of the same pull requests.")
    failed_in_use: bool = Field(description="It succeeded, and something had to fix it.")
    restore_seconds: int | None
    contents_reason: str | None = Field(
        description="Why its changes are not known, or not all of them are certain."
    )


class DeploymentPage(Result):
    items: list[DeploymentRow]
    total: int
    page: int
    page_size: int


class Change(Result):
    """A pull request that a deployment brought."""

    id: int
    number: int
    title: str
    author: str | None
    url: str
    merged_at: datetime
    cycle_seconds: int | None
    merge_to_deploy_seconds: int
    lead_seconds: int
    is_cherry_pick: bool = Field(description="Contained as a copy that names it.")
    is_bot: bool


class CountsAs(Result):
    service: str
    environment: EnvironmentName


class CandidateRow(Result):
    """One thing that may be a deployment, and why it is one or none."""

    repository: str
    source: SourceName
    key: str
    name: str = Field(description="What its source calls it, which rules look at.")
    service: str | None = Field(description="As reported.")
    sha: str | None
    url: str
    outcome: OutcomeName | None = Field(description="Null: neither a success nor a failure.")
    started_at: datetime | None
    finished_at: datetime | None
    counts_as: list[CountsAs] = Field(description="Empty: it counts nowhere.")
    is_unmapped: bool = Field(
        description="It has an environment that no rule and no built-in name says anything of."
    )
    reason: str


class CandidatePage(Result):
    items: list[CandidateRow]
    total: int
    page: int
    page_size: int


class DeploymentName(Result):
    """Enough of a deployment to name it and to lead to it."""

    id: int
    sha: str
    source: SourceName
    key: str
    role: RoleName | None
    finished_at: datetime | None
    url: str


class IncidentName(Result):
    source: Literal["api", "jira"] = Field(description="Reported, or an issue by rule.")
    id: int = Field(description="Among those of its source.")
    external_id: str = Field(description="The id that it was reported by, or the issue's key.")
    url: str | None = Field(description="Of the issue; null: it was reported.")
    started_at: datetime
    resolved_at: datetime | None


class Fix(Result):
    """What restored a failing deployment: a later deployment, or an incident's end.

    Of both: the deployment brought a pull request about the issue that the incident is.
    """

    kind: FixKind
    deployment: DeploymentName | None
    incident: IncidentName | None
    is_inferred: bool = Field(description="Linked by time alone, by the organisation's choice.")
    restored_at: datetime | None = Field(description="Null: not yet.")
    restore_seconds: int | None


class Fixed(Result):
    """A failing deployment that this one fixed."""

    kind: FixKind
    deployment: DeploymentName
    restore_seconds: int | None


class Correction(Result):
    """A person's word on what fixed it. It comes before what was found."""

    id: int
    verdict: Literal["fixed_by", "not_fixed_by"]
    deployment: DeploymentName | None = Field(
        description="Null: an incident, or not known any more."
    )
    incident: IncidentName | None
    fix_key: str
    reason: str
    made_by: str | None
    made_at: datetime


class DeploymentDetail(DeploymentRow):
    why: str = Field(description="Why it is a deployment of this service and environment.")
    name: str = Field(description="What the source calls it, which rules look at.")
    listed: list[Change] = Field(description="The changes, those of the caller's teams.")
    elsewhere: int = Field(description="Changes by others, whom the caller does not see.")
    commits: int | None = Field(description="Commits new in it; null: not known.")
    fixes: list[Fix]
    fixed: list[Fixed]
    corrections: list[Correction]
    later: list[DeploymentName] = Field(
        description="The successful ones next after it, which may have fixed it."
    )
    incidents: list[IncidentName] = Field(description="Those of its service since it finished.")
    may_correct: bool
    is_pending: bool = Field(
        description="Something changed that it rests on: it will be measured again in a moment."
    )
    versions: DeploymentVersions
