"""The things a GitHub server knows, as plain records.

Times are Unix seconds (int). Records refer to each other as objects, never by id or sha, so that a rename or a
repository rebuilt in git is seen everywhere at once. ``World`` makes and changes them; read them freely.
"""

import base64
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .automation import Artifact, CheckSuite, CommitStatus, Workflow, WorkflowRun
    from .deployments import Deployment, Release, Tag
    from .tickets import Ticket


def node_id(prefix: str, number: int) -> str:
    """An opaque global id in the shape of GitHub's own, from which ``World.node`` finds the object again."""
    return f"{prefix}_{base64.urlsafe_b64encode(struct.pack('>BQ', 0x92, number)).decode()}"


def parse_node_id(text: str) -> tuple[str, int] | None:
    """The prefix and number of an id made by :func:`node_id`, or None for anything else."""
    prefix, _, rest = text.partition("_")
    try:
        tag, number = struct.unpack(">BQ", base64.urlsafe_b64decode(rest.encode()))
    except (ValueError, struct.error):
        return None
    return (prefix, number) if tag == 0x92 else None


class FileChange(NamedTuple):
    """One file in one commit or pull request; additions and deletions are None where git calls the file binary."""

    path: str
    additions: int | None
    deletions: int | None
    change_type: str = "MODIFIED"


class GitFile(NamedTuple):
    """What git knows of a changed file besides: its blob, and what it was called before a rename."""

    blob: str
    previous_path: str = ""


