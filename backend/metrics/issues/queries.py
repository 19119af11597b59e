"""Figures of issues in the shape of `results`, with what is about too few people kept back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from django.db import connection

from backend import clock
from backend.delivery.store.horizons import Kind
from backend.metrics.formulas import distribution, issue
from backend.metrics.formulas import weeks as calendar
from backend.metrics.issues import results
from backend.metrics.issues.asked import Asked
from backend.metrics.models import Basis
from backend.metrics.results import Excluded, Range, Ratio, Suppressed, TeamName, Throughput
from backend.metrics.scope import Scope
from backend.metrics.suppression.tellable import Family, tellable

NOTHING: Final = "No issue was done in this range."
NOT_BEGUN: Final = "Nothing that was done in this range was ever begun."
Row = dict[str, Any]

_QUANTILES: Final = "percentile_cont(ARRAY[0.5, 0.75, 0.85, 0.9]) WITHIN GROUP (ORDER BY {0})"
_PEOPLE: Final = """
    count(*) FILTER (WHERE NOT is_bot AND author_key IS NOT NULL) AS {0}_human,
    count(DISTINCT author_key) FILTER (WHERE NOT is_bot) AS {0}_people
"""
# What was done before the range is in none of its figures. Every value is a parameter.
_COUNTED: Final = """
    counted AS MATERIALIZED (
        SELECT * FROM ({facts}) AS fact WHERE done_at IS NULL OR done_at >= %(low)s
    )
"""
# Built from the constants above alone, here and below.
_FIGURES: Final = f"""
    WITH {_COUNTED}, done AS (
        SELECT * FROM counted WHERE done_at >= %(low)s AND done_at < %(high)s
    ), going AS (
        SELECT *, extract(epoch FROM %(now)s - started_at)::bigint AS age
        FROM counted WHERE done_at IS NULL AND state IN ('in_progress', 'waiting')
    )
    SELECT * FROM (
        SELECT count(*) AS done_n, {_PEOPLE.format("done")},
            {_QUANTILES.format("active_seconds")} AS cycle_time, count(active_seconds) AS cycle_time_n,
            {_QUANTILES.format("elapsed_seconds")} AS elapsed, count(elapsed_seconds) AS elapsed_n,
            {_QUANTILES.format("active_seconds::float8 / NULLIF(elapsed_seconds, 0)")} AS flow_efficiency,
            count(active_seconds / NULLIF(elapsed_seconds, 0)) AS flow_efficiency_n,
            count(*) FILTER (WHERE direct_to_done) AS direct_n,
            count(*) FILTER (WHERE reopened > 0) AS reopened_n
        FROM done
    ) finished, (
        SELECT count(*) FILTER (WHERE state = 'in_progress') AS in_progress_n,
            count(*) FILTER (WHERE state = 'waiting') AS waiting_n, {_PEOPLE.format("going")},
            {_QUANTILES.format("age")} AS age, count(age) AS age_n
        FROM going
    ) unfinished
"""  # noqa: S608 - constants of ours
# A week's end is the next one's beginning in the zone, or now.
_WEEKS: Final = f"""
    WITH {_COUNTED}, week AS (
        SELECT start, start::timestamp AT TIME ZONE %(zone)s AS begins_at,
            least((start + 7)::timestamp AT TIME ZONE %(zone)s, %(now)s) AS ends_at
        FROM unnest(%(weeks)s::date[]) AS start
    )
    SELECT week.start, finished.*, unfinished.* FROM week
    CROSS JOIN LATERAL (
        SELECT count(*) AS done_n, {_PEOPLE.format("done")},
            percentile_cont(0.5) WITHIN GROUP (ORDER BY active_seconds) AS cycle_time
        FROM counted
        WHERE done_at >= greatest(week.begins_at, %(low)s)
            AND done_at < least((week.start + 7)::timestamp AT TIME ZONE %(zone)s, %(high)s)
    ) finished
    CROSS JOIN LATERAL (
        SELECT count(*) AS going_n, {_PEOPLE.format("going")} FROM counted
        WHERE started_at < week.ends_at AND (done_at IS NULL OR done_at >= week.ends_at)
            AND week.begins_at < %(now)s
    ) unfinished
    ORDER BY week.start
"""  # noqa: S608 - constants of ours
_EXCLUDED: Final = """
    SELECT CASE WHEN fact.excluded <> '' THEN fact.excluded WHEN fact.is_bot THEN 'bot_assignee'
        ELSE 'subtask' END, count(*)
    FROM metrics_issuefact fact
    WHERE fact.done_at >= %(low)s AND fact.done_at < %(high)s
        AND (fact.excluded <> '' OR (fact.is_bot AND NOT %(with_bots)s)
            OR (fact.is_subtask AND NOT %(with_subtasks)s))
    GROUP BY 1 ORDER BY 1
