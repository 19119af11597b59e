"""Change sizes of a default branch's commits: clone into memory, read, store, forget."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from backend.delivery import attributes, code_owners
from backend.delivery.models import Repository
from backend.delivery.records import CommitRecord
from backend.delivery.store import store_commits
from backend.delivery.store.code_owners import keep_owner_patterns
from backend.delivery.store.graph import (
    give_up_unread,
    number_commits,
    store_named,
    unread_messages,
)
from backend.delivery.store.rules import keep_attribute_patterns
from backend.sources.git import reading, scratch
from backend.sources.git.clone import TIP, Clone, clone

COMMITS_AT_ONCE: Final = 2_000
FILES_AT_ONCE: Final = 30_000


@dataclass(frozen=True)
class Read:
    """What a clone told: the branch's tip, how many commits it reaches, how many of them were new, and what to tell."""

    tip: str
    total: int
    new: int
    notes: list[str] = field(default_factory=list)


def collect_commits(
    *,
    repository: Repository,
    url: str,
    token: str,
    ca_certificate: str,
    default_branch: str,
    known_head: str,
    limit_megabytes: int | None = None,
) -> Read:
    """Store the commits of the default branch that are not stored yet, and what its .gitattributes and CODEOWNERS say.

    `known_head` is the tip returned last, or empty. If history was rewritten since, all of it is read again; commits
    that the branch no longer has stay stored.

    Must not run in a transaction: cloning takes minutes. What is stored when it fails is right and is passed over
    at the next try, so remember the tip only after this has returned. Raises SourceError that says what to do;
    NoBranch where there is none, TooLarge where the limit is less than the clone.
    """
    with scratch.job() as job:
        made = clone(
            job=job,
            url=url,
            token=token,
            ca_certificate=ca_certificate,
            branch=default_branch,
            limit_megabytes=limit_megabytes,
        )
        tip = made.answer("rev-parse", "--verify", f"{TIP}^{{commit}}")
        revisions = [TIP]
        if known_head and made.holds("merge-base", "--is-ancestor", known_head, TIP):
            revisions.append(f"^{known_head}")
        budget = attributes.Budget()
        patterns = attributes.read(reading.attributes(made, budget), budget)
        keep_attribute_patterns(repository=repository, patterns=patterns)
        owned = code_owners.read(reading.owners(made))
        keep_owner_patterns(repository=repository, lines=owned.lines)
        with closing(reading.commits(made, *revisions)) as found:
            new = sum(
                store_commits(repository=repository, commits=batch) for batch in batches(found)
            )
        _read_messages(repository, made)
        number_commits(repository=repository)
        total = int(made.answer("rev-list", "--count", TIP))
        return Read(tip, total, new, [*budget.notes, *owned.notes])


def _read_messages(repository: Repository, made: Clone) -> None:
    """Those of commits that were stored before messages were read."""
    if not unread_messages(repository=repository, at_most=1):
        return
    with closing(reading.messages(made)) as found:
        while batch := dict(islice(found, COMMITS_AT_ONCE)):
            store_named(repository=repository, named=batch)
    give_up_unread(repository=repository)


def batches(commits: Iterable[CommitRecord]) -> Iterator[list[CommitRecord]]:
    """So many commits and so many files at once, a transaction each: memory is bounded, and no transaction waits
    for git. A commit is never split, however many files it has.
    """
    batch: list[CommitRecord] = []
    files = 0
    for commit in commits:
        batch.append(commit)
        files += len(commit.files)
        if len(batch) >= COMMITS_AT_ONCE or files >= FILES_AT_ONCE:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch
