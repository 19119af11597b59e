"""Commits of default branches with the sizes of their changes, and those that lead to what was deployed without."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db import connection as database
from django.db import transaction
from django.db.backends.utils import CursorWrapper

from backend.delivery.models import Repository
from backend.delivery.records import CommitRecord
from backend.delivery.store.horizons import Kind, kept_since
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.rules import judge_for
from backend.delivery.store.tables import one_writer
from backend.people.store import resolve_identities

COMMITS_AT_ONCE = 2_000


@transaction.atomic
def store_commits(*, repository: Repository, commits: Iterable[CommitRecord]) -> int:
    """Add commits with their change sizes, in batches, by COPY; returns how many changed anything.

    A commit never changes, so one that is stored already is passed over, unless more is known of it now: that it is on
    the default branch, with its files, or what its message names. The caller's iterator is read once, and no more than
    a batch of it is held. Of one that is older than what is kept its place in the graph is stored, and no more.
    """
    one_writer(repository)
    stored = 0
    iterator = iter(commits)
    while batch := list(islice(iterator, COMMITS_AT_ONCE)):
        stored += _store_commit_batch(repository, batch)
    if stored:
        note_deployments(repository_ids=[repository.pk])
    return stored


class _Stored(NamedTuple):
    id: int
    is_on_default_branch: bool
    is_read: bool


def _store_commit_batch(repository: Repository, batch: Sequence[CommitRecord]) -> int:
    told = {commit.sha: commit for commit in batch}
    since = kept_since(Kind.CHANGE_SIZES)
    with database.cursor() as cursor:
        known = _stored(cursor, repository, told)
        new = [commit for sha, commit in told.items() if sha not in known]
        joined = [
            commit
            for sha, commit in told.items()
            if sha in known and commit.is_on_default_branch and not known[sha].is_on_default_branch
        ]
        read = [
            commit
            for sha, commit in told.items()
            if sha in known and commit.reverts is not None and not known[sha].is_read
        ]
        if new:
            _add(cursor, repository, new, since)
            known |= _stored(cursor, repository, [commit.sha for commit in new])
        _join(cursor, [(known[commit.sha].id, commit) for commit in joined])
        _note_names(cursor, [(known[commit.sha].id, commit) for commit in read])
        young = (one for one in (*new, *joined) if one.committed_at >= since)
        _add_files(cursor, repository, [(known[one.sha].id, one) for one in young])
    return len({commit.sha for commit in (*new, *joined, *read)})


def _stored(
    cursor: CursorWrapper, repository: Repository, shas: Iterable[str]
) -> dict[str, _Stored]:
    cursor.execute(
        "SELECT sha, id, is_on_default_branch, reverts IS NOT NULL FROM delivery_commit"
        " WHERE repository_id = %s AND sha = ANY(%s)",
        [repository.pk, list(shas)],
    )
    return {sha: _Stored(*rest) for sha, *rest in cursor.fetchall()}


def _add(
    cursor: CursorWrapper, repository: Repository, new: Sequence[CommitRecord], since: datetime
) -> None:
    authors = resolve_identities(
        connection=repository.connection,
        accounts=(one.author for one in new if one.author and one.committed_at >= since),
    )
    with cursor.copy(
        "COPY delivery_commit (repository_id, sha, parents, author_id, authored_at, committed_at,"
        " is_truncated, is_on_default_branch, reverts, picked_from) FROM STDIN"
    ) as copy:
        for commit in new:
            told = commit.author if commit.committed_at >= since else None
            author = authors[told] if told else None
            copy.write_row(
                (
                    *(repository.pk, commit.sha, list(commit.parents), author),
                    *(commit.authored_at, commit.committed_at),
                    *(commit.is_truncated, commit.is_on_default_branch),
                    *(_array(commit.reverts), _array(commit.picked_from)),
                )
            )


def _join(cursor: CursorWrapper, joined: Sequence[tuple[int, CommitRecord]]) -> None:
    """What was known for the graph alone has come to be on the default branch, as by a merge."""
    if joined:
        cursor.execute(
            "UPDATE delivery_commit AS old SET is_on_default_branch = true, is_truncated = new.is_truncated"
            " FROM unnest(%s::bigint[], %s::boolean[]) AS new (id, is_truncated) WHERE old.id = new.id",
            [[pk for pk, _ in joined], [commit.is_truncated for _, commit in joined]],
        )


def _note_names(cursor: CursorWrapper, read: Sequence[tuple[int, CommitRecord]]) -> None:
    cursor.executemany(
        "UPDATE delivery_commit SET reverts = %s, picked_from = %s WHERE id = %s",
        [(_array(one.reverts), _array(one.picked_from), pk) for pk, one in read],
    )


def _add_files(
    cursor: CursorWrapper, repository: Repository, commits: Sequence[tuple[int, CommitRecord]]
) -> None:
    if not commits:
        return
    is_generated = judge_for(repository).is_generated
    with cursor.copy(
        "COPY delivery_commitfile (commit_id, path, additions, deletions, is_generated) FROM STDIN"
    ) as copy:
        for pk, commit in commits:
            for file in commit.files:
                generated = is_generated(file.path)
                copy.write_row((pk, file.path, file.additions, file.deletions, generated))


def _array(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def missing_commits(*, repository: Repository, tip: str) -> list[tuple[str, float]]:
    """Commits of the default branch that are known of and not stored as such: the tip, and parents of those stored.

    Each with the time, in seconds since 1970, of the newest commit that leads to it; the tip's is infinite.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "WITH wanted AS (SELECT parent AS sha, extract(epoch FROM max(committed_at))::float AS newest"
            " FROM delivery_commit, unnest(parents) AS parent"
            " WHERE repository_id = %(repository)s AND is_on_default_branch GROUP BY parent"
            " UNION ALL SELECT %(tip)s, 'infinity'::float)"
            " SELECT sha, max(newest) FROM wanted WHERE NOT EXISTS (SELECT FROM delivery_commit AS stored"
            " WHERE stored.repository_id = %(repository)s AND stored.sha = wanted.sha AND stored.is_on_default_branch)"
            " GROUP BY sha",
            {"repository": repository.pk, "tip": tip},
        )
        return list(cursor.fetchall())


def held_commits(*, repository: Repository) -> int:
    """How many are stored of the default branch's, those included that a force push took from it."""
    return repository.commits.filter(is_on_default_branch=True).count()


def not_stored(*, repository: Repository, shas: Collection[str]) -> set[str]:
    """Which of these commits are not stored as the default branch's."""
    if not shas:
        return set()
    stored = repository.commits.filter(sha__in=shas, is_on_default_branch=True)
    return set(shas).difference(stored.values_list("sha", flat=True))
