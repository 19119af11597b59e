"""What the routes of test runs are asked with, and what they answer besides the metrics' own results."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.api.schemas import Completeness, Filters
from backend.metrics.test_runs import results

_TEXT = r"^[^\x00]*$"


class RunFilters(Filters):
    """What every answer about runs can be narrowed by."""

    repository: str = Field("", max_length=300, pattern=_TEXT, description="As owner/name.")
    source: Literal["", "workflow", "check", "status"] = Field(
        "", description="Workflow runs, check runs of other apps, or commit statuses; empty: all."
    )
    workflow: str = Field(
        "", max_length=500, pattern=_TEXT, description="A workflow's, check's or context's name."
    )
    branch: str = Field("", max_length=300, pattern=_TEXT, description="A branch's whole name.")
    branches: Literal["all", "default", "other"] = Field(
        "all", description="Default branches, or all others."
    )


GroupSortKey = Literal[
    "name", "repository", "runs", "failed", "failure_rate", "queue", "duration", "p95", "wasted",
    "last",
    "-name", "-repository", "-runs", "-failed", "-failure_rate", "-queue", "-duration", "-p95",
    "-wasted", "-last",
]  # fmt: skip
TestSortKey = Literal[
    "flake_rate", "flaky_commits", "last_flaky", "failure_rate", "failed", "mean", "slowest",
    "seconds", "commits", "last_seen", "name", "repository",
    "-flake_rate", "-flaky_commits", "-last_flaky", "-failure_rate", "-failed", "-mean",
    "-slowest", "-seconds", "-commits", "-last_seen", "-name", "-repository",
]  # fmt: skip


class GroupFilters(RunFilters):
    search: str = Field(
        "", max_length=200, pattern=_TEXT, description="Words in name or repository."
    )
    sort: GroupSortKey = Field("-runs", description="A leading - sorts downward.")


class GroupPageFilters(GroupFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class TestFilters(Filters):
    repository: str = Field("", max_length=300, pattern=_TEXT, description="As owner/name.")
    show: Literal["all", "muted", "unmuted"] = "all"
    search: str = Field(
        "", max_length=200, pattern=_TEXT, description="Words in suite, name, file or repository."
    )
    sort: TestSortKey | None = Field(
        None, description="A leading - sorts downward. Null: what the list is about, downward."
    )


class TestPageFilters(TestFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class RunFigures(results.RunFigures):
    completeness: Completeness


class Days(Schema):
    from_: date = Field(alias="from", description="First day.")
    to: date = Field(description="First day after.")


class Mute(Schema):
    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
    until: date = Field(description="The last day; today or later, and within a year.")


class MuteAnswer(Schema):
    muted: results.MutedUntil | None
