"""How much of a range can be told of a team without telling what is kept back."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django.db import connection

from backend.metrics.formulas.stretches import Stretch, Stretches
from backend.metrics.models import UncutSpan
from backend.metrics.scope import Scope

Family = UncutSpan.Family

# A narrow stretch lies within a week, so that it matters where the range itself begins or ends, and nowhere else.
_WIDE: Final = """
    SELECT family, cube, starts_at, ends_at, value FROM metrics_uncutspan
    WHERE family = ANY(%(families)s) AND {team} AND is_wide
        AND starts_at < %(high)s AND (ends_at IS NULL OR ends_at >= %(low)s)
"""
_AT_ENDS: Final = """
    SELECT family, cube, starts_at, ends_at, value
    FROM unnest(%(ends)s::timestamptz[]) AS range_end JOIN metrics_uncutspan ON
        family = ANY(%(families)s) AND {team} AND NOT is_wide AND ends_at >= range_end
        AND starts_at < range_end AND starts_at >= range_end - interval '8 days'
"""
_EVERY: Final = """
    SELECT family, cube, starts_at, ends_at, value FROM metrics_uncutspan
    WHERE family = ANY(%(families)s) AND {team}
        AND starts_at < %(high)s AND (ends_at IS NULL OR ends_at >= %(low)s)
"""


def tellable(scope: Scope, *families: Family) -> Scope:
    """The part of the range that can be told of, all of it as a rule; where there is none, its figures are kept back.

    One statement; two where it is not all; none for what is about the reader alone, which is not kept from them.
    """
    if scope.person is not None:
        return scope
    known = _stretches(f"{_WIDE} UNION {_AT_ENDS}", scope, families)
    if known.cut(scope.begins_at, scope.ends_at):
        known = _stretches(_EVERY, scope, families)
    part = known.longest(scope.start, scope.end, scope.midnight)
    if part is None:
        return replace(scope, stretches=known, is_kept_back=True)
    narrowed = part != (scope.start, scope.end)
    return replace(scope, start=part[0], end=part[1], is_narrowed=narrowed, stretches=known)


def _stretches(statement: str, scope: Scope, families: Iterable[Family]) -> Stretches:
    ends = [scope.previous_begins_at, scope.begins_at, scope.ends_at]
    values: dict[str, Any] = {
        "families": [str(family) for family in families],
        "team": scope.team.pk if scope.team else None,
        "low": ends[0],
        "high": ends[-1],
        "ends": ends,
    }
    team = "team_id IS NULL" if scope.team is None else "team_id = %(team)s"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(team=team), values)
        return Stretches(
            Stretch((family, cube), starts_at, ends_at, value)
            for family, cube, starts_at, ends_at, value in cursor.fetchall()
        )
