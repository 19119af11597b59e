"""Which deployment of one service and environment an incident means. Pure.

Whoever reports incidents chooses how many there are and what they name. So everything is looked up in order, and what
a name fits is gathered once: a commit has few beginnings, so that this stays in proportion to the commits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from backend.delivery.deployment_rules import API
from backend.metrics.deployments.contents import Attempt, Deployed

_SHORTEST_SHA: Final = 7


class _InTime:
    """Some deployments in the order of their finish."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        self.attempts = attempts
        self._finishes = [one.finished_at or 0 for one in attempts]

    def by(self, moment: int) -> Attempt | None:
        """What was deployed last by then."""
        at = bisect_right(self._finishes, moment)
        return self.attempts[at - 1] if at else None


class Named:
    """`successes` are in order."""

    def __init__(self, successes: Sequence[Deployed]) -> None:
        self._successes = successes
        self._in_time = _InTime([one.attempt for one in successes])
        self._found: dict[str, _InTime] = {}

    def latest(self, moment: int) -> Attempt | None:
        """What was deployed last by then."""
        return self._in_time.by(moment)

    def by(self, name: str, moment: int) -> Attempt | None:
        """By the id of what was reported; else by its commit, of several the last by then; else by one it brought."""
        if name in self._reported:
            return self._reported[name]
        if len(name) < _SHORTEST_SHA:
            return None
        beginning = name.lower()
        fitting = self._found.get(beginning)
        if fitting is None:
            fitting = self._found[beginning] = _InTime(self._of_commit(beginning))
        return fitting.by(moment) or next(iter(fitting.attempts), None)

    def _of_commit(self, beginning: str) -> list[Attempt]:
        deployed = sorted(_beginning(self._deployed, beginning))
        brought = [] if deployed else sorted(_beginning(self._brought, beginning))[:1]
        return [self._in_time.attempts[at] for at in deployed or brought]

    @cached_property
    def _reported(self) -> dict[str, Attempt]:
        return {one.key: one for one in reversed(self._in_time.attempts) if one.source == API}

    @cached_property
    def _deployed(self) -> list[tuple[str, int]]:
        return sorted((one.attempt.sha, at) for at, one in enumerate(self._successes))

    @cached_property
    def _brought(self) -> list[tuple[str, int]]:
        return sorted(
            (commit.sha, at) for at, one in enumerate(self._successes) for commit in one.commits
        )


def _beginning(shas: Sequence[tuple[str, int]], beginning: str) -> Iterator[int]:
    """Where those are that begin so."""
    at = bisect_left(shas, (beginning, -1))
    while at < len(shas) and shas[at][0].startswith(beginning):
        yield shas[at][1]
        at += 1
