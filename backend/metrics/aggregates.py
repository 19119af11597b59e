"""The statements behind aggregates: one for a range's figures, one for its weeks.

Every aggregate comes with the number of pull requests of human beings in it and of distinct people who wrote
them, so that what is about too few of them can be kept back.
"""

from typing import Any

from django.db import connection

from backend.metrics.formulas.distribution import BUCKETS
from backend.metrics.scope import Scope

Row = dict[str, Any]

# Which facts: all, or those of one team. The bridge's own copy of the times finds a team's range by its index.
_ALL = """
    SELECT fact.* FROM metrics_pullrequestfact fact
    WHERE fact.{time} >= %({low})s AND fact.{time} < %(high)s
"""
_OF_TEAM = """
    SELECT fact.* FROM metrics_pullrequestteam bridge
    JOIN metrics_pullrequestfact fact ON fact.pull_request_id = bridge.fact_id
    WHERE bridge.team_id = %(team)s AND bridge.{time} >= %({low})s AND bridge.{time} < %(high)s
"""
_OWN = """
    SELECT fact.* FROM metrics_pullrequestfact fact
    WHERE fact.author_key = %(person)s AND fact.{time} >= %({low})s AND fact.{time} < %(high)s
"""
_IN_TEAM = """
    AND EXISTS (
        SELECT FROM metrics_pullrequestteam bridge
        WHERE bridge.fact_id = fact.pull_request_id AND bridge.team_id = %(team)s
    )
"""
_COUNTED = "excluded = '' AND (%(with_bots)s OR NOT is_bot)"


def _count(name: str, condition: str) -> str:
    return f"""
        count(*) FILTER (WHERE {condition}) AS {name}_n,
        count(*) FILTER (WHERE NOT is_bot AND {condition}) AS {name}_human,
        count(DISTINCT author_key) FILTER (WHERE NOT is_bot AND {condition}) AS {name}_people
    """


def _measure(name: str, value: str, condition: str) -> str:
    return f"""
        percentile_cont(ARRAY[0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY {value})
            FILTER (WHERE {condition}) AS {name},
        {_count(name, condition)}
    """


_NOW, _BEFORE = "merged_at >= %(low)s", "merged_at < %(low)s"
_REVIEWED = "first_review_at IS NOT NULL"

# Built from the constants above alone; every value is a parameter.
_FIGURES = f"""
    WITH merged AS MATERIALIZED (
        SELECT * FROM ({{merged}}) fact WHERE excluded = ''
    ), counted AS (
        SELECT * FROM merged WHERE {_COUNTED}
    ), first_reviews AS (
        SELECT * FROM ({{reviewed}}) fact WHERE {_COUNTED}
    ), unfinished AS (
        SELECT * FROM metrics_pullrequestfact fact
        WHERE (state = 'open' OR (state = 'closed' AND closed_at >= %(low)s AND closed_at < %(high)s))
            AND (%(with_bots)s OR NOT is_bot) {{in_team}}
    ), of_merged AS (
        SELECT {_measure("cycle_time", "cycle_seconds", _NOW)},
            {_measure("coding", "coding_seconds", f"commits_known AND {_NOW}")},
            {_measure("pickup", "pickup_seconds", f"{_REVIEWED} AND {_NOW}")},
            {_measure("review", "review_seconds", f"{_REVIEWED} AND {_NOW}")},
            {_measure("merge", "merge_seconds", f"{_REVIEWED} AND {_NOW}")},
            {_measure("batch_size", "size_lines", f"size_lines IS NOT NULL AND {_NOW}")},
            {_measure("previous_cycle_time", "cycle_seconds", _BEFORE)},
            {_measure("previous_batch_size", "size_lines", f"size_lines IS NOT NULL AND {_BEFORE}")},
            count(*) FILTER (WHERE {_REVIEWED} AND {_BEFORE}) AS previous_reviewed
        FROM counted
    ), of_reviews AS (
        SELECT
            {_measure("time_to_first_review", "first_review_seconds", "first_review_at >= %(low)s")},
            {_measure("previous_time_to_first_review", "first_review_seconds", "first_review_at < %(low)s")}
        FROM first_reviews
    ), of_unfinished AS (
        SELECT {_count("open", "state = 'open'")},
            {_count("waiting", "state = 'open' AND stage = 'pickup'")},
            {_count("closed", "state = 'closed' AND excluded = ''")},
            {_count("never_opened", "excluded = 'draft_never_opened'")}
        FROM unfinished
    ), buckets AS (
        SELECT array_agg(bucket) AS buckets, array_agg(n) AS bucket_counts FROM (
            SELECT width_bucket(cycle_seconds, %(buckets)s::bigint[]) AS bucket, count(*) AS n
            FROM counted WHERE {_NOW} GROUP BY 1
        ) bucket
    )
    SELECT of_merged.*, of_reviews.*, of_unfinished.*, buckets.*,
        (SELECT count(*) FROM merged WHERE is_bot AND {_NOW}) AS bots_n
    FROM of_merged, of_reviews, of_unfinished, buckets
"""  # noqa: S608 - constants of ours

