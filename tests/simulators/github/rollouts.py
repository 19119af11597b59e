"""The seeded model of how a project of the history was brought to use: deployments, what failed and what fixed it."""

import random
from itertools import pairwise

from .records import Account, Commit, PullRequest, Repository
from .world import World

DAY = 86_400
HOUR = 3600
KEPT = 400 * DAY
"""A year, and the month before it."""
RELEASE_EVERY = 28 * DAY
CONTINUOUS = {"warehouse", "netbox"}
"""Projects that are deployed after each merge; celery is with each release, and of devlake there are releases alone."""
RELEASED_ONLY = {"devlake"}
NOT_UP = 0.04
"""Of the deployments this share does not come up; of those in production that do, the next fails in use."""
FAILING = 0.06


class Rollouts:
    """Works for one project; the same seed gives the same world."""

    def __init__(self, world: World, repository: Repository, seed: int) -> None:
        self.world = world
        self.repository = repository
        self.rng = random.Random(f"{seed}/{repository.name}/rollouts")
        self.end = repository.commits[-1].committed_at
        self.live: Commit | None = None
        """What production runs."""
        self.free = {"staging": 0, "production": 0}
        """When the last deployment there had ended: the next one waits for it, or one would overtake the other."""

    def work(self) -> None:
        if self.repository.name in CONTINUOUS:
            self._follow_merges()
        self._release()

    def _follow_merges(self) -> None:
        """Each merge into the default branch is deployed. What fails in use is repaired before the next, or by it."""
        line = self._default_branch()
        merged = [
            pr
            for pr in self.repository.pull_requests.values()
            if (pr.merged_at or 0) > self.end - KEPT
            and pr.merge_commit
            and pr.merge_commit.oid in line
        ]
        merged.sort(key=lambda pr: pr.merged_at or 0)
        for pr, following in pairwise(merged):
            before, up = self.live, self._deploy(pr.merge_commit, pr.merged_by, pr.merged_at or 0)
            if up is not None and before is not None and self.rng.random() < FAILING:
                self._repair(pr, before, up, following)
            if self.rng.random() < 0.1:
                self._show(pr)

    def _default_branch(self) -> set[str]:
        """Shas that the default branch's head has stood on."""
        found: set[str] = set()
        at: Commit | None = self.repository.branches["main"]
        while at is not None:
            found.add(at.oid)
            at = at.parents[0] if at.parents else None
        return found

    def _repair(self, pr: PullRequest, before: Commit, up: int, following: PullRequest) -> None:
        """By a rollback, if there is time for it; else the next one says that it reverts, or is a hotfix."""
        at = up + self.rng.randrange(HOUR // 4, 3 * HOUR)
        if at + HOUR < (following.merged_at or 0):
            self._bring(before, "production", pr.merged_by, at)
        elif self.rng.random() < 0.5:
            name = f"{self.repository.owner.login}/{self.repository.name}#{pr.number}"
            following.body = self.world.free_text(f"Reverts {name}")
        elif not following.commits[0].in_git:
            following.head_ref = f"hotfix/{following.number}"

    def _deploy(self, commit: Commit | None, by: Account | None, at: int) -> int | None:
        """To staging, and from there to production if it came up: when it did there."""
        up: int | None = at
        for environment in ("staging", "production"):
            if commit is None or up is None:
                return None
            up = self._bring(commit, environment, by, up + self.rng.randrange(300, 1500))
        return up

    def _bring(self, commit: Commit, environment: str, by: Account | None, at: int) -> int | None:
        """When it came up; None: it did not."""
        came_up = self.rng.random() > NOT_UP
        at = max(at, self.free[environment] + 60)
        deployment = self.world.deploy(
            self.repository, environment, "IN_PROGRESS", commit=commit, creator=by, at=at
        )
        at = self.free[environment] = at + self.rng.randrange(60, 600)
        self.world.set_deployment_status(deployment, "SUCCESS" if came_up else "FAILURE", at=at)
        if came_up and environment == "production":
            self.live = commit
        return at if came_up else None

    def _show(self, pr: PullRequest) -> None:
        """The documentation as a pull request changes it, for its reviewers: an environment that is of no kind."""
        at = (pr.merged_at or 0) - self.rng.randrange(600, 6 * HOUR)
        self.world.deploy(self.repository, "docs", commit=pr.merge_commit, creator=pr.author, at=at)

    def _release(self) -> None:
        """One every four weeks that had a commit, tagged where the default branch stood."""
        due, number = self.repository.commits[0].committed_at + RELEASE_EVERY, 0
        last: Commit | None = None
        for commit in sorted(self.repository.commits, key=lambda one: one.committed_at):
            if commit.committed_at > due and last is not None:
                number += 1
                self._tag(last, f"v{number // 10}.{number % 10}", last.committed_at + HOUR)
                due = commit.committed_at + RELEASE_EVERY
            last = commit

    def _tag(self, commit: Commit, name: str, at: int) -> None:
        by = commit.author
        self.world.tag(self.repository, name, commit=commit, annotated=True, tagger=by, at=at)
        self.world.release(self.repository, name, author=by, at=at + 60)
        by_hand = self.repository.name not in CONTINUOUS | RELEASED_ONLY
        if by_hand and at > self.end - KEPT:
            self._deploy(commit, by, at + 600)
