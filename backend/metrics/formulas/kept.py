"""How much is known of a time where what ended before a moment has been removed."""

from datetime import datetime
from enum import Enum


class Kept(Enum):
    ALL = "all"
    PART = "part"
    """What is known is less than there was."""
    NOTHING = "nothing"
    """Nobody can say what there was: so it is no 0."""


def kept(begins_at: datetime, ends_at: datetime, *, since: datetime) -> Kept:
    """Of a half-open time."""
    if ends_at <= since:
        return Kept.NOTHING
    return Kept.ALL if begins_at >= since else Kept.PART
