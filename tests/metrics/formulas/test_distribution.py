from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas.distribution import BUCKETS, QUANTILES, percentile_cont, shares

values = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 10, 11, 100])
def test_quantiles_are_those_of_the_database(size: int) -> None:
    numbers = [(index * 7919) % 1000 for index in range(size)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(%s::float8[]) WITHIN GROUP (ORDER BY n) "
            "FROM unnest(%s::bigint[]) n",
            [list(QUANTILES), numbers],
        )
        (told,) = cursor.fetchone()
    assert told == [percentile_cont(numbers, quantile) for quantile in QUANTILES]


def test_no_values_have_no_median() -> None:
    assert percentile_cont([], 0.5) is None


@given(values)
def test_a_median_lies_between_the_extremes(numbers: list[int]) -> None:
    median = percentile_cont(numbers, 0.5)
    assert median is not None
    assert min(numbers) <= median <= max(numbers)


@given(st.integers(0, 10**8), st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
def test_shares_add_up_to_the_total_and_none_is_negative(total: int, parts: list[int]) -> None:
    found = shares(total / 2, parts)
    assert min(found) >= 0
    assert sum(found) == pytest.approx(total / 2 if any(parts) else 0, abs=1e-6)


def test_buckets_double() -> None:
    assert BUCKETS[0] == 900
    assert all(upper == 2 * lower for lower, upper in pairwise(BUCKETS))
