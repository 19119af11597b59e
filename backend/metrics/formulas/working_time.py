"""How much of a time a team works, by its calendar.

The difference of one running total at two moments, so that parts of a time always add up to the whole.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import metadata
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import holidays

from backend.metrics.formulas.pull_request import Stages
from backend.metrics.formulas.weeks import midnight
from backend.people.calendars import DAY, Calendar

VERSION = f"1 with holidays {metadata.version('holidays')}"
_ONE = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def working_seconds(start: int, end: int, calendar: Calendar) -> int:
    """Of the seconds between two moments (since 1970, in UTC), those in working hours; below 0 where end < start."""
    # A year's days in a time zone reach into the years beside it.
    years = range(_year(min(start, end)) - 1, _year(max(start, end)) + 2)
    return sum(_worked(calendar, year, end) - _worked(calendar, year, start) for year in years)


def working_stages(started: int, stages: Stages, calendar: Calendar) -> Stages:
    """The stages of a pull request in working seconds; they add up to those of its cycle."""
    bounds = list(
        accumulate((stages.coding, stages.pickup, stages.review, stages.merge), initial=started)
    )
    coding, pickup, review, merge = (
        working_seconds(begin, end, calendar) for begin, end in pairwise(bounds)
    )
    return Stages(coding, pickup, review, merge)


def _year(moment: int) -> int:
    return datetime.fromtimestamp(moment, UTC).year


def _worked(calendar: Calendar, year: int, moment: int) -> int:
    """Working seconds of a year until a moment: none before it, all after it."""
    begins, lengths, totals = _spans(calendar, year)
    index = bisect_right(begins, moment) - 1
    if index < 0:
        return 0
    return totals[index] + min(moment - begins[index], lengths[index])


@lru_cache(maxsize=1024)
def _spans(calendar: Calendar, year: int) -> tuple[list[int], list[int], list[int]]:
    """The spans of work of a year's days in order and apart: when each begins, how long it is, what came before it."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return [], [], []
    off = _days_off(calendar, year)
    begins: list[int] = []
    lengths: list[int] = []
    last = 0
    for begin, end in _of_year(calendar, year, off):
        # A time that a change of the clock skips, or that it tells twice, counts once.
        start = max(begin, last)
        if end > start:
            begins.append(start)
            lengths.append(end - start)
            last = end
    return begins, lengths, list(accumulate(lengths, initial=0))


def _of_year(calendar: Calendar, year: int, off: Collection[date]) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(calendar.time_zone)
    day = date(year, 1, 1)
    while day.year == year:
        if day not in off:
            for begin, end in calendar.hours[day.weekday()]:
                yield _moment(day, begin, zone), _moment(day, end, zone)
        day += _ONE


def _moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    if minutes == DAY:
        return int(midnight(day + _ONE, zone).timestamp())
    return int(
        datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
        .astimezone(UTC)
        .timestamp()
    )


def _days_off(calendar: Calendar, year: int) -> set[date]:
    found = {day for day in calendar.days_off if day.year == year}
    if calendar.country:
        found |= set(
            holidays.country_holidays(
                calendar.country, subdiv=calendar.subdivision or None, years=year
            )
        )
    return found
