"""The four keys of delivery, and the bands that the DORA reports put them in.

The rules stand in docs/metrics.md under "Delivery". Rates are ratios, never rounded; what cannot be measured is None.
The bands are published in the State of DevOps Reports, named here by their year: a reference, and no grade of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

VERSION: Final = 1
"""Of what `metrics.deployments` computes: contents, roles, lead times and fixes."""

Key = Literal["deployment_frequency", "lead_time", "change_failure_rate", "time_to_restore"]

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
MONTH: Final = 30 * DAY
SIX_MONTHS: Final = 6 * MONTH
DAYS_OF_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Frequency:
    """Successful deployments over the days of a range, those without any included."""

    deployments: int
    days: int
    days_with: int
    per_day: float | None
    """None: the range has no day."""
    by_count: tuple[tuple[int, int], ...]
    """How many deployments a day, and on how many days; days with none too."""

    @property
    def per_week(self) -> float | None:
        return None if self.per_day is None else self.per_day * DAYS_OF_WEEK


def frequency(counts: Sequence[int]) -> Frequency:
    """`counts` holds the deployments of each day (or week) of the range in turn."""
    deployments, days = sum(counts), len(counts)
    return Frequency(
        deployments=deployments,
        days=days,
        days_with=sum(1 for count in counts if count),
        per_day=deployments / days if days else None,
        by_count=tuple((count, counts.count(count)) for count in sorted(set(counts))),
    )


def failure_rate(*, deployments: int, failing: int) -> float | None:
    """Successful deployments that something had to fix, of all successful ones; None: there is none."""
    return failing / deployments if deployments else None


def restore_seconds(finished_at: int, restored_at: Sequence[int | None]) -> int | None:
    """From a failing deployment's finish to the earliest of what restored it; None: nothing has yet."""
    moments = [at for at in restored_at if at is not None]
    return min(moments) - finished_at if moments else None


BandName = Literal["elite", "high", "medium", "low"]
_BAND_NAMES: Final[tuple[BandName, ...]] = ("elite", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Band:
    name: BandName
    text: str
    """As published."""
    limit: float | None
    """The worst value that is still of the band: seconds, a ratio, or deployments a day. None: all the rest."""


@dataclass(frozen=True, slots=True)
class Banded:
    year: int
    band: Band


def band(key: Key, value: float | None, *, year: int) -> Banded | None:
    """The best band whose limit a value meets, by the report of a year; None: there is no value.

    The published ranges leave gaps between them, and the failure rates of 2023 and 2024 are single figures. So a
    value is held against the far end of each band, the best first, and what meets none is of the last one.
    """
    if value is None:
        return None
    bands = BANDS[year][key]
    for one in bands[:-1]:
        if one.limit is not None and _meets(key, value, one.limit):
            return Banded(year, one)
    return Banded(year, bands[-1])


def _meets(key: Key, value: float, limit: float) -> bool:
    """Of durations only what is shorter than the limit: "less than one day"; "multiple" a day is more than one."""
    if key == "deployment_frequency":
        return value > limit if limit == _DAILY else value >= limit
    return value <= limit if key == "change_failure_rate" else value < limit


def _bands(*rows: tuple[str, float | None]) -> tuple[Band, ...]:
    """Best first; where there are three, none is elite."""
    names = _BAND_NAMES[len(_BAND_NAMES) - len(rows) :]
    return tuple(Band(name, *row) for name, row in zip(names, rows, strict=True))


_DAILY: Final = 1.0
_DAILY_TO_WEEKLY: Final = ("between once per day and once per week", 1 / 7)
_WEEKLY_TO_MONTHLY: Final = ("between once per week and once per month", 1 / 30)
_MONTHLY_TO_SIX_MONTHLY: Final = ("between once per month and once every six months", 1 / 180)
_ON_DEMAND: Final = ("on demand (multiple deploys per day)", _DAILY)
_REST: Final = None

BANDS: Final[Mapping[int, Mapping[Key, tuple[Band, ...]]]] = {
    2021: {
        "deployment_frequency": _bands(
            _ON_DEMAND,
            _WEEKLY_TO_MONTHLY,
            _MONTHLY_TO_SIX_MONTHLY,
            ("fewer than once per six months", _REST),
        ),
        "lead_time": _bands(
            ("less than one hour", HOUR),
            ("between one day and one week", WEEK),
            ("between one month and six months", SIX_MONTHS),
            ("more than six months", _REST),
        ),
        "change_failure_rate": _bands(
            ("0 to 15 %", 0.15), ("16 to 30 %", 0.30), ("16 to 30 %", 0.30), ("16 to 30 %", _REST)
        ),
        "time_to_restore": _bands(
            ("less than one hour", HOUR),
            ("less than one day", DAY),
            ("between one day and one week", WEEK),
            ("more than six months", _REST),
        ),
    },
    2022: {
        "deployment_frequency": _bands(
            _ON_DEMAND, _WEEKLY_TO_MONTHLY, (_MONTHLY_TO_SIX_MONTHLY[0], _REST)
        ),
        "lead_time": _bands(
            ("between one day and one week", WEEK),
            ("between one week and one month", MONTH),
            ("between one month and six months", _REST),
        ),
        "change_failure_rate": _bands(
            ("0 to 15 %", 0.15), ("16 to 30 %", 0.30), ("46 to 60 %", _REST)
        ),
        "time_to_restore": _bands(
            ("less than one day", DAY),
            ("between one day and one week", WEEK),
            ("between one week and one month", _REST),
        ),
    },
    2023: {
        "deployment_frequency": _bands(
            _ON_DEMAND,
            _DAILY_TO_WEEKLY,
            _WEEKLY_TO_MONTHLY,
            (_WEEKLY_TO_MONTHLY[0], _REST),
        ),
        "lead_time": _bands(
            ("less than one day", DAY),
            ("between one day and one week", WEEK),
            ("between one week and one month", MONTH),
            ("between one week and one month", _REST),
        ),
        "change_failure_rate": _bands(
            ("5 %", 0.05), ("10 %", 0.10), ("15 %", 0.15), ("64 %", _REST)
        ),
        "time_to_restore": _bands(
            ("less than one hour", HOUR),
            ("less than one day", DAY),
            ("between one day and one week", WEEK),
            ("between one month and six months", _REST),
        ),
    },
    2024: {
        "deployment_frequency": _bands(
            _ON_DEMAND,
            _DAILY_TO_WEEKLY,
            _WEEKLY_TO_MONTHLY,
            (_MONTHLY_TO_SIX_MONTHLY[0], _REST),
        ),
        "lead_time": _bands(
            ("less than one day", DAY),
            ("between one day and one week", WEEK),
            ("between one week and one month", MONTH),
            ("between one month and six months", _REST),
        ),
        # As published: the medium cluster's rate is the lower one.
        "change_failure_rate": _bands(
            ("5 %", 0.05), ("20 %", 0.20), ("10 %", 0.10), ("40 %", _REST)
        ),
        "time_to_restore": _bands(
            ("less than one hour", HOUR),
            ("less than one day", DAY),
            ("less than one day", DAY),
            ("between one week and one month", _REST),
        ),
    },
}
"""By year of the report, best first. Of 2022 there are three clusters."""

YEAR: Final = max(BANDS)
"""The latest report with bands."""
