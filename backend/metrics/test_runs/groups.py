"""Runs by workflow, branch, team or job, and workflows by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from backend.delivery.store.horizons import Kind
from backend.metrics.formulas import test_runs as formula
from backend.metrics.formulas.kept import Kept
from backend.metrics.scope import Scope
from backend.metrics.test_runs import results
from backend.metrics.test_runs.aggregates import NOBODY, PEOPLE, Row, bounds, fetched, source
from backend.metrics.test_runs.narrowing import Narrowing

MAXIMUM_GROUPS = 2000
"""Of more, the ones that ran most often are listed."""
HEAT_ROWS = 30
_DAY = timedelta(days=1)

By = Literal["workflow", "branch", "team", "job"]
SORTS = {
    "name": "name",
    "repository": "repository",
    "runs": "runs",
    "failed": "failed",
    "failure_rate": "failure_rate",
    "queue": "queue_median",
    "duration": "duration_median",
    "p95": "duration_p95",
    "wasted": "wasted_seconds",
    "last": "last_finished_at",
}

_QUANTILES = "percentile_cont(ARRAY[0.5, 0.75, 0.9, 0.95])"
_FIGURES = f"""
    count(*) AS runs,
    count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY queue_seconds) AS queue_median,
    {_QUANTILES} WITHIN GROUP (ORDER BY duration_seconds) AS duration,
    sum(machine_seconds)::bigint AS machine_seconds,
    sum(wasted_seconds)::bigint AS wasted_seconds,
    count(wasted_seconds) AS wasted_attempts,
    max(finished_at) AS last_finished_at,
    {{people}}
"""

# Built from constants alone; every value is a parameter.
_BY_WORKFLOW = f"""
    SELECT repository.name_with_owner AS repository, grouped.* FROM (
        SELECT repository_id, source, name, NULL AS key, {_FIGURES},
            count(*) OVER () AS total
        FROM ({{runs}}) run GROUP BY 1, 2, 3 ORDER BY runs DESC, name, repository_id LIMIT %(limit)s
    ) grouped JOIN delivery_repository repository ON repository.id = grouped.repository_id
"""  # noqa: S608 - constants of ours
_BY_BRANCH = f"""
    SELECT repository.name_with_owner AS repository, grouped.* FROM (
        SELECT repository_id, NULL AS source, branch AS name, NULL AS key, {_FIGURES},
            count(*) OVER () AS total
        FROM ({{runs}}) run WHERE branch <> ''
        GROUP BY 1, 3 ORDER BY runs DESC, name, repository_id LIMIT %(limit)s
    ) grouped JOIN delivery_repository repository ON repository.id = grouped.repository_id
"""  # noqa: S608 - constants of ours
_BY_TEAM = f"""
    SELECT NULL AS repository, NULL AS source, team.name, team.slug AS key, grouped.* FROM (
        SELECT team_id, {_FIGURES}, count(*) OVER () AS total
        FROM (
            SELECT run.*, bridge.team_id
            FROM metrics_runteam bridge JOIN ({{runs}}) run ON run.id = bridge.run_id
            WHERE bridge.team_id = ANY(%(teams)s)
                AND bridge.finished_at >= %(low)s AND bridge.finished_at < %(high)s
        ) run
        GROUP BY 1 ORDER BY runs DESC LIMIT %(limit)s
    ) grouped JOIN people_team team ON team.id = grouped.team_id