_WEEK = """
    count(*) AS merged,
    count(*) FILTER (WHERE NOT is_bot) AS human,
    count(DISTINCT author_key) FILTER (WHERE NOT is_bot) AS people,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY cycle_seconds) AS median,
    sum(coding_seconds)::bigint AS coding, sum(pickup_seconds)::bigint AS pickup,
    sum(review_seconds)::bigint AS review, sum(merge_seconds)::bigint AS merge
"""
_WEEKS = f"""
    SELECT starts_on, merged, merged AS human, people, cycle_time[1] AS median,
        coding_total AS coding, pickup_total AS pickup, review_total AS review, merge_total AS merge
    FROM metrics_pullrequestcell
    WHERE period = 'week' AND {{cells}} AND merged > 0
        AND starts_on >= %(whole_from)s AND starts_on < %(whole_to)s
    UNION ALL
    SELECT date_trunc('week', merged_at AT TIME ZONE %(zone)s)::date, {_WEEK}
    FROM ({{merged}}) fact
    WHERE {_COUNTED} AND (merged_at < %(whole_low)s OR merged_at >= %(whole_high)s)
    GROUP BY 1
"""  # noqa: S608 - constants of ours


def figures(scope: Scope) -> Row:
    """Quantiles, counts and people of the range and of the one before, in one statement."""
    found = _rows(
        scope.over(_FIGURES).format(
            merged=_source(scope, time="merged_at", low="previous_low"),
            reviewed=_source(scope, time="first_review_at", low="previous_low"),
            in_team=_narrowed(scope),
        ),
        {
            **_bounds(scope),
            "previous_low": scope.previous_begins_at,
            "buckets": list(BUCKETS),
        },
    )
    return found[0]


def weeks(scope: Scope) -> list[Row]:
    """Each week that anything was merged in: whole ones from finished cells, those at the edges from facts.

    Cells leave bots out, are of teams and hold elapsed time, so that otherwise all weeks come from facts.
    """
    whole_from, whole_to = scope.whole_weeks
    if scope.with_bots or scope.person is not None or scope.working:
        whole_from = whole_to = scope.end
    return _rows(
        scope.over(_WEEKS).format(
            merged=_source(scope, time="merged_at", low="low"),
            cells="team_id IS NULL" if scope.team is None else "team_id = %(team)s",
        ),
        {
            **_bounds(scope),
            "zone": scope.time_zone,
            "whole_from": whole_from,
            "whole_to": whole_to,
            "whole_low": scope.midnight(whole_from),
            "whole_high": scope.midnight(whole_to),
        },
    )


def _source(scope: Scope, *, time: str, low: str) -> str:
    if scope.person is not None:
        return _OWN.format(time=time, low=low)
    return (_ALL if scope.team is None else _OF_TEAM).format(time=time, low=low)


def _narrowed(scope: Scope) -> str:
    if scope.person is not None:
        return "AND fact.author_key = %(person)s"
    return "" if scope.team is None else _IN_TEAM


def _bounds(scope: Scope) -> Row:
    return {
        "team": scope.team.pk if scope.team else None,
        "person": scope.person,
        "low": scope.begins_at,
        "high": scope.ends_at,
        "with_bots": scope.with_bots,
    }


def _rows(statement: str, values: Row) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
