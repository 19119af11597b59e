"""The verbs for workflow runs: asked for, job by job, and again as further attempts."""

from collections.abc import Mapping

from tests.simulators.github.automation import (
    Artifact,
    Attempt,
    CheckRun,
    Job,
    Workflow,
    WorkflowRun,
)
from tests.simulators.github.checking import Target, place
from tests.simulators.github.records import Account, Commit, PullRequest, Repository
from tests.simulators.github.registry import Moment
from tests.simulators.github.shipping import Shipping

ACTIONS = "github-actions"
DEFAULT_JOBS: Mapping[str, str | None] = {"build": "SUCCESS", "test": "SUCCESS"}
QUEUED = 5
"""Seconds that a job waits for a runner."""


class Workflows(Shipping):
    """What runs in Actions. Each run has a check suite, and each job a check run under the job's id."""

    def run_workflow(  # noqa: PLR0913 - what one may say of a run
        self,
        target: Target,
        name: str = "CI",
        jobs: Mapping[str, str | None] = DEFAULT_JOBS,
        *,
        event: str | None = None,
        commit: Commit | None = None,
        branch: str | None = None,
        actor: Account | None = None,
        at: Moment = None,
        duration: int = 120,
    ) -> WorkflowRun:
        """A run, with its jobs by name and conclusion; None: the job goes on until ``finish_job``.

        The jobs start after :data:`QUEUED` seconds and take ``duration``. No jobs: the run fails to start.
        """
        where, now = place(target, commit, branch), self.moment(at)
        workflow = self.workflow(where.repository, name, at=now)
        workflow.last_number += 1
        pr = target if isinstance(target, PullRequest) else None
        suite = self.add_check_suite(where, ACTIONS, at=now)
        run = WorkflowRun(
            database_id=self.next_id("WFR"),
            repository=where.repository,
            workflow=workflow,
            run_number=workflow.last_number,
            event=event or ("pull_request" if pr else "push"),
            suite=suite,
            actor=actor or (pr.author if pr else where.commit.author),
            created_at=now,
            pull_request=pr,
        )
        suite.workflow_run = run
        where.repository.workflow_runs[run.database_id] = self.remember("WFR", run)
        self._attempt(run, jobs, {}, run.actor, now, duration)
        return run

    def rerun(
        self,
        run: WorkflowRun,
        jobs: Mapping[str, str | None] | None = None,
        *,
        actor: Account | None = None,
        at: Moment = None,
        duration: int = 120,
    ) -> Attempt:
        """One more attempt, of the jobs named (all, which then succeed). The others are listed again as they ended."""
        last = {job.check_run.name: job for job in run.latest.jobs}
        again = dict.fromkeys(last, "SUCCESS") if jobs is None else dict(jobs)
        kept = {name: job for name, job in last.items() if name not in again}
        return self._attempt(run, again, kept, actor or run.actor, self.moment(at), duration)

    def keep_artifact(
        self,
        run: WorkflowRun,
        name: str,
        *,
        kept_at: str,
        size: int = 1,
        is_expired: bool = False,
        is_of_fork: bool = False,
    ) -> Artifact:
        """An archive that the run has uploaded, and where it is fetched from."""
        made = Artifact(
            database_id=self.next_id("ART"),
            run=run,
            name=name,
            size=size,
            kept_at=kept_at,
            created_at=run.updated_at,
            is_expired=is_expired,
            is_of_fork=is_of_fork,
        )
        run.repository.artifacts.append(made)
        return made

    def finish_job(self, job: Job, conclusion: str = "SUCCESS", *, at: Moment = None) -> None:
        """The end of a job, and of the run where it was the last."""
        now = self.moment(at)
        self._end(job, conclusion, now)
        if job.run.latest.status == "COMPLETED":
            self._conclude(job.run)

    def delete_workflow_run(self, run: WorkflowRun) -> None:
        """As a server does with what it has kept long enough; its check suite goes with it, and nobody is told."""
        del run.repository.workflow_runs[run.database_id]
        run.commit.check_suites.remove(run.suite)
        self.forget("WFR", run)
        self.forget("CS", run.suite)

    def workflow(self, repository: Repository, name: str, *, at: int) -> Workflow:
        """The workflow of that name, made where it is new."""
        found = repository.workflows.get(name)
        if found is None:
            found = Workflow(
                database_id=self.next_id("W"),
                repository=repository,
                name=name,
                path=f".github/workflows/{name.lower().replace(' ', '-')}.yml",
                created_at=at,
            )
            repository.workflows[name] = self.remember("W", found)
        return found

    # -- what the verbs share ----------------------------------------------------------------------------------

    def _attempt(
        self,
        run: WorkflowRun,
        jobs: Mapping[str, str | None],
        kept: Mapping[str, Job],
        actor: Account | None,
        now: int,
        duration: int,
    ) -> Attempt:
        attempt = Attempt(number=len(run.attempts) + 1, started_at=now, actor=actor)
        for name, before in kept.items():
            old, copy = before.check_run, self._job(run, attempt, name, before.created_at)
            new = copy.check_run
            new.status, new.conclusion = old.status, old.conclusion
            new.started_at, new.completed_at = old.started_at, old.completed_at
        waiting = [self._job(run, attempt, name, now) for name in jobs]
        run.attempts.append(attempt)
        self._tell_of_run(run, "requested")
        ends = now
        for job, conclusion in zip(waiting, jobs.values(), strict=True):
            self._tell_of_job(job, "queued")
            if conclusion != "SKIPPED":
                started = now + QUEUED
                job.check_run.status, job.check_run.started_at = "IN_PROGRESS", started
                self._tell_of_job(job, "in_progress")
                ends = max(ends, started if conclusion is None else started + duration)
            if conclusion is not None:
                self._end(job, conclusion, now if conclusion == "SKIPPED" else ends)
        self.moment(ends)
        if attempt.status == "COMPLETED":
            self._conclude(run)
        return attempt

    def _job(self, run: WorkflowRun, attempt: Attempt, name: str, at: int) -> Job:
        check_run = CheckRun(
            database_id=self.next_id("CR"),
            suite=run.suite,
            name=name,
            status="QUEUED",
            conclusion=None,
        )
        run.suite.runs.append(check_run)
        job = Job(run=run, attempt=attempt.number, check_run=check_run, created_at=at)
        attempt.jobs.append(job)
        return job

    def _end(self, job: Job, conclusion: str, at: int) -> None:
        run = job.check_run
        run.status, run.conclusion, run.completed_at = "COMPLETED", conclusion, at
        run.started_at = at if run.started_at is None else run.started_at
        run.suite.updated_at = max(run.suite.updated_at, at)
        self._tell_of_job(job, "completed")
        self._emit_of(run.repository, "check_run", "completed", job.run.actor, check_run=run)

    def _conclude(self, run: WorkflowRun) -> None:
        self._tell_of_run(run, "completed")
        self._emit_of(run.repository, "check_suite", "completed", run.actor, check_suite=run.suite)

    def _tell_of_run(self, run: WorkflowRun, action: str) -> None:
        self._emit_of(run.repository, "workflow_run", action, run.actor, workflow_run=run)

    def _tell_of_job(self, job: Job, action: str) -> None:
        self._emit_of(job.run.repository, "workflow_job", action, job.run.actor, workflow_job=job)
