"""What the routes of deployments are asked with, and what they answer besides the metrics' own results."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from backend.api.schemas import Completeness, Filters
from backend.metrics.deployments import results

_TEXT = r"^[^\x00]*$"


class DeploymentFilters(Filters):
    environment: results.EnvironmentName = "production"
    repository: str = Field(
        "", max_length=300, pattern=_TEXT, description="As owner/name; empty: all."
    )
    service: str = Field(
        "", max_length=200, pattern=_TEXT, description="A service's name; empty: all."
    )


DeploymentSortKey = Literal[
    "finished_at", "repository", "service", "outcome", "changes", "lead_time", "restore",
    "-finished_at", "-repository", "-service", "-outcome", "-changes", "-lead_time", "-restore",
]  # fmt: skip


class DeploymentTableFilters(DeploymentFilters):
    outcome: Literal["all", "succeeded", "failed_in_use", "failed", "in_progress"] = Field(
        "all",
        description="failed_in_use: it succeeded, and had to be fixed. failed: the attempt did.",
    )
    search: str = Field(
        "",
        max_length=200,
        pattern=_TEXT,
        description="Words in repository, service or key, or the beginning of a sha.",
    )
    sort: DeploymentSortKey = Field("-finished_at", description="A leading - sorts downward.")


class DeploymentPageFilters(DeploymentTableFilters):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class CandidateFilters(Schema):
    team: str = Field(
        "", max_length=120, pattern=r"^[-\w]*$", description="A team's slug; empty: all teams."
    )
    repository: str = Field(
        "", max_length=300, pattern=_TEXT, description="As owner/name; empty: all."
    )
    source: Literal["", results.SourceName] = Field("", description="Empty: all.")
    counts: Literal["all", "yes", "no"] = Field(
        "all", description="Those that are deployments, or those that are none."
    )
    environment: Literal["", results.EnvironmentName] = Field(
        "", description="Those that are deployments to it; empty: all."
    )
    search: str = Field("", max_length=200, pattern=_TEXT, description="A part of the name.")
    since: date | None = Field(None, description="Left out: all there are.")
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class FixCorrection(Schema):
    """What a person says of what fixed a deployment: of one deployment, incident or issue."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["fixed_by", "not_fixed_by"]
    deployment: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="A later deployment's id."
    )
    incident: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="The id of an incident that was reported."
    )
    issue: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="The id of an issue that is an incident by rule."
    )
    reason: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"
        ),
    ] = Field(description="For those who read the record.")


class DeploymentFigures(results.DeploymentFigures):
    completeness: Completeness


class DeploymentPage(results.DeploymentPage):
    completeness: Completeness
