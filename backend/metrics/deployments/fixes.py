"""What fixed deployments that failed in use, of one service and environment. Pure.

Only what succeeded can have failed in use, and only a later success, or an incident's end, can have fixed it:

- revert: it brings a commit or pull request that reverts one which the failed deployment had brought. Reverting a
  revert brings a change back, and fixes nothing; reverting that again does.
- rollback: it goes back from what the failed deployment had made live.
- hotfix: it brings a pull request that is one by the organisation's rules. It fixes the latest earlier deployment that
  brought anything and is no rollback. One that is brought a second time, to another branch, is no second one.
- incident: it names the deployment, or, where the organisation chose so, is linked to the latest earlier one. Its end
  fixes that; and so does a later deployment that brings a pull request about the issue which the incident is.
- a person's word comes before all of these.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.metrics.deployments.contents import FORWARD, ROLLBACK, Attempt, Deployed
from backend.metrics.deployments.naming import Named

REVERT: Final = "revert"
ROLLED_BACK: Final = "rollback"
HOTFIX: Final = "hotfix"
INCIDENT: Final = "incident"
ISSUE: Final = "issue"
PERSON: Final = "person"

FIXED_BY: Final = "fixed_by"
NOT_FIXED_BY: Final = "not_fixed_by"


@dataclass(frozen=True, slots=True)
class Incident:
    """As `delivery.Incident`, or an issue that is one by rule; times are whole seconds."""

    pk: int
    source: str
    """INCIDENT: reported; ISSUE. With `external_id` what corrections name it by."""
    external_id: str
    service: str
    environment: str
    caused_by: str
    started_at: int
    resolved_at: int | None
    pulls: frozenset[int] = frozenset()
    """Ids of the pull requests that are about the issue."""

    @property
    def told_by(self) -> tuple[str, str]:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True)
class Correction:
    """As `delivery.FixCorrection`. A fix is told by source and key, and so is an incident."""

    service: str
    environment: str
    source: str
    key: str
    fix_source: str
    fix_key: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Fix:
    """An attempt fixed it, or else the end of an incident; of both, the attempt brought a change for the incident.

    `restored_at` is None where an incident goes on.
    """

    failed: Attempt
    kind: str
    fixed_by: Attempt | None
    incident: Incident | None
    restored_at: int | None
    is_inferred: bool = False

    @property
    def restore_seconds(self) -> int | None:
        if self.restored_at is None or self.failed.finished_at is None:
            return None
        return self.restored_at - self.failed.finished_at

    @property
    def told_by(self) -> tuple[str, str]:
        """Source and key of what fixed it, as corrections name it."""
        if self.fixed_by is not None:
            return self.fixed_by.source, self.fixed_by.key
        assert self.incident is not None  # noqa: S101 - one of the two, by construction
        return self.incident.told_by

    def rests_on(self, named: tuple[str, str]) -> bool:
        """It is told so, or is for an incident that is."""
        return named == self.told_by or (
            self.incident is not None and named == self.incident.told_by
        )


def find(
    row: Sequence[Deployed],
    *,
    incidents: Sequence[Incident],
    may_be_of_it: Callable[[Incident], bool],
    corrections: Iterable[Correction],
    by_time: bool,
) -> list[Fix]:
    """Of one service and environment, in order. `incidents` are the repository's: a person may name any of them.

    One fix of a deployment by another has one kind: a person's word before a revert before a rollback before a hotfix.
    """
    successes = [one for one in row if one.role]
    found = [
        *_by_revert(successes),
        *_by_rollback(successes),
        *_by_hotfix(successes),
        *_by_incident(successes, filter(may_be_of_it, incidents), by_time=by_time),
    ]
    return list(_corrected(found, successes, incidents, corrections))


def _by_deployment(kind: str, failed: Attempt, fixed_by: Attempt) -> Fix:
    return Fix(failed, kind, fixed_by, None, fixed_by.finished_at)


def _by_revert(successes: Sequence[Deployed]) -> Iterator[Fix]:
    reverts = _Reverts(successes)
    for at, deployed in enumerate(successes):
        for sha in reverts.brought_by(deployed):
            for reverted in reverts.named.get(sha, ()):
                before = reverts.where.get(reverted)
                if before is not None and before < at and not reverts.depth(reverted) % 2:
                    yield _by_deployment(REVERT, successes[before].attempt, deployed.attempt)


class _Reverts:
    """Which deployment brought a commit, and what it reverts; a pull request is the commit that stands for it."""

    def __init__(self, successes: Sequence[Deployed]) -> None:
        self.where: dict[str, int] = {}
        self.named: dict[str, tuple[str, ...]] = {}
        changes = [change.pull for one in successes for change in one.changes]
        by_number = {pull.number: pull.merge_sha for pull in changes}
        for at, deployed in enumerate(successes):
            for commit in deployed.commits:
                self.named[commit.sha] = commit.reverts
                for sha in (commit.sha, *commit.picked_from):
                    self.where.setdefault(sha, at)
            for change in deployed.changes:
                self.where.setdefault(change.pull.merge_sha, at)
        for pull in changes:
            pulls = (by_number[number] for number in pull.reverts if number in by_number)
            own = self.named.get(pull.merge_sha, ())
            self.named[pull.merge_sha] = tuple(dict.fromkeys((*own, *pulls)))
        self._depths: dict[str, int] = {}

    def brought_by(self, deployed: Deployed) -> Iterator[str]:
        yield from (commit.sha for commit in deployed.commits)
        yield from (change.pull.merge_sha for change in deployed.changes)

    def depth(self, sha: str) -> int:
        """0: an ordinary change; 1: it reverts one; 2: it brings one back; and so on."""
        path, seen = [sha], {sha}
        while path:
            targets = self.named.get(path[-1], ())
            ahead = [one for one in targets if one not in self._depths and one not in seen]
            if ahead:
                path += ahead
                seen.update(ahead)
                continue
            at = path.pop()
            self._depths[at] = max((self._depths.get(one, 0) + 1 for one in targets), default=0)
        return self._depths[sha]


def _by_rollback(successes: Sequence[Deployed]) -> Iterator[Fix]:
    for deployed in successes:
        if deployed.undone is not None:
            yield _by_deployment(ROLLED_BACK, deployed.undone, deployed.attempt)


def _by_hotfix(successes: Sequence[Deployed]) -> Iterator[Fix]:
    earlier: Attempt | None = None
    known: set[str] = set()
    for deployed in successes:
        heads = {one.pull.head_sha for one in deployed.changes if one.pull.is_hotfix}
        if earlier is not None and heads - known:
            yield _by_deployment(HOTFIX, earlier, deployed.attempt)
        known |= heads
        brings_nothing = deployed.role == FORWARD and deployed.commit_count == 0
        if deployed.role != ROLLBACK and not brings_nothing:
            earlier = deployed.attempt


def _by_incident(
    successes: Sequence[Deployed], incidents: Iterable[Incident], *, by_time: bool
) -> Iterator[Fix]:
    named = Named(successes)
    place = {one.attempt: at for at, one in enumerate(successes)}
    brought = {change.pull.pk: one.attempt for one in successes for change in one.changes}
    for incident in incidents:
        failed = None
        if incident.caused_by:
            failed = named.by(incident.caused_by, incident.started_at)
        elif by_time:
            failed = named.latest(incident.started_at)
        if failed is None or _ends_before(incident, failed):
            continue
        inferred = not incident.caused_by
        yield Fix(failed, INCIDENT, None, incident, incident.resolved_at, is_inferred=inferred)
        for by in (brought[pull] for pull in sorted(incident.pulls & brought.keys())):
            if place[by] > place[failed]:
                yield Fix(failed, INCIDENT, by, incident, by.finished_at, is_inferred=inferred)


def _ends_before(incident: Incident, failed: Attempt) -> bool:
    """What was over before the deployment was done is not of its making."""
    return incident.resolved_at is not None and incident.resolved_at < (failed.finished_at or 0)


def _corrected(
    found: Iterable[Fix],
    successes: Sequence[Deployed],
    incidents: Sequence[Incident],
    corrections: Iterable[Correction],
) -> Iterator[Fix]:
    fixes: dict[tuple[Attempt, tuple[str, str]], Fix] = {}
    for fix in found:
        fixes.setdefault((fix.failed, fix.told_by), fix)
    attempts = {(one.attempt.source, one.attempt.key): one.attempt for one in successes}
    by_id = {one.told_by: one for one in incidents}
    for word in corrections:
        failed = attempts.get((word.source, word.key))
        if failed is None:
            continue
        named = (word.fix_source, word.fix_key)
        if word.verdict == NOT_FIXED_BY:
            gone = [key for key, fix in fixes.items() if key[0] == failed and fix.rests_on(named)]
            for key in gone:
                del fixes[key]
        elif said := _said(word, failed, attempts, by_id):
            fixes[failed, named] = said
    yield from fixes.values()


def _said(
    word: Correction,
    failed: Attempt,
    attempts: Mapping[tuple[str, str], Attempt],
    incidents: Mapping[tuple[str, str], Incident],
) -> Fix | None:
    """As a person has it; None where what is named is not known any more, or came before the failure."""
    named = (word.fix_source, word.fix_key)
    if word.fix_source in {INCIDENT, ISSUE}:
        incident = incidents.get(named)
        if incident is None or _ends_before(incident, failed):
            return None
        return Fix(failed, PERSON, None, incident, incident.resolved_at)
    fixed_by = attempts.get(named)
    if fixed_by is None or fixed_by == failed:
        return None
    if (fixed_by.finished_at or 0) < (failed.finished_at or 0):
        return None
    return _by_deployment(PERSON, failed, fixed_by)
