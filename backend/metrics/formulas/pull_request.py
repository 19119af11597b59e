"""When the stages of one pull request begin and end.

All times are whole seconds since 1970 in UTC, which is as fine as GitHub tells them, so that sums are exact.
The rules stand in docs/metrics.md under "Pull requests".
"""

from collections.abc import Sequence
from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True, slots=True)
class Review:
    at: int
    state: str
    """approved, changes_requested, commented or dismissed: a dismissed approval approves no more."""
    reviewer: int | None
    """Who; None is a deleted account."""
    is_bot: bool


@dataclass(frozen=True, slots=True)
class DraftChange:
    at: int
    to_draft: bool


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    authored_at: int
    committed_at: int


@dataclass(frozen=True, slots=True)
class PullRequest:
    author: int | None
    opened_at: int
    merged_at: int | None
    closed_at: int | None
    is_draft: bool
    """As it is now, or was when it ended."""
    head_sha: str
    merge_sha: str
    reviews: Sequence[Review] = ()
    draft_changes: Sequence[DraftChange] = ()
    commits: Sequence[Commit] = ()

    @property
    def ended_at(self) -> int | None:
        return self.closed_at if self.merged_at is None else self.merged_at


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds in each stage of a merged pull request; they add up to its cycle time."""

    coding: int
    pickup: int
    review: int
    merge: int

    @property
    def total(self) -> int:
        return self.coding + self.pickup + self.review + self.merge


@dataclass(frozen=True, slots=True)
class Measured:
    started_at: int
    ready_at: int | None
    """None: it never left draft, and was not merged."""
    first_review_at: int | None
    last_approval_at: int | None
    stages: Stages | None
    """None: not merged."""
    commits_known: bool
    """If not, coding is no measurement and stays out of its distribution."""
    review_count: int
    draft_seconds: int
    """In draft until the end; of one that is open, without the interval under way."""
    rework_rounds: int
    rework_seconds: int
    stage: str | None
    """Of one that is open."""
    stage_since: int | None
    flags: tuple[str, ...]
    excluded: str
    """Why it is in no figure but the count of excluded ones; empty: it is not excluded."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From one change between draft and ready to the next; None: it goes on."""

    begin: int
    end: int | None
    is_draft: bool

    def holds(self, at: int) -> bool:
        """Both ends included: a review in the second of a change is given the benefit of the doubt."""
        return self.begin <= at and (self.end is None or at <= self.end)


def measure(pull: PullRequest) -> Measured:
    """Apply the rules to one pull request, its parts in any order."""
    end = pull.ended_at
    started, commits_known = start(pull)
    spans = intervals(pull)
    counting = counting_reviews(pull, spans)
    first = counting[0].at if counting else None
    ready = _ready(pull, spans, first)
    approval = max((r.at for r in counting if r.state == "approved"), default=None)
    if ready is not None:
        ready = _clamp(ready, started, end)
    rounds, rework = _rework(pull, counting)
    never_opened = end is not None and pull.merged_at is None and all(s.is_draft for s in spans)
    stage, since = (None, None)
    if end is None:
        stage, since = _open_stage(started, ready, counting, approval, spans)
    return Measured(
        started_at=started,
        ready_at=ready,
        first_review_at=first,
        last_approval_at=approval,
        stages=_stages(pull, started, ready, first, approval),
        commits_known=commits_known,
        review_count=len(counting),
        draft_seconds=sum(i.end - i.begin for i in spans if i.is_draft and i.end is not None),
        rework_rounds=rounds,
        rework_seconds=rework,
        stage=stage,
        stage_since=since,
        flags=_flags(
            pull,
            commits_known=commits_known,
            in_draft=spans[-1].is_draft,
            first=first,
            approval=approval,
        ),
        excluded="draft_never_opened" if never_opened else "",
    )


def start(pull: PullRequest) -> tuple[int, bool]:
    """The earlier of opening and the first commit's author date, and whether commits are known.

    Never later than the merge. A merge or squash commit is not the author's work; where the branch itself was
    pushed, the merge's commit is the branch's head, and is.
    """
    own = [c.authored_at for c in pull.commits if c.sha != pull.merge_sha or c.sha == pull.head_sha]
    moments = [pull.opened_at, *own]
    if pull.merged_at is not None:
        moments.append(pull.merged_at)
    return min(moments), bool(own)


