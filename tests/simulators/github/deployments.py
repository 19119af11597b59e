"""Deployments with their statuses, releases and tags, as records."""

import hashlib
from dataclasses import dataclass, field

from .records import Account, Commit, Repository, node_id


@dataclass(slots=True, eq=False, kw_only=True)
class DeploymentStatus:
    database_id: int
    deployment: "Deployment"
    state: str
    environment: str
    created_at: int
    creator: Account | None = None
    description: str = ""

    @property
    def node_id(self) -> str:
        return node_id("DES", self.database_id)

    @property
    def repository(self) -> Repository:
        return self.deployment.repository


@dataclass(slots=True, eq=False, kw_only=True)
class Deployment:
    """``environment`` is where it stands now; a status may name another than the one first asked for."""

    database_id: int
    repository: Repository
    commit: Commit
    ref: str
    environment: str
    original_environment: str
    created_at: int
    updated_at: int
    creator: Account | None = None
    task: str = "deploy"
    description: str = ""
    statuses: list[DeploymentStatus] = field(default_factory=list)
    """Oldest first; GitHub lists the newest first."""

    @property
    def node_id(self) -> str:
        return node_id("DE", self.database_id)

    @property
    def latest_status(self) -> DeploymentStatus | None:
        return self.statuses[-1] if self.statuses else None

    @property
    def state(self) -> str:
        """As GraphQL has it: a success that nothing took the place of is ACTIVE."""
        if not self.statuses:
            return "PENDING"
        state = self.statuses[-1].state
        return "ACTIVE" if state == "SUCCESS" else state


@dataclass(slots=True, eq=False, kw_only=True)
class Release:
    database_id: int
    repository: Repository
    tag_name: str
    name: str
    created_at: int
    updated_at: int
    published_at: int | None = None
    is_draft: bool = False
    is_prerelease: bool = False
    author: Account | None = None
    body: str = ""

    @property
    def node_id(self) -> str:
        return node_id("RE", self.database_id)

    @property
    def commit(self) -> Commit | None:
        """What its tag leads to; a draft may have no tag yet, and a published release may have lost it."""
        tag = self.repository.tags.get(self.tag_name)
        return tag.commit if tag else None


@dataclass(slots=True, eq=False, kw_only=True)
class Tag:
    """A tag; an annotated one has a time and an object of its own in git, whose sha is ``oid``."""

    repository: Repository
    name: str
    commit: Commit
    tagged_at: int | None = None
    tagger: Account | None = None
    message: str = ""

    @property
    def is_annotated(self) -> bool:
        return self.tagged_at is not None

    @property
    def content(self) -> bytes:
        """The tag object as git stores it."""
        who = self.tagger
        signature = (
            f"{who.name or who.login} <{who.email}>" if who else "ghost <ghost@ghes.example>"
        )
        text = (
            f"object {self.commit.oid}\ntype commit\ntag {self.name}\n"
            f"tagger {signature} {self.tagged_at} +0000\n\n{self.message}\n"
        )
        return text.encode("utf-8", "surrogateescape")

    @property
    def oid(self) -> str:
        if not self.is_annotated:
            return self.commit.oid
        content = self.content
        head = b"tag %d\0" % len(content)
        return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
