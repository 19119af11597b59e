"""Working time against golden cases, and against counting minute by minute."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.metrics.formulas.pull_request import Stages
from backend.metrics.formulas.working_time import working_seconds, working_stages
from backend.people.calendars import Calendar, read_hours

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "working_time.json").read_text())
ZONES = ["UTC", "Europe/Berlin", "America/Havana", "America/St_Johns", "Pacific/Apia"]
HOURS = [
    "Mon-Fri 09:00-17:00",
    "Mon-Fri 08:00-12:00, 13:00-17:00; Sat 10:00-12:00",
    "Mon-Sun 22:00-06:00",
    "Sun 00:30-03:30",
    "Mon-Sun 00:00-24:00",
    "",
]
_calendars = st.builds(
    Calendar,
    time_zone=st.sampled_from(ZONES),
    hours=st.sampled_from(HOURS).map(read_hours),
    country=st.sampled_from(["", "DE"]),
    subdivision=st.just(""),
    days_off=st.frozensets(st.dates(date(2026, 3, 20), date(2026, 4, 10)), max_size=3),
)
_moments = st.datetimes(datetime(2025, 10, 20), datetime(2026, 11, 10)).map(  # noqa: DTZ001 - of UTC below
    lambda moment: int(moment.replace(tzinfo=UTC).timestamp())
)


def calendar(**told: Any) -> Calendar:
    return Calendar(
        time_zone=told.get("zone", "UTC"),
        hours=read_hours(told.get("hours", "Mon-Fri 09:00-17:00")),
        country=told.get("country", ""),
        subdivision=told.get("subdivision", ""),
        days_off=frozenset(date.fromisoformat(day) for day in told.get("off", ())),
    )


@pytest.mark.parametrize("case", GOLDEN, ids=[case["rule"] for case in GOLDEN])
def test_golden(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["calendar"].get("zone", "UTC"))
    begin, end = (
        int(datetime.fromisoformat(case[name]).replace(tzinfo=zone).timestamp())
        for name in ("from", "to")
    )
    assert working_seconds(begin, end, calendar(**case["calendar"])) == case["hours"] * 3600


@given(_calendars, _moments, _moments, _moments)
@settings(deadline=None)
def test_parts_add_up_and_are_no_longer_than_what_elapsed(
    kept: Calendar, first: int, second: int, third: int
) -> None:
    start, middle, end = sorted((first, second, third))
    whole = working_seconds(start, end, kept)
    parts = working_seconds(start, middle, kept), working_seconds(middle, end, kept)
    assert sum(parts) == whole
    assert 0 <= min(parts) <= whole <= end - start
    assert working_seconds(end, start, kept) == -whole


@given(_calendars, _moments, st.integers(0, 40 * 24 * 60))
@settings(deadline=None, max_examples=40)
def test_it_is_what_counting_minute_by_minute_comes_to(
    kept: Calendar, start: int, minutes: int
) -> None:
    start -= start % 60
    zone = ZoneInfo(kept.time_zone)
    off = holidays.country_holidays("DE", years=[2025, 2026]) if kept.country else {}

    def works(moment: int) -> bool:
        local = datetime.fromtimestamp(moment, zone)
        minute = local.hour * 60 + local.minute
        return (
            local.date() not in off
            and local.date() not in kept.days_off
            and any(begin <= minute < end for begin, end in kept.hours[local.weekday()])
        )

    counted = sum(works(start + 60 * minute) for minute in range(minutes)) * 60
    found = working_seconds(start, start + 60 * minutes, kept)
    changes = sum(
        abs(_offset(start + 3600 * hour, zone) - _offset(start + 3600 * (hour - 1), zone))
        for hour in range(1, minutes // 60 + 2)
    )
    # A clock that is put on or back within working hours may count the hour once or twice.
    assert abs(found - counted) <= changes


def _offset(moment: int, zone: ZoneInfo) -> float:
    told = datetime.fromtimestamp(moment, zone).utcoffset()
    assert told is not None
    return told / timedelta(seconds=1)


@given(_calendars, _moments, st.lists(st.integers(0, 500_000), min_size=4, max_size=4))
@settings(deadline=None)
def test_working_stages_add_up_to_the_working_cycle(
    kept: Calendar, started: int, lengths: list[int]
) -> None:
    stages = Stages(*lengths)
    worked = working_stages(started, stages, kept)
    assert worked.total == working_seconds(started, started + stages.total, kept)
    for name in ("coding", "pickup", "review", "merge"):
        assert 0 <= getattr(worked, name) <= getattr(stages, name)
