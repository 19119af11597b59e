"""Change sizes of a default branch's commits: clone into memory, read, store, forget."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Final

from backend.delivery.models import Repository
from backend.delivery.records import CommitRecord
from backend.delivery.store import store_commits
from backend.sources.git import numstat, scratch
from backend.sources.git.clone import TIP, clone

COMMITS_AT_ONCE: Final = 2_000
FILES_AT_ONCE: Final = 30_000


def collect_commits(
    *,
    repository: Repository,
    url: str,
    token: str,
    ca_certificate: str,
    default_branch: str,
    known_head: str,
) -> tuple[str, int]:
    """Store the commits of the default branch that are not stored yet; returns its tip and how many were new.

    `known_head` is the tip returned last, or empty. If history was rewritten since, all of it is read again; commits
    that the branch no longer has stay stored. A repository without a default branch has no commits: ("", 0).

    Must not run in a transaction: cloning takes minutes. What is stored when it fails is right and is passed over
    at the next try, so remember the tip only after this has returned. Raises SourceError that says what to do.
    """
    if not default_branch:
        return "", 0
    with scratch.job() as job:
        made = clone(
            job=job, url=url, token=token, ca_certificate=ca_certificate, branch=default_branch
        )
        head = made.answer("rev-parse", "--verify", f"{TIP}^{{commit}}")
        revisions = [TIP]
        if known_head and made.holds("merge-base", "--is-ancestor", known_head, TIP):
            revisions.append(f"^{known_head}")
        with closing(made.output(*numstat.ARGUMENTS, *revisions, "--")) as output:
            new = sum(
                store_commits(repository=repository, commits=batch)
                for batch in batches(numstat.commits(output))
            )
    return head, new


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
