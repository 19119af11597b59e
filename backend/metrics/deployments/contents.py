"""What each deployment of one service to one environment brought, and which of them went back. Pure.

Deployments are taken in the order of their finish. What one that succeeded contains, no later one brings: a change
belongs to the first. The first known is the baseline, whose changes are not counted.

A rollback is a success that brings nothing, is asked for after what is live by then was asked for, and does not lead
on from it. One that was asked for earlier, and only overtaken, is none. What is live is told apart by the source's own
name of the environment: where two regions are both production, the slower one goes back to nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from backend.delivery.deployment_rules import SUCCEEDED
from backend.delivery.graph import Brought, Graph, Ground, Reach

BASELINE: Final = "baseline"
FORWARD: Final = "forward"
ROLLBACK: Final = "rollback"

FIRST: Final = (
    "It is the first known deployment of its service, so that what is new in it cannot be told."
)
NO_BASE: Final = (
    "What was deployed before it is not known, so that what is new in it cannot be told."
)
LOST: Final = (
    "Some of its changes may have come earlier, with a deployment whose commits are not known."
)
UNSUCCESSFUL: Final = "Only a deployment that succeeded brings changes."
FILES_UNKNOWN: Final = "Of some of its commits it is not known which files they change."


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate as the rules judge it, of one service. Times are whole seconds since 1970 in UTC."""

    service: str
    environment: str
    source: str
    key: str
    sha: str
    outcome: str
    started_at: int
    finished_at: int | None
    paths: tuple[str, ...] = ()
    lane: str = ""
    """The source's own name of the environment; empty where it has none."""

    @property
    def order(self) -> tuple[int, int, str, int, str]:
        """In the order of finishes; what goes on comes last."""
        finish = _NEVER if self.finished_at is None else self.finished_at
        return (finish, self.started_at, self.source, len(self.key), self.key)


_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Walked:
    """`commits` are new in it, or would be if it succeeded; None: not known."""

    attempt: Attempt
    commits: tuple[Brought, ...] | None
    reason: str = ""


Place = tuple[str, str]
"""A service and an environment."""


@dataclass(frozen=True, slots=True)
class Row:
    """The deployments of one service to one environment, in order."""

    walked: list[Walked]
    reach: Reach
    """All that was ever contained."""
    copied: set[str]
    """Commits of which copies are in what is not counted: the baseline above all."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A merged pull request. Times as above."""

    pk: int
    number: int
    merge_sha: str
    head_sha: str
    started_at: int
    merged_at: int
    author_key: int | None
    is_bot: bool
    reverts: tuple[int, ...] = ()
    """Numbers of the pull requests of the same repository that it reverts."""
    is_hotfix: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the commits that deployments brought."""

    pulls: Mapping[int, Pull] = field(default_factory=dict)
    merged_as: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Pull requests by the commit that stands for them: merge or squash commit, or the last rebased one."""
    part_of: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Pull requests by each of their commits, rebased ones and the above included."""
    touching: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    """By path filter: commits that change a file of it."""
    pulls_touching: Mapping[tuple[str, ...], frozenset[int]] = field(default_factory=dict)
    without_files: frozenset[str] = frozenset()
    """Commits of which the files are not known."""


@dataclass(frozen=True, slots=True)
class Change:
    pull: Pull
    is_cherry_pick: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment with what it brought of its service; `role` is empty for what did not succeed."""

    attempt: Attempt
    role: str
    commits: tuple[Brought, ...]
    commit_count: int | None
    direct_commit_count: int | None
    reason: str
    changes: tuple[Change, ...] = ()
    undone: Attempt | None = None
    """Of a rollback: the deployment that had made live what it took away."""


def lead(pull: Pull, finished_at: int) -> tuple[int, int]:
    """From start, and from merge, to the deployment's finish. What was deployed before it was merged, as a merge
    queue does, waited for nothing: so the first is the cycle time and the second, and never shorter than it.
    """
    waited = max(0, finished_at - pull.merged_at)
    return pull.merged_at - pull.started_at + waited, waited


MOST_COMMITS: Final = 10_000_000
"""New ones of all rows together: beyond, it would take memory that there is not."""


class TooMuch(Exception):
    """Somebody deployed too much in too many places; the message says how much."""


