"""What a connector hands to the store: plain values, free of Django and of any source's shapes.

All times are aware and in UTC. Sizes are lines. `None` is unknown, never 0.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ActorRecord:
    """An account of the source. `kind` is one of people.Identity.Kind; a deleted account is None instead.

    Known by `external_id`, else by `account_id`, else by kind and login. `name` and `email` are empty where the source
    did not tell them here.
    """

    kind: str
    login: str
    external_id: int | None
    account_id: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OwnerRecord:
    """Whom repositories belong to. `kind` is one of delivery.Owner.Kind."""

    external_id: int
    kind: str
    login: str


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    external_id: int
    node_id: str
    name_with_owner: str
    default_branch: str
    visibility: str
    is_archived: bool
    is_fork: bool
    pushed_at: datetime | None
    updated_at: datetime
    owner: OwnerRecord | None = None
    topics: tuple[str, ...] = ()


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
    before: str = ""
    after: str = ""


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
class IssueKeyRecord:
    """What may be an issue's key in a pull request. `found_in`: delivery.PullRequestIssueKey.Place in its order."""

    key: str
    found_in: tuple[str, ...]


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
    is_cross_repository: bool = False
    merged_by: ActorRecord | None = None
    review_thread_count: int | None = None
    comment_count: int | None = None
    reverts: tuple[str, ...] | None = None
    """Pull requests that its body says it reverts, as owner/name#number."""
    issue_keys: tuple[IssueKeyRecord, ...] = ()
    """Whatever looks like a key: the store keeps those of projects that are known."""


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
    is_truncated: bool = False
    reverts: tuple[str, ...] | None = None
    picked_from: tuple[str, ...] | None = None
    is_on_default_branch: bool = True
    """False: it is known as an ancestor of something alone, and comes without its files."""


@dataclass(frozen=True, slots=True)
class AttributePatternRecord:
    """One attribute of one line of .gitattributes. See delivery.AttributePattern."""

    folder: str
    position: int
    pattern: str
    attribute: str
    value: bool | None


@dataclass(frozen=True, slots=True)
class CheckRunRecord:
    external_id: int
    name: str
    status: str
    conclusion: str
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckSuiteRecord:
    external_id: int
    branch: str
    app: str
    status: str
    conclusion: str
    workflow_run_external_id: int | None
    created_at: datetime
    updated_at: datetime
    runs: tuple[CheckRunRecord, ...]


@dataclass(frozen=True, slots=True)
class CommitStatusRecord:
    context: str
    state: str
    creator: ActorRecord | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChecksRecord:
    """All that the source tells was checked of one commit; None: it does not tell this credential.

    What is stored and no longer told stays: nobody takes a check back, but sources forget them after some time.
    """

    sha: str
    suites: tuple[CheckSuiteRecord, ...] | None
    statuses: tuple[CommitStatusRecord, ...] | None
    is_settled: bool = True
    """All that was checked has finished, and nothing more is to be expected."""


@dataclass(frozen=True, slots=True)
class WorkflowJobRecord:
    external_id: int
    attempt: int
    name: str
    status: str
    conclusion: str
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkflowRunRecord:
    """One attempt with its jobs."""

    external_id: int
    attempt: int
    workflow_external_id: int
    workflow: str
    run_number: int
    event: str
    head_branch: str
    head_sha: str
    status: str
    conclusion: str
    actor: ActorRecord | None
    created_at: datetime
    started_at: datetime
    updated_at: datetime
    jobs: tuple[WorkflowJobRecord, ...]


@dataclass(frozen=True, slots=True)
class DeploymentStatusRecord:
    external_id: str
    state: str
    environment: str
    creator: ActorRecord | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    external_id: int
    sha: str
    ref: str
    environment: str
    latest_environment: str
    task: str
    state: str
    creator: ActorRecord | None
    created_at: datetime
    updated_at: datetime
    statuses: tuple[DeploymentStatusRecord, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    external_id: int
    tag: str
    sha: str
    is_draft: bool
    is_prerelease: bool
    author: ActorRecord | None
    created_at: datetime
    published_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TagRecord:
    name: str
    sha: str
    tagged_at: datetime | None