"""  # noqa: S608 - constants of ours
# A job that was taken over from an earlier attempt, and one that was skipped, did not run in this one.
_BY_JOB = f"""
    SELECT repository.name_with_owner AS repository, grouped.* FROM (
        SELECT repository_id, 'workflow' AS source, name, NULL AS key, {_FIGURES},
            count(*) OVER () AS total
        FROM (
            SELECT run.repository_id, job.name, run.author_key, run.is_bot, run.sha,
                job.completed_at AS finished_at,
                CASE
                    WHEN job.conclusion = 'success' THEN 'succeeded'
                    WHEN job.conclusion IN ('failure', 'timed_out', 'startup_failure') THEN 'failed'
                    ELSE 'neither'
                END AS outcome,
                floor(extract(epoch FROM job.started_at - job.created_at))::bigint AS queue_seconds,
                floor(extract(epoch FROM job.completed_at - job.started_at))::bigint
                    AS duration_seconds,
                floor(extract(epoch FROM job.completed_at - job.started_at))::bigint
                    AS machine_seconds,
                CASE WHEN run.wasted_seconds IS NOT NULL
                    THEN floor(extract(epoch FROM job.completed_at - job.started_at))::bigint
                END AS wasted_seconds
            FROM ({{runs}}) run
            JOIN delivery_workflowrun attempt ON attempt.id = run.origin
            JOIN delivery_workflowjob job ON job.run_id = attempt.id
            WHERE run.source = 'workflow' AND job.conclusion NOT IN ('', 'skipped')
                AND job.completed_at IS NOT NULL AND job.started_at >= attempt.started_at
                AND job.completed_at >= job.started_at
        ) job
        GROUP BY 1, 3 ORDER BY runs DESC, name, repository_id LIMIT %(limit)s
    ) grouped JOIN delivery_repository repository ON repository.id = grouped.repository_id
"""  # noqa: S608 - constants of ours
_STATEMENTS: dict[By, str] = {
    "workflow": _BY_WORKFLOW,
    "branch": _BY_BRANCH,
    "team": _BY_TEAM,
    "job": _BY_JOB,
}
# The workflows one by one, each by its index; sorted and told apart by numbers, since their names take longer.
_HEAT = """
    WITH chosen AS MATERIALIZED (
        SELECT repository_id, source, name, count(*) AS runs, count(*) OVER () AS total
        FROM ({runs}) run GROUP BY 1, 2, 3 ORDER BY runs DESC, name, repository_id LIMIT %(rows)s
    ), workflows AS MATERIALIZED (
        SELECT chosen.*, repository.name_with_owner AS repository, row_number() OVER (
            ORDER BY chosen.runs DESC, chosen.name, repository.name_with_owner, chosen.source
        ) AS place
        FROM chosen JOIN delivery_repository repository ON repository.id = chosen.repository_id
    )
    SELECT workflows.repository, workflows.source, workflows.name, workflows.total, cells.*
    FROM workflows CROSS JOIN LATERAL (
        SELECT day, count(*) AS runs,
            count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
            count(*) FILTER (WHERE outcome = 'failed') AS failed,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_seconds) AS duration_median,
            {people}
        FROM (
            SELECT (run.finished_at AT TIME ZONE %(zone)s)::date AS day,
                run.outcome, run.duration_seconds, run.author_key, run.is_bot
            FROM metrics_runfact run
            WHERE run.repository_id = workflows.repository_id AND run.source = workflows.source
                AND run.name = workflows.name
                AND run.finished_at >= %(low)s AND run.finished_at < %(high)s
                AND (%(with_bots)s OR NOT run.is_bot) {narrowed}
        ) run
        GROUP BY GROUPING SETS ((day), ())
    ) cells
    ORDER BY workflows.place, cells.day NULLS FIRST
"""


@dataclass(frozen=True)
class Table:
    by: By
    search: str = ""
    sort: str = "-runs"
    teams: tuple[int, ...] = ()
    """Ids of those to compare, where it is by team."""


def page(
    scope: Scope, narrowing: Narrowing, table: Table, *, page: int, page_size: int
) -> results.RunGroups:
    """One page of a table of groups. One statement."""
    found = everything(scope, narrowing, table)
    begin = (page - 1) * page_size
    return results.RunGroups(
        items=found[begin : begin + page_size], total=len(found), page=page, page_size=page_size
    )


def everything(scope: Scope, narrowing: Narrowing, table: Table) -> list[results.RunGroup]:
    """Sorted after what is kept back is gone, so that its place tells nothing either."""
    values = bounds(scope, narrowing) | {"limit": MAXIMUM_GROUPS, "teams": list(table.teams)}
    about_people = scope.team is not None or table.by == "team"
    statement = _STATEMENTS[table.by].format(
        runs=source(scope, narrowing), people=PEOPLE if about_people else NOBODY
    )
    rows = fetched(statement, values)
    found = [_group(scope, row, about_people=about_people) for row in rows]
    wanted = table.search.casefold().split()
    left = [one for one in found if all(word in _words(one) for word in wanted)]
    return _sorted(left, table.sort)


def _words(group: results.RunGroup) -> str:
    return f"{group.repository or ''} {group.name}".casefold()


def _sorted(groups: Sequence[results.RunGroup], sort: str) -> list[results.RunGroup]:
    """What has no value comes last, whichever way it is sorted."""
    field = SORTS[sort.removeprefix("-")]
    by_name = sorted(groups, key=lambda one: (one.name, one.repository or "", one.key or ""))
    known = [one for one in by_name if getattr(one, field) is not None]
    known.sort(key=lambda one: getattr(one, field), reverse=sort.startswith("-"))
    return [*known, *(one for one in by_name if getattr(one, field) is None)]


def _group(scope: Scope, row: Row, *, about_people: bool) -> results.RunGroup:
    named = {name: row[name] for name in ("repository", "source", "name", "key")}
    nothing = dict.fromkeys(results.RunGroup.model_fields)
    if about_people and scope.hides(human=row["human"], people=row["people"]):
        return results.RunGroup.model_validate(nothing | named | {"suppressed": True})
    duration = row["duration"] or (None, None, None, None)
    spread = dict(zip(("median", "p75", "p90", "p95"), duration, strict=True))
    known = row["machine_seconds"] is not None
    return results.RunGroup.model_validate(
        nothing
        | {name: value for name, value in row.items() if name in results.RunGroup.model_fields}
        | {f"duration_{name}": value for name, value in spread.items()}
        | {
            "suppressed": False,
            "neither": row["runs"] - row["succeeded"] - row["failed"],
            "failure_rate": formula.failure_rate(failed=row["failed"], succeeded=row["succeeded"]),
            "wasted_seconds": (row["wasted_seconds"] or 0) if known else None,
            "wasted_attempts": row["wasted_attempts"] if known else None,
        }
    )


def heatmap(scope: Scope, narrowing: Narrowing) -> results.Heatmap:
    """Workflows by days. Of a workflow, or of its day, that fewer people than the minimum had run, nothing is shown.
    Two statements.
    """
    scope = scope.resting_on(Kind.TEST_RUNS)
    rows = fetched(
        _HEAT.format(
            runs=source(scope, narrowing),
            narrowed=narrowing.condition,
            people=NOBODY if scope.team is None else PEOPLE,
        ),
        bounds(scope, narrowing) | {"rows": HEAT_ROWS, "zone": scope.time_zone},
    )
    if scope.not_kept:
        return results.Heatmap(days=[], not_kept=scope.not_kept, rows=[], total=0)
    last = min(scope.end, scope.today + _DAY)
    days = (scope.start + place * _DAY for place in range((last - scope.start).days))
    keyed = groupby(rows, key=lambda row: (row["repository"], row["source"], row["name"]))
    return results.Heatmap(
        days=[day for day in days if _is_known(scope, day)],
        not_kept=None,
        rows=[_heat_row(scope, list(cells)) for _, cells in keyed],
        total=rows[0]["total"] if rows else 0,
    )


def _is_known(scope: Scope, day: date) -> bool:
    return scope.kept(day, day + _DAY) is not Kept.NOTHING


def _heat_row(scope: Scope, rows: Sequence[Row]) -> results.HeatRow:
    """The first row is the whole range's."""
    whole, *days = rows
    hidden = _hidden(scope, whole)
    return results.HeatRow(
        repository=whole["repository"],
        source=whole["source"],
        name=whole["name"],
        suppressed=hidden,
        cells=[_cell(scope, row) for row in days if not hidden and _is_known(scope, row["day"])],
    )


def _hidden(scope: Scope, row: Row) -> bool:
    return scope.team is not None and scope.hides(human=row["human"], people=row["people"])


def _cell(scope: Scope, row: Row) -> results.HeatCell:
    if _hidden(scope, row):
        nothing = dict.fromkeys(results.HeatCell.model_fields)
        return results.HeatCell.model_validate(nothing | {"day": row["day"], "suppressed": True})
    return results.HeatCell(
        day=row["day"],
        suppressed=False,
        runs=row["runs"],
        succeeded=row["succeeded"],
        failed=row["failed"],
        failure_rate=formula.failure_rate(failed=row["failed"], succeeded=row["succeeded"]),
        duration_median=row["duration_median"],
    )
