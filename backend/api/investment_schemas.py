"""What questions about investment hold, and answers besides the metrics' own results."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.api import schemas
from backend.metrics.investment import results


class InvestmentFilters(Schema):
    """Bots are never counted here."""

    team: str = Field(
        "", max_length=120, pattern=r"^[-\w]*$", description="A team's slug; empty: all teams."
    )
    from_: date = Field(alias="from", description="First day of the range.")
    to: date = Field(description="First day after the range.")


class InvestmentItemFilters(InvestmentFilters):
    kind: Literal["", "issue", "pull_request"] = Field("", description="Empty: both.")
    category: str = Field(
        "", max_length=40, pattern=r"^[-\w]*$", description="A category's code; empty: all."
    )


class InvestmentPageFilters(InvestmentItemFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class InvestmentFigures(results.InvestmentFigures):
    completeness: schemas.Completeness


class InvestmentItems(results.InvestmentItems):
    completeness: schemas.Completeness
