"""Since when work is kept. Retention moves it, and whoever stores what a source tells keeps to it."""

from datetime import UTC, datetime
from typing import Final

from backend.delivery.models import Horizon

EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
Kind = Horizon.Kind


def kept_since(kind: str) -> datetime:
    """What was over before this is not stored any more; EVER: everything is."""
    return Horizon.objects.filter(pk=kind).values_list("since", flat=True).first() or EVER


def not_kept(*kinds: str, begins_at: datetime) -> str | None:
    """Why a range that begins then tells less than there was: a sentence for everybody. None: it does not."""
    since = Horizon.objects.filter(pk__in=kinds, since__gt=begins_at).order_by("-since").first()
    if since is None:
        return None
    day = f"{since.since.day} {since.since:%B %Y}"
    return f"What ended before {day} is older than what is kept of {since.get_kind_display()}, and is not counted."


def keep_since(*, kind: str, since: datetime | None) -> None:
    """None: everything is kept. What was removed before comes back from the source with the next full look."""
    if since is None:
        Horizon.objects.filter(pk=kind).delete()
    else:
        Horizon.objects.update_or_create(pk=kind, defaults={"since": since})
