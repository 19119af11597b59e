"""The statements behind aggregates of runs; each comes with the people whose runs are in it."""

from typing import Any

from django.db import connection

from backend.metrics.formulas import weeks as calendar
from backend.metrics.scope import Scope
from backend.metrics.test_runs.narrowing import Narrowing

Row = dict[str, Any]

_QUANTILES = "percentile_cont(ARRAY[0.5, 0.75, 0.9, 0.95])"

# Which runs: all, or those of one team. The bridge's own copy of the time finds a team's range by its index.
_ALL = """
    SELECT run.* FROM metrics_runfact run
    WHERE run.finished_at >= {low} AND run.finished_at < {high}
        AND (%(with_bots)s OR NOT run.is_bot)
"""
_OF_TEAM = """
    SELECT run.* FROM metrics_runteam bridge JOIN metrics_runfact run ON run.id = bridge.run_id
    WHERE bridge.team_id = %(team)s
        AND bridge.finished_at >= {low} AND bridge.finished_at < {high}
        AND (%(with_bots)s OR NOT run.is_bot)
"""
_FEEDBACK_ALL = """
    SELECT head.* FROM metrics_headfeedback head
    WHERE (%(with_bots)s OR NOT head.is_bot) {of_repository}
"""
_FEEDBACK_OF_TEAM = (
    _FEEDBACK_ALL
    + """
    AND EXISTS (
        SELECT FROM metrics_pullrequestteam bridge
        WHERE bridge.fact_id = head.pull_request_id AND bridge.team_id = %(team)s
    )
"""
)
_OF_REPOSITORY = """
    AND head.pull_request_id IN (
        SELECT pull.id FROM delivery_pullrequest pull
        JOIN delivery_repository repository ON repository.id = pull.repository_id
        WHERE repository.name_with_owner = %(repository)s
    )
"""

# People are counted where a group is kept back for too few of them, and else not: it costs a sort.
NOBODY = "0 AS human, 0 AS people"
PEOPLE = """
    count(*) FILTER (WHERE NOT is_bot AND author_key IS NOT NULL) AS human,
    count(DISTINCT author_key) FILTER (WHERE NOT is_bot) AS people
"""
_COUNTS = """
    count(*) AS runs,
    count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    COALESCE(sum(wasted_seconds), 0)::bigint AS wasted_seconds,
    count(wasted_seconds) AS wasted_attempts,
    count(machine_seconds) AS machine_n
"""
_TIMES = f"""
    {_QUANTILES} WITHIN GROUP (ORDER BY queue_seconds) AS queue, count(queue_seconds) AS queue_n,
    {_QUANTILES} WITHIN GROUP (ORDER BY duration_seconds) AS duration,
    count(duration_seconds) AS duration_n
"""

# Built from the constants above alone, here and below; every value is a parameter.
_HALF = f"""
    SELECT {{is_now}} AS is_now, NULL::bigint AS people, {_COUNTS}, {_TIMES},
        count(*) FILTER (WHERE NOT is_bot AND author_key IS NOT NULL) AS human
    FROM ({{runs}}) run WHERE {{half}}
"""  # noqa: S608 - constants of ours
# A row of its own, with nothing else in it but of the same types: so other processes of Postgres count them meanwhile.
_PEOPLE_OF_HALF = """
    SELECT {is_now}, count(*), 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
        NULL::float8[], 0::bigint, NULL::float8[], 0::bigint, 0::bigint
    FROM (
        SELECT DISTINCT author_key FROM ({runs}) run
        WHERE {half} AND NOT is_bot AND author_key IS NOT NULL
    ) people
"""
_FEEDBACK = f"""
    SELECT finished_at >= %(now)s AS is_now, {PEOPLE}, count(*) AS n,
        {_QUANTILES} WITHIN GROUP (ORDER BY seconds) AS quantiles
    FROM ({{heads}}) head WHERE finished_at >= %(low)s AND finished_at < %(high)s GROUP BY 1
    UNION ALL
    SELECT NULL, {PEOPLE}, count(*), NULL
    FROM ({{heads}}) head
    WHERE finished_at IS NULL AND pushed_at >= %(now)s AND pushed_at < %(high)s
"""  # noqa: S608 - constants of ours
# Week by week, by the index of times: so no run's own week is computed, and none is sorted by it.
_WEEKS = f"""
    SELECT week.starts_on, found.*
    FROM unnest(%(weeks)s::date[], %(lows)s::timestamptz[], %(highs)s::timestamptz[])
        AS week (starts_on, low, high)
    CROSS JOIN LATERAL (SELECT {{people}}, {_COUNTS}, {_TIMES} FROM ({{runs}}) run) AS found
    WHERE found.runs > 0
"""  # noqa: S608 - constants of ours
_FEEDBACK_WEEKS = f"""
    SELECT date_trunc('week', finished_at AT TIME ZONE %(zone)s)::date AS starts_on, {PEOPLE},
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS feedback
    FROM ({{heads}}) head WHERE finished_at >= %(low)s AND finished_at < %(high)s GROUP BY 1
"""  # noqa: S608 - constants of ours
_CHOICES = """
    SELECT run.source, repository.name_with_owner AS repository, run.name, run.runs,
        run.human, run.people
    FROM (
        SELECT source, repository_id, name, count(*) AS runs, {people}
        FROM ({runs}) run GROUP BY 1, 2, 3 ORDER BY runs DESC, name, repository_id LIMIT 200
    ) run
    JOIN delivery_repository repository ON repository.id = run.repository_id
    ORDER BY run.runs DESC, run.name, repository.name_with_owner
"""


