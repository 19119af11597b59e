"""Owners for emergencies: a local account that nobody uses, and whose every use is told until it was seen to."""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from structlog import get_logger

from backend.accounts.models import BreakGlassUse, User
from backend.audit.events import record

logger = get_logger(__name__)
USED: Final = "break_glass_used"


class NotYours(ValueError):
    """Who used an emergency account does not acknowledge it."""


@transaction.atomic
def mark(*, user: User) -> None:
    """From now on each of the owner's sign-ins is told to all administrators. For whoever has the machine."""
    user.is_break_glass = True
    user.save(update_fields=["is_break_glass"])
    record(name="break_glass_made", subject=user)


@transaction.atomic
def tell(*, user: User, address: str | None) -> None:
    """Put the sign-in on record, before all administrators and into the log. What fails here stops the sign-in."""
    BreakGlassUse.objects.create(user=user, address=address)
    record(name=USED, actor=user, subject=user)
    logger.critical(USED, account=user.pk, address=address)


def unseen() -> QuerySet[BreakGlassUse]:
    """What no administrator has acknowledged, latest first."""
    return (
        BreakGlassUse.objects.filter(acknowledged_at=None)
        .select_related("user")
        .order_by("-signed_in_at", "-pk")
    )


@transaction.atomic
def acknowledge(*, use: BreakGlassUse, acting_user: User) -> None:
    """Raises NotYours."""
    if acting_user.is_break_glass:
        raise NotYours("Somebody else must acknowledge this, with an account of their own.")
    locked = BreakGlassUse.objects.select_for_update().get(pk=use.pk)
    if locked.acknowledged_at is not None:
        return
    locked.acknowledged_at = timezone.now()
    locked.acknowledged_by = acting_user
    locked.save(update_fields=["acknowledged_at", "acknowledged_by"])
    record(name="break_glass_acknowledged", actor=acting_user, subject=locked.user)
