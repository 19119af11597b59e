"""Figures of deployments in the shape of `results`, with what is about too few people kept back.

Counts of deployments are about a service, unless a team is asked for: then all of it is about the people whose
changes were deployed. Lead times are about people always.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from backend.delivery.store.horizons import Kind
from backend.metrics.deployments import aggregates, results
from backend.metrics.deployments.asked import Asked
from backend.metrics.formulas import distribution, dora, pull_request
from backend.metrics.formulas import weeks as calendar
from backend.metrics.formulas.kept import Kept
from backend.metrics.models import Basis
from backend.metrics.results import Bucket, Distribution, Range, Ratio, Suppressed, TeamName
from backend.metrics.scope import Scope
from backend.metrics.suppression.tellable import Family, tellable

NOTHING = "No successful deployment in this range."
NO_CHANGE = "No deployment of this range brought a change that is known."
NO_FAILURE = "No deployment of this range failed in use and was fixed."
NOT_YET = "The range has not begun yet."
_DAY = timedelta(days=1)


def figures(asked: Asked) -> results.DeploymentFigures:
    """The four keys of a range. Six statements."""
    scope = tellable(asked.scope, Family.DEPLOYED).resting_on(Kind.DEPLOYMENTS)
    asked = replace(asked, scope=scope)
    row = aggregates.figures(asked)
    daily = {found["day"]: found for found in aggregates.days(asked)}
    basis = Basis.objects.filter(pk=1).first()
    no_changes = _of_changes(scope).not_kept is not None or _too_few(scope, row, "lead_time")
    hidden = not scope.not_kept and scope.team is not None and _too_few(scope, row, "lead_time")
    untold = hidden or scope.not_kept is not None
    return results.DeploymentFigures(
        team=TeamName.of(scope),
        range=Range.of(scope),
        environment=asked.environment,
        repository=asked.repository or None,
        service=asked.service or None,
        suppressed=_suppressed(scope) if hidden else None,
        not_kept=scope.not_kept,
        people=None if no_changes else row["lead_time_people"],
        **_UNTOLD if untold else _of_deployments(scope, row, daily),
        lead_time=None if untold else _lead_time(scope, row, "lead_time"),
        merge_to_deploy=None if untold else _lead_time(scope, row, "merge_to_deploy"),
        weeks=_weeks(asked, daily, hidden=hidden),
        histogram=[] if no_changes else _histogram(row),
        previous=None if untold else _previous(scope, row),
        versions=versions(),
        computed_at=basis.measured_at if basis else None,
    )


def versions() -> results.DeploymentVersions:
    return results.DeploymentVersions(deployments=dora.VERSION, pull_request=pull_request.VERSION)


def _of_changes(scope: Scope) -> Scope:
    """For what is told of the changes that were deployed: it needs their pull requests as well."""
    return scope.resting_on(Kind.DEPLOYMENTS, Kind.PULL_REQUESTS)


_UNTOLD: dict[str, Any] = {
    "bands": results.Bands(
        deployment_frequency=None, lead_time=None, change_failure_rate=None, time_to_restore=None
    ),
    **dict.fromkeys(
        (
            *("deployment_frequency", "change_failure_rate", "time_to_restore", "unrestored"),
            *("inferred", "attempts", "rollbacks", "baselines", "contents_unknown"),
        )
    ),
}


def _of_deployments(
    scope: Scope, row: aggregates.Row, daily: Mapping[date, aggregates.Row]
) -> dict[str, Any]:
    """What is told of the deployments themselves, and the bands."""
    deployments, failing = row["deployments"], row["failing"]
    frequency = _frequency(scope, daily)
    why_nothing = scope.why_nothing(NO_FAILURE if deployments else NOTHING)
    restore = _distribution(row, "time_to_restore", why_nothing)
    rate = dora.failure_rate(deployments=deployments, failing=failing)
    return {
        "deployment_frequency": frequency,
        "change_failure_rate": Ratio(
            value=rate,
            numerator=failing,
            denominator=deployments,
            reason=None if deployments else why_nothing,
            definition="change_failure_rate",
        ),
        "time_to_restore": restore,
        "bands": results.Bands(
            deployment_frequency=_band(
                "deployment_frequency", frequency.per_day if deployments else None
            ),
            lead_time=_band("lead_time", _lead_time(scope, row, "lead_time").median),
            change_failure_rate=_band("change_failure_rate", rate),
            time_to_restore=_band("time_to_restore", restore.median),
        ),
        "unrestored": failing - row["time_to_restore_n"],
        "attempts": results.Attempts(failed=row["failed_attempts"], in_progress=row["in_progress"]),
        **{name: row[name] for name in ("inferred", "rollbacks", "baselines", "contents_unknown")},
    }


def _band(key: dora.Key, value: float | None) -> results.Band | None:
    found = dora.band(key, value, year=dora.YEAR)
    if found is None:
        return None
    return results.Band(level=found.band.name, year=found.year, text=found.band.text)


def _too_few(scope: Scope, row: aggregates.Row, name: str) -> bool:
    return scope.hides(human=row[f"{name}_human"] or 0, people=row[f"{name}_people"] or 0)


def _told_too_few(scope: Scope) -> str:
    return f"Written by fewer than {scope.minimum_group_size} people, so it is not shown."


def _suppressed(scope: Scope) -> Suppressed:
    return Suppressed(reason=_told_too_few(scope), minimum_group_size=scope.minimum_group_size)


def _lead_time(scope: Scope, row: aggregates.Row, name: str) -> Distribution:
    known = _of_changes(scope)
    if known.not_kept or _too_few(scope, row, "lead_time"):
        return Distribution(
            median=None, p75=None, p90=None, n=None, unit="seconds",
            reason=known.not_kept or _told_too_few(scope), definition=name,
        )  # fmt: skip
    return _distribution(row, name, known.why_nothing(NO_CHANGE if row["deployments"] else NOTHING))


def _distribution(row: aggregates.Row, name: str, reason: str) -> Distribution:
    median, p75, p90 = row[name] or (None, None, None)
    n = row[f"{name}_n"]
    return Distribution(
        median=median,
        p75=p75,
        p90=p90,
        n=n,
        unit="seconds",
        reason=None if n else reason,
        definition=name,
    )


def _frequency(scope: Scope, daily: Mapping[date, aggregates.Row]) -> results.Frequency:
    """Days to come are no days without a deployment, nor are those of which nothing is kept; today is one of the
    range.
    """
    past = max(0, (min(scope.end, scope.today + _DAY) - scope.start).days)
    by_day = Counter({day: row["deployments"] for day, row in daily.items()})
    days = [
        day
        for day in (scope.start + index * _DAY for index in range(past))
        if by_day[day] or scope.kept(day, day + _DAY) is not Kept.NOTHING
    ]
    found = dora.frequency([by_day[day] for day in days])
    whole = [
        sum(by_day[week + index * _DAY] for index in range(7))
        for week in calendar.weeks(scope.start, scope.end)
        if not scope.is_partial(week) and not scope.is_gone(week)
    ]
    return results.Frequency(
        deployments=found.deployments,
        per_day=found.per_day,
        per_week=found.per_week,
        days=found.days,
        days_with_one=found.days_with,
        distribution=[
            results.DaysWith(deployments=count, days=times) for count, times in found.by_count
        ],
        per_week_median=distribution.percentile_cont(whole, 0.5),
        weeks=len(whole),
        reason=None if days else NOT_YET,
        definition="deployment_frequency",
    )


def _weeks(
    asked: Asked, daily: Mapping[date, aggregates.Row], *, hidden: bool
) -> list[results.DeploymentWeek]:
    """Where the range is kept back, so is each week, those with nobody in them too."""
    scope = asked.scope
    starts = calendar.weeks(scope.start, scope.end)
    if hidden:
        return [_untold_week(scope, start, suppressed=True) for start in starts]
    found = {row["starts_on"]: row for row in aggregates.weeks(asked)}
    deployments: Counter[date] = Counter()
    attempts: Counter[date] = Counter()
    for day, row in daily.items():
        deployments[calendar.monday(day)] += row["deployments"]
        attempts[calendar.monday(day)] += row["failed_attempts"]
    return [
        _week(scope, start, found.get(start), deployments[start], attempts[start])
        for start in starts
    ]


def _untold_week(scope: Scope, start: date, *, suppressed: bool) -> results.DeploymentWeek:
    numbers = set(results.DeploymentWeek.model_fields) - {"start", "partial", "suppressed"}
    return results.DeploymentWeek(
        start=start,
        partial=scope.is_partial(start),
        suppressed=suppressed,
        **dict.fromkeys(sorted(numbers)),
    )


def _week(
    scope: Scope, start: date, row: aggregates.Row | None, deployments: int, attempts: int
) -> results.DeploymentWeek:
    if scope.is_gone(start):
        return _untold_week(scope, start, suppressed=False)
    hidden = row is not None and scope.hides_part(
        start,
        start + calendar.WEEK,
        human=row["lead_time_human"] or 0,
        people=row["lead_time_people"] or 0,
    )
    if hidden and scope.team is not None:
        return _untold_week(scope, start, suppressed=True)
    no_changes = hidden or _of_changes(scope).is_gone(start)
    return results.DeploymentWeek(
        start=start,
        partial=scope.is_partial(start),
        suppressed=hidden,
        deployments=deployments,
        failed_attempts=attempts,
        changes=None if no_changes else (row and row["changes"]) or 0,
        lead_time_median=None if no_changes or row is None else row["lead_time"],
        change_failure_rate=None if row is None else row["failing"] / deployments,
        time_to_restore_median=None if row is None else row["time_to_restore"],
    )


def _histogram(row: aggregates.Row) -> list[Bucket]:
    counts = dict(zip(row["buckets"] or (), row["bucket_counts"] or (), strict=True))
    bounds = (0, *distribution.BUCKETS, None)
    return [
        Bucket(from_seconds=low or 0, to_seconds=high, n=counts.get(index, 0))
        for index, (low, high) in enumerate(pairwise(bounds))
    ]


def _previous(scope: Scope, row: aggregates.Row) -> results.PreviousDeployments | None:
    """None where there is nothing to compare with, too few people in it, or a part of it is older than what is kept."""
    deployments = row["previous_deployments"]
    hidden = scope.hides_previous or _too_few(scope, row, "previous_lead_time")
    if not deployments or not scope.previous_is_whole or (hidden and scope.team is not None):
        return None
    no_changes = hidden or not _of_changes(scope).previous_is_whole
    median, *_ = row["previous_lead_time"] or (None,)
    restore, *_ = row["previous_time_to_restore"] or (None,)
    return results.PreviousDeployments(
        from_=scope.previous_start,
        to=scope.start,
        deployments=deployments,
        per_week=deployments * 7 / (scope.start - scope.previous_start).days,
        lead_time_median=None if no_changes else median,
        change_failure_rate=row["previous_failing"] / deployments,
        time_to_restore_median=restore,
    )
