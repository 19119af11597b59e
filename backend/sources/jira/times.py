"""Times as Jira writes them: with the offset of the account's zone, or of the server's, or as a number."""

from datetime import UTC, date, datetime
from typing import Final

_MILLISECONDS_FROM: Final = 100_000_000_000
"""Numbers above are milliseconds since 1970, below seconds: the year 5138 in seconds is 1973 in milliseconds."""


def moment(value: object) -> datetime:
    """The instant, in UTC. Raises ValueError for what is no time, or tells no offset: nobody knows what it means."""
    if isinstance(value, datetime):
        told = value
    elif isinstance(value, str):
        told = _parsed(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
        told = _since_1970(seconds)
    else:
        raise ValueError("no time")  # noqa: TRY004 - whoever reads shapes wants one kind of error
    if told.tzinfo is None:
        raise ValueError("a time without an offset")
    try:
        return told.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time out of range") from None


def day(value: object) -> date:
    """A date, or the date that a time begins with. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("no date")  # noqa: TRY004 - as above
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        raise ValueError("no date") from None


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # Python's own words repeat the text, which is anybody's.
        raise ValueError("no time") from None


def _since_1970(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError("a time out of range") from None
