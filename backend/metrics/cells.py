"""Recompute finished cells: only the touched ones, in one statement."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

ALL_TEAMS = 0
"""Stands for "all" where teams are told by number."""

_SOURCE = """
    SELECT fact.* FROM metrics_pullrequestfact fact
    WHERE wanted.team_id = 0 AND fact.{time} >= wanted.low AND fact.{time} < wanted.high
    UNION ALL
    SELECT fact.* FROM metrics_pullrequestteam bridge
    JOIN metrics_pullrequestfact fact ON fact.pull_request_id = bridge.fact_id
    WHERE bridge.team_id = wanted.team_id
        AND bridge.{time} >= wanted.low AND bridge.{time} < wanted.high
"""
# The bounds are a day too wide on both sides, and the local time decides: Postgres takes a midnight that comes
# twice for the later one.
_COUNTED = """
    NOT source.is_bot AND source.excluded = ''
    AND date_trunc(wanted.period, source.{time} AT TIME ZONE wanted.zone) = wanted.starts_on
"""
_VALUES = (
    "merged, reviewed, people, cycle_time, coding, pickup, review, merge, batch_size, coding_n, batch_size_n, "
    "coding_total, pickup_total, review_total, merge_total, "
    "time_to_first_review, first_reviews, first_review_people"
)


def _quantiles(value: str, condition: str = "true") -> str:
    return (
        f"percentile_cont(ARRAY[0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY source.{value})"
        f" FILTER (WHERE {condition})"
    )


_REVIEWED = "source.first_review_at IS NOT NULL"

# Built from the constants above alone.
_TEMPLATE = f"""
    WITH wanted AS MATERIALIZED (
        SELECT *, (starts_on AT TIME ZONE zone) - interval '1 day' AS low,
            ((starts_on + ('1 ' || period)::interval) AT TIME ZONE zone) + interval '1 day' AS high
        FROM (
            SELECT DISTINCT touched.team_id, period,
                COALESCE(NULLIF(team.time_zone, ''), %s) AS zone,
                date_trunc(period, touched.at AT TIME ZONE COALESCE(NULLIF(team.time_zone, ''), %s))
                    AS starts_on
            FROM ({{touched}}) AS touched (team_id, at)
            LEFT JOIN people_team team ON team.id = touched.team_id
            CROSS JOIN (VALUES ('week'), ('month')) AS periods (period)
            WHERE touched.team_id = 0 OR team.id IS NOT NULL
        ) touched
    ), cells AS MATERIALIZED (
        SELECT NULLIF(wanted.team_id, 0) AS team_id, wanted.period,
            wanted.starts_on::date AS starts_on, merged.*, reviewed.*
        FROM wanted
        CROSS JOIN LATERAL (
            SELECT count(*) AS merged,
                count(*) FILTER (WHERE {_REVIEWED}) AS reviewed,
                count(DISTINCT source.author_key) AS people,
                {_quantiles("cycle_seconds")} AS cycle_time,
                {_quantiles("coding_seconds", "source.commits_known")} AS coding,
                {_quantiles("pickup_seconds", _REVIEWED)} AS pickup,
                {_quantiles("review_seconds", _REVIEWED)} AS review,
                {_quantiles("merge_seconds", _REVIEWED)} AS merge,
                {_quantiles("size_lines")} AS batch_size,
                count(*) FILTER (WHERE source.commits_known) AS coding_n,
                count(source.size_lines) AS batch_size_n,
                COALESCE(sum(source.coding_seconds), 0)::bigint AS coding_total,
                COALESCE(sum(source.pickup_seconds), 0)::bigint AS pickup_total,
                COALESCE(sum(source.review_seconds), 0)::bigint AS review_total,
                COALESCE(sum(source.merge_seconds), 0)::bigint AS merge_total
            FROM ({_SOURCE.format(time="merged_at")}) source
            WHERE {_COUNTED.format(time="merged_at")}
        ) merged
        CROSS JOIN LATERAL (
            SELECT {_quantiles("first_review_seconds")} AS time_to_first_review,
                count(*) AS first_reviews,
                count(DISTINCT source.author_key) AS first_review_people
            FROM ({_SOURCE.format(time="first_review_at")}) source
            WHERE {_COUNTED.format(time="first_review_at")}
        ) reviewed
    ), gone AS (
        DELETE FROM metrics_pullrequestcell cell USING cells
        WHERE (cell.team_id = cells.team_id OR (cell.team_id IS NULL AND cells.team_id IS NULL))
            AND cell.period = cells.period AND cell.starts_on = cells.starts_on
            AND cells.merged = 0 AND cells.first_reviews = 0
    )
    INSERT INTO metrics_pullrequestcell AS cell (team_id, period, starts_on, {_VALUES})
    SELECT team_id, period, starts_on, {_VALUES} FROM cells WHERE merged > 0 OR first_reviews > 0
    ON CONFLICT (team_id, period, starts_on) DO UPDATE
    SET ({_VALUES}) = ROW ({", ".join(f"excluded.{name}" for name in _VALUES.split(", "))})
    WHERE ({", ".join(f"cell.{name}" for name in _VALUES.split(", "))})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _VALUES.split(", "))})
"""  # noqa: S608 - constants of ours

_RECOMPUTE = _TEMPLATE.format(touched="SELECT * FROM unnest(%s::bigint[], %s::timestamptz[])")

# Wherever a team counts, and wherever it has a cell already.
_RECOMPUTE_TEAM = _TEMPLATE.format(
    touched="""
        WITH times AS (
            SELECT team_id, merged_at, first_review_at FROM metrics_pullrequestteam
            WHERE team_id = %s
            UNION ALL
            SELECT 0, merged_at, first_review_at FROM metrics_pullrequestfact WHERE %s = 0
        )
        SELECT team_id, merged_at FROM times WHERE merged_at IS NOT NULL
        UNION
        SELECT team_id, first_review_at FROM times WHERE first_review_at IS NOT NULL
        UNION
        SELECT COALESCE(team_id, 0), starts_on + interval '36 hours'
        FROM metrics_pullrequestcell WHERE team_id = NULLIF(%s, 0) OR (team_id IS NULL AND %s = 0)
    """
)

_LOCK = 7_301_001


def lock() -> None:
    """Let one transaction at a time write cells; held until it ends.

    Two computations of one cell would each miss what the other has not committed yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def recompute(touched: Iterable[tuple[int, datetime]], *, time_zone: str) -> None:
    """Recompute the weeks and months of teams (or ALL_TEAMS) that hold the given moments."""
    pairs = sorted(set(touched))
    with connection.cursor() as cursor:
        cursor.execute(
            _RECOMPUTE,
            [time_zone, time_zone, [team for team, _ in pairs], [moment for _, moment in pairs]],
        )


def recompute_team(team_id: int, *, time_zone: str) -> None:
    """Recompute every cell of one team, or of ALL_TEAMS."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE_TEAM, [time_zone, time_zone, *[team_id] * 4])
