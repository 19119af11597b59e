"""The verbs for repositories and pushes."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.simulators.github.gitlog import Logged, logged
from tests.simulators.github.gitrepos import Store, git
from tests.simulators.github.organizations import Organizations
from tests.simulators.github.records import (
    Account,
    Commit,
    FileChange,
    Organization,
    Repository,
)
from tests.simulators.github.registry import Moment, seconds

NOTHING = "0" * 40
"""Stands for the commit of a ref that is not there, before it was made or after it was deleted."""

Files = Iterable[tuple[str, int | None, int | None]]
"""Path, additions, deletions; None for both where the file is binary."""

DEFAULT_FILES: Files = (("src/change.py", 10, 0),)


class Hosting(Organizations):
    """What happens to repositories apart from pull requests."""

    def create_repository(
        self,
        organization: Organization,
        name: str,
        *,
        default_branch: str = "main",
        at: Moment = None,
        **attributes: Any,
    ) -> Repository:
        now = self.moment(at)
        repository = Repository(
            database_id=self.next_id("R"),
            owner=organization,
            name=name,
            created_at=now,
            updated_at=now,
            pushed_at=now,
            default_branch=default_branch,
            description=self.free_text(f"The repository {name}"),
            **attributes,
        )
        self.repositories[repository.database_id] = self.remember("R", repository)
        organization.repositories[repository.database_id] = repository
        self.name_repository(repository)
        if self.git:
            self.git.write(repository)
        self.emit("repository", "created", organization, repository=repository)
        return repository

    def rename_repository(self, repository: Repository, name: str, *, at: Moment = None) -> None:
        """The old name answers 301 (REST) or leads on (GraphQL, git) until another repository takes it."""
        old, repository.name = repository.name, name
        self._touch_repository(repository, at)
        self.name_repository(repository)
        self.emit(
            "repository", "renamed", repository.owner, repository=repository, details={"from": old}
        )

    def transfer_repository(
        self, repository: Repository, organization: Organization, *, at: Moment = None
    ) -> None:
        """Give it to another organisation; what is asked under the old name is led on, as after a rename."""
        before, repository.owner = repository.owner, organization
        before.repositories.pop(repository.database_id, None)
        organization.repositories[repository.database_id] = repository
        self._touch_repository(repository, at)
        self.name_repository(repository)
        self.emit(
            "repository",
            "transferred",
            organization,
            repository=repository,
            details={"from": before},
        )

    def delete_repository(self, repository: Repository) -> None:
        repository.is_deleted = True
        del self.repositories[repository.database_id]
        repository.owner.repositories.pop(repository.database_id, None)
        self.emit("repository", "deleted", repository.owner, repository=repository)

    def archive_repository(self, repository: Repository, *, at: Moment = None) -> None:
        repository.is_archived = True
        self._touch_repository(repository, at)
        self.emit("repository", "archived", repository.owner, repository=repository)

    def unarchive_repository(self, repository: Repository, *, at: Moment = None) -> None:
        repository.is_archived = False
        self._touch_repository(repository, at)
        self.emit("repository", "unarchived", repository.owner, repository=repository)

    def change_default_branch(
        self, repository: Repository, name: str, *, at: Moment = None
    ) -> None:
        """Let another branch be the default one; its history becomes the repository's."""
        old, repository.default_branch = repository.default_branch, name
        repository.superseded += repository.commits
        repository.commits = history(repository.branches[name])
        self._touch_repository(repository, at)
        details = {"default_branch": old}
        self.emit("repository", "edited", repository.owner, repository=repository, details=details)

    def set_topics(
        self, repository: Repository, topics: Iterable[str], *, at: Moment = None
    ) -> None:
        """Replace the repository's topics."""
        before, repository.topics = repository.topics, list(topics)
        self._touch_repository(repository, at)
        details = {"topics": before}
        self.emit("repository", "edited", repository.owner, repository=repository, details=details)

    def set_visibility(self, repository: Repository, visibility: str, *, at: Moment = None) -> None:
        """PUBLIC, INTERNAL or PRIVATE."""
        repository.visibility = visibility
        self._touch_repository(repository, at)
        action = "publicized" if visibility == "PUBLIC" else "privatized"
        self.emit("repository", action, repository.owner, repository=repository)

    def attach_git(self, store: Store) -> None:
        """Write every repository to git; commits get their real shas, and later pushes are written as they come."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(store.write, self.repositories.values()))
        self.git = store

    def push(
        self,
        repository: Repository,
        author: Account | None,
        files: Files = DEFAULT_FILES,
        *,
        branch: str | None = None,
        at: Moment = None,
        **attributes: Any,
    ) -> Commit:
        """A commit straight to a branch (the default one), which is made from the default branch where it is new."""
        name = branch or repository.default_branch
        before = repository.branches.get(name)
        parent = before or repository.branches.get(repository.default_branch)
        commit = self._commit(
            repository, author, files, (parent,) if parent else (), at, **attributes
        )
        self._advance(repository, name, commit, before, author)
        return commit

    def force_branch(
        self,
        repository: Repository,
        commit: Commit,
        *,
        branch: str | None = None,
        sender: Account | None = None,
        at: Moment = None,
    ) -> None:
        """Let a branch (the default one) stand at any commit, as a push by force does."""
        name, now = branch or repository.default_branch, self.moment(at)
        before = repository.branches.get(name)
        repository.branches[name] = commit
        if name == repository.default_branch:
            repository.superseded += repository.commits
            repository.commits = history(commit)
        self._pushed(repository, name, commit, before, sender, now, forced=True)

    def adopt(
        self, repository: Repository, *, branch: str | None = None, sender: Account | None = None
    ) -> list[Commit]:
        """Take over what was pushed to a branch (the default one) with git itself, straight into the store's folder.

        Whatever git can hold is served from then on: renames, modes, submodules, pointers, any bytes as a path.
        """
        if self.git is None:
            raise ValueError("this world has no git")
        name = branch or repository.default_branch
        directory, before = self.git.path(repository), repository.branches.get(name)
        tip = git(directory, "rev-parse", f"refs/heads/{name}").decode().strip()
        gained: dict[str, Commit] = {}
        for found in logged(directory, tip, [before.oid] if before else []):
            gained[found.oid] = self._adopted(repository, found, gained)
        repository.branches[name] = commit = gained.get(tip) or _known(repository, tip)
        reached = history(commit)
        forced = before is not None and before not in reached
        if name == repository.default_branch:
            repository.superseded += repository.commits if forced else []
            repository.commits = reached
        self._pushed(repository, name, commit, before, sender, self.moment(None), forced=forced)
        return list(gained.values())

    def _adopted(self, repository: Repository, found: Logged, gained: dict[str, Commit]) -> Commit:
        """A commit whose parents are known; its author is whoever has that mail address."""
        by_mail = {account.email.lower(): account for account in self.accounts.values()}
        account = by_mail.get(found.author_email.lower())
        is_merge = len(found.parents) > 1
        parents = (gained.get(parent) or _known(repository, parent) for parent in found.parents)
        return Commit(
            oid=found.oid,
            authored_at=found.authored_at,
            committed_at=found.committed_at,
            headline=found.headline,
            parents=tuple(parents),
            author=account,
            author_name=found.author_name,
            author_email=found.author_email,
            body=found.body,
            files=[] if is_merge else found.files,
            brought=found.files if is_merge else None,
            git_files=found.git_files,
        )

    # -- what the verbs share ----------------------------------------------------------------------------------

    def _commit(  # noqa: PLR0913 - what one may say of a commit
        self,
        repository: Repository,
        author: Account | None,
        files: Files,
        parents: tuple[Commit, ...],
        at: Moment,
        *,
        headline: str = "Change files",
        body: str = "",
        authored_at: Moment = None,
        author_name: str = "",
        author_email: str = "",
    ) -> Commit:
        now = self.moment(at)
        commit = Commit(
            oid=hashlib.sha1(
                f"{repository.database_id}/{self.next_id('C')}".encode(), usedforsecurity=False
            ).hexdigest(),
            parents=parents,
            author=author,
            committer=author,
            authored_at=seconds(authored_at, now),
            committed_at=now,
            headline=headline,
            author_name=author_name,
            author_email=author_email,
            body=self.free_text(body),
            files=self._changes(repository, files),
        )
        if self.git:
            self.git.append(repository, commit)
        return commit

    def _changes(self, repository: Repository, files: Files) -> list[FileChange]:
        """With the paths that no commit of the repository knew before as additions."""
        known = self._paths.get(repository.database_id)
        if known is None:
            known = {change.path for commit in repository.commits for change in commit.files}
            self._paths[repository.database_id] = known
        kinds = ("MODIFIED", "ADDED")
        changes = [FileChange(*row, kinds[row[0] not in known]) for row in files]
        known.update(change.path for change in changes)
        return changes

    def _advance(
        self,
        repository: Repository,
        branch: str,
        commit: Commit,
        before: Commit | None,
        sender: Account | None,
    ) -> None:
        """Move a branch; what the default branch gains joins the repository's history."""
        repository.branches[branch] = commit
        if branch == repository.default_branch:
            repository.commits += history(commit, repository.commits)
        self._pushed(repository, branch, commit, before, sender, commit.committed_at, forced=False)

    def _pushed(
        self,
        repository: Repository,
        branch: str,
        commit: Commit,
        before: Commit | None,
        sender: Account | None,
        at: int,
        *,
        forced: bool,
    ) -> None:
        repository.pushed_at = max(repository.pushed_at, at)
        self._touch_repository(repository, at)
        self._write_refs(repository)
        oids = (before.oid if before else NOTHING, commit.oid)
        self._tell_of_push(repository, f"refs/heads/{branch}", oids, commit, sender, forced=forced)

    def _tell_of_push(
        self,
        repository: Repository,
        ref: str,
        oids: tuple[str, str],
        head: Commit | None,
        sender: Account | None,
        *,
        forced: bool = False,
    ) -> None:
        """``oids`` before and after; ``head`` is the commit that came, None where the ref is deleted."""
        details = {"ref": ref, "oids": oids, "head": head, "forced": forced}
        self.emit(
            "push", None, repository.owner, repository=repository, sender=sender, details=details
        )

    def _write_refs(self, repository: Repository) -> None:
        if self.git:
            self.git.write_refs(repository)

    def _touch_repository(self, repository: Repository, at: Moment) -> None:
        repository.updated_at = max(repository.updated_at, self.moment(at))
        repository.revision += 1


def _known(repository: Repository, oid: str) -> Commit:
    found = repository.commit(oid)
    if found is None:
        raise ValueError(f"{repository.full_name} knows no commit {oid}")
    return found


def history(tip: Commit, known: Iterable[Commit] = ()) -> list[Commit]:
    """What a commit reaches beyond the known ones, parents first."""
    seen = set(map(id, known))
    stack, found = [tip], []
    while stack:
        commit = stack[-1]
        waiting = [parent for parent in commit.parents if id(parent) not in seen]
        if id(commit) in seen or not waiting:
            stack.pop()
            if id(commit) not in seen:
                seen.add(id(commit))
                found.append(commit)
        else:
            stack += waiting
    return found
