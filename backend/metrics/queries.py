"""Answers about pull requests in the shape of `results`, with what is about too few people kept back.

The API, exports and the command line all come through here, so that they cannot differ.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from backend.delivery.generated_files import RULES_VERSION
from backend.delivery.store.horizons import Kind
from backend.metrics import aggregates, results
from backend.metrics.formulas import distribution, pull_request
from backend.metrics.formulas import weeks as calendar
from backend.metrics.models import Basis, PullRequestCell
from backend.metrics.scope import Scope
from backend.metrics.suppression.tellable import Family, tellable

NOTHING = "Nothing to measure in this range."
STAGES = ("coding", "pickup", "review", "merge")


def figures(scope: Scope) -> results.Figures:
    """Everything about a team's range. Five statements."""
    scope = tellable(scope, Family.MERGED, Family.REVIEWED).resting_on(Kind.PULL_REQUESTS)
    row = aggregates.figures(scope)
    basis = Basis.objects.filter(pk=1).first()
    untold = _untold(scope, row)
    hidden = untold and scope.not_kept is None
    weeks = [_week(scope, start, found) for start, found in _weekly(scope).items()]
    return results.Figures(
        team=results.TeamName.of(scope),
        range=results.Range.of(scope),
        people=None if untold else row["cycle_time_people"],
        suppressed=_suppressed(scope) if hidden else None,
        not_kept=scope.not_kept,
        **{stage: _distribution(scope, row, stage) for stage in ("cycle_time", *STAGES)},
        time_to_first_review=_distribution(scope, row, "time_to_first_review"),
        batch_size=_distribution(scope, row, "batch_size", unit="lines"),
        review_rate=_review_rate(scope, row),
        throughput=None if untold else _throughput(row, weeks),
        weeks=[_hide(week) for week in weeks] if hidden else weeks,
        histogram=[] if untold else _histogram(row),
        excluded=_excluded(scope, row),
        open=_count(scope, row, "open"),
        waiting=_count(scope, row, "waiting"),
        closed_unmerged=None if untold else _count(scope, row, "closed"),
        unreviewed=None if untold else row["cycle_time_n"] - row["pickup_n"],
        previous=_previous(scope, row),
        versions=versions(),
        computed_at=basis.measured_at if basis else None,
    )


def months(scope: Scope) -> list[results.Month]:
    """The whole months of the range that anything was merged in, bots left out."""
    scope = tellable(scope, Family.MERGED).resting_on(Kind.PULL_REQUESTS)
    found: list[results.Month] = []
    for cell in PullRequestCell.objects.filter(
        team=scope.team,
        period=PullRequestCell.Period.MONTH,
        starts_on__gte=scope.start,
        starts_on__lt=scope.end,
        merged__gt=0,
    ).order_by("starts_on"):
        after = (cell.starts_on + timedelta(days=31)).replace(day=1)
        if after > scope.end:
            break
        if not scope.is_kept(cell.starts_on):
            continue
        hidden = scope.hides_part(cell.starts_on, after, human=cell.merged, people=cell.people)
        median, _, p90 = cell.cycle_time or (None, None, None)
        found.append(
            results.Month(
                start=cell.starts_on,
                suppressed=hidden,
                n=None if hidden else cell.merged,
                cycle_time_median=None if hidden else median,
                cycle_time_p90=None if hidden else p90,
            )
        )
    return found


def versions() -> results.Versions:
    return results.Versions(pull_request=pull_request.VERSION, generated_files=RULES_VERSION)


def _hidden(scope: Scope, row: aggregates.Row, name: str) -> bool:
    return scope.hides(human=row[f"{name}_human"], people=row[f"{name}_people"])


def _untold(scope: Scope, row: aggregates.Row) -> bool:
    """Whether the whole range is kept back, or older than what is kept."""
    return scope.not_kept is not None or _hidden(scope, row, "cycle_time")


def _too_few(scope: Scope) -> str:
    return f"Written by fewer than {scope.minimum_group_size} people, so it is not shown."


def _suppressed(scope: Scope) -> results.Suppressed:
    return results.Suppressed(reason=_too_few(scope), minimum_group_size=scope.minimum_group_size)


