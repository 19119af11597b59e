"""Compute which stretches of each team's time figures must not cut, and store them where they changed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from backend import clock
from backend.metrics.formulas import weeks as calendar
from backend.metrics.formulas.cubes import ALL_TEAMS, Calendar, Group, Period, cubes, spans
from backend.metrics.models import UncutBasis, UncutSpan
from backend.metrics.suppression.sources import SOURCES, Source
from backend.people.models import Team
from backend.people.store import organisation

FIXED_DAYS: Final = (30, 90, 365)
"""The ranges that pages offer, to today; each is compared with the one before."""
AGAIN_AFTER: Final = timedelta(minutes=5)
_COST: Final = {"week": 1, "month": 4, "before": 4, "range": 12}
_EDGES: Final = sorted({-days for fixed in FIXED_DAYS for days in (fixed, 2 * fixed)} | {0})
_LOCK: Final = 7_301_300
_GROUPS: Final = """
    WITH belongs AS (
        SELECT id, array_agg(team_id ORDER BY team_id) AS teams FROM ({teams}) belonging GROUP BY id
    )
    SELECT belongs.teams, min(fact.at), array_agg(DISTINCT person) FILTER (WHERE person IS NOT NULL),
        {columns}
    FROM ({facts}) fact LEFT JOIN belongs USING (id)
    GROUP BY belongs.teams, {columns}
"""
_COLUMNS: Final = (
    "date_trunc('week', at AT TIME ZONE %(zone{0})s)::date",
    "date_trunc('month', at AT TIME ZONE %(zone{0})s)::date",
    "width_bucket((at AT TIME ZONE %(zone{0})s)::date - %(end{0})s::date, %(edges)s::integer[])",
)
_Row = tuple[Any, ...]


def recompute_if_due() -> bool:
    """Whether it was: not where it was done a moment ago, or is being done by another process."""
    done = UncutBasis.objects.filter(pk=1).first()
    if done and timezone.now() - done.computed_at < AGAIN_AFTER:
        return False
    return recompute()


@transaction.atomic
def recompute() -> bool:
    """What did not change is not written. False: another process is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
    if not alone:
        return False
    for family, source in SOURCES.items():
        _store(family, list(_rows(source)))
    UncutBasis.objects.update_or_create(pk=1, defaults={"computed_at": timezone.now()})
    return True


def _rows(source: Source) -> Iterator[_Row]:
    home = organisation()
    zones = [home.time_zone]
    zone_of: dict[int, int] = {}
    for team, name in Team.objects.exclude(time_zone="").values_list("pk", "time_zone"):
        if name not in zones:
            zones.append(name)
        zone_of[team] = zones.index(name)
    groups = list(_groups(source, zones))
    costs = {period: _COST[period[0]] for one in groups for some in one.periods for period in some}
    found = cubes(groups, calendar=Calendar(zone_of, costs), minimum=home.minimum_group_size)
    for number, cube in enumerate(found):
        for span in spans(cube):
            whose = None if span.team == ALL_TEAMS else span.team
            yield number, whose, span.starts_at, span.ends_at, span.value, span.is_wide


def _groups(source: Source, zones: list[str]) -> Iterator[Group]:
    todays = [calendar.day_of(clock.now(), ZoneInfo(zone)) for zone in zones]
    columns = ", ".join(one.format(index) for index in range(len(zones)) for one in _COLUMNS)
    values: dict[str, Any] = {"edges": _EDGES, "home": zones[0]}
    for index, (zone, today) in enumerate(zip(zones, todays, strict=True)):
        values |= {f"zone{index}": zone, f"end{index}": today + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUPS.format(teams=source.teams, facts=source.facts, columns=columns), values
        )
        for teams, at, people, *when in cursor:
            yield Group(
                teams=frozenset((ALL_TEAMS, *(teams or ()))),
                at=at,
                periods=tuple(
                    _periods(week, month, bucket, today)
                    for today, week, month, bucket in zip(
                        todays, when[0::3], when[1::3], when[2::3], strict=True
                    )
                ),
                people=frozenset(people or ()),
            )


def _periods(week: date, month: date, bucket: int, today: date) -> tuple[Period, ...]:
    """A week or month that is not over is not told as one."""
    found: list[Period] = []
    if week + calendar.WEEK <= today:
        found.append(("week", week))
    if month < today.replace(day=1):
        found.append(("month", month))
    if 0 < bucket < len(_EDGES):
        low = -_EDGES[bucket - 1]
        found += [("range", days) for days in FIXED_DAYS if low <= days]
        found += [("before", days) for days in FIXED_DAYS if days < low <= 2 * days]
    return tuple(found)


_NAMES: Final = ("cube", "team_id", "starts_at", "ends_at", "value", "is_wide")


def _store(family: str, rows: list[_Row]) -> None:
    known = UncutSpan.objects.filter(family=family)
    if set(known.values_list(*_NAMES)) == set(rows):
        return
    known.delete()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY metrics_uncutspan (family, {', '.join(_NAMES)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((family, *row))
