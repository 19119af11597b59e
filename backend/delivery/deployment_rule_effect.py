"""What rules on deployments would change, before they are stored: of all that there was within a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from backend.delivery.candidates import Asked, Kind, kinds, verdict
from backend.delivery.deployment_rules import API, GITHUB_DEPLOYMENT, SOURCES, Rule, Verdict

LOOKED_BACK: Final = timedelta(days=365)
LISTED: Final = 50
SAMPLES: Final = 20


@dataclass(frozen=True)
class Line:
    """How many deployments, and failed attempts at one, there are of one service to one environment."""

    environment: str
    service: str
    source: str
    before: int
    after: int


@dataclass(frozen=True)
class Sample:
    """Things of one name that would be judged otherwise."""

    repository: str
    source: str
    name: str
    count: int
    before: str
    after: str


@dataclass(frozen=True)
class Unmapped:
    """An environment that nothing would say anything of."""

    repository: str
    name: str
    count: int


@dataclass(frozen=True)
class Effect:
    """Counts before and after; what changes most comes first. Of long lists the beginning, with how many there are."""

    lines: Sequence[Line]
    line_count: int
    samples: Sequence[Sample]
    changed: int
    """How many names would be judged otherwise."""
    unmapped: Sequence[Unmapped]
    unmapped_count: int


def effect(rules: Sequence[Rule], *, before: Sequence[Rule]) -> Effect:
    """Compare what counts by the rules in force with what would by `rules`. Reads, and writes nothing.

    Path filters are not applied: what they leave out depends on the changes in each deployment.
    """
    now, then = tuple(before), tuple(rules)
    named = {rule.source for rule in (*now, *then)} | {GITHUB_DEPLOYMENT, API}
    since = timezone.now() - LOOKED_BACK
    found = kinds(Asked(sources=[source for source in SOURCES if source in named], since=since))
    judged = [(one, verdict(one, now), verdict(one, then)) for one in found if one.possible]
    lines = _lines(judged)
    changed = [one for one in judged if _counted(one[1]) != _counted(one[2])]
    changed.sort(key=lambda one: -one[0].possible)
    unmapped = [kind for kind, _, after in judged if after.is_unmapped]
    unmapped.sort(key=lambda kind: -kind.possible)
    return Effect(
        lines=lines[:LISTED],
        line_count=len(lines),
        samples=[
            Sample(
                kind.repository,
                SOURCES[kind.source],
                kind.name,
                kind.possible,
                was.reason,
                now_.reason,
            )
            for kind, was, now_ in changed[:SAMPLES]
        ],
        changed=len(changed),
        unmapped=[
            Unmapped(kind.repository, kind.name, kind.possible) for kind in unmapped[:SAMPLES]
        ],
        unmapped_count=len(unmapped),
    )


def _counted(judged: Verdict) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one.service, one.environment, one.paths) for one in judged.deployments}


def _lines(judged: Sequence[tuple[Kind, Verdict, Verdict]]) -> list[Line]:
    before: Counter[tuple[str, str, str]] = Counter()
    after: Counter[tuple[str, str, str]] = Counter()
    for kind, *verdicts in judged:
        for counter, told in zip((before, after), verdicts, strict=True):
            for one in told.deployments:
                counter[one.environment, one.service, SOURCES[kind.source]] += kind.possible
    lines = [Line(*key, before[key], after[key]) for key in sorted(before.keys() | after.keys())]
    return sorted(lines, key=lambda line: -abs(line.after - line.before))
