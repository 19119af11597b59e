"""Days and weeks of a time zone: a day is a day there, across daylight-saving changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC, where midnight is skipped or comes twice as well."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(start: date, end: date) -> list[date]:
    """Mondays of the weeks that a half-open range touches."""
    first = monday(start)
    count = max(0, -((first - end) // WEEK))
    return [first + index * WEEK for index in range(count)]


def is_partial(week: date, start: date, end: date, today: date) -> bool:
    """Whether a week is not whole in the range, or not over yet."""
    return week < start or week + WEEK > end or week + WEEK > today
