"""Answers about runs in the shape of `results`, with what is about too few people kept back.

Numbers of machines over everything are about nobody. Those of a team's runs, and times to feedback, are about the
people whose pull requests and pushes were run.
"""

from datetime import date
from typing import Any

from backend.delivery.store.horizons import Kind
from backend.metrics.formulas import test_runs as formula
from backend.metrics.formulas import weeks as calendar
from backend.metrics.models import Basis
from backend.metrics.results import Range, Ratio, Suppressed, TeamName
from backend.metrics.scope import Scope
from backend.metrics.test_runs import aggregates, results, single
from backend.metrics.test_runs.narrowing import Narrowing

NOTHING = "Nothing to measure in this range."
NO_JOBS = "No run in this range tells when its jobs began and ended."
NO_HEADS = "No pull request's push had all its checks finished in this range."
Row = aggregates.Row


def figures(scope: Scope, narrowing: Narrowing) -> results.RunFigures:
    """Everything about a range's runs. Eight statements."""
    scope = scope.resting_on(Kind.TEST_RUNS)
    now, before = aggregates.figures(scope, narrowing)
    heads, heads_before, waiting = aggregates.feedback(scope, narrowing)
    hidden = scope.not_kept is None and _hidden(scope, now)
    untold = hidden or scope.not_kept is not None
    weeks = _weeks(scope, narrowing)
    known = single.counts(scope, narrowing)
    basis = Basis.objects.filter(pk=1).first()
    return results.RunFigures(
        team=TeamName.of(scope),
        range=Range.of(scope),
        people=None if untold else now["people"],
        suppressed=_suppressed(scope) if hidden else None,
        not_kept=scope.not_kept,
        runs=None if untold else _runs(now),
        failure_rate=None if untold else _failure_rate(scope, now),
        queue=None if untold else _spread(scope, now, "queue", "queue_time", NO_JOBS),
        duration=None if untold else _spread(scope, now, "duration", "run_duration", NO_JOBS),
        feedback=None if untold else _feedback(scope, heads),
        feedback_waiting=None if scope.not_kept or _few(scope, waiting) else waiting["n"],
        wasted=None if untold else _wasted(scope, now),
        tests=known.tests,
        flaky_tests=known.flaky,
        muted_tests=known.muted,
        tests_reason=known.reason,
        weeks=[_hide(week) for week in weeks] if hidden else weeks,
        previous=None if untold else _previous(scope, before, heads_before),
        versions=results.RunVersions(test_runs=formula.VERSION),
        computed_at=basis.measured_at if basis else None,
    )


def choices(scope: Scope) -> results.RunChoices:
    """What ran in the range. What is kept back comes last and by name, so that its place tells nothing either."""
    rows = aggregates.choices(scope)
    shown = [row for row in rows if not _hidden(scope, row)]
    hidden = [row | {"runs": None} for row in rows if _hidden(scope, row)]
    hidden.sort(key=lambda row: (row["name"], row["repository"], row["source"]))
    names = results.RunChoice.model_fields.keys()
    return results.RunChoices(
        items=[
            results.RunChoice.model_validate({name: row[name] for name in names})
            for row in [*shown, *hidden]
        ]
    )


def _few(scope: Scope, row: Row) -> bool:
    return scope.hides(human=row["human"], people=row["people"])


def _hidden(scope: Scope, row: Row) -> bool:
    """Runs of everybody are about machines; those of a team are about the people in it."""
    return scope.team is not None and _few(scope, row)


def too_few(scope: Scope) -> str:
    return f"Of fewer than {scope.minimum_group_size} people, so it is not shown."


def _suppressed(scope: Scope) -> Suppressed:
    return Suppressed(reason=too_few(scope), minimum_group_size=scope.minimum_group_size)


def _runs(row: Row) -> results.Runs:
    return results.Runs(
        total=row["runs"],
        succeeded=row["succeeded"],
        failed=row["failed"],
        neither=row["runs"] - row["succeeded"] - row["failed"],
        definition="test_runs",
    )


def _failure_rate(scope: Scope, row: Row) -> Ratio:
    value = formula.failure_rate(failed=row["failed"], succeeded=row["succeeded"])
    return Ratio(
        value=value,
        numerator=row["failed"],
        denominator=row["failed"] + row["succeeded"],
        reason=scope.why_nothing(NOTHING) if value is None else None,
        definition="run_failure_rate",
    )


