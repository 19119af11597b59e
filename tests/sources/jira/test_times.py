"""Any time that Jira writes is the same instant, whatever its offset."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sources.jira.times import day, moment

ZONES = (
    *("UTC", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"),
    *("Pacific/Apia", "Europe/Berlin", "America/New_York", "Pacific/Chatham", "Africa/Monrovia"),
)
START = datetime(1980, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 110 * 366 * 86_400_000).map(
    lambda milliseconds: START + timedelta(milliseconds=milliseconds)
)


def written(at: datetime, colon: bool) -> str:  # noqa: FBT001
    """2026-08-21T12:00:00.000+0530, or +05:30 as boards have it."""
    offset = f"{at:%z}"
    if colon:
        offset = f"{offset[:3]}:{offset[3:]}"
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}{offset}"


@given(INSTANTS, st.sampled_from(ZONES), st.booleans())
def test_a_time_of_any_zone_is_its_instant(at: datetime, zone: str, colon: bool) -> None:  # noqa: FBT001
    """Hours that a clock shows twice, or never, are told apart by the offset."""
    assert moment(written(at.astimezone(ZoneInfo(zone)), colon)) == at


@given(INSTANTS, st.integers(-18 * 60, 18 * 60), st.booleans())
def test_a_time_of_any_offset_is_its_instant(at: datetime, minutes: int, colon: bool) -> None:  # noqa: FBT001
    told = moment(written(at.astimezone(timezone(timedelta(minutes=minutes))), colon))
    assert told == at
    assert told.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25T02:30:00.000+0200", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00.000+0100", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-08-21T12:00:00.000-0330", datetime(2026, 8, 21, 15, 30, tzinfo=UTC)),
        ("2026-08-21T12:00:00Z", datetime(2026, 8, 21, 12, tzinfo=UTC)),
        (" 2026-08-21T12:00:00.5+00 ", datetime(2026, 8, 21, 12, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_how_jira_writes_times(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize("factor", [1, 1000], ids=["seconds", "milliseconds"])
@given(at=st.integers(1_000_000_000, 4_000_000_000))
def test_numbers_are_seconds_or_milliseconds(factor: int, at: int) -> None:
    assert moment(at * factor) == datetime.fromtimestamp(at, UTC)


def test_a_fraction_of_a_second_is_kept() -> None:
    assert moment(1_714_579_221.5) == datetime(2024, 5, 1, 16, 0, 21, 500_000, tzinfo=UTC)


@given(
    st.one_of(st.none(), st.booleans(), st.text(), st.integers(), st.floats(), st.lists(st.none()))
)
def test_whatever_is_no_time_is_told_as_such(value: object) -> None:
    try:
        told = moment(value)
    except ValueError:
        return
    assert told.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "value",
    ["2026-08-21T12:00:00.000", "2026-08-21", "0001-01-01T00:00:00+1400", True, None, 10**30],
    ids=["no offset", "a date", "before the calendar", "truth", "nothing", "too large"],
)
def test_what_nobody_knows_the_instant_of_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"time|iso|year"):
        moment(value)


def test_dates_of_versions() -> None:
    assert day("2026-08-21") == day("2026-08-21T00:00:00.000+0530") == date(2026, 8, 21)
    with pytest.raises(ValueError, match="no date"):
        day(None)