def _distribution(
    scope: Scope, row: aggregates.Row, name: str, unit: Literal["seconds", "lines"] = "seconds"
) -> results.Distribution | None:
    """None where nothing is told of the whole range; without values where this one figure is suppressed."""
    if _untold(scope, row):
        return None
    n: int | None = row[f"{name}_n"]
    values, reason = row[name], None
    if _hidden(scope, row, name):
        values, n, reason = None, None, _too_few(scope)
    elif not n:
        reason = scope.why_nothing(NOTHING)
    median, p75, p90 = values or (None, None, None)
    return results.Distribution(
        median=median, p75=p75, p90=p90, n=n, unit=unit, reason=reason, definition=name
    )


def _count(scope: Scope, row: aggregates.Row, name: str) -> int | None:
    hidden = _hidden(scope, row, name) or _hidden(scope, row, "cycle_time")
    return None if hidden else row[f"{name}_n"]


def _review_rate(scope: Scope, row: aggregates.Row) -> results.Ratio | None:
    if _untold(scope, row):
        return None
    merged, reviewed = row["cycle_time_n"], row["pickup_n"]
    return results.Ratio(
        value=reviewed / merged if merged else None,
        numerator=reviewed,
        denominator=merged,
        reason=None if merged else scope.why_nothing(NOTHING),
        definition="review_rate",
    )


def _throughput(row: aggregates.Row, weeks: list[results.Week]) -> results.Throughput:
    """The median is of what is shown: of all weeks it would be the very number of one that is kept back."""
    merged = [week.n for week in weeks if not week.partial and week.n is not None]
    return results.Throughput(
        merged=row["cycle_time_n"],
        per_week_median=distribution.percentile_cont(merged, 0.5),
        weeks=len(merged),
        definition="throughput",
    )


def _weekly(scope: Scope) -> dict[date, aggregates.Row | None]:
    found = {row["starts_on"]: row for row in aggregates.weeks(scope)}
    return {start: found.get(start) for start in calendar.weeks(scope.start, scope.end)}


def _week(scope: Scope, start: date, row: aggregates.Row | None) -> results.Week:
    partial = scope.is_partial(start)
    if row is None or not scope.is_kept(start):
        return results.Week(
            start=start,
            partial=partial,
            suppressed=False,
            n=0 if scope.is_kept(start) else None,
            cycle_time_median=None,
            stages=None,
        )
    shares = distribution.shares(row["median"], [row[stage] for stage in STAGES])
    week = results.Week(
        start=start,
        partial=partial,
        suppressed=False,
        n=row["merged"],
        cycle_time_median=row["median"],
        stages=results.Stages(**dict(zip(STAGES, shares, strict=True))),
    )
    hidden = scope.hides_part(
        start, start + calendar.WEEK, human=row["human"], people=row["people"]
    )
    return _hide(week) if hidden else week


def _hide(week: results.Week) -> results.Week:
    return week.model_copy(
        update={"suppressed": True, "n": None, "cycle_time_median": None, "stages": None}
    )


def _histogram(row: aggregates.Row) -> list[results.Bucket]:
    counts = dict(zip(row["buckets"] or (), row["bucket_counts"] or (), strict=True))
    bounds = (0, *distribution.BUCKETS, None)
    return [
        results.Bucket(from_seconds=low or 0, to_seconds=high, n=counts.get(index, 0))
        for index, (low, high) in enumerate(pairwise(bounds))
    ]


def _excluded(scope: Scope, row: aggregates.Row) -> list[results.Excluded]:
    """What was left out and why; the count of drafts is about people, that of bots is not."""
    found: list[results.Excluded] = []
    if _untold(scope, row):
        return found
    if row["bots_n"] and not scope.with_bots:
        found.append(results.Excluded(reason="bot_author", n=row["bots_n"]))
    drafts = _count(scope, row, "never_opened")
    if drafts:
        found.append(results.Excluded(reason="draft_never_opened", n=drafts))
    return found


def _previous(scope: Scope, row: aggregates.Row) -> results.Previous | None:
    """None where there is nothing to compare with, too few people in it, or a part of it is older than what is kept."""
    merged = row["previous_cycle_time_n"]
    if (
        not merged
        or not scope.previous_is_whole
        or scope.hides_previous
        or _hidden(scope, row, "previous_cycle_time")
        or _hidden(scope, row, "cycle_time")
    ):
        return None

    def median(name: str) -> float | None:
        return None if _hidden(scope, row, name) or not row[name] else row[name][0]

    return results.Previous(
        from_=scope.previous_start,
        to=scope.start,
        cycle_time_median=median("previous_cycle_time"),
        time_to_first_review_median=median("previous_time_to_first_review"),
        review_rate=row["previous_reviewed"] / merged,
        merged=merged,
        batch_size_median=median("previous_batch_size"),
    )
