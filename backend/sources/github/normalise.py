"""GitHub's payloads → the domain's records. Pure."""

from collections.abc import Iterable
from typing import Final

from backend.delivery.records import (
    ActorRecord,
    EventRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    RepositoryRecord,
    ReviewRecord,
    TeamRecord,
)
from backend.sources.github import payloads

EVENTS: Final = {
    "ReadyForReviewEvent": "ready_for_review",
    "ConvertToDraftEvent": "converted_to_draft",
    "ReviewRequestedEvent": "review_requested",
    "ReviewRequestRemovedEvent": "review_request_removed",
    "ReviewDismissedEvent": "review_dismissed",
    "HeadRefForcePushedEvent": "head_force_pushed",
    "BaseRefChangedEvent": "base_changed",
    "MergedEvent": "merged",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
}
_KINDS: Final = {"Bot": "bot", "Mannequin": "mannequin"}


def pull_request(payload: payloads.PullRequest) -> PullRequestRecord:
    """Whole lists in, whole record out. Reviews that were begun and never submitted are nobody's business."""
    return PullRequestRecord(
        external_id=payload.full_database_id or _known(payload.database_id, payload.id),
        node_id=payload.id,
        number=payload.number,
        title=payload.title,
        state=payload.state.lower(),
        is_draft=payload.is_draft,
        author=actor(payload.author),
        created_at=payload.created_at,
        updated_at=payload.updated_at,
        merged_at=payload.merged_at,
        closed_at=payload.closed_at,
        base_ref=payload.base_ref_name,
        head_ref=payload.head_ref_name,
        head_sha=payload.head_ref_oid,
        merge_sha=payload.merge_commit.oid if payload.merge_commit else "",
        labels=tuple(label.name for label in payload.labels.nodes) if payload.labels else (),
        additions=payload.additions,
        deletions=payload.deletions,
        changed_files=payload.changed_files,
        commit_count=payload.commits.total_count or len(payload.commits.nodes),
        reviews=tuple(_reviews(payload.reviews.nodes)),
        events=tuple(_events(payload.timeline_items.nodes)),
        commits=tuple(_commits(payload.commits.nodes)),
        files=tuple(_files(payload.files.nodes)) if payload.files else (),
    )


def repository(payload: payloads.Repository) -> RepositoryRecord:
    return RepositoryRecord(
        external_id=payload.id,
        node_id=payload.node_id,
        name_with_owner=payload.full_name,
        default_branch=payload.default_branch or "",
        visibility="private" if payload.private else "public",
        is_archived=payload.archived,
        is_fork=payload.fork,
        pushed_at=payload.pushed_at,
        updated_at=payload.updated_at,
    )


def team(payload: payloads.Team) -> TeamRecord:
    return TeamRecord(
        external_id=payload.database_id,
        slug=payload.slug,
        name=payload.name,
        parent_external_id=payload.parent_team.database_id if payload.parent_team else None,
        members=tuple(ActorRecord("user", m.login, m.database_id) for m in payload.members.nodes),
    )


def actor(payload: payloads.Actor | None) -> ActorRecord | None:
    """None is a deleted account."""
    if payload is None:
        return None
    return ActorRecord(_KINDS.get(payload.typename, "user"), payload.login, payload.database_id)


def _reviews(nodes: Iterable[payloads.Review]) -> Iterable[ReviewRecord]:
    for node in nodes:
        if node.submitted_at is None or node.state == "PENDING":
            continue
        yield ReviewRecord(
            external_id=node.id,
            state=node.state.lower(),
            author=actor(node.author),
            submitted_at=node.submitted_at,
            commit_sha=node.commit.oid if node.commit else "",
        )


def _events(nodes: Iterable[payloads.Event]) -> Iterable[EventRecord]:
    for node in nodes:
        reviewer = _requested(node.requested_reviewer)
        if node.review is not None:
            reviewer = actor(node.review.author)
        yield EventRecord(
            external_id=node.id,
            kind=EVENTS[node.typename],
            occurred_at=node.created_at,
            actor=actor(node.actor),
            reviewer=reviewer,
        )


def _requested(payload: payloads.Requested | None) -> ActorRecord | None:
    if payload is None or payload.login is None:
        return None
    return ActorRecord(_KINDS.get(payload.typename, "user"), payload.login, payload.database_id)


def _commits(nodes: Iterable[payloads.PullRequestCommit]) -> Iterable[PullRequestCommitRecord]:
    for position, node in enumerate(nodes):
        user = node.commit.author.user if node.commit.author else None
        yield PullRequestCommitRecord(
            sha=node.commit.oid,
            position=position,
            authored_at=node.commit.authored_date,
            committed_at=node.commit.committed_date,
            author=ActorRecord("user", user.login, user.database_id) if user else None,
            additions=node.commit.additions,
            deletions=node.commit.deletions,
        )


def _files(nodes: Iterable[payloads.File]) -> Iterable[PullRequestFileRecord]:
    for node in nodes:
        yield PullRequestFileRecord(
            node.path, node.additions, node.deletions, node.change_type.lower()
        )


def _known(number: int | None, node_id: str) -> int:
    if number is None:
        raise ValueError(f"pull request {node_id} has no id")
    return number
