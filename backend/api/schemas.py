"""What the API answers besides the metrics' own results."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field


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


class Links(Schema):
    admin: str | None
    docs: str | None
    security: str
    sign_out: str


class Me(Schema):
    name: str
    email: str
    role: str
    organisation: Organisation
    teams: list[TeamChoice]
    may_see_all_teams: bool
    demo: Demo | None
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


class RepositoryStatus(Schema):
    name: str
    stored: int
    expected: int | None
    state: Literal["waiting", "syncing", "complete", "lost_access", "gone"]
    last_run: LastRun | None


class Status(Schema):
    state: Literal["not_connected", "syncing", "ready", "misconfigured"]
    reason: str | None
    action: str | None
    stored: int
    expected: int | None
    eta_seconds: int | None
    waiting_until: datetime | None
    fresh_to: datetime | None = Field(description="Everything that changed before this is stored.")
    repositories: list[RepositoryStatus]


class Filters(Schema):
    """What every answer about pull requests can be narrowed by."""

    team: str = Field(
        "", max_length=120, pattern=r"^[-\w]*$", description="A team's slug; empty: all teams."
    )
    from_: date = Field(alias="from", description="First day of the range.")
    to: date = Field(description="First day after the range.")
    bots: bool = Field(False, description="Count pull requests of bots too.")


SortKey = Literal[
    "merged_at", "opened_at", "cycle_time", "time_to_first_review", "size", "reviews",
    "number", "repository", "title", "author",
    "-merged_at", "-opened_at", "-cycle_time", "-time_to_first_review", "-size", "-reviews",
    "-number", "-repository", "-title", "-author",
]  # fmt: skip


class TableFilters(Filters):
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
