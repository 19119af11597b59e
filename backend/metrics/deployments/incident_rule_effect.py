"""What rules on incidents would change, before they are stored: of the issues that were created within a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from backend import clock
from backend.delivery.incident_rules import IssueRule
from backend.delivery.models import Issue, Repository
from backend.metrics.deployments.issue_incidents import of_rule
from backend.metrics.issues.rows import address_of

LOOKED_BACK: Final = timedelta(days=365)
SAMPLES: Final = 20


@dataclass(frozen=True)
class Line:
    """How many incidents there are of one service, and how many of these go on."""

    repository: str
    service: str
    before: int
    after: int
    open: int


@dataclass(frozen=True)
class Sample:
    """An issue that would be an incident of the service, or would be none any more."""

    key: str
    url: str
    service: str
    is_incident: bool


@dataclass(frozen=True)
class Effect:
    lines: Sequence[Line]
    samples: Sequence[Sample]
    """The latest first."""
    changed: int


_Found = dict[tuple[int, str, int], bool]
"""By repository, service and issue: whether it goes on."""


def effect(rules: Sequence[IssueRule], *, before: Sequence[IssueRule]) -> Effect:
    """Compare what is an incident by the rules in force with what would be by `rules`. Reads, and writes nothing."""
    names = dict(Repository.objects.values_list("pk", "name_with_owner"))
    now = _found(before, names)
    then = now if rules == before else _found(rules, names)
    changed = sorted(now.keys() ^ then.keys(), key=lambda one: (-one[2], one))
    return Effect(_lines(now, then, names), _samples(changed[:SAMPLES], then), len(changed))


def _found(rules: Sequence[IssueRule], names: dict[int, str]) -> _Found:
    since = clock.now() - LOOKED_BACK
    return {
        (rule.repository_id, rule.service or names[rule.repository_id].rpartition("/")[2], pk): (
            done_at is None
        )
        for rule in rules
        for pk, done_at in of_rule(rule).filter(created_at__gte=since).values_list("pk", "done_at")
    }


def _lines(now: _Found, then: _Found, names: dict[int, str]) -> list[Line]:
    before, after, going_on = (
        Counter((repository, service) for repository, service, _ in found)
        for found in (now, then, [key for key, is_open in then.items() if is_open])
    )
    found = [
        Line(names[repository], service, before[key], after[key], going_on[key])
        for key in before.keys() | after.keys()
        for repository, service in [key]
    ]
    return sorted(found, key=lambda one: (one.repository, one.service))


def _samples(changed: Sequence[tuple[int, str, int]], then: _Found) -> list[Sample]:
    issues = Issue.objects.select_related("connection__jira").in_bulk(
        [issue for _, _, issue in changed]
    )
    return [
        Sample(
            issues[key[2]].key,
            address_of(issues[key[2]]),
            key[1],
            is_incident=key in then,
        )
        for key in changed
    ]
