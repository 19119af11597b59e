"""Encryption at rest, as the host of the appliance judged it when it started last, for reviewers."""

from datetime import UTC, datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from backend.api import schemas
from backend.api.errors import ERRORS
from backend.api.rules import READS_ADMINISTRATION
from backend.governance.at_rest import judgement

router = Router(tags=["governance"])


class JudgedPlace(Schema):
    what: Literal["data", "database", "swap"]
    state: Literal["encrypted", "memory", "plain", "unknown"]
    how: str = Field(description="By what, or why not.")


class Attestation(Schema):
    kind: Literal["below_machine", "evaluation"]
    reason: str
    by: str
    made_at: datetime
    until: datetime | None = Field(description="Null: without an end.")


class AtRest(Schema):
    judged_at: datetime | None = Field(description="Null: nobody judges here, as in the demo.")
    places: list[JudgedPlace]
    attestations: list[Attestation] = Field(
        description="Who answers for what the host cannot see, where anybody does."
    )


@router.get("/at-rest", auth=READS_ADMINISTRATION, response={200: AtRest, ERRORS: schemas.Error})
def at_rest(request: HttpRequest) -> AtRest:  # noqa: ARG001 - ninja's signature
    """What the data stand on, and who answers for what cannot be seen."""
    found = judgement()
    if found is None:
        return AtRest(judged_at=None, places=[], attestations=[])
    return AtRest(
        judged_at=_moment(found.made),
        places=[JudgedPlace.model_validate(one.model_dump()) for one in found.places],
        attestations=[
            Attestation.model_validate(
                one.model_dump()
                | {
                    "made_at": _moment(one.made),
                    "until": _moment(one.until) if one.until else None,
                }
            )
            for one in found.attestations
        ],
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
