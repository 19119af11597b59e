"""The four keys of delivery and the published bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas import dora
from backend.metrics.formulas.dora import BANDS, DAY, HOUR, MONTH, WEEK, YEAR, Key, band


def test_days_without_a_deployment_are_in_the_frequency() -> None:
    found = dora.frequency([2, 0, 0, 1, 0, 0, 0])
    assert (found.deployments, found.days, found.days_with) == (3, 7, 2)
    assert found.per_day == 3 / 7
    assert found.per_week == pytest.approx(3)
    assert found.by_count == ((0, 5), (1, 1), (2, 1))


def test_a_rare_deployment_is_never_rounded_down_to_none() -> None:
    found = dora.frequency([0] * 364 + [1])
    assert found.per_day == 1 / 365
    assert found.per_week == pytest.approx(7 / 365)


def test_what_cannot_be_measured_is_none() -> None:
    assert dora.frequency([]).per_day is None
    assert dora.frequency([]).per_week is None
    assert dora.failure_rate(deployments=0, failing=0) is None
    assert dora.restore_seconds(100, []) is None
    assert dora.restore_seconds(100, [None]) is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_the_days_by_count_are_all_days_and_all_deployments(counts: list[int]) -> None:
    found = dora.frequency(counts)
    assert sum(days for _, days in found.by_count) == found.days == len(counts)
    assert sum(count * days for count, days in found.by_count) == found.deployments == sum(counts)


def test_the_earliest_restores() -> None:
    assert dora.restore_seconds(100, [900, None, 400]) == 300


@pytest.mark.parametrize(
    ("key", "value", "year", "name"),
    [
        ("deployment_frequency", 3.0, 2024, "elite"),
        ("deployment_frequency", 1.0, 2024, "high"),
        ("deployment_frequency", 0.5, 2024, "high"),
        ("deployment_frequency", 1 / 8, 2024, "medium"),
        ("deployment_frequency", 1 / 31, 2024, "low"),
        ("deployment_frequency", 0.0, 2024, "low"),
        ("deployment_frequency", 0.5, 2021, "high"),
        ("deployment_frequency", 1 / 31, 2021, "medium"),
        ("deployment_frequency", 1 / 200, 2021, "low"),
        ("deployment_frequency", 2.0, 2022, "high"),
        ("deployment_frequency", 0.5, 2022, "medium"),
        ("lead_time", HOUR - 1, 2021, "elite"),
        ("lead_time", HOUR, 2021, "high"),
        ("lead_time", HOUR, 2022, "high"),
        ("lead_time", DAY - 1, 2023, "elite"),
        ("lead_time", DAY, 2023, "high"),
        ("lead_time", WEEK, 2024, "medium"),
        ("lead_time", MONTH, 2024, "low"),
        ("lead_time", 400 * DAY, 2024, "low"),
        ("change_failure_rate", 0.0, 2024, "elite"),
        ("change_failure_rate", 0.05, 2024, "elite"),
        ("change_failure_rate", 0.08, 2024, "high"),
        ("change_failure_rate", 0.21, 2024, "low"),
        ("change_failure_rate", 0.12, 2023, "medium"),
        ("change_failure_rate", 0.12, 2022, "high"),
        ("change_failure_rate", 0.2, 2021, "high"),
        ("change_failure_rate", 0.5, 2021, "low"),
        ("time_to_restore", 59 * 60, 2024, "elite"),
        ("time_to_restore", 23 * HOUR, 2024, "high"),
        ("time_to_restore", DAY, 2024, "low"),
        ("time_to_restore", DAY, 2023, "medium"),
        ("time_to_restore", DAY - 1, 2022, "high"),
    ],
)
def test_bands_are_those_of_the_report_of_a_year(
    key: Key, value: float, year: int, name: str
) -> None:
    found = band(key, value, year=year)
    assert found is not None
    assert (found.year, found.band.name) == (year, name)


def test_nothing_has_no_band() -> None:
    assert band("lead_time", None, year=YEAR) is None


def test_every_year_has_the_four_keys_and_an_end() -> None:
    assert max(BANDS) == YEAR
    for keys in BANDS.values():
        assert len(keys) == 4
        for bands in keys.values():
            assert [one.limit for one in bands if one.limit is None] == [None]
            assert bands[-1].limit is None
