"""The 72 hours of GDPR Art. 33(1), judged from the facts of an incident. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

TIME: Final = timedelta(hours=72)
"""From when it was known until the authority is told, where feasible."""
REMINDERS: Final = (24, 48, 66)
"""Hours after which owners and administrators are reminded."""
SOON: Final = timedelta(hours=24)

Standing = Literal[
    "running", "soon", "overdue", "notified", "notified_late", "not_notified", "no_personal_data"
]
WAITING: Final = frozenset({"running", "soon", "overdue"})
"""While nobody was told and nothing was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    detected_at: datetime
    personal_data: bool | None
    """None: not known yet, so that the clock runs."""
    notified_at: datetime | None = None
    not_notified_at: datetime | None = None


def due_at(detected_at: datetime) -> datetime:
    return detected_at + TIME


def is_late(detected_at: datetime, notified_at: datetime) -> bool:
    """Whether the authority must be told why it took so long."""
    return notified_at > due_at(detected_at)


def standing(of: Facts, *, now: datetime) -> Standing:
    """What was done last counts: who decided not to notify can still notify."""
    if of.notified_at is not None:
        return "notified_late" if is_late(of.detected_at, of.notified_at) else "notified"
    if of.not_notified_at is not None:
        return "not_notified"
    if of.personal_data is False:
        return "no_personal_data"
    left = due_at(of.detected_at) - now
    if left < timedelta():
        return "overdue"
    return "soon" if left <= SOON else "running"


def reminders_due(detected_at: datetime, *, now: datetime) -> tuple[int, ...]:
    """All whose time has come, by their hours. The last is the one to send; it takes the place of those before it."""
    return tuple(hours for hours in REMINDERS if now - detected_at >= timedelta(hours=hours))
