"""On 1 June and 1 December, and made up for where the appliance was off."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.governance.asvs.schedule import DAYS, is_due, last_due, next_due

DATES = st.dates(date(2024, 1, 1), date(2060, 1, 1))


@given(DATES)
def test_every_day_lies_between_two_of_them(on: date) -> None:
    last, coming = last_due(on), next_due(on)
    assert last <= on < coming
    assert {(last.month, last.day), (coming.month, coming.day)} == set(DAYS)
    assert 181 <= (coming - last).days <= 184


@given(DATES, DATES)
def test_one_is_due_when_a_day_has_come_since_the_last_one(on: date, last: date) -> None:
    assert is_due(on, last) == any(
        last < date(year, *day) <= on for year in range(2024, 2061) for day in DAYS
    )


@pytest.mark.parametrize(
    ("on", "last", "due"),
    [
        (date(2026, 6, 1), date(2025, 12, 1), True),
        (date(2026, 6, 1), date(2026, 6, 1), False),
        (date(2026, 11, 30), date(2026, 6, 1), False),
        (date(2026, 12, 1), date(2026, 6, 1), True),
        (date(2027, 2, 1), date(2026, 7, 1), True),
        (date(2026, 8, 1), None, True),
    ],
)
def test_examples(on: date, last: date | None, due: bool) -> None:  # noqa: FBT001 - parametrised
    assert is_due(on, last) is due
