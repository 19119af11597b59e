"""How long each kind of data is kept, what would go, and what went. Auditors read it, administrators set it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from backend.accounts import access
from backend.api import schemas
from backend.api.errors import ERRORS, Unprocessable
from backend.api.rules import ADMINISTERS, READS_ADMINISTRATION, caller
from backend.governance.models import RetentionPeriod, RetentionRun
from backend.governance.retention import RUNS_AT, preview
from backend.governance.retention.dates import confirm_date, last_borne_out
from backend.governance.retention.periods import (
    NotAllowed,
    outdated_before,
    set_period,
    take_back,
)
from backend.governance.retention.policies import BY_CODE, ELSEWHERE, POLICIES, Policy

router = Router(tags=["governance"])
RUNS_SHOWN = 5
Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionRows(Schema):
    table: str
    rows: int | None = Field(description="Null: it could not be counted in time.")
    estimated: bool


class RetentionPreview(Schema):
    before: datetime = Field(description="What is older would go.")
    rows: list[RetentionRows]
    oldest: datetime | None = Field(description="The oldest that would go; null: nothing would.")


class RetentionNight(Schema):
    started_at: datetime
    finished_at: datetime | None = Field(description="Null: it goes on.")
    before: datetime
    deleted: list[RetentionRows]
    error: str | None = Field(description="Why it was put off for a while.")


class RetentionPolicy(Schema):
    code: str
    name: str
    holds: str
    why: str
    figures: str | None = Field(description="What becomes of figures; null: none rests on it.")
    days: int | None = Field(description="Null: kept until it is erased.")
    default_days: int | None
    minimum_days: int
    maximum_days: int | None
    may_be_kept: bool
    by_month: bool = Field(description="It goes with the end of its month.")
    next_days: int | None
    takes_effect_at: datetime | None = Field(description="From when `next_days` hold.")
    set_at: datetime | None
    tonight: RetentionPreview | None = Field(
        description="What the next run removes; null: nothing is removed."
    )
    runs: list[RetentionNight]


class KeptElsewhere(Schema):
    name: str
    why: str


class DoubtfulDate(Schema):
    now: datetime = Field(description="What the appliance's clock tells.")
    since: datetime = Field(description="The latest time that anything bears out.")


class Retention(Schema):
    next_run_at: datetime
    doubtful: DoubtfulDate | None = Field(
        description="Nothing is removed, since nothing bears out the date: it may be far from right."
    )
    policies: list[RetentionPolicy]
    elsewhere: list[KeptElsewhere]
    may_change: bool


class RetentionDays(Schema):
    days: Days


class RetentionPeriodAsked(Schema):
    days: Days | None = Field(description="Null: keep it until it is erased.")


@router.get(
    "/retention",
    response={200: Retention, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="retention",
)
def retention(request: HttpRequest) -> Retention:
    now = timezone.now()
    next_run = next_run_at(now)
    decided = {one.policy: one for one in RetentionPeriod.objects.all()}
    runs = _runs()
    return Retention(
        next_run_at=next_run,
        doubtful=DoubtfulDate(now=now, since=since) if (since := last_borne_out()) else None,
        policies=[_policy(one, decided.get(one.code), runs, next_run) for one in POLICIES],
        elsewhere=[KeptElsewhere(name=name, why=why) for name, why in ELSEWHERE],
        may_change=access.may_administer(caller(request)),
    )


@router.get(
    "/retention/{code}/preview",
    response={200: RetentionPreview, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="retention_preview",
)
def preview_period(
    request: HttpRequest,  # noqa: ARG001 - ninja's signature
    code: str,
    asked: Query[RetentionDays],
) -> RetentionPreview:
    """What would go if it were kept for so many days. Nothing is changed."""
    return _preview(_known(code), asked.days)


@router.post(
    "/retention/confirm-date",
    response={200: Retention, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="confirm_retention_date",
)
def confirm_retention_date(request: HttpRequest) -> Retention:
    """The clock is right, though nothing bears it out: what is older goes again from the next night on."""
    confirm_date(acting_user=caller(request))
    return retention(request)


@router.post(
    "/retention/{code}",
    response={200: RetentionPolicy, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="set_retention",
)
def set_retention(request: HttpRequest, code: str, period: RetentionPeriodAsked) -> RetentionPolicy:
    """A longer period holds at once. A shorter one waits for a day and can be taken back until then."""
    policy = _known(code)
    try:
        row = set_period(policy=policy, days=period.days, acting_user=caller(request))
    except NotAllowed as error:
        raise Unprocessable(f"days: {error}") from error
    return _policy(policy, row, _runs(), next_run_at(timezone.now()))


@router.post(
    "/retention/{code}/take-back",
    response={200: RetentionPolicy, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="take_back_retention",
)
def take_back_retention(request: HttpRequest, code: str) -> RetentionPolicy:
    """A shorter period that does not hold yet never will. What holds already is told as it is."""
    policy = _known(code)
    take_back(policy=policy, acting_user=caller(request))
    row = RetentionPeriod.objects.filter(pk=code).first()
    return _policy(policy, row, _runs(), next_run_at(timezone.now()))


def next_run_at(now: datetime) -> datetime:
    today = now.replace(hour=RUNS_AT.hour, minute=RUNS_AT.minute, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)


def _known(code: str) -> Policy:
    policy = BY_CODE.get(code)
    if policy is None:
        raise Http404
    return policy


def _policy(
    policy: Policy,
    row: RetentionPeriod | None,
    runs: Mapping[str, Sequence[RetentionRun]],
    next_run: datetime,
) -> RetentionPolicy:
    now = timezone.now()
    days = row.in_force(now) if row else policy.default_days
    tonight = row.in_force(next_run) if row else days
    waits = row is not None and row.waits(now)
    return RetentionPolicy(
        code=policy.code,
        name=policy.name,
        holds=policy.holds,
        why=policy.why,
        figures=policy.figures or None,
        days=days,
        default_days=policy.default_days,
        minimum_days=policy.minimum_days,
        maximum_days=policy.maximum_days,
        may_be_kept=policy.may_be_kept,
        by_month=policy.by_month,
        next_days=row.next_days if row and waits else None,
        takes_effect_at=row.takes_effect_at if row and waits else None,
        set_at=row.set_at if row else None,
        tonight=None if tonight is None else _preview(policy, tonight),
        runs=[_night(run) for run in runs.get(policy.code, ())],
    )


def _preview(policy: Policy, days: int) -> RetentionPreview:
    return RetentionPreview.from_orm(preview.preview(policy, outdated_before(days)))


def _runs() -> dict[str, list[RetentionRun]]:
    """The last few of each policy."""
    found = defaultdict[str, list[RetentionRun]](list)
    recent = RetentionRun.objects.order_by("-started_at")[: RUNS_SHOWN * len(POLICIES)]
    for run in recent:
        if len(found[run.policy]) < RUNS_SHOWN:
            found[run.policy].append(run)
    return dict(found)


def _night(run: RetentionRun) -> RetentionNight:
    return RetentionNight(
        started_at=run.started_at,
        finished_at=run.finished_at,
        before=run.before,
        deleted=[
            RetentionRows(table=table, rows=rows, estimated=False)
            for table, rows in sorted(run.deleted.items())
        ],
        error=run.error or None,
    )
