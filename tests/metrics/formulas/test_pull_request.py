"""Every rule of docs/metrics.md on one pull request, and what holds whatever happened to it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.formulas.pull_request import (
    Commit,
    DraftChange,
    Measured,
    PullRequest,
    Review,
    measure,
)

T = TypeVar("T")
GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "pull_requests.json").read_text())
OPENED = 1_000_000_000
PEOPLE: dict[str | None, int | None] = {"a": 1, "b": 2, "c": 3, "bot": 4, None: None}


def read(told: dict[str, Any]) -> PullRequest:
    """A golden case's pull request; its times are seconds since opening."""

    def at(name: str) -> int | None:
        return None if told.get(name) is None else OPENED + told[name]

    return PullRequest(
        author=PEOPLE[told.get("author", "a")],
        opened_at=OPENED,
        merged_at=at("merged"),
        closed_at=at("closed"),
        is_draft=told.get("draft", False),
        head_sha=told.get("head", "h"),
        merge_sha=told.get("merge", "m"),
        reviews=[
            Review(OPENED + at, state, PEOPLE[by], is_bot=by == "bot")
            for at, state, by in told.get("reviews", ())
        ],
        draft_changes=[
            DraftChange(OPENED + at, kind == "draft") for at, kind in told.get("changes", ())
        ],
        commits=[
            Commit(sha, OPENED + authored, OPENED + committed)
            for sha, authored, committed in told.get("commits", [["c1", -10, -10]])
        ],
    )


def tell(measured: Measured) -> dict[str, Any]:
    """In the words of the golden table."""

    def since(at: int | None) -> int | None:
        return None if at is None else at - OPENED

    stages = measured.stages
    return {
        "started": since(measured.started_at),
        "commits_known": measured.commits_known,
        "ready": since(measured.ready_at),
        "first_review": since(measured.first_review_at),
        "last_approval": since(measured.last_approval_at),
        "stages": [stages.coding, stages.pickup, stages.review, stages.merge] if stages else None,
        "cycle": stages.total if stages else None,
        "review_count": measured.review_count,
        "draft_seconds": measured.draft_seconds,
        "rework": [measured.rework_rounds, measured.rework_seconds],
        "stage": measured.stage,
        "stage_since": since(measured.stage_since),
        "flags": list(measured.flags),
        "excluded": measured.excluded,
    }


@pytest.mark.parametrize("case", GOLDEN, ids=[case["rule"] for case in GOLDEN])
def test_each_rule(case: dict[str, Any]) -> None:
    told = tell(measure(read(case["pull"])))
    assert {key: told[key] for key in case["expect"]} == case["expect"]


def test_each_rule_is_named_once() -> None:
    assert len({case["rule"] for case in GOLDEN}) == len(GOLDEN) >= 40


times = st.integers(-200, 400)
reviews = st.builds(
    Review,
    at=times,
    state=st.sampled_from(["approved", "changes_requested", "commented", "dismissed"]),
    reviewer=st.sampled_from([1, 2, 3, None]),
    is_bot=st.booleans(),
)
changes = st.builds(DraftChange, at=times, to_draft=st.booleans())
commits = st.builds(
    Commit, sha=st.sampled_from(["c", "h", "m"]), authored_at=times, committed_at=times
)
pulls = st.builds(
    PullRequest,
    author=st.sampled_from([1, None]),
    opened_at=st.integers(-50, 50),
    merged_at=st.none() | times,
    closed_at=st.none() | times,
    is_draft=st.booleans(),
    head_sha=st.just("h"),
    merge_sha=st.just("m"),
    reviews=st.lists(reviews, max_size=6),
    draft_changes=st.lists(changes, max_size=6),
    commits=st.lists(commits, max_size=4),
)


@given(pulls)
def test_stages_are_never_negative_and_add_up_to_the_cycle_time(pull: PullRequest) -> None:
    measured = measure(pull)
    if pull.merged_at is None:
        assert measured.stages is None
        return
    stages = measured.stages
    assert stages is not None
    assert min(stages.coding, stages.pickup, stages.review, stages.merge) >= 0
    assert stages.total == pull.merged_at - measured.started_at


@given(pulls)
def test_moments_are_in_order(pull: PullRequest) -> None:
    measured = measure(pull)
    told = (
        measured.started_at,
        measured.ready_at,
        measured.first_review_at,
        measured.last_approval_at,
        pull.merged_at,
    )
    known = [at for at in told if at is not None]
    assert known == sorted(known)
    assert measured.draft_seconds >= 0
    assert measured.rework_seconds >= 0


@given(pulls, st.randoms())
def test_the_order_in_which_parts_are_told_changes_nothing(
    pull: PullRequest, random: Random
) -> None:
    def shuffled(parts: Sequence[T]) -> list[T]:
        return random.sample(list(parts), len(parts))

    other = replace(
        pull,
        reviews=shuffled(pull.reviews),
        draft_changes=shuffled(pull.draft_changes),
        commits=shuffled(pull.commits),
    )
    assert measure(other) == measure(pull)


@given(pulls, st.lists(reviews, max_size=4))
def test_bots_and_the_author_begin_and_end_nothing(pull: PullRequest, added: list[Review]) -> None:
    own = [
        replace(review, is_bot=True)
        if pull.author is None or index % 2
        else replace(review, reviewer=pull.author)
        for index, review in enumerate(added)
    ]
    assert measure(replace(pull, reviews=[*pull.reviews, *own])) == measure(pull)


@given(pulls, reviews, changes, st.integers(1, 300))
def test_what_happens_after_the_end_changes_nothing(
    pull: PullRequest, review: Review, change: DraftChange, later: int
) -> None:
    end = pull.ended_at
    if end is None:
        return
    other = replace(
        pull,
        reviews=[*pull.reviews, replace(review, at=end + later)],
        draft_changes=[*pull.draft_changes, replace(change, at=end + later)],
        commits=[*pull.commits, Commit("c", max(end, pull.opened_at) + later, end + later)],
    )
    expected = measure(pull)
    if not expected.commits_known:
        other = replace(other, commits=pull.commits)
    assert measure(other) == expected


@given(pulls)
def test_an_open_one_is_in_a_stage_and_a_finished_one_in_none(pull: PullRequest) -> None:
    measured = measure(pull)
    assert (measured.stage is None) == (pull.ended_at is not None)
    assert (measured.stage is None) == (measured.stage_since is None)
