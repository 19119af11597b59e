"""The seeded model of what machines said of a project of the history: checks and runs of late."""

import random

from .records import PullRequest, Repository
from .world import World

DAY = 86_400
RUNS_KEPT = 30 * DAY
"""Servers keep runs for some weeks only; checks a little longer."""
CHECKS_KEPT = 90 * DAY
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
