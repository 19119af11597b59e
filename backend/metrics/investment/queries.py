"""Investment in the shape of `results`: effort and activity by category; what is about too few people is kept back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from backend.delivery.investment_rules import UNCATEGORISED
from backend.delivery.store.horizons import Kind
from backend.delivery.store.investment import categories
from backend.metrics.formulas import effort, suppression
from backend.metrics.formulas.kept import Kept
from backend.metrics.investment import results
from backend.metrics.investment.asked import given, issues_done, pull_requests_merged
from backend.metrics.models import Basis
from backend.metrics.results import Range, Suppressed, TeamName
from backend.metrics.scope import Scope
from backend.metrics.suppression.tellable import Family, tellable

NOTHING: Final = {
    "person_months": "Nobody worked on an issue or a pull request in this range.",
    "issues": "No issue was done in this range.",
    "pull_requests": "No pull request was merged in this range.",
}
DEFINITION: Final = {
    "person_months": "investment_effort",
    "issues": "investment_activity",
    "pull_requests": "investment_activity",
}
FEW_DAYS: Final = 15
# A month is one unit of each person's, whatever part of it the range and the team hold: so the whole month is read.
# In a team's effort are the days on which they were in it.
_EFFORT: Final = """
    WITH RECURSIVE below (id) AS (
        SELECT %(team)s::bigint
        UNION
        SELECT team.id FROM below JOIN people_team team ON team.parent_id = below.id
    ), member AS MATERIALIZED (
        SELECT person_id, starts_on, ends_on FROM people_membership
        WHERE team_id IN (SELECT id FROM below)
    ), worked AS (
        SELECT COALESCE(who.person_id, -who.id) AS person, one.day, one.pull_request_id, one.issue_id,
            max(one.weight) AS weight, max(one.category) AS category
        FROM metrics_activityday one
        JOIN people_identity who ON who.id = one.identity_id AND NOT who.is_bot
        WHERE one.day >= %(first)s AND one.day < %(last)s
            AND (%(team)s::bigint IS NULL OR who.person_id IN (SELECT person_id FROM member))
        GROUP BY 1, 2, 3, 4
    )
    SELECT person, date_trunc('month', day)::date AS month, category,
        day >= %(start)s AND day < %(end)s AND (%(team)s::bigint IS NULL OR EXISTS (
            SELECT FROM member WHERE member.person_id = person
                AND (starts_on IS NULL OR starts_on <= day) AND (ends_on IS NULL OR ends_on > day)
        )) AS inside,
        sum(weight)
    FROM worked GROUP BY 1, 2, 3, 4
"""
_COUNTS: Final = """
    WITH finished AS ({finished})
    SELECT person, date_trunc('month', finished_at AT TIME ZONE %(zone)s)::date, category, true, count(*)
    FROM finished GROUP BY 1, 2, 3
