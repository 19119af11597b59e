"""A large world for the backfill: every repository of the same size, and no two alike.

Each pull request is a branch of a few commits that a merge commit brings in, so that the default branch holds them
all; reviews, drafts and force pushes come in about the shares that the real histories have.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulators.github import World
from tests.simulators.github.history import no_garbage_collection
from tests.simulators.github.records import (
    Account,
    Commit,
    FileChange,
    Organization,
    PullRequest,
    Review,
    TimelineItem,
)
from tests.simulators.github.world import added_up

START = 1_690_000_000
HOUR = 3600
ON_A_BRANCH = 4
"""Commits of a pull request; its merge is one more on the default branch."""


@dataclass(frozen=True)
class Size:
    repositories: int = 200
    pull_requests: int = 20_000
    commits: int = 100_000

    def __post_init__(self) -> None:
        if self.commits != self.pull_requests * (ON_A_BRANCH + 1):
            raise ValueError(f"a pull request has {ON_A_BRANCH} commits and its merge")
        if self.pull_requests % self.repositories:
            raise ValueError("every repository has as many pull requests as the others")


def build(size: Size, *, seed: int = 20260823) -> World:
    """The world, with pull requests as told and teams of eight people; its clock stands an hour after all of it."""
    with no_garbage_collection():
        world = World(now=START)
        organization = world.create_organization("forge")
        each = size.pull_requests // size.repositories
        for number in range(size.repositories):
            rng = random.Random(f"{seed}/{number}")
            _Project(world, organization, f"service-{number:03}", rng).fill(each)
        world.now += HOUR
    return world


@dataclass
class _Project:
    """One repository while it grows. `lengths` keeps how many lines each file has, so that git can hold it."""

    world: World
    organization: Organization
    name: str
    rng: random.Random
    lengths: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def fill(self, pull_requests: int) -> None:
        people = [self.world.create_user(f"{self.name}-dev{n}") for n in range(8)]
        self.world.create_team(self.organization, f"Team {self.name}", people)
        self.repository = self.world.create_repository(self.organization, self.name, at=START)
        at, tip = START, None
        for number in range(1, pull_requests + 1):
            at += self.rng.randrange(HOUR, 30 * HOUR)
            tip = self._pull_request(number, people, at, tip)
        if tip is not None:
            self.repository.branches["main"] = tip
            self.repository.pushed_at = tip.committed_at
            self.repository.updated_at = tip.committed_at
            self.world.now = max(self.world.now, tip.committed_at)

    def _pull_request(
        self, number: int, people: Sequence[Account], at: int, base: Commit | None
    ) -> Commit:
        author, *reviewers = self.rng.sample(people, 3)
        commits: list[Commit] = []
        for place in range(ON_A_BRANCH):
            parent = commits[-1] if commits else base
            when = at + place * self.rng.randrange(600, 2 * HOUR)
            commits.append(self._commit(author, when, (parent,) if parent else (), self._files()))
        opened = commits[1].committed_at + 60
        merged = max(commits[-1].committed_at, opened) + self.rng.randrange(HOUR, 40 * HOUR)
        parents = (base, commits[-1]) if base else (commits[-1],)
        merge = self._commit(reviewers[0], merged, parents, [])
        pr = PullRequest(
            database_id=self.world.next_id("PR"),
            repository=self.repository,
            number=number,
            title=f"Change {number}",
            author=author,
            created_at=opened,
            updated_at=merged,
            base_ref="main",
            head_ref=f"change-{number}",
            state="MERGED",
            merged_at=merged,
            closed_at=merged,
            merged_by=reviewers[0],
            merge_commit=merge,
            base_commit=base or commits[0],
            head_repository=self.repository,
            commits=commits,
            files=added_up(change for commit in commits for change in commit.files),
        )
        self._timeline(pr, reviewers, opened, merged)
        for commit in (*commits, merge):
            commit.pull_requests.append(pr)
        self.repository.pull_requests[number] = self.world.remember("PR", pr)
        self._automate(pr, merge)
        return merge

    def _automate(self, pr: PullRequest, merge: Commit) -> None:
        """Checks and a workflow run of the branch; of some merges a deployment, of a few a release."""
        head = pr.commits[-1].committed_at + 5
        run = self.world.run_workflow(pr, "CI", at=head)
        if self.rng.random() < 0.1:
            self.world.rerun(run, at=run.updated_at + 60)
        self.world.check(pr, "lint", app="linter", at=head)
        self.world.set_status(pr, "ci/coverage", at=head)
        merged = merge.committed_at + 5
        if self.rng.random() < 0.2:
            jobs = {"deploy": "SUCCESS"}
            self.world.run_workflow(
                self.repository, "Deploy", jobs, commit=merge, branch="main", at=merged
            )
            self.world.deploy(self.repository, "production", commit=merge, ref="main", at=merged)
        if self.rng.random() < 0.05:
            self.world.release(self.repository, f"v{pr.number}", commit=merge, at=merged)

    def _commit(
        self, author: Account, at: int, parents: tuple[Commit, ...], files: list[FileChange]
    ) -> Commit:
        text = f"{self.name}/{len(self.repository.commits)}".encode()
        commit = Commit(
            oid=hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            parents=parents,
            author=author,
            committer=author,
            authored_at=at,
            committed_at=at,
            headline="Change",
            files=files,
        )
        self.repository.commits.append(commit)
        return commit

    def _files(self) -> list[FileChange]:
        paths = {
            f"src/module{self.rng.randrange(40)}/file{self.rng.randrange(12)}.py"
            for _ in range(self.rng.randrange(1, 7))
        }
        return [self._change(path) for path in sorted(paths)]

    def _change(self, path: str) -> FileChange:
        length = self.lengths[path]
        gained, lost = self.rng.randrange(1, 60), self.rng.randrange(0, min(length, 40) + 1)
        self.lengths[path] = length + gained - lost
        return FileChange(path, gained, lost, "MODIFIED" if length else "ADDED")

    def _timeline(
        self, pr: PullRequest, reviewers: Sequence[Account], opened: int, merged: int
    ) -> None:
        if self.rng.random() < 0.2:
            self._note(pr, "ReadyForReviewEvent", pr.author, self.rng.randrange(opened, merged))
        for reviewer in reviewers:
            asked = self.rng.randrange(opened, merged)
            self._note(pr, "ReviewRequestedEvent", pr.author, asked, requestedReviewer=reviewer)
            when = self.rng.randrange(asked, merged)
            review = Review(
                database_id=self.world.next_id("PRR"),
                author=reviewer,
                state=self.rng.choice(("APPROVED", "APPROVED", "COMMENTED", "CHANGES_REQUESTED")),
                submitted_at=when,
                created_at=when,
                updated_at=when,
                commit=pr.commits[-1],
            )
            pr.reviews.append(self.world.remember("PRR", review))
        if self.rng.random() < 0.1:
            ends = {"beforeCommit": pr.commits[-2], "afterCommit": pr.commits[-1]}
            pushed = self.rng.randrange(opened, merged)
            self._note(pr, "HeadRefForcePushedEvent", pr.author, pushed, **ends)
        self._note(pr, "MergedEvent", pr.merged_by, merged, commit=pr.merge_commit)
        self._note(pr, "ClosedEvent", pr.merged_by, merged)
        pr.timeline.sort(key=lambda item: item.created_at)

    def _note(
        self, pr: PullRequest, kind: str, actor: Account | None, at: int, **details: object
    ) -> None:
        pr.timeline.append(
            TimelineItem(
                database_id=self.world.next_id("EV"),
                kind=kind,
                created_at=at,
                actor=actor,
                details=details,
            )
        )
