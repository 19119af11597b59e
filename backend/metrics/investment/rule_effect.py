"""What rules would sort otherwise, before they are stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet

from backend import clock
from backend.delivery.investment_rules import UNCATEGORISED, Category, Decision, Rule
from backend.delivery.models import Issue, PullRequest
from backend.metrics.investment.sorting import judged_issues, judged_pull_requests
from backend.metrics.issues import links
from backend.metrics.models import IssueFact, PullRequestFact

WITHIN: Final = timedelta(days=90)
MOST: Final = 5_000
"""Issues, and pull requests, that are looked at: the latest."""
SAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """Of one category: issues and pull requests by the rules in force, and by the others."""

    name: str
    issues_before: int
    issues_after: int
    pull_requests_before: int
    pull_requests_after: int

    @property
    def changes(self) -> bool:
        return (self.issues_before, self.pull_requests_before) != (
            self.issues_after,
            self.pull_requests_after,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Effect:
    lines: list[Line]
    changed: int
    samples: list[Sample]


_Found = tuple[dict[int, Decision], dict[int, Decision]]


def effect(rules: Sequence[Rule], *, before: Sequence[Rule], chosen: Sequence[Category]) -> Effect:
    """Of what was done or merged within the last 90 days; `chosen`: the categories in their order."""
    since = clock.now() - WITHIN
    issues = _latest(IssueFact.objects.filter(done_at__gte=since, excluded=""), "done_at")
    merged = PullRequestFact.objects.filter(merged_at__gte=since, excluded="", is_bot=False)
    pulls = _latest(merged, "merged_at")
    about = sorted({link.issue_id for link in links.of_pull_requests(pulls) if link.holds})
    now, then = (_judged(issues, pulls, about, one) for one in (before, rules))
    names = {one.code: one.name for one in chosen}

    def name(decision: Decision) -> str:
        return names.get(decision.category or UNCATEGORISED, "Uncategorised")

    counted = [Counter(map(name, found.values())) for found in (*now, *then)]
    lines = [
        Line(one, counted[0][one], counted[2][one], counted[1][one], counted[3][one])
        for one in (*names.values(), "Uncategorised")
    ]
    otherwise = [
        [pk for pk, decision in old.items() if name(decision) != name(new[pk])]
        for old, new in zip(now, then, strict=True)
    ]
    titles = _titles(*(some[:SAMPLES] for some in otherwise))
    samples = [
        Sample(titles[place][pk], name(now[place][pk]), name(then[place][pk]))
        for place, some in enumerate(otherwise)
        for pk in some[:SAMPLES]
    ]
    return Effect(lines, sum(map(len, otherwise)), samples[:SAMPLES])


def _latest(facts: QuerySet[Any], moment: str) -> list[int]:
    return list(facts.order_by(f"-{moment}").values_list("pk", flat=True)[:MOST])


def _judged(
    issues: Sequence[int], pulls: Sequence[int], about: Sequence[int], rules: Sequence[Rule]
) -> _Found:
    every = judged_issues([*issues, *about], rules)
    alive = set(Issue.objects.filter(pk__in=about, deleted_at=None).values_list("pk", flat=True))
    sorted_into = {pk: decision.category for pk, decision in every.items() if pk in alive}
    return {pk: every[pk] for pk in issues}, judged_pull_requests(pulls, rules, sorted_into)


def _titles(issues: Sequence[int], pulls: Sequence[int]) -> tuple[dict[int, str], dict[int, str]]:
    return (
        {one.pk: one.key for one in Issue.objects.filter(pk__in=issues)},
        {
            one.pk: str(one)
            for one in PullRequest.objects.filter(pk__in=pulls).select_related("repository")
        },
    )