def _spread(scope: Scope, row: Row, name: str, definition: str, reason: str) -> results.Spread:
    n = row[f"{name}_n"]
    median, p75, p90, p95 = row[name] if n else (None, None, None, None)
    return results.Spread(
        median=median,
        p75=p75,
        p90=p90,
        p95=p95,
        n=n,
        unit="seconds",
        reason=None if n else scope.why_nothing(reason),
        definition=definition,
    )


def _feedback(scope: Scope, row: Row) -> results.Spread:
    told = {"feedback": row["quantiles"], "feedback_n": row["n"]}
    if not _few(scope, row):
        return _spread(scope, told, "feedback", "time_to_feedback", NO_HEADS)
    nothing = _spread(scope, {"feedback_n": 0}, "feedback", "time_to_feedback", NO_HEADS)
    return nothing.model_copy(update={"n": None, "reason": too_few(scope)})


def _wasted(scope: Scope, row: Row) -> results.Wasted:
    """Nothing is known where no run told of its jobs."""
    known = row["machine_n"] > 0
    return results.Wasted(
        seconds=row["wasted_seconds"] if known else None,
        attempts=row["wasted_attempts"] if known else None,
        reason=None if known else scope.why_nothing(NO_JOBS),
        definition="wasted_time",
    )


def _weeks(scope: Scope, narrowing: Narrowing) -> list[results.RunWeek]:
    """Each week of the range: those that nothing ran in as well, but none after today."""
    runs = {row["starts_on"]: row for row in aggregates.weeks(scope, narrowing)}
    heads = {row["starts_on"]: row for row in aggregates.feedback_weeks(scope, narrowing)}
    return [
        _week(scope, start, runs.get(start), heads.get(start))
        for start in calendar.weeks(scope.start, scope.end)
        if start <= scope.today
    ]


def _week(scope: Scope, start: date, runs: Row | None, heads: Row | None) -> results.RunWeek:
    if scope.is_gone(start):
        return _untold_week(scope, start)
    found: dict[str, Any] = {"runs": 0, "failed": 0}
    if runs is not None:
        duration, queue = runs["duration"], runs["queue"]
        found = {
            "runs": runs["runs"],
            "failed": runs["failed"],
            "failure_rate": formula.failure_rate(
                failed=runs["failed"], succeeded=runs["succeeded"]
            ),
            "duration_median": duration[0] if duration else None,
            "duration_p95": duration[3] if duration else None,
            "queue_median": queue[0] if queue else None,
            "wasted_seconds": runs["wasted_seconds"] if runs["machine_n"] else None,
        }
    if heads is not None and not _few(scope, heads):
        found["feedback_median"] = heads["feedback"]
    week = _untold_week(scope, start).model_copy(update=found)
    return _hide(week) if runs is not None and _hidden(scope, runs) else week


def _untold_week(scope: Scope, start: date) -> results.RunWeek:
    return results.RunWeek.model_validate(
        dict.fromkeys(results.RunWeek.model_fields)
        | {"start": start, "partial": scope.is_partial(start), "suppressed": False}
    )


def _hide(week: results.RunWeek) -> results.RunWeek:
    shown = {"start", "partial", "suppressed"}
    nothing = dict.fromkeys(results.RunWeek.model_fields.keys() - shown)
    return week.model_copy(update=nothing | {"suppressed": True})


def _previous(scope: Scope, row: Row, heads: Row) -> results.RunPrevious | None:
    """None where there is nothing to compare with, too few people in it, or a part of it is older than what is kept."""
    if not row["runs"] or not scope.previous_is_whole or _hidden(scope, row):
        return None
    return results.RunPrevious(
        from_=scope.previous_start,
        to=scope.start,
        runs=row["runs"],
        failure_rate=formula.failure_rate(failed=row["failed"], succeeded=row["succeeded"]),
        duration_median=row["duration"][0] if row["duration"] else None,
        queue_median=row["queue"][0] if row["queue"] else None,
        feedback_median=heads["quantiles"][0] if heads["n"] and not _few(scope, heads) else None,
        wasted_seconds=row["wasted_seconds"] if row["machine_n"] else None,
    )
