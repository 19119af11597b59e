"""What an answer about investment holds. Categories are told by their codes; `uncategorised`: nothing matches."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from backend.metrics.results import Range, Result, Suppressed, TeamName

UnitName = Literal["person_months", "issues", "pull_requests"]
BecauseName = Literal["rule", "built_in", "issue", "nothing"]


class Category(Result):
    code: str
    name: str
    description: str


class CategoryAmount(Result):
    category: str
    amount: float
    share: float | None = Field(description="Of the view's total; null where that is 0.")


class InvestmentMonth(Result):
    """A month's part of the range; a few days at the range's ends are told with the month beside them. The amounts and
    what is kept back add up to the total.
    """

    start: date = Field(description="First day of the first month.")
    last: date = Field(description="First day of the last month; mostly the same.")
    partial: bool = Field(
        description="The range holds it in part, it is not over, or it is kept in part."
    )
    amounts: list[CategoryAmount] = Field(
        description="Of every category, 0 where nothing went into it. Empty: older than what is kept."
    )
    kept_back: float | None = Field(
        description="Of the categories that are kept back in every month; null: none is."
    )


class View(Result):
    """One way to count. The amounts and what is kept back add up to the total."""

    unit: UnitName
    definition: str
    total: float | None
    people: int | None = Field(description="Distinct people in it, bots not counted.")
    suppressed: Suppressed | None
    reason: str | None = Field(description="Why there is nothing; null where there is something.")
    amounts: list[CategoryAmount]
    kept_back: float | None = Field(
        description="Of all categories together that too few people worked on, and of what would tell of these."
    )
    kept_back_categories: list[str]
    months: list[InvestmentMonth]
    months_suppressed: Suppressed | None


class InvestmentFigures(Result):
    team: TeamName | None
    range: Range
    categories: list[Category]
    effort: View
    issues: View = Field(description="Done in the range.")
    pull_requests: View = Field(description="Merged in the range.")
    version: int
    computed_at: datetime | None


class InvestmentItem(Result):
    """One issue or pull request, done or merged in the range. It is no aggregate."""

    kind: Literal["issue", "pull_request"]
    id: int
    name: str = Field(description="An issue's key, or owner/name#number.")
    title: str = Field(description="Empty where the connection keeps no summaries.")
    url: str
    category: str
    because: BecauseName | None = Field(description="Null: not sorted yet.")
    inherited_from: str | None = Field(
        description="Key of the issue above, or that the pull request is about, whose category it is."
    )
    person: str | None
    finished_at: datetime


class InvestmentItems(Result):
    items: list[InvestmentItem]
    total: int
    page: int
    page_size: int