@dataclass(slots=True, eq=False, kw_only=True)
class Account:
    """A user, a bot or a mannequin. ``kind`` is GraphQL's type name."""

    database_id: int
    login: str
    kind: str = "User"
    name: str | None = None
    email: str = ""
    email_verified: bool = True
    deleted: bool = False

    @property
    def node_id(self) -> str:
        return node_id({"User": "U", "Bot": "BOT"}.get(self.kind, "M"), self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class Commit:
    """A commit; ``oid`` becomes the real sha once the repository is written to git."""

    oid: str
    authored_at: int
    committed_at: int
    headline: str
    parents: tuple["Commit", ...] = ()
    author: Account | None = None
    author_name: str = ""
    author_email: str = ""
    committer: Account | None = None
    body: str = ""
    files: list[FileChange] = field(default_factory=list)
    pull_requests: list["PullRequest"] = field(default_factory=list)
    check_suites: list["CheckSuite"] = field(default_factory=list)
    statuses: list["CommitStatus"] = field(default_factory=list)
    brought: list[FileChange] | None = None
    """What a merge brings in against its first parent, where git was asked for it."""
    git_files: dict[str, GitFile] | None = None
    """By path, of a commit that was made with git itself."""
    in_git: bool = True
    """False for the modelled commits before a squash, which no repository holds."""

    @property
    def additions(self) -> int:
        return sum(change.additions or 0 for change in self.files)

    @property
    def deletions(self) -> int:
        return sum(change.deletions or 0 for change in self.files)

    @property
    def shown_files(self) -> list[FileChange]:
        """What REST lists: of a merge what it brings in, which ``git log`` does not show."""
        if self.brought is not None or len(self.parents) < 2:
            return self.files if self.brought is None else self.brought
        return next((pr.files for pr in self.pull_requests if pr.merge_commit is self), self.files)


@dataclass(slots=True, eq=False, kw_only=True)
class Review:
    database_id: int
    author: Account | None
    state: str
    submitted_at: int | None
    created_at: int
    updated_at: int
    commit: Commit | None = None
    association: str = "MEMBER"
    body: str = ""

    @property
    def node_id(self) -> str:
        return node_id("PRR", self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class TimelineItem:
    """An event of a pull request; ``kind`` is its GraphQL type, ``details`` what that type has besides."""

    database_id: int
    kind: str
    created_at: int
    actor: Account | None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def node_id(self) -> str:
        return node_id("EV", self.database_id)


class AutoMerge(NamedTuple):
    """Who lets a pull request merge by itself, since when, and how: merge, squash or rebase."""

    by: Account | None
    at: int
    how: str


@dataclass(slots=True, eq=False, kw_only=True)
class PullRequest:
    database_id: int
    repository: "Repository"
    number: int
    title: str
    author: Account | None
    created_at: int
    updated_at: int
    base_ref: str
    head_ref: str
    body: str = ""
    state: str = "OPEN"
    is_draft: bool = False
    locked: bool = False
    merged_at: int | None = None
    closed_at: int | None = None
    last_edited_at: int | None = None
    merged_by: Account | None = None
    merge_commit: Commit | None = None
    base_commit: Commit | None = None
    head_repository: "Repository | None" = None
    is_cross_repository: bool = False
    auto_merge: AutoMerge | None = None
    queued_at: int | None = None
    queued_by: Account | None = None
    comment_count: int = 0
    thread_count: int = 0
    review_comment_count: int = 0
    resolved: set[int] = field(default_factory=set)
    """The numbers of the threads that are resolved."""
    commits: list[Commit] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    timeline: list[TimelineItem] = field(default_factory=list)
    files: list[FileChange] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    requested: list["Account | Team"] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        return node_id("PR", self.database_id)

    @property
    def additions(self) -> int:
        return sum(change.additions or 0 for change in self.files)

    @property
    def deletions(self) -> int:
        return sum(change.deletions or 0 for change in self.files)

    @property
    def head_repository_shown(self) -> "Repository | None":
        """Where the head comes from, or None once that repository is deleted."""
        found = self.head_repository
        return None if found is None or found.is_deleted else found

    @property
    def head_commit(self) -> Commit | None:
        return self.commits[-1] if self.commits else self.base_commit

    @property
    def review_decision(self) -> str | None:
        """APPROVED or CHANGES_REQUESTED by each reviewer's last verdict; REVIEW_REQUIRED while one is asked for."""
        verdicts = {
            review.author: review.state
            for review in self.reviews
            if review.author is not self.author
            and review.state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
        }
        for decision in ("CHANGES_REQUESTED", "APPROVED"):
            if decision in verdicts.values():
                return decision
        return "REVIEW_REQUIRED" if self.requested else None


@dataclass(slots=True, eq=False, kw_only=True)
class Team:
    database_id: int
    slug: str
    name: str
    description: str = ""
    privacy: str = "VISIBLE"
    parent: "Team | None" = None
    members: dict[Account, str] = field(default_factory=dict)

    @property
    def node_id(self) -> str:
        return node_id("T", self.database_id)


@dataclass(slots=True, eq=False, kw_only=True)
class Repository:
    """A repository; ``commits`` are those of the default branch's history, parents first."""

    database_id: int
    owner: "Organization"
    name: str
    created_at: int
    updated_at: int
    pushed_at: int
    default_branch: str = "main"
    description: str = ""
    is_archived: bool = False
    is_fork: bool = False
    is_disabled: bool = False
    is_deleted: bool = False
    visibility: str = "PRIVATE"
    topics: list[str] = field(default_factory=list)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    branches: dict[str, Commit] = field(default_factory=dict)
    commits: list[Commit] = field(default_factory=list)
    superseded: list[Commit] = field(default_factory=list)
    """What force pushes and rebases left behind, which GitHub still shows by its sha."""
    workflows: dict[str, "Workflow"] = field(default_factory=dict)
    workflow_runs: dict[int, "WorkflowRun"] = field(default_factory=dict)
    artifacts: list["Artifact"] = field(default_factory=list)
    deployments: list["Deployment"] = field(default_factory=list)
    standing: dict[str, "Deployment"] = field(default_factory=dict)
    """By environment, the last deployment that succeeded there."""
    releases: list["Release"] = field(default_factory=list)
    tags: dict[str, "Tag"] = field(default_factory=dict)
    tickets: list["Ticket"] = field(default_factory=list)
    """What a tracker beside it knows of: issues that its pull requests name."""
    revision: int = 0
    _orders: dict[tuple[str, bool], tuple[int, list[PullRequest]]] = field(default_factory=dict)
    _by_oid: tuple[int, dict[str, Commit]] = (-1, {})

    @property
    def node_id(self) -> str:
        return node_id("R", self.database_id)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def is_private(self) -> bool:
        """Internal repositories count as private to those who know only two kinds."""
        return self.visibility != "PUBLIC"

    def ordered(
        self, key: Callable[[PullRequest], int], name: str, *, descending: bool
    ) -> list[PullRequest]:
        """Pull requests by a time and then by id, kept until something in the repository changes."""
        known = self._orders.get((name, descending))
        if known is None or known[0] != self.revision:
            ordered = sorted(
                self.pull_requests.values(),
                key=lambda pr: (key(pr), pr.database_id),
                reverse=descending,
            )
            known = self._orders[name, descending] = (self.revision, ordered)
        return known[1]

    def commit(self, oid: str) -> Commit | None:
        """The commit with that sha: on a branch, in a pull request, or left behind by a force push."""
        if self._by_oid[0] != self.revision:
            found = {commit.oid: commit for commit in self.superseded}
            found.update(
                (commit.oid, commit)
                for pr in list(self.pull_requests.values())
                for commit in pr.commits
            )
            found.update((commit.oid, commit) for commit in self.commits)
            stack = [*self.branches.values(), *(tag.commit for tag in self.tags.values())]
            while stack:
                commit = stack.pop()
                if found.get(commit.oid) is not commit:
                    found[commit.oid] = commit
                    stack += commit.parents
            self._by_oid = (self.revision, found)
        return self._by_oid[1].get(oid)


@dataclass(slots=True, eq=False, kw_only=True)
class Organization:
    """An organisation; or, with ``kind`` User, an account that repositories belong to."""

    database_id: int
    login: str
    name: str
    description: str = ""
    kind: str = "Organization"
    email: str = ""
    repositories: dict[int, Repository] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    members: dict[Account, str] = field(default_factory=dict)

    @property
    def node_id(self) -> str:
        return node_id("O" if self.kind == "Organization" else "U", self.database_id)
