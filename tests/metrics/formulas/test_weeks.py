"""Weeks begin on a Monday's first moment, in every zone, across changes of its clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas.weeks import WEEK, day_of, is_partial, midnight, monday, weeks

# Havana repeats midnight in autumn and skips it in spring.
ZONES = ["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Pacific/Kiritimati"]
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(days, st.sampled_from(ZONES))
def test_midnight_is_the_first_moment_of_its_day(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    first = midnight(day, zone)
    assert day_of(first, zone) == day
    assert day_of(first - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("week", "hours"),
    [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169), (date(2026, 6, 1), 168)],
)
def test_a_week_with_a_change_of_the_clock_is_an_hour_shorter_or_longer(
    week: date, hours: int
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert midnight(week + WEEK, zone) - midnight(week, zone) == timedelta(hours=hours)


def test_the_same_moment_is_in_different_weeks_of_different_zones() -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert monday(day_of(moment, ZoneInfo("UTC"))) == date(2026, 2, 23)
    assert monday(day_of(moment, ZoneInfo("Europe/Berlin"))) == date(2026, 3, 2)


@given(days, st.integers(1, 100))
def test_weeks_cover_the_range_and_no_more(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    found = weeks(start, end)
    assert found[0] <= start < found[0] + WEEK
    assert found[-1] < end <= found[-1] + WEEK
    assert all(later - earlier == WEEK for earlier, later in pairwise(found))


def test_a_week_is_partial_at_the_edges_and_while_it_goes_on() -> None:
    week = date(2026, 3, 2)
    assert not is_partial(week, week, week + WEEK, today=week + WEEK)
    assert is_partial(week, week + timedelta(days=1), week + WEEK, today=week + WEEK)
    assert is_partial(week, week, week + WEEK - timedelta(days=1), today=week + WEEK)
    assert is_partial(week, week, week + WEEK, today=week + WEEK - timedelta(days=1))
