"""What the organisation's own systems send, and what they are answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from django.db import transaction
from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from backend.api.errors import Refused, Unprocessable
from backend.delivery.deployment_rules import API, judge_name
from backend.delivery.models import Repository
from backend.delivery.store.deployment_rules import deployment_rules
from backend.delivery.store.reported import Conflict, InvalidReport, News, TooMany
from backend.inventory.entering import Listed
from backend.metrics.deployments.results import EnvironmentName, OutcomeName
from backend.pipeline import bell

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(minutes=10)
"""How much faster than ours a reporter's clock may be."""


def _plausible(moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= timezone.now() + _AHEAD:
        raise ValueError("it is no time of the past since the year 2000")
    return moment


_NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_NO_CONTROL)]
Named = Annotated[Text, StringConstraints(min_length=1)]


class Report(Listed, Schema):
    """What is not known is refused, so that a misspelt name is noticed."""

    model_config = ConfigDict(extra="forbid")

    id: Named = Field(
        description="Your own id of it. Told again under the same id, it is the same."
    )
    repository: Text = Field(
        "", description="As owner/name; it must be the token's. Empty: the token's."
    )
    service: Text = Field("", description="Empty: the repository's one service.")


class DeploymentReport(Report):
    environment: Named = Field(
        description="Your own name of it; rules map it to production and so on."
    )
    sha: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, to_lower=True, pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$"
        ),
    ] = Field(description="The deployed commit, in full.")
    outcome: OutcomeName = "succeeded"
    started_at: Moment | None = Field(None, description="With a time zone.")
    finished_at: Moment | None = Field(
        None, description="With a time zone. Of one that has ended, left out: now."
    )


class IncidentReport(Report):
    environment: EnvironmentName = "production"
    caused_by: Text = Field(
        "",
        description="The deployment that it names: the id of a reported one, or a commit's sha. Empty: none.",
    )
    started_at: Moment = Field(description="With a time zone.")
    resolved_at: Moment | None = Field(None, description="With a time zone. Left out: not yet.")


class CountsAs(Schema):
    service: str
    environment: EnvironmentName


class ReportedDeployment(Schema):
    id: str
    status: News = Field(description="unchanged: it was told before, or something later was.")
    outcome: OutcomeName
    started_at: datetime | None
    finished_at: datetime | None
    counts_as: list[CountsAs] = Field(description="Empty: it counts nowhere.")
    why: str


class ReportedIncident(Schema):
    id: str
    status: News
    caused_by: str
    started_at: datetime
    resolved_at: datetime | None


def counts_as(repository: Repository, environment: str, service: str) -> tuple[list[CountsAs], str]:
    """What the rules make of a reported deployment, and why."""
    name = repository.name_with_owner
    verdict = judge_name(name, API, environment, service, deployment_rules())
    counted = [CountsAs.model_validate(one, from_attributes=True) for one in verdict.deployments]
    return counted, verdict.reason


@contextmanager
def taking() -> Iterator[None]:
    """Around the storing of a report: says no in the API's way, and rings once it is stored."""
    try:
        with transaction.atomic():
            yield
            # Robust: a report that is stored is accepted, whatever happens to the bell.
            transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    except InvalidReport as error:
        raise Unprocessable(str(error)) from error
    except Conflict as error:
        raise Refused(409, "id_in_use", str(error), "Give each its own id.") from error
    except TooMany as error:
        raise Refused(
            422,
            "too_many",
            str(error),
            "See what reports them, and revoke its token where it should not: "
            "a service is a name that stays, and an incident is reported under one id.",
        ) from error


def status_of(news: News) -> int:
    return 201 if news == "created" else 200
