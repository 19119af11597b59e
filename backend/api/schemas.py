"""What the API answers besides the metrics' own results."""

from datetime import date, datetime, time
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.metrics import results


class Error(Schema):
    """Every answer that is not a success, whatever went wrong."""

    code: str
    message: str
    action: str | None = Field(description="What the reader can do about it.")


class Organisation(Schema):
    name: str
    time_zone: str
    minimum_group_size: int


class TeamChoice(Schema):
    slug: str
    name: str
    parent: str | None = Field(description="Slug of the team above, where it may be seen too.")
    time_zone: str
    members: int = Field(description="People in it or in a team below, today.")


class Demo(Schema):
    note: str


class EmergencyUse(Schema):
    account: str
    signed_in_at: datetime
    link: str = Field(description="Address of the page where an administrator acknowledges it.")


class EndingCertificate(Schema):
    name: str = Field(description="public, postgres, valkey or authority.")
    told: str
    ends_at: datetime
    days: int = Field(description="Whole days left; below zero once it has ended.")
    urgency: Literal["soon", "near", "urgent"]


class RequestsDue(Schema):
    soon: int = Field(description="To be answered within seven days.")
    overdue: int


class Links(Schema):
    admin: str | None
    docs: str | None
    account: str
    sign_out: str


class Me(Schema):
    name: str
    email: str
    role: str
    organisation: Organisation
    teams: list[TeamChoice]
    may_see_all_teams: bool
    may_see_own: bool = Field(description="The account is linked to a person.")
    pseudonyms: bool = Field(description="People are called by pseudonyms.")
    reads_administration: bool = Field(description="Sees people, accounts and what runs Plumbline.")
    demo: Demo | None
    emergency_use: EmergencyUse | None = Field(
        description="For administrators: the latest sign-in of an emergency account that none has acknowledged."
    )
    requests_due: RequestsDue | None = Field(
        description="For administrators: requests of people about their own data whose time is running out."
    )
    backup_trouble: str | None = Field(
        description="For administrators: what is wrong with backups or their drills."
    )
    certificates_ending: list[EndingCertificate] = Field(
        description="For administrators: certificates of the installation that end within 30 days."
    )
    evaluation_until: datetime | None = Field(
        description="Until when an evaluation may run without encryption at rest; null where nothing is excepted."
    )
    today: date
    links: Links


class Definition(Schema):
    key: str
    name: str
    text: str
    source: str = Field(description="Address of the page where it stands in full.")
    version: int


class LastRun(Schema):
    outcome: str
    reason: str | None
    action: str | None
    finished_at: datetime | None


CollectionState = Literal[
    "waiting", "syncing", "complete", "unavailable",
    "excluded", "lost_access", "transferred", "gone", "erasing",
]  # fmt: skip


class RepositoryStatus(Schema):
    name: str
    stored: int
    expected: int | None
    state: CollectionState
    last_run: LastRun | None


class IssueProgress(Schema):
    """Issues of all projects that are read."""

    stored: int
    expected: int | None = Field(description="The sources' own count; null: not known.")


class Maintenance(Schema):
    message: str = Field(description="The operator's words.")
    closes_at: datetime = Field(description="From then on only listed addresses are let in.")
    is_closed: bool = Field(description="It is closed, and the caller is let in.")


class Status(Schema):
    state: Literal["not_connected", "syncing", "ready", "misconfigured"]
    reason: str | None
    action: str | None
    stored: int = Field(description="Pull requests.")
    expected: int | None
    eta_seconds: int | None
    waiting_until: datetime | None
    fresh_to: datetime | None = Field(description="Everything that changed before this is stored.")
    repositories: list[RepositoryStatus]
    issues: IssueProgress | None = Field(description="Null: no project is read.")
    maintenance: Maintenance | None = Field(description="Null: none is announced.")


class Filters(Schema):
    """What every answer about pull requests can be narrowed by."""

    team: str = Field(
        "", max_length=120, pattern=r"^[-\w]*$", description="A team's slug; empty: all teams."
    )
    from_: date = Field(alias="from", description="First day of the range.")
    to: date = Field(description="First day after the range.")
    bots: bool = Field(False, description="Count pull requests of bots too.")


class PullRequestFilters(Filters):
    time: Literal["elapsed", "working"] = Field(
        "elapsed",
        description="Durations as elapsed or as working time, by the calendar of the author's team.",
    )
    mine: bool = Field(
        False,
        description="Instead of a team's: the pull requests of the person that the caller's account is linked to.",
    )


SortKey = Literal[
    "merged_at", "opened_at", "cycle_time", "time_to_first_review", "size", "reviews",
    "number", "repository", "title", "author",
    "-merged_at", "-opened_at", "-cycle_time", "-time_to_first_review", "-size", "-reviews",
    "-number", "-repository", "-title", "-author",
]  # fmt: skip


