"""Whether the date can be true: one night with a wrong clock would take everything at once, for its age.

A night in the week before bears a date out, or news of a source from that week, or an administrator's word. So a wrong
clock takes at most what a week takes, and whatever was off for months goes on by itself once it has collected again.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import Issue, PullRequest
from backend.governance.models import ConfirmedDate, RetentionRun

WEEK: Final = timedelta(days=7)


def last_borne_out() -> datetime | None:
    """Where nothing bears the date out, since when not. None: it is right, or nothing was ever removed."""
    now, last = timezone.now(), None
    for seen in _seen(now + WEEK):
        last = max(seen, last or seen)
        if now - last <= WEEK:
            return None
    return last


@transaction.atomic
def confirm_date(*, acting_user: User) -> None:
    """That the clock is right, now: from the next night on it is gone by."""
    ConfirmedDate.objects.update_or_create(pk=1, defaults={"at": timezone.now(), "by": acting_user})
    record(name="retention_date_confirmed", actor=acting_user)


def _seen(until: datetime) -> Iterator[datetime]:
    """What is quickly found first, since the rest is hardly ever asked for.

    What is told of later than that bears nothing out: one issue of a year to come would for all that time.
    """
    night = _latest(RetentionRun, "started_at", until)
    if night is None:
        return
    yield night
    yield from ConfirmedDate.objects.filter(at__lte=until).values_list("at", flat=True)
    for model in (PullRequest, Issue):
        told = _latest(model, "updated_at", until + settings.CLOCK_OFFSET)
        if told is not None:
            yield told - settings.CLOCK_OFFSET


def _latest(model: type[Model], column: str, until: datetime) -> datetime | None:
    rows = model._default_manager.filter(**{f"{column}__lte": until})
    found: datetime | None = rows.aggregate(at=Max(column))["at"]
    return found