def intervals(pull: PullRequest) -> list[Interval]:
    """In draft and not, by turns, from opening to the end.

    How it was opened is not told: the first change tells it, or what it is now where nothing changed. Changes
    there and back in one second are none.
    """
    end = pull.ended_at
    balances: dict[int, int] = {}
    for change in pull.draft_changes:
        if end is None or change.at <= end:
            at = max(change.at, pull.opened_at)
            balances[at] = balances.get(at, 0) + (1 if change.to_draft else -1)
    changes = [(at, balance > 0) for at, balance in sorted(balances.items()) if balance]
    draft = not changes[0][1] if changes else pull.is_draft
    begin = pull.opened_at
    found = []
    for at, to_draft in changes:
        if to_draft != draft:
            found.append(Interval(begin, at, draft))
            begin, draft = at, to_draft
    found.append(Interval(begin, None if end is None else max(begin, end), draft))
    return found


def counting_reviews(pull: PullRequest, spans: Sequence[Interval]) -> list[Review]:
    """The reviews that count, in order of time: from the first that was given outside draft."""
    others = sorted((r for r in pull.reviews if why_not(r, pull) is None), key=lambda r: r.at)
    readies = [span for span in spans if not span.is_draft]
    first = next((r.at for r in others if any(span.holds(r.at) for span in readies)), None)
    return [] if first is None else [r for r in others if r.at >= first]


def why_not(review: Review, pull: PullRequest) -> str | None:
    """Why a review cannot count whenever it was ready; None: it can."""
    if review.is_bot:
        return "by_bot"
    if review.reviewer is not None and review.reviewer == pull.author:
        return "by_author"
    end = pull.ended_at
    if end is not None and review.at > end:
        return "after_end"
    return None


def _ready(pull: PullRequest, spans: Sequence[Interval], first_review: int | None) -> int | None:
    begins = [span.begin for span in spans if not span.is_draft]
    if first_review is not None:
        return max(begin for begin in begins if begin <= first_review)
    return pull.merged_at if spans[-1].is_draft else begins[-1]


def _stages(
    pull: PullRequest,
    started: int,
    ready: int | None,
    first: int | None,
    approval: int | None,
) -> Stages | None:
    """Each boundary lies between the one before it and the merge, so that none is negative."""
    merged = pull.merged_at
    if merged is None or ready is None:
        return None
    if first is None:
        return Stages(ready - started, merged - ready, 0, 0)
    reviewed = _clamp(first, ready, merged)
    approved = merged if approval is None else _clamp(approval, reviewed, merged)
    return Stages(ready - started, reviewed - ready, approved - reviewed, merged - approved)


def _open_stage(
    started: int,
    ready: int | None,
    counting: Sequence[Review],
    approval: int | None,
    spans: Sequence[Interval],
) -> tuple[str, int]:
    if ready is None:
        return "coding", started if len(spans) == 1 else spans[-1].begin
    if not counting:
        return "pickup", ready
    objection = max((r.at for r in counting if r.state == "changes_requested"), default=None)
    if approval is None:
        return "review", counting[0].at
    if objection is not None and objection > approval:
        return "review", objection
    return "merge", approval


def _rework(pull: PullRequest, counting: Sequence[Review]) -> tuple[int, int]:
    """Rounds of changes requested and then made, and the seconds between both, summed up.

    Several requests before a new commit are one round, from the first of them.
    """
    requests = [r.at for r in counting if r.state == "changes_requested"]
    if not requests:
        return 0, 0
    end = pull.ended_at
    commits = sorted(c.committed_at for c in pull.commits if end is None or c.committed_at <= end)
    rounds, seconds, answered = 0, 0, None
    for request in requests:
        if answered is not None and request <= answered:
            continue
        answer = next((at for at in commits if at > request), None)
        if answer is None:
            break
        rounds, seconds, answered = rounds + 1, seconds + answer - request, answer
    return rounds, seconds


def _flags(
    pull: PullRequest,
    *,
    commits_known: bool,
    in_draft: bool,
    first: int | None,
    approval: int | None,
) -> tuple[str, ...]:
    merged = pull.merged_at is not None
    told = {
        "unknown_author": pull.author is None,
        "commits_unknown": not commits_known,
        "draft": in_draft and not merged,
        "merged_in_draft": in_draft and merged,
        "unreviewed": merged and first is None,
        "not_approved": merged and first is not None and approval is None,
    }
    return tuple(flag for flag, holds in told.items() if holds)


def _clamp(value: int, low: int, high: int | None) -> int:
    return max(low, value if high is None else min(value, high))
