"""How long each kind of data is kept: what is in force, what somebody decided, and from when."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend import clock
from backend.accounts.models import User
from backend.audit.events import record
from backend.governance.models import RetentionPeriod
from backend.governance.retention.policies import BY_CODE, Policy

GRACE: Final = timedelta(hours=24)
"""So long after a shorter period was chosen nothing more goes than before."""


class NotAllowed(ValueError):
    """The message says which periods are."""


def days_in_force(now: datetime | None = None) -> dict[str, int | None]:
    """By policy; None: kept until erased."""
    moment = now or timezone.now()
    decided = {one.policy: one for one in RetentionPeriod.objects.all()}
    return {code: _days(code, decided.get(code), moment) for code in BY_CODE}


def days_of(code: str) -> int | None:
    return _days(code, RetentionPeriod.objects.filter(pk=code).first(), timezone.now())


def _days(code: str, decided: RetentionPeriod | None, moment: datetime) -> int | None:
    """Never fewer than the policy's least, whoever wrote the row."""
    policy = BY_CODE[code]
    days = decided.in_force(moment) if decided else policy.default_days
    return None if days is None else max(days, policy.minimum_days)


def outdated_before(days: int) -> datetime:
    """The midnight, in UTC, so many days before today: what is younger, by whatever little, is kept."""
    today = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days)


@transaction.atomic
def set_period(*, policy: Policy, days: int | None, acting_user: User) -> RetentionPeriod:
    """A longer one holds at once; a shorter one waits for GRACE, and for the night after that. Raises NotAllowed."""
    _check(policy, days)
    now = timezone.now()
    found = RetentionPeriod.objects.select_for_update().filter(pk=policy.code).first()
    before = found.in_force(now) if found else policy.default_days
    row = found or RetentionPeriod(policy=policy.code)
    row.set_by, row.set_at = acting_user, now
    row.days, row.next_days, row.takes_effect_at = before, None, None
    if days is not None and (before is None or days < before):
        row.next_days, row.takes_effect_at = days, now + GRACE
    else:
        row.days = days
    row.save()
    record(
        name="retention_changed",
        actor=acting_user,
        subject=row,
        detail={"policy": policy.code, "from_days": before, "to_days": days},
    )
    return row


@transaction.atomic
def take_back(*, policy: Policy, acting_user: User) -> bool:
    """A shorter period that does not hold yet never will; whether one did wait."""
    now = timezone.now()
    row = RetentionPeriod.objects.select_for_update().filter(pk=policy.code).first()
    if row is None or not row.waits(now):
        return False
    taken = row.next_days
    row.next_days, row.takes_effect_at = None, None
    row.set_by, row.set_at = acting_user, now
    row.save()
    record(
        name="retention_change_taken_back",
        actor=acting_user,
        subject=row,
        detail={"policy": policy.code, "days": taken},
    )
    return True


def _check(policy: Policy, days: int | None) -> None:
    if days is None:
        if not policy.may_be_kept:
            raise NotAllowed(f"{policy.name} cannot be kept for ever: choose a number of days.")
        return
    if days < policy.minimum_days or days > (policy.maximum_days or 36_500):
        upper = f" and at most {policy.maximum_days}" if policy.maximum_days else ""
        raise NotAllowed(f"{policy.name} are kept for at least {policy.minimum_days} days{upper}.")
