"""Since when work is kept. Retention moves it, and whoever stores what a source tells keeps to it."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from backend.delivery.models import Horizon

EVER: Final = datetime(1, 1, 1, tzinfo=UTC)
Kind = Horizon.Kind


def kept_since(kind: str) -> datetime:
    """What was over before this is not stored any more; EVER: everything is."""
    return Horizon.objects.filter(pk=kind).values_list("since", flat=True).first() or EVER


class Horizons:
    """All of them, for the answer to one question: one statement, when the first is asked for."""

    @cached_property
    def _known(self) -> dict[str, datetime]:
        return dict(Horizon.objects.values_list("kind", "since"))

    def since(self, kind: str) -> datetime:
        """As `kept_since`."""
        return self._known.get(kind, EVER)

    def not_kept(self, *kinds: str, begins_at: datetime) -> str | None:
        """Why a range that begins then tells less than there was: a sentence for everybody. None: it does not."""
        kind = max(kinds, key=self.since)
        since = self.since(kind)
        if since <= begins_at:
            return None
        day = f"{since.day} {since:%B %Y}"
        return f"What ended before {day} is older than what is kept of {Kind(kind).label}, and is not counted."


def keep_since(*, kind: str, since: datetime | None) -> None:
    """None: everything is kept. What was removed before comes back from the source with the next full look."""
    if since is None:
        Horizon.objects.filter(pk=kind).delete()
    else:
        Horizon.objects.update_or_create(pk=kind, defaults={"since": since})
