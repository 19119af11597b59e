"""What questions about issues hold, and answers besides the metrics' own results."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.api import schemas
from backend.metrics.issues import results

SortKey = Literal[
    "done_at", "started_at", "cycle_time", "elapsed", "key", "project", "issue_type", "summary",
    "assignee", "estimate", "state_since",
    "-done_at", "-started_at", "-cycle_time", "-elapsed", "-key", "-project", "-issue_type",
    "-summary", "-assignee", "-estimate", "-state_since",
]  # fmt: skip


class IssueFilters(schemas.Filters):
    """What every answer about issues can be narrowed by."""

    bots: bool = Field(False, description="Count issues that bots are assigned to as well.")
    project: str = Field(
        "", max_length=100, pattern=r"^[^\x00]*$", description="A project's key; empty: all."
    )
    issue_type: str = Field(
        "", max_length=300, pattern=r"^[^\x00]*$", description="A type's name; empty: all."
    )
    subtasks: bool = Field(False, description="Count parts of issues as well.")


class IssueTableFilters(IssueFilters):
    state: Literal["done", "direct_to_done", "in_progress", "open"] = Field(
        "done",
        description="Done in the range, of these without ever being begun; in progress now, or open now.",
    )
    search: str = Field(
        "",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="Words in key, summary or assignee.",
    )
    sort: SortKey = Field("-done_at", description="A leading - sorts downward.")


class IssuePageFilters(IssueTableFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class IssueSource(Schema):
    """How the Jiras fare that issues come from."""

    state: Literal["not_connected", "misconfigured", "syncing", "ready"]
    reason: str | None = Field(description="What a failing one says.")
    action: str | None


class IssueCompleteness(schemas.Completeness):
    source: IssueSource


class IssueFigures(results.IssueFigures):
    completeness: IssueCompleteness


class IssueScatter(results.IssueScatter):
    completeness: IssueCompleteness


class IssuePage(results.IssuePage):
    completeness: IssueCompleteness
