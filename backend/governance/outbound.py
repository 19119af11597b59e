"""The outbound ledger as reviewers read it: destinations against the configuration, and what each was asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from backend.governance.destinations import Permitted, opened_destinations, permitted_destinations
from backend.outbound.models import Traffic

Standing = Literal["waiting", "asked", "quiet", "never_asked", "led_to", "not_configured"]
"""waiting: configured, and not opened by the host. quiet: configured, and asked before the range alone. led_to: by the
redirect of a source, for a file.
"""


@dataclass(frozen=True)
class Range:
    """Days in UTC, both of them included."""

    first: date
    last: date

    def traffic(self, destination: str = "") -> QuerySet[Traffic]:
        begin = datetime.combine(self.first, time(), UTC)
        end = datetime.combine(self.last + timedelta(days=1), time(), UTC)
        rows = Traffic.objects.filter(hour__gte=begin, hour__lt=end)
        return rows.filter(destination=destination) if destination else rows


@dataclass(frozen=True)
class Total:
    """Of requests, in bytes. Times are None where there was none."""

    requests: int = 0
    refused: int = 0
    failed: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


_ORDER: Final[tuple[Standing, ...]] = (
    *("not_configured", "waiting", "led_to", "asked", "quiet", "never_asked"),
)
_TOTAL = {
    **{name: Sum(name) for name in ("requests", "refused", "failed")},
    **{name: Sum(name) for name in ("bytes_sent", "bytes_received")},
    "first_at": Min("first_at"),
    "last_at": Max("last_at"),
}


@dataclass(frozen=True)
class Destination:
    name: str
    purposes: tuple[str, ...]
    because: tuple[str, ...]
    standing: Standing
    total: Total


@dataclass(frozen=True)
class Day:
    day: date
    total: Total


@dataclass(frozen=True)
class Asked:
    """One query at a destination, for one purpose."""

    digest: str
    interface: str
    name: str
    asked: tuple[str, ...]
    kept: tuple[str, ...] | None
    first_asked_at: datetime
    purpose: str
    total: Total


def destinations(within: Range) -> list[Destination]:
    """Those that were asked within the range, and those that are configured. Those that need a look come first."""
    permitted = {one.destination: one for one in permitted_destinations()}
    opened = opened_destinations()
    shut = permitted.keys() - (permitted.keys() if opened is None else opened)
    rows = (
        within.traffic()
        .values("destination")
        .annotate(purposes=ArrayAgg("purpose", distinct=True), **_TOTAL)
    )
    asked = {row.pop("destination"): row for row in map(_plain, rows)}
    found = [
        _destination(name, permitted.get(name), asked.get(name), is_shut=name in shut)
        for name in permitted.keys() | asked.keys()
    ]
    return sorted(found, key=lambda one: (_ORDER.index(one.standing), one.name))


def days(within: Range, destination: str = "") -> list[Day]:
    """Each day of the range, also those on which nothing left."""
    by_day = within.traffic(destination).annotate(day=TruncDate("hour", tzinfo=UTC)).values("day")
    told = {row.pop("day"): Total(**row) for row in map(_plain, by_day.annotate(**_TOTAL))}
    length = (within.last - within.first).days + 1
    every = (within.first + timedelta(days=number) for number in range(length))
    return [Day(day, told.get(day, Total())) for day in every]


def queries(within: Range, destination: str) -> list[Asked]:
    """What a destination was asked, what weighs most first."""
    rows = (
        within.traffic(destination)
        .values(
            "purpose",
            digest=F("query_id"),
            interface=F("query__interface"),
            name=F("query__name"),
            asked=F("query__asked"),
            kept=F("query__kept"),
            first_asked_at=F("query__first_asked_at"),
        )
        .annotate(**_TOTAL)
        .order_by("-bytes_received", "name", "digest")
    )
    return [_asked(row) for row in map(_plain, rows)]


def hours(within: Range, destination: str = "") -> Iterator[Traffic]:
    """Every row, oldest first, each with its query."""
    rows = within.traffic(destination).select_related("query")
    return rows.order_by("hour", "destination", "purpose", "query_id").iterator()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of its own, to be taken apart."""
    return dict(row)


def _destination(
    name: str, permitted: Permitted | None, row: dict[str, Any] | None, *, is_shut: bool
) -> Destination:
    purposes = row.pop("purposes") if row else ()
    wanted = permitted.purposes if permitted else ()
    return Destination(
        name=name,
        purposes=tuple(dict.fromkeys((*wanted, *purposes))),
        because=permitted.because if permitted else (),
        standing="waiting" if is_shut else _standing(name, permitted, purposes),
        total=Total(**row) if row else Total(),
    )


def _standing(name: str, permitted: Permitted | None, purposes: tuple[str, ...]) -> Standing:
    if permitted is None:
        return "led_to" if set(purposes) == {Traffic.Purpose.FILES} else "not_configured"
    if purposes:
        return "asked"
    return "quiet" if Traffic.objects.filter(destination=name).exists() else "never_asked"


def _asked(row: dict[str, Any]) -> Asked:
    total = Total(**{name: row.pop(name) for name in _TOTAL})
    kept = row.pop("kept")
    return Asked(
        asked=tuple(row.pop("asked")),
        kept=None if kept is None else tuple(kept),
        total=total,
        **row,
    )
