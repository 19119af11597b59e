"""How much is known of a time is told of its parts as of the whole, and never grows as the horizon moves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.store.horizons import EVER
from backend.metrics.formulas.kept import Kept, kept

HORIZON = datetime(2025, 10, 16, tzinfo=UTC)
LEAST = timedelta(microseconds=1)
_RANK = {Kept.NOTHING: 0, Kept.PART: 1, Kept.ALL: 2}
_moments = st.integers(-30 * 24, 30 * 24).map(lambda hours: HORIZON + timedelta(hours=hours))
_three = st.lists(_moments, min_size=3, max_size=3, unique=True).map(sorted)


@pytest.mark.parametrize(
    ("begins_at", "ends_at", "found"),
    [
        pytest.param(HORIZON - LEAST, HORIZON, Kept.NOTHING, id="ends with it"),
        pytest.param(HORIZON - LEAST, HORIZON + LEAST, Kept.PART, id="holds it"),
        pytest.param(HORIZON, HORIZON + LEAST, Kept.ALL, id="begins with it"),
    ],
)
def test_at_the_horizon(begins_at: datetime, ends_at: datetime, found: Kept) -> None:
    assert kept(begins_at, ends_at, since=HORIZON) is found


@given(_three, _moments)
def test_of_a_whole_it_is_as_of_its_parts(times: list[datetime], since: datetime) -> None:
    begin, middle, end = times
    parts = {kept(begin, middle, since=since), kept(middle, end, since=since)}
    whole = kept(begin, end, since=since)
    assert whole is (parts.pop() if len(parts) == 1 else Kept.PART)


@given(_three, _three)
def test_a_later_horizon_leaves_no_more(times: list[datetime], horizons: list[datetime]) -> None:
    earlier, _, later = horizons
    ranks = [_RANK[kept(times[0], times[2], since=since)] for since in (earlier, later)]
    assert ranks[0] >= ranks[1]


@given(_three)
def test_all_is_known_where_there_is_none(times: list[datetime]) -> None:
    assert kept(times[0], times[2], since=EVER) is Kept.ALL