class TableFilters(PullRequestFilters):
    state: Literal["merged", "open"] = Field(
        "merged", description="Merged in the range, or open now."
    )
    search: str = Field(
        "",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="Words in title, repository or author, or a number.",
    )
    sort: SortKey = Field("-merged_at", description="A leading - sorts downward.")


class PageFilters(TableFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class Completeness(Schema):
    """Whether what is answered rests on all the data there is: the badge beside every figure."""

    complete: bool
    reason: str | None = Field(description="Why it is not; null: it is.")
    fresh_to: datetime | None = Field(description="Everything that changed before this is stored.")


class Figures(results.Figures):
    completeness: Completeness


class Scatter(results.Scatter):
    completeness: Completeness


class Page(results.Page):
    completeness: Completeness


KindName = Literal[
    "pull_requests", "commits", "checks", "workflow_runs", "deployments", "releases", "tags",
    "issues",
]  # fmt: skip


class KindEntry(Schema):
    """One kind of one repository, or the issues of one project."""

    kind: KindName
    state: Literal["complete", "collecting", "waiting", "incomplete", "unavailable"]
    source: int | None = Field(description="The source's own count; null: not known.")
    stored: int | None = Field(description="What is stored of that count; null: not counted.")
    difference: int | None = Field(
        description="Source less stored; below 0: the source has forgotten what is kept here."
    )
    counted_at: datetime | None
    complete_to: datetime | None = Field(
        description="Everything that changed before this is stored."
    )
    reason: str | None = Field(description="What is amiss, or why a number is missing.")


class KindTotal(Schema):
    """One kind over all that are read; the counts are of those that were counted."""

    kind: KindName
    repositories: int = Field(description="Of issues: projects.")
    counted: int
    complete: int
    unavailable: int
    source: int | None
    stored: int | None
    missing: int | None
    complete_to: datetime | None


class RepositoryCompleteness(Schema):
    id: int
    name: str
    connection: str = Field(description="Slug of the connection.")
    state: Literal["active", "excluded", "lost_access", "transferred", "gone", "erasing"]
    reason: str | None = Field(description="Why it is in this state.")
    kinds: list[KindEntry]
    last_run: LastRun | None


class ProjectCompleteness(Schema):
    id: int
    key: str
    name: str
    connection: str = Field(description="Slug of the connection.")
    state: Literal["active", "excluded", "lost_access", "gone"]
    reason: str | None = Field(description="Why it is in this state.")
    issues: KindEntry
    last_run: LastRun | None


class Asked(Schema):
    requests: int
    not_modified: int = Field(description="Of the requests, those answered with 304.")
    points: int


ConnectionState = Literal["unchecked", "working", "failing", "paused"]


class ConnectionQuality(Schema):
    slug: str
    name: str
    url: str
    state: ConnectionState
    reason: str | None
    action: str | None
    server_version: str | None
    repositories: int
    projects: int | None = Field(description="Null: it is no Jira.")
    last_synced_at: datetime | None
    waiting_until: datetime | None
    requests_per_hour: int
    this_hour: Asked
    last_day: Asked
    quiet_from: time | None = Field(description="In the organisation's time zone.")
    quiet_to: time | None


class ParkedWork(Schema):
    id: int
    connection: str
    repository: str | None = Field(description="Its name, or a project's key.")
    what: str
    reason: str
    attempts: int
    parked_at: datetime


class LeftOut(Schema):
    reason: str
    n: int


class Unmatched(Schema):
    """Accounts and git addresses that belong to no person yet, bots not counted."""

    accounts: int
    git_addresses: int


class Quality(Schema):
    """How complete the collected data is. Names are for those who see all teams; the sums are for everybody."""

    complete: bool
    fresh_to: datetime | None
    kinds: list[KindTotal]
    connections: list[ConnectionQuality]
    repositories: list[RepositoryCompleteness]
    total: int = Field(description="Repositories that the filters leave.")
    page: int
    page_size: int
    projects: list[ProjectCompleteness]
    projects_total: int
    projects_page: int
    parked: list[ParkedWork] = Field(description="The latest of them.")
    parked_total: int
    unmatched: Unmatched | None
    left_out: list[LeftOut] = Field(description="Pull requests that no figure counts.")
    sees_all: bool
    may_retry: bool


class QualityFilters(Schema):
    connection: str = Field("", max_length=120, pattern=r"^[-\w]*$")
    show: Literal["all", "incomplete"] = "all"
    search: str = Field(
        "", max_length=200, pattern=r"^[^\x00]*$", description="A part of the repository's name."
    )
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50
    projects_page: Annotated[int, Field(ge=1, le=100_000)] = 1


class Retry(Schema):
    work: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(
        min_length=1, max_length=200, description="Ids of parked work."
    )


class Retried(Schema):
    retried: int
