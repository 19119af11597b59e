"""Runs of one commit by example, and what holds whatever ran."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas import test_runs as formula
from backend.metrics.formulas.test_runs import Attempt, Check, Feedback, Job, Measured

CI, DEPLOY = 1, 2
_CONCLUSIONS = {
    "ok": "success", "bad": "failure", "late": "timed_out", "off": "cancelled", "skip": "skipped",
    "..": "",
}  # fmt: skip


def read(*lines: str) -> list[Attempt]:
    """Attempts as in "push 7.2 bad @100 ~190: build ok 110-150, test bad 115-185".

    That is event, run and attempt, how it ended, when it was asked for and last changed, and of each job how it ended
    and when it ran. A D in front of the run: of another workflow.
    """
    return [_attempt(line) for line in lines]


def _attempt(line: str) -> Attempt:
    head, _, jobs = line.partition(":")
    event, run, conclusion, asked, updated = head.split()
    number, attempt = run.removeprefix("D").split(".")
    return Attempt(
        workflow=DEPLOY if run.startswith("D") else CI,
        event=event,
        run=int(number),
        number=int(attempt),
        conclusion=_CONCLUSIONS[conclusion],
        asked_at=int(asked.removeprefix("@")),
        updated_at=int(updated.removeprefix("~")),
        jobs=[_job(*job.split()) for job in jobs.split(",") if job.strip()],
    )


def _job(name: str, conclusion: str, ran: str = "-") -> Job:
    start, end = (int(at) if at else None for at in ran.split("-"))
    return Job(name, _CONCLUSIONS[conclusion], start, end)


ONE = "push 1.1 ok @100 ~200: build ok 110-150, test ok 120-190"
FAILED = "push 1.1 bad @100 ~200: build ok 110-150, test bad 120-190"
GOLDEN: dict[str, tuple[Sequence[str], Sequence[tuple[Any, ...]]]] = {
    # Of each attempt: outcome, finish, queue, duration, machine time, wasted.
    "one": ([ONE], [("succeeded", 190, 10, 80, 110, None)]),
    "failed, and never run again": ([FAILED], [("failed", 190, 10, 80, 110, None)]),
    "run again as a whole": (
        [FAILED, "push 1.2 ok @300 ~400: build ok 305-345, test ok 310-390"],
        [("failed", 190, 10, 80, 110, 110), ("succeeded", 390, 5, 85, 120, None)],
    ),
    "failed jobs alone run again: the others are shown once more": (
        [FAILED, "push 1.2 ok @300 ~400: build ok 110-150, test ok 310-390"],
        [("failed", 190, 10, 80, 110, 110), ("succeeded", 390, 10, 80, 80, None)],
    ),
    "failed twice, then passed": (
        [
            FAILED,
            "push 1.2 late @300 ~400: test late 310-390",
            "push 1.3 ok @500 ~600: test ok 510-590",
        ],
        [
            ("failed", 190, 10, 80, 110, 110),
            ("failed", 390, 10, 80, 80, 80),
            ("succeeded", 590, 10, 80, 80, None),
        ],
    ),
    "passed, then failed when run again": (
        [ONE, "push 1.2 bad @300 ~400: test bad 310-390"],
        [("succeeded", 190, 10, 80, 110, None), ("failed", 390, 10, 80, 80, None)],
    ),
    "cancelled is neither, and not wasted": (
        ["push 1.1 off @100 ~200: test off 120-190", "push 1.2 ok @300 ~400: test ok 310-390"],
        [("neither", 190, 20, 70, 70, None), ("succeeded", 390, 10, 80, 80, None)],
    ),
    "run again by another run of the same workflow": (
        [FAILED, "push 2.1 ok @300 ~400: test ok 310-390"],
        [("failed", 190, 10, 80, 110, 110), ("succeeded", 390, 10, 80, 80, None)],
    ),
    "a push and its pull request side by side are no reruns": (
        [FAILED, "pull_request 2.1 ok @100 ~200: test ok 110-190"],
        [("failed", 190, 10, 80, 110, None), ("succeeded", 190, 10, 80, 80, None)],
    ),
    "nor are two runs for the same event that overlap": (
        [FAILED, "push 2.1 ok @150 ~300: test ok 160-290"],
        [("failed", 190, 10, 80, 110, None), ("succeeded", 290, 10, 130, 130, None)],
    ),
    "nor is another workflow": (
        [FAILED, "push D2.1 ok @300 ~400: test ok 310-390"],
        [("failed", 190, 10, 80, 110, None), ("succeeded", 390, 10, 80, 80, None)],
    ),
    "a rerun that goes on has not passed": (
        [FAILED, "push 1.2 .. @300 ~300: test .. 310-"],
        [("failed", 190, 10, 80, 110, None), ("neither", 300, None, None, None, None)],
    ),
    "a skipped job has no part in it": (
        ["push 1.1 ok @100 ~200: build ok 110-150, deploy skip 150-150"],
        [("succeeded", 150, 10, 40, 40, None)],
    ),
    "without jobs nothing but the end is known": (
        ["push 1.1 bad @100 ~200"],
        [("failed", 200, None, None, None, None)],
    ),
    "nor is what they wasted": (
        ["push 1.1 bad @100 ~200", "push 1.2 ok @300 ~400: test ok 310-390"],
        [("failed", 200, None, None, None, None), ("succeeded", 390, 10, 80, 80, None)],
    ),
    "a job that never began tells nothing": (
        ["push 1.1 off @100 ~200: build ok 110-150, test off"],
        [("neither", 150, 10, 40, 40, None)],
    ),
    "a server's clock that goes back makes no time below 0": (
        ["push 1.1 ok @100 ~90: test ok 120-110"],
        [("succeeded", 100, None, None, None, None)],
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden(case: str) -> None:
    lines, expected = GOLDEN[case]
    assert formula.measure(read(*lines)) == [Measured(*values) for values in expected]


@pytest.mark.parametrize(
    ("conclusion", "outcome"),
    [
        ("success", "succeeded"),
        ("failure", "failed"),
        ("timed_out", "failed"),
        ("startup_failure", "failed"),
        ("error", "failed"),
        ("cancelled", "neither"),
        ("skipped", "neither"),
        ("neutral", "neither"),
        ("stale", "neither"),
        ("action_required", "neither"),
        ("", "neither"),
        ("a word that GitHub adds", "neither"),
    ],
)
def test_only_what_failed_or_succeeded_is_in_the_rate(conclusion: str, outcome: str) -> None:
    assert formula.outcome(conclusion) == outcome


@pytest.mark.parametrize(
    ("checks", "signs", "forced", "expected"),
    [
        ({"a": [50], "b": [70]}, [10], None, (10, 70)),
        ({"a": [50, 900], "b": [70]}, [10], None, (10, 70)),
        ({"a": [900, 50], "b": [None, 70]}, [10], None, (10, 70)),
        ({"a": [50], "b": [None]}, [10], None, (10, None)),
        ({"a": [50]}, [30, 20], None, (20, 50)),
        ({"a": [50]}, [30, 20], 25, (25, 50)),
        ({"a": [50]}, [], 25, (25, 50)),
        ({"a": [5]}, [10], None, (10, 10)),
        ({"a": [50]}, [], None, None),
        ({}, [10], 5, None),
    ],
    ids=[
        "last of all", "first time counts", "whatever the order", "one goes on", "first sign",
        "a force push tells", "without a sign", "never below 0", "no sign at all", "no check",
    ],
)  # fmt: skip
def test_feedback(
    checks: dict[str, list[int | None]],
    signs: list[int],
    forced: int | None,
    expected: tuple[int, int | None] | None,
) -> None:
    told = [Check(key, at) for key, times in checks.items() for at in times]
    found = formula.feedback(told, signs=signs, forced_at=forced)
    assert found == (None if expected is None else Feedback(*expected))
    if found and found.finished_at is not None:
        assert found.seconds == found.finished_at - found.pushed_at


def test_rates_of_nothing_are_not_measurable() -> None:
    assert formula.failure_rate(failed=0, succeeded=0) is None
    assert formula.failure_rate(failed=1, succeeded=3) == 0.25
    assert formula.flake_rate(flaky_commits=0, commits=0) is None
    assert formula.flake_rate(flaky_commits=1, commits=8) == 0.125


_times = st.integers(0, 1000)
_jobs = st.builds(
    Job,
    name=st.sampled_from("abc"),
    conclusion=st.sampled_from(["success", "failure", "cancelled", "skipped", ""]),
    started_at=st.none() | _times,
    completed_at=st.none() | _times,
)
_attempts = st.lists(
    st.builds(
        Attempt,
        workflow=st.integers(1, 2),
        event=st.sampled_from(["push", "pull_request"]),
        run=st.integers(1, 3),
        number=st.integers(1, 3),
        conclusion=st.sampled_from(["success", "failure", "timed_out", "cancelled", ""]),
        asked_at=_times,
        updated_at=_times,
        jobs=st.lists(_jobs, max_size=4),
    ),
    max_size=6,
)


@given(_attempts)
def test_times_fit_together(attempts: list[Attempt]) -> None:
    for attempt, one in zip(attempts, formula.measure(attempts), strict=True):
        assert one.finished_at >= attempt.asked_at
        assert (one.queue_seconds is None) == (one.duration_seconds is None)
        assert (one.queue_seconds is None) == (one.machine_seconds is None)
        if one.queue_seconds is None or one.duration_seconds is None:
            assert one.wasted_seconds is None
            continue
        assert one.queue_seconds >= 0
        assert one.duration_seconds >= 0
        # From asking to the end is exactly the queue and the duration.
        assert one.queue_seconds + one.duration_seconds == one.finished_at - attempt.asked_at
        assert one.wasted_seconds in (None, one.machine_seconds)


@given(_attempts, st.randoms())
def test_the_order_of_telling_does_not_matter(attempts: list[Attempt], random: Random) -> None:
    order = list(range(len(attempts)))
    random.shuffle(order)
    shuffled = formula.measure([attempts[index] for index in order])
    measured = formula.measure(attempts)
    assert shuffled == [measured[index] for index in order]


@given(_attempts)
def test_only_failures_are_wasted_and_only_where_something_passed(attempts: list[Attempt]) -> None:
    wasted = [
        one
        for attempt, one in zip(attempts, formula.measure(attempts), strict=True)
        if one.wasted_seconds is not None
    ]
    assert all(one.outcome == "failed" for one in wasted)
    if wasted:
        assert any(attempt.conclusion == "success" for attempt in attempts)


@given(
    st.lists(st.builds(Check, st.sampled_from("abc"), st.none() | _times), max_size=6),
    st.lists(_times, max_size=3),
    st.none() | _times,
    st.builds(Check, st.sampled_from("abc"), _times),
)
def test_a_rerun_never_makes_feedback_later(
    checks: list[Check], signs: list[int], forced: int | None, rerun: Check
) -> None:
    before = formula.feedback(checks, signs=signs, forced_at=forced)
    if before is None or before.seconds is None:
        return
    assert before.seconds >= 0
    if rerun.key in {check.key for check in checks}:
        after = formula.feedback([*checks, rerun], signs=signs, forced_at=forced)
        assert after is not None
        assert after.seconds is not None
        assert after.seconds <= before.seconds