def walk(attempts: Mapping[Place, Iterable[Attempt]], graph: Graph) -> dict[Place, Row]:
    """Find the commits that are new in each attempt, by service and environment. Services of one repository that are
    deployed together are walked together, and what leads to the first deployments is walked once for all places.

    Raises TooMuch.
    """
    rows: dict[Place, Row] = {}
    walked: dict[tuple[tuple[str, str, bool], ...], Row] = {}
    places = {
        place: sorted(found, key=lambda one: one.order) for place, found in sorted(attempts.items())
    }
    firsts = (_first_known(ordered, graph) for ordered in places.values())
    grounds = graph.grounds(sha for sha in firsts if sha)
    count = 0
    for place, ordered in places.items():
        told = tuple((one.sha, one.outcome, bool(one.paths)) for one in ordered)
        row = walked.get(told)
        if row is None:
            row = walked[told] = _walked(ordered, graph, grounds)
        steps = zip(row.walked, ordered, strict=True)
        rows[place] = replace(row, walked=[replace(step, attempt=one) for step, one in steps])
        count += sum(len(step.commits or ()) for step in row.walked)
        if count > MOST_COMMITS:
            raise TooMuch(f"More than {MOST_COMMITS:,} commits are new in {len(places)} places.")
    return rows


def _first_known(ordered: Iterable[Attempt], graph: Graph) -> str:
    successes = (one.sha for one in ordered if one.outcome == SUCCEEDED)
    return next((sha for sha in successes if sha in graph), "")


def _walked(ordered: Iterable[Attempt], graph: Graph, grounds: Mapping[str, Ground]) -> Row:
    walker = _Walker(graph, grounds)
    return Row([walker.step(one) for one in ordered], walker.reach, walker.copied)


class _Walker:
    """What a deployment brings is known where something known went before, of which all that leads to it is known."""

    def __init__(self, graph: Graph, grounds: Mapping[str, Ground]) -> None:
        self.graph, self.grounds = graph, grounds
        self.reach = graph.reach()
        self.copied: set[str] = set()
        self._is_first = True
        self._last: str | None = None
        self._is_whole = False
        self._is_lost = False

    def step(self, attempt: Attempt) -> Walked:
        if attempt.outcome != SUCCEEDED:
            return self._attempted(attempt)
        is_first, self._is_first = self._is_first, False
        before, self._last = self._last, attempt.sha if attempt.sha in self.graph else self._last
        if attempt.sha not in self.graph:
            self._is_lost = True
            return Walked(attempt, None, FIRST if is_first else self.reach.add(attempt.sha).reason)
        if before is None:
            return Walked(attempt, None, self._begin(attempt.sha, FIRST if is_first else NO_BASE))
        found = self.reach.add(attempt.sha)
        reason = found.reason
        if not self._follows(before, attempt.sha, found.commits):
            reason = reason or NO_BASE
        if reason:
            self._is_lost = True
            self.copied.update(name for one in found.commits for name in one.picked_from)
            return Walked(attempt, None, reason)
        was_lost = self._is_lost and bool(found.commits)
        self._is_lost = self._is_lost and not found.commits
        return Walked(attempt, found.commits, LOST if was_lost else "")

    def _begin(self, sha: str, reason: str) -> str:
        """With the first that is known; returns the reason."""
        ground = self.grounds[sha]
        self.reach = self.graph.reach(ground)
        self.copied |= ground.picked_from
        self._is_whole, self._is_lost = not ground.reason, False
        return reason

    def _follows(self, before: str, sha: str, new: Sequence[Brought]) -> bool:
        """Whether what is new is no more than that: where an older part of the history is not known, a commit behind
        the gap may have been deployed long ago, unless this one leads on from the one before it.
        """
        if self._is_whole or not new or self.graph.is_ancestor(before, sha):
            return True
        self._is_whole = not self.graph.contained(sha).reason
        return False

    def _attempted(self, attempt: Attempt) -> Walked:
        """Only with a path filter it matters what would have come."""
        if not attempt.paths or self._last is None:
            return Walked(attempt, None, UNSUCCESSFUL)
        found = self.graph.contained(attempt.sha, without=[self._last])
        return Walked(attempt, None if found.reason else found.commits, UNSUCCESSFUL)


def judge(row: Row, known: Known, graph: Graph) -> list[Deployed]:
    """Say of each attempt of a row what it brought and what it is, without those that are none of its service."""
    judging = _Judging(row, known, graph)
    return [found for one in row.walked if (found := judging.step(one))]