"""


def figures(asked: Asked) -> results.IssueFigures:
    """Everything about a range. Seven statements; for a team, six."""
    scope = tellable(asked.scope, Family.DONE).resting_on(Kind.ISSUES)
    asked = replace(asked, scope=scope)
    weeks = calendar.weeks(scope.start, scope.end)
    given = asked.parameters | {"now": clock.now(), "weeks": weeks}
    (row,) = _rows(_FIGURES.format(facts=asked.facts), given)
    weekly = {found["start"]: found for found in _rows(_WEEKS.format(facts=asked.facts), given)}
    basis = Basis.objects.filter(pk=1).first()
    hidden = scope.not_kept is None and _hidden(scope, row, "done")
    untold = hidden or scope.not_kept is not None
    told = [_week(scope, week, weekly[week], hidden=hidden) for week in weeks]
    return results.IssueFigures(
        team=TeamName.of(scope),
        range=Range.of(scope),
        people=None if untold else row["done_people"],
        suppressed=_suppressed(scope) if hidden else None,
        not_kept=scope.not_kept,
        cycle_time=None if untold else _amounts(scope, row, "cycle_time"),
        elapsed=None if untold else _amounts(scope, row, "elapsed"),
        flow_efficiency=None if untold else _amounts(scope, row, "flow_efficiency", "ratio"),
        throughput=None if untold else _throughput(row, told),
        direct_to_done=None if untold else row["direct_n"],
        reopened=None if untold else _reopened(scope, row),
        work_in_progress=None if _hidden(scope, row, "going") else _going(scope, row),
        weeks=told,
        excluded=[] if scope.team or untold else _excluded(asked),
        previous=None if untold else _previous(asked),
        version=issue.VERSION,
        computed_at=basis.measured_at if basis else None,
    )


def _hidden(scope: Scope, row: Row, name: str) -> bool:
    return scope.hides(human=row[f"{name}_human"], people=row[f"{name}_people"])


def _suppressed(scope: Scope) -> Suppressed:
    return Suppressed(
        reason=f"Worked on by fewer than {scope.minimum_group_size} people, so it is not shown.",
        minimum_group_size=scope.minimum_group_size,
    )


def _amounts(
    scope: Scope, row: Row, name: str, unit: Literal["seconds", "ratio"] = "seconds"
) -> results.Amounts:
    n = row[f"{name}_n"]
    reason = None
    if not n:
        reason = scope.why_nothing(NOT_BEGUN if row["done_n"] and name != "age" else NOTHING)
    median, p75, p85, p90 = row[name] or (None,) * 4
    return results.Amounts(
        median=median,
        p75=p75,
        p85=p85,
        p90=p90,
        n=n,
        unit=unit,
        reason=reason,
        definition=f"issue_{name}",
    )


def _throughput(row: Row, weeks: list[results.IssueWeek]) -> Throughput:
    """The median is of what is shown: of all weeks it would be the very number of one that is kept back."""
    done = [week.done for week in weeks if not week.partial and week.done is not None]
    return Throughput(
        merged=row["done_n"],
        per_week_median=distribution.percentile_cont(done, 0.5),
        weeks=len(done),
        definition="issue_throughput",
    )


def _reopened(scope: Scope, row: Row) -> Ratio:
    done = row["done_n"]
    return Ratio(
        value=row["reopened_n"] / done if done else None,
        numerator=row["reopened_n"],
        denominator=done,
        reason=None if done else scope.why_nothing(NOTHING),
        definition="issue_reopened",
    )


def _going(scope: Scope, row: Row) -> results.WorkInProgress:
    age = _amounts(scope, row, "age")
    if not row["age_n"]:
        age = age.model_copy(update={"reason": "Nothing is in progress."})
    return results.WorkInProgress(
        in_progress=row["in_progress_n"],
        waiting=row["waiting_n"],
        age=age,
        definition="issue_work_in_progress",
    )


def _week(scope: Scope, start: date, row: Row, *, hidden: bool) -> results.IssueWeek:
    suppressed = hidden or scope.hides_part(
        start, start + calendar.WEEK, human=row["done_human"], people=row["done_people"]
    )
    begun = datetime.combine(start, datetime.min.time(), UTC).date() <= scope.today
    gone = scope.is_gone(start)
    kept_back = gone or not begun or _hidden(scope, row, "going")
    return results.IssueWeek(
        start=start,
        partial=scope.is_partial(start),
        suppressed=suppressed and not gone,
        done=None if suppressed or gone else row["done_n"],
        cycle_time_median=None if suppressed or gone else row["cycle_time"],
        in_progress=None if kept_back else row["going_n"],
    )


def _previous(asked: Asked) -> results.PreviousIssues | None:
    """None where there is nothing to compare with, too few people in it, or a part of it is older than what is kept."""
    scope = asked.scope
    if scope.hides_previous or not scope.previous_is_whole:
        return None
    given = asked.parameters | {
        "now": clock.now(),
        "low": scope.previous_begins_at,
        "high": scope.begins_at,
    }
    (row,) = _rows(_FIGURES.format(facts=asked.facts), given)
    if not row["done_n"] or _hidden(scope, row, "done"):
        return None
    medians = {
        f"{name}_median": row[name][0] if row[f"{name}_n"] else None
        for name in ("cycle_time", "elapsed", "flow_efficiency")
    }
    return results.PreviousIssues(
        from_=scope.previous_start, to=scope.start, done=row["done_n"], **medians
    )


def _excluded(asked: Asked) -> list[Excluded]:
    given = asked.parameters | {
        "with_bots": asked.scope.with_bots,
        "with_subtasks": asked.with_subtasks,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EXCLUDED, given)
        return [Excluded(reason=reason, n=n) for reason, n in cursor.fetchall()]


def _rows(statement: str, parameters: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
