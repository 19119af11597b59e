"""What one head commit's runs come to: outcome, queue time, duration, wasted time, and the time to feedback.

All times are whole seconds since 1970 in UTC. The rules stand in docs/metrics.md under "Automated test runs".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

VERSION = 1

Outcome = Literal["succeeded", "failed", "neither"]
_FAILED = frozenset({"failure", "timed_out", "startup_failure", "error"})
"""GitHub's conclusions of runs, jobs and checks, and states of statuses."""


def outcome(conclusion: str) -> Outcome:
    """Cancelled, skipped, neutral, stale and whatever waits for a person are neither."""
    if conclusion == "success":
        return "succeeded"
    return "failed" if conclusion in _FAILED else "neither"


def failure_rate(*, failed: int, succeeded: int) -> float | None:
    """None where nothing did either."""
    decided = failed + succeeded
    return failed / decided if decided else None


def flake_rate(*, flaky_commits: int, commits: int) -> float | None:
    """Commits where a test had both outcomes, of those where it passed or failed. None where it did neither."""
    return flaky_commits / commits if commits else None


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    conclusion: str
    """Empty: not finished."""
    started_at: int | None
    completed_at: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a workflow's run, as GitHub tells it."""

    workflow: int
    event: str
    run: int
    number: int
    """1 is the first."""
    conclusion: str
    asked_at: int
    """When this attempt was asked for."""
    updated_at: int
    jobs: Sequence[Job] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: Outcome
    finished_at: int
    queue_seconds: int | None
    """None, as the next two: no job tells when it ran."""
    duration_seconds: int | None
    machine_seconds: int | None
    wasted_seconds: int | None
    """None: it is no failed attempt that passed when rerun, or no job tells when it ran."""


def measure(attempts: Sequence[Attempt]) -> list[Measured]:
    """Each of the finished attempts of workflows on one commit, in their order."""
    ended = [_end(attempt) for attempt in attempts]
    return [
        _measure(attempt, finished_at, is_wasted=_passed_later(attempt, finished_at, attempts))
        for attempt, finished_at in zip(attempts, ended, strict=True)
    ]


def _ran(attempt: Attempt) -> list[tuple[int, int]]:
    """Start and end of each job that ran in this attempt.

    A job that began before the attempt was asked for was taken over from an earlier one; a skipped one never ran.
    """
    return [
        (job.started_at, job.completed_at)
        for job in attempt.jobs
        if job.conclusion not in {"", "skipped"}
        and job.started_at is not None
        and job.completed_at is not None
        and attempt.asked_at <= job.started_at <= job.completed_at
    ]


def _end(attempt: Attempt) -> int:
    return max((end for _, end in _ran(attempt)), default=max(attempt.asked_at, attempt.updated_at))


def _measure(attempt: Attempt, finished_at: int, *, is_wasted: bool) -> Measured:
    ran = _ran(attempt)
    if not ran:
        return Measured(outcome(attempt.conclusion), finished_at, None, None, None, None)
    first = min(start for start, _ in ran)
    machine = sum(end - start for start, end in ran)
    return Measured(
        outcome=outcome(attempt.conclusion),
        finished_at=finished_at,
        queue_seconds=first - attempt.asked_at,
        duration_seconds=finished_at - first,
        machine_seconds=machine,
        wasted_seconds=machine if is_wasted else None,
    )


def _passed_later(attempt: Attempt, finished_at: int, attempts: Sequence[Attempt]) -> bool:
    """Whether it failed, and a later attempt passed: of the same run, or of a run of the same workflow for the same
    kind of event that was asked for after this one had ended. Runs of a push and of its pull request, which go side
    by side, are no reruns of each other.
    """
    if outcome(attempt.conclusion) != "failed":
        return False
    return any(
        outcome(other.conclusion) == "succeeded"
        and (
            other.number > attempt.number
            if other.run == attempt.run
            else (other.workflow, other.event) == (attempt.workflow, attempt.event)
            and other.asked_at >= finished_at
        )
        for other in attempts
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One word on a head: a check run, a job, or a commit status."""

    key: str
    """What makes two words the same check: reruns of one share it."""
    finished_at: int | None
    """None: it goes on."""


@dataclass(frozen=True, slots=True)
class Feedback:
    pushed_at: int
    finished_at: int | None
    """None: a check has not finished for the first time yet."""

    @property
    def seconds(self) -> int | None:
        return None if self.finished_at is None else self.finished_at - self.pushed_at


def feedback(
    checks: Sequence[Check], *, signs: Sequence[int], forced_at: int | None
) -> Feedback | None:
    """From a push to the moment by which each check of the head had finished for the first time.

    GitHub tells the time of a force push alone. Of other pushes the first sign stands for it: `signs` are the times
    when runs and suites were made for the head, which happens at once. None: nothing was checked, or there is no sign.
    """
    if not checks or (forced_at is None and not signs):
        return None
    pushed_at = min(signs) if forced_at is None else forced_at
    firsts: dict[str, list[int]] = {check.key: [] for check in checks}
    for check in checks:
        if check.finished_at is not None:
            firsts[check.key].append(check.finished_at)
    if not all(firsts.values()):
        return Feedback(pushed_at, None)
    return Feedback(pushed_at, max(pushed_at, *map(min, firsts.values())))
