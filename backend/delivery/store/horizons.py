"""Since when work is kept. Retention moves it, and whoever stores what a source tells keeps to it."""

from datetime import UTC, datetime
from typing import Final

from backend.delivery.models import Horizon

EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
Kind = Horizon.Kind


def kept_since(kind: str) -> datetime:
    """What was over before this is not stored any more; EVER: everything is."""
    return Horizon.objects.filter(pk=kind).values_list("since", flat=True).first() or EVER


def keep_since(*, kind: str, since: datetime | None) -> None:
    """None: everything is kept. What was removed before comes back from the source with the next full look."""
    if since is None:
        Horizon.objects.filter(pk=kind).delete()
    else:
        Horizon.objects.update_or_create(pk=kind, defaults={"since": since})
