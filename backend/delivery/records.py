"""What a connector hands to the store: plain values, free of Django and of any source's shapes.

All times are aware and in UTC. Sizes are lines. `None` is unknown, never 0.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ActorRecord:
    """An account of the source. `kind` is one of people.Identity.Kind; a deleted account is None instead."""

    kind: str
    login: str
    external_id: int | None


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    external_id: int
    node_id: str
    name_with_owner: str
    default_branch: str
    is_private: bool
    is_archived: bool
    is_fork: bool
    pushed_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    external_id: str
    state: str
    author: ActorRecord | None
    submitted_at: datetime
    commit_sha: str


@dataclass(frozen=True, slots=True)
class EventRecord:
    external_id: str
    kind: str
    occurred_at: datetime
    actor: ActorRecord | None
    reviewer: ActorRecord | None


@dataclass(frozen=True, slots=True)
class PullRequestCommitRecord:
    sha: str
    position: int
    authored_at: datetime
    committed_at: datetime
    author: ActorRecord | None
    additions: int
    deletions: int


@dataclass(frozen=True, slots=True)
class PullRequestFileRecord:
    path: str
    additions: int
    deletions: int
    change: str


@dataclass(frozen=True, slots=True)
class PullRequestRecord:
    """One pull request, complete: its parts are whole lists, so that what is missing from them is gone."""

    external_id: int
    node_id: str
    number: int
    title: str
    state: str
    is_draft: bool
    author: ActorRecord | None
    created_at: datetime
    updated_at: datetime
    merged_at: datetime | None
    closed_at: datetime | None
    base_ref: str
    head_ref: str
    head_sha: str
    merge_sha: str
    labels: tuple[str, ...]
    additions: int
    deletions: int
    changed_files: int
    commit_count: int
    reviews: tuple[ReviewRecord, ...]
    events: tuple[EventRecord, ...]
    commits: tuple[PullRequestCommitRecord, ...]
    files: tuple[PullRequestFileRecord, ...]


@dataclass(frozen=True, slots=True)
class TeamRecord:
    external_id: int
    slug: str
    name: str
    parent_external_id: int | None
    members: tuple[ActorRecord, ...]


@dataclass(frozen=True, slots=True)
class FileChangeRecord:
    """One row of numstat. Binary files have no line counts."""

    path: str
    additions: int | None
    deletions: int | None


@dataclass(frozen=True, slots=True)
class CommitRecord:
    sha: str
    parents: tuple[str, ...]
    author: ActorRecord | None
    authored_at: datetime
    committed_at: datetime
    files: tuple[FileChangeRecord, ...]