"""


@dataclass
class _Parts:
    """Amounts and people by category and month."""

    amounts: dict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    people: dict[tuple[str, date], set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, category: str, month: date, amount: int, person: int | None) -> None:
        self.amounts[category, month] += amount
        if person is not None:
            self.people[category, month].add(person)


def figures(scope: Scope) -> results.InvestmentFigures:
    """Everything about a range. Eight statements."""
    scope = tellable(scope, Family.WORKED, Family.DONE, Family.MERGED)
    known = [results.Category(code=one.code, name=one.name, description=one.description)
             for one in categories()]  # fmt: skip
    unsorted = results.Category(
        code=UNCATEGORISED, name="Uncategorised", description="What no rule matches."
    )
    codes = [one.code for one in known]
    bounds = given(scope)
    counted = {
        "issues": _COUNTS.format(finished=issues_done(scope)),
        "pull_requests": _COUNTS.format(finished=pull_requests_merged(scope)),
    }
    basis = Basis.objects.filter(pk=1).first()
    of_issues, of_code = scope.resting_on(Kind.ISSUES), scope.resting_on(Kind.PULL_REQUESTS)
    # Days of work are known of either: there are none only where nothing is left of both, and all where both are whole.
    of_work, of_both = sorted((of_issues, of_code), key=lambda one: one.kept_since)
    days = _effort(scope, codes)
    return results.InvestmentFigures(
        team=TeamName.of(scope),
        range=Range.of(scope),
        categories=[*known, unsorted],
        effort=_view(of_work, "person_months", days, codes, unit=effort.UNIT, whole=of_both),
        issues=_view(of_issues, "issues", _counts(counted["issues"], bounds, codes), codes),
        pull_requests=_view(
            of_code, "pull_requests", _counts(counted["pull_requests"], bounds, codes), codes
        ),
        version=effort.VERSION,
        computed_at=basis.measured_at if basis else None,
    )


def _effort(scope: Scope, codes: Sequence[str]) -> _Parts:
    last = scope.end - timedelta(days=1)
    wanted = {
        "team": scope.team.pk if scope.team else None,
        "start": scope.start,
        "end": scope.end,
        "first": scope.start.replace(day=1),
        "last": _next_month(last.replace(day=1)),
    }
    weights: dict[tuple[int, date], dict[tuple[str, bool], int]] = defaultdict(dict)
    for person, month, category, inside, weight in _rows(_EFFORT, wanted):
        part = (_known(category, codes), inside)
        mine = weights[person, month]
        mine[part] = mine.get(part, 0) + int(weight)
    found = _Parts()
    for (person, month), mine in weights.items():
        for (category, inside), share in effort.split(dict(sorted(mine.items()))).items():
            if inside:
                found.add(category, month, share, person)
    return found


def _counts(statement: str, bounds: Mapping[str, Any], codes: Sequence[str]) -> _Parts:
    found = _Parts()
    for person, month, category, _, count in _rows(statement, bounds):
        found.add(_known(category, codes), month, count, person)
    return found


def _view(
    scope: Scope,
    name: results.UnitName,
    parts: _Parts,
    codes: Sequence[str],
    *,
    unit: int = 1,
    whole: Scope | None = None,
) -> results.View:
    """What is kept back in the whole range is so in every month; what is in a month alone stays in the range's sum.

    `whole` says which months are known as a whole, where `scope` does not.
    """
    if scope.not_kept:
        return _not_kept(name, scope.not_kept)
    every = [*codes, UNCATEGORISED]
    periods = _periods(scope)
    months = [month for period in periods for month in period]
    people = {
        category: [
            set().union(*(parts.people.get((category, month), ()) for month in period))
            for period in periods
        ]
        for category in every
    }
    in_all = {category: [set().union(*people[category])] for category in every}
    hidden = suppression.kept_back(in_all, minimum=scope.minimum_group_size)
    by_month = suppression.kept_back(people, minimum=scope.minimum_group_size, also=hidden or ())
    total = sum(parts.amounts.values())

    def amounts(
        of: Iterable[date], kept: set[str]
    ) -> tuple[list[results.CategoryAmount], float | None]:
        wanted = list(of)
        sums = {
            category: sum(parts.amounts.get((category, month), 0) for month in wanted)
            for category in every
        }
        whole_sum = sum(sums.values())
        shown = [
            results.CategoryAmount(
                category=category,
                amount=amount / unit,
                share=amount / whole_sum if whole_sum else None,
            )
            for category, amount in sums.items()
            if category not in kept
        ]
        return shown, sum(sums[category] for category in kept) / unit if kept else None

    told, kept_back = amounts(months, hidden) if hidden is not None else ([], None)
    monthly = []
    if hidden is not None and by_month is not None:
        for period in periods:
            shown, kept = amounts(period, by_month)
            first, last = period[0], period[-1]
            end = _next_month(last)
            is_gone = scope.kept(first, end) is Kept.NOTHING
            is_whole = is_gone or (whole or scope).kept(first, end) is Kept.ALL
            is_cut = first < scope.start or end > min(scope.end, scope.today)
            monthly.append(
                results.InvestmentMonth(
                    start=first,
                    last=last,
                    partial=is_cut or not is_whole,
                    amounts=[] if is_gone else shown,
                    kept_back=None if is_gone else kept,
                )
            )
    return results.View(
        unit=name,
        definition=DEFINITION[name],
        total=None if hidden is None else total / unit,
        people=None if hidden is None else len(set().union(*parts.people.values())),
        suppressed=_suppressed(scope) if hidden is None else None,
        reason=None if total or hidden is None else scope.why_nothing(NOTHING[name]),
        amounts=told,
        kept_back=kept_back,
        kept_back_categories=[category for category in every if category in (hidden or ())],
        months=monthly,
        months_suppressed=None if monthly or not total else _suppressed(scope),
    )


def _not_kept(name: results.UnitName, reason: str) -> results.View:
    return results.View(
        unit=name,
        definition=DEFINITION[name],
        total=None,
        people=None,
        suppressed=None,
        reason=reason,
        amounts=[],
        kept_back=None,
        kept_back_categories=[],
        months=[],
        months_suppressed=None,
    )


def _known(category: str, codes: Sequence[str]) -> str:
    """One that is no more, and is not sorted anew yet, is uncategorised."""
    return category if category in codes else UNCATEGORISED


def _suppressed(scope: Scope) -> Suppressed:
    return Suppressed(
        reason=f"Worked on by fewer than {scope.minimum_group_size} people, so it is not shown.",
        minimum_group_size=scope.minimum_group_size,
    )


def _periods(scope: Scope) -> list[list[date]]:
    """First days of all months that the range touches; one of which it holds a few days is told with its neighbour.

    A few days are the work of few people, which would have much kept back in all months. So is one told whose
    beginning would tell of what is kept back.
    """
    periods = [[scope.start.replace(day=1)]]
    while (following := _next_month(periods[-1][0])) < scope.end:
        periods.append([following])
    few = timedelta(days=FEW_DAYS)
    if len(periods) > 1 and _next_month(periods[0][0]) - scope.start < few:
        periods[:2] = [periods[0] + periods[1]]
    if len(periods) > 1 and scope.end - periods[-1][0] < few:
        periods[-2:] = [periods[-2] + periods[-1]]
    told = periods[:1]
    for period in periods[1:]:
        if scope.stretches.cut(scope.begins_at, scope.midnight(period[0])):
            told[-1] = told[-1] + period
        else:
            told.append(period)
    return told


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