def figures(scope: Scope, narrowing: Narrowing) -> tuple[Row, Row]:
    """Counts, times and people of the range and of the one before. One statement."""
    values = bounds(scope, narrowing) | {"low": scope.previous_begins_at, "now": scope.begins_at}
    runs, before = source(scope, narrowing), ""
    if scope.team is not None:  # few, but behind a join that is not to be made four times
        before, runs = f"WITH chosen AS MATERIALIZED ({runs})", "SELECT * FROM chosen"
    # Half by half, and people apart: so nothing is sorted but the times of each half. Of everybody's runs nothing is
    # kept back, so that people of the half before are not counted.
    now = {"runs": runs, "is_now": "true", "half": "finished_at >= %(now)s"}
    then = {"runs": runs, "is_now": "false", "half": "finished_at < %(now)s"}
    parts = [_HALF.format(**now), _HALF.format(**then), _PEOPLE_OF_HALF.format(**now)]
    if scope.team is not None:
        parts.append(_PEOPLE_OF_HALF.format(**then))
    rows = fetched(f"{before} {' UNION ALL '.join(parts)}", values)
    people = {row["is_now"]: row["people"] for row in rows if row["people"] is not None}
    found = {row["is_now"]: row for row in rows if row["people"] is None}
    return found[True] | {"people": people[True]}, found[False] | {"people": people.get(False)}


def feedback(scope: Scope, narrowing: Narrowing) -> tuple[Row, Row, Row]:
    """The range's, the one's before, and what goes on. One statement."""
    values = bounds(scope, narrowing) | {"low": scope.previous_begins_at, "now": scope.begins_at}
    rows = fetched(_FEEDBACK.format(heads=_heads(scope, narrowing)), values)
    found = {row["is_now"]: row for row in rows}
    return found.get(True, _NO_HEADS), found.get(False, _NO_HEADS), found[None]


def weeks(scope: Scope, narrowing: Narrowing) -> list[Row]:
    """Each week that a run finished in. One statement."""
    mondays = calendar.weeks(scope.start, scope.end)
    values = bounds(scope, narrowing) | {
        "weeks": mondays,
        "lows": [scope.midnight(max(day, scope.start)) for day in mondays],
        "highs": [scope.midnight(min(day + calendar.WEEK, scope.end)) for day in mondays],
    }
    statement = _WEEKS.format(
        runs=source(scope, narrowing, low="week.low", high="week.high"),
        people=NOBODY if scope.team is None else PEOPLE,
    )
    return fetched(statement, values)


def feedback_weeks(scope: Scope, narrowing: Narrowing) -> list[Row]:
    values = bounds(scope, narrowing) | {"zone": scope.time_zone}
    return fetched(_FEEDBACK_WEEKS.format(heads=_heads(scope, narrowing)), values)


def choices(scope: Scope) -> list[Row]:
    """What ran in the range, whatever it is narrowed by, most often run first. One statement."""
    everything = Narrowing()
    statement = _CHOICES.format(
        runs=source(scope, everything), people=NOBODY if scope.team is None else PEOPLE
    )
    return fetched(statement, bounds(scope, everything))


def source(
    scope: Scope, narrowing: Narrowing, *, low: str = "%(low)s", high: str = "%(high)s"
) -> str:
    """The runs of a scope, as a subquery over `bounds`. `low` and `high` are SQL."""
    chosen = _ALL if scope.team is None else _OF_TEAM
    return chosen.format(low=low, high=high) + narrowing.condition


def _heads(scope: Scope, narrowing: Narrowing) -> str:
    chosen = _FEEDBACK_ALL if scope.team is None else _FEEDBACK_OF_TEAM
    return chosen.format(of_repository=_OF_REPOSITORY if narrowing.repository else "")


def bounds(scope: Scope, narrowing: Narrowing) -> Row:
    return narrowing.values | {
        "team": scope.team.pk if scope.team else None,
        "low": scope.begins_at,
        "high": scope.ends_at,
        "with_bots": scope.with_bots,
    }


def fetched(statement: str, values: Row) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_NO_HEADS: Row = {"human": 0, "people": 0, "n": 0, "quantiles": None}
