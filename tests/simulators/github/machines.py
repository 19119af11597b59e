"""The seeded model of what machines did in a project of the history: checks and runs of late, deployments, releases."""

import random

from .records import Account, Commit, PullRequest, Repository
from .world import World

DAY = 86_400
RUNS_KEPT = 30 * DAY
"""Servers keep runs for some weeks only; checks and deployments a little longer."""
CHECKS_KEPT = 90 * DAY
RELEASE_EVERY = 28 * DAY
CONTINUOUS = {"warehouse", "netbox"}
"""Projects that are deployed after each merge; the others with each release."""
FAILING = 0.15


class Machines:
    """Works for one project; the same seed gives the same world."""

    def __init__(self, world: World, repository: Repository, seed: int) -> None:
        self.world = world
        self.repository = repository
        self.rng = random.Random(f"{seed}/{repository.name}/machines")
        self.end = repository.commits[-1].committed_at

    def work(self) -> None:
        merged = sorted(self.repository.pull_requests.values(), key=lambda pr: pr.merged_at or 0)
        for pr in merged:
            if (pr.merged_at or 0) > self.end - CHECKS_KEPT:
                self._check(pr)
                self._run(pr)
                if self.repository.name in CONTINUOUS and pr.merge_commit:
                    self._deploy(pr.merge_commit, pr.merged_by, pr.merged_at or 0)
        self._release()

    def _check(self, pr: PullRequest) -> None:
        at = pr.created_at + 60
        failing = self.rng.random() < FAILING
        self.world.check(pr, "lint", "FAILURE" if failing else "SUCCESS", app="linter", at=at)
        self.world.set_status(pr, "ci/coverage", "PENDING", at=at)
        self.world.set_status(pr, "ci/coverage", "SUCCESS", at=at + self.rng.randrange(60, 1800))

    def _run(self, pr: PullRequest) -> None:
        """A run of the tests; most of those that fail pass once they are run again."""
        if pr.created_at < self.end - RUNS_KEPT:
            return
        failing = self.rng.random() < FAILING
        jobs = {"lint": "SUCCESS", "test": "FAILURE" if failing else "SUCCESS", "docs": "SKIPPED"}
        took = self.rng.randrange(120, 1500)
        run = self.world.run_workflow(pr, jobs=jobs, at=pr.created_at + 30, duration=took)
        if failing and self.rng.random() < 0.7:
            again = run.updated_at + self.rng.randrange(60, 3600)
            self.world.rerun(run, {"test": "SUCCESS"}, at=again, duration=took)

    def _deploy(self, commit: Commit, by: Account | None, at: int) -> None:
        """To staging, and from there to production if it came up."""
        for environment in ("staging", "production"):
            came_up = self.rng.random() > 0.04
            at += self.rng.randrange(300, 1500)
            deployment = self.world.deploy(
                self.repository, environment, "IN_PROGRESS", commit=commit, creator=by, at=at
            )
            state = "SUCCESS" if came_up else "FAILURE"
            self.world.set_deployment_status(deployment, state, at=at + 120)
            if not came_up:
                return

    def _release(self) -> None:
        """One every four weeks that had a commit, tagged where the default branch stood."""
        due, number = self.repository.commits[0].committed_at + RELEASE_EVERY, 0
        last: Commit | None = None
        for commit in sorted(self.repository.commits, key=lambda one: one.committed_at):
            if commit.committed_at > due and last is not None:
                number += 1
                self._tag(last, f"v{number // 10}.{number % 10}", last.committed_at + 3600)
                due = commit.committed_at + RELEASE_EVERY
            last = commit

    def _tag(self, commit: Commit, name: str, at: int) -> None:
        by = commit.author
        self.world.tag(self.repository, name, commit=commit, annotated=True, tagger=by, at=at)
        self.world.release(self.repository, name, author=by, at=at + 60)
        if self.repository.name not in CONTINUOUS and at > self.end - CHECKS_KEPT:
            self._deploy(commit, by, at + 600)