class _Judging:
    def __init__(self, row: Row, known: Known, graph: Graph) -> None:
        self.row, self.known, self.graph = row, known, graph
        self.live: dict[str, _Live] = {}
        self.deployed_shas: set[str] = set()
        self.counted = {
            commit.sha
            for one in row.walked
            if one.attempt.outcome == SUCCEEDED
            for commit in one.commits or ()
        }
        # Whatever a copy stands for that is not counted is not counted later either.
        self.taken = {pk for name in row.copied for pk in known.part_of.get(name, ())}

    def step(self, walked: Walked) -> Deployed | None:
        attempt = walked.attempt
        mine, is_sure = self._mine(walked)
        concerns = walked.commits is None or bool(mine) or not is_sure or not attempt.paths
        if attempt.outcome != SUCCEEDED:
            return Deployed(attempt, "", (), None, None, walked.reason) if concerns else None
        role = self._role(walked)
        if role == FORWARD and not concerns:
            return None
        undone = self._went_live(attempt)
        if walked.commits is None:
            found = Deployed(attempt, role, (), None, None, walked.reason)
        else:
            found = Deployed(
                attempt,
                role,
                mine,
                commit_count=len(mine),
                direct_commit_count=sum(map(self._is_direct, mine)),
                reason=walked.reason or ("" if is_sure else FILES_UNKNOWN),
                changes=tuple(self._changes(walked)),
            )
        return replace(found, undone=undone) if role == ROLLBACK else found

    def _went_live(self, attempt: Attempt) -> Attempt | None:
        """What had made live what was so until now. The same commit again changes nothing of that."""
        live = self.live.get(attempt.lane)
        self.deployed_shas.add(attempt.sha)
        since = live.since if live and live.latest.sha == attempt.sha else attempt
        self.live[attempt.lane] = _Live(since, attempt)
        return live.since if live else None

    def _mine(self, walked: Walked) -> tuple[tuple[Brought, ...], bool]:
        """The commits that are the service's, and whether that can be said of all."""
        commits, paths = walked.commits or (), walked.attempt.paths
        if not paths:
            return commits, True
        mine = tuple(one for one in commits if self._touches(one.sha, paths))
        known = self.known
        unsure = (one.sha for one in commits if one.sha in known.without_files)
        return mine, all(sha in known.part_of for sha in unsure)

    def _touches(self, sha: str, paths: tuple[str, ...]) -> bool:
        if sha not in self.known.without_files:
            return sha in self.known.touching[paths]
        return any(pk in self.known.pulls_touching[paths] for pk in self.known.part_of.get(sha, ()))

    def _is_direct(self, commit: Brought) -> bool:
        names = (commit.sha, *commit.picked_from)
        return not commit.is_merge and not any(name in self.known.part_of for name in names)

    def _role(self, walked: Walked) -> str:
        attempt, live = walked.attempt, self.live.get(walked.attempt.lane)
        if not self.live:
            return BASELINE
        if live is None or walked.commits or attempt.started_at <= live.latest.started_at:
            return FORWARD
        if attempt.sha == live.latest.sha:
            return FORWARD
        leads_on = self.graph.is_ancestor(live.latest.sha, attempt.sha)
        if leads_on is None:
            return ROLLBACK if attempt.sha in self.deployed_shas else FORWARD
        if leads_on or walked.commits is None:
            return FORWARD
        return ROLLBACK if self._takes_away(attempt, live.latest) else FORWARD

    def _takes_away(self, attempt: Attempt, live: Attempt) -> bool:
        """Of a service that is only a part of the repository, something must go back."""
        if not attempt.paths:
            return True
        undone = self.graph.contained(live.sha, without=[attempt.sha]).commits
        return any(
            one.sha not in self.counted or self._touches(one.sha, attempt.paths) for one in undone
        )

    def _changes(self, walked: Walked) -> Iterator[Change]:
        """Pull requests by what stands for them, then those of which a copy came."""
        paths, known, commits = walked.attempt.paths, self.known, walked.commits or ()
        own = (pk for one in commits for pk in known.merged_as.get(one.sha, ()))
        copied = (
            pk
            for one in commits
            for name in one.picked_from
            for pk in known.part_of.get(name, ())
            if self._stands_for(pk, walked.attempt)
        )
        for is_cherry_pick, found in ((False, own), (True, copied)):
            for pk in found:
                if pk in self.taken or (paths and pk not in known.pulls_touching[paths]):
                    continue
                self.taken.add(pk)
                yield Change(known.pulls[pk], is_cherry_pick)

    def _stands_for(self, pk: int, attempt: Attempt) -> bool:
        """A copy that is deployed before its pull request is merged does not; nor does one of what the baseline has."""
        pull = self.known.pulls[pk]
        is_counted = pull.merge_sha in self.counted or pull.merge_sha not in self.row.reach
        return is_counted and (attempt.finished_at or 0) >= pull.merged_at


@dataclass(frozen=True, slots=True)
class _Live:
    since: Attempt
    latest: Attempt
    """Of the same commit."""
