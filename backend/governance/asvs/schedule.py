"""When the appliance assesses itself: on 1 June and 1 December. Pure."""

from datetime import date
from typing import Final

DAYS: Final = ((6, 1), (12, 1))


def last_due(on: date) -> date:
    """The day of the two that came last, that day included."""
    days = (date(year, *day) for year in (on.year - 1, on.year) for day in DAYS)
    return max(day for day in days if day <= on)


def next_due(on: date) -> date:
    days = (date(year, *day) for year in (on.year, on.year + 1) for day in DAYS)
    return min(day for day in days if day > on)


def is_due(on: date, last: date | None) -> bool:
    """Whether one is missing since the last of the two days. `last`: of the last one by schedule, if there was any."""
    return last is None or last < last_due(on)
