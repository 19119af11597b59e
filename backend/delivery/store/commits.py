"""Commits of default branches with the sizes of their changes."""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from django.db import connection as database
from django.db import transaction

from backend.delivery.models import Repository
from backend.delivery.records import CommitRecord
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.rules import judge_for
from backend.delivery.store.tables import one_writer
from backend.people.store import resolve_identities

COMMITS_AT_ONCE = 2_000


@transaction.atomic
def store_commits(*, repository: Repository, commits: Iterable[CommitRecord]) -> int:
    """Add commits with their change sizes, in batches, by COPY; returns how many were new.

    A commit never changes, so one that is stored already is passed over. The caller's iterator is read once,
    and no more than a batch of it is held.
    """
    one_writer(repository)
    stored = 0
    iterator = iter(commits)
    while batch := list(islice(iterator, COMMITS_AT_ONCE)):
        stored += _store_commit_batch(repository, batch)
    if stored:
        note_deployments(repository_ids=[repository.pk])
    return stored


def _store_commit_batch(repository: Repository, batch: Sequence[CommitRecord]) -> int:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT sha FROM delivery_commit WHERE repository_id = %s AND sha = ANY(%s)",
            [repository.pk, [commit.sha for commit in batch]],
        )
        known = {sha for (sha,) in cursor.fetchall()}
        new = {commit.sha: commit for commit in batch if commit.sha not in known}
        if not new:
            return 0
        authors = resolve_identities(
            connection=repository.connection,
            accounts=(commit.author for commit in new.values() if commit.author),
        )
        with cursor.copy(
            "COPY delivery_commit (repository_id, sha, parents, author_id, authored_at, committed_at,"
            " is_truncated) FROM STDIN"
        ) as copy:
            for commit in new.values():
                author = authors[commit.author] if commit.author else None
                copy.write_row(
                    (
                        *(repository.pk, commit.sha, list(commit.parents), author),
                        *(commit.authored_at, commit.committed_at, commit.is_truncated),
                    )
                )
        cursor.execute(
            "SELECT sha, id FROM delivery_commit WHERE repository_id = %s AND sha = ANY(%s)",
            [repository.pk, list(new)],
        )
        ids = dict(cursor.fetchall())
        is_generated = judge_for(repository).is_generated
        with cursor.copy(
            "COPY delivery_commitfile (commit_id, path, additions, deletions, is_generated) FROM STDIN"
        ) as copy:
            for sha, commit in new.items():
                for file in commit.files:
                    generated = is_generated(file.path)
                    copy.write_row((ids[sha], file.path, file.additions, file.deletions, generated))
    return len(new)


def missing_commits(*, repository: Repository, tip: str) -> list[tuple[str, float]]:
    """Commits that are known of and not stored: the tip, and parents of what is stored.

    Each with the time, in seconds since 1970, of the newest commit that leads to it; the tip's is infinite.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "WITH wanted AS (SELECT parent AS sha, extract(epoch FROM max(committed_at))::float AS newest"
            " FROM delivery_commit, unnest(parents) AS parent WHERE repository_id = %(repository)s GROUP BY parent"
            " UNION ALL SELECT %(tip)s, 'infinity'::float)"
            " SELECT sha, max(newest) FROM wanted WHERE NOT EXISTS (SELECT FROM delivery_commit AS stored"
            " WHERE stored.repository_id = %(repository)s AND stored.sha = wanted.sha) GROUP BY sha",
            {"repository": repository.pk, "tip": tip},
        )
        return list(cursor.fetchall())


def not_stored(*, repository: Repository, shas: Collection[str]) -> set[str]:
    """Which of these commits are not stored."""
    if not shas:
        return set()
    stored = repository.commits.filter(sha__in=shas)
    return set(shas).difference(stored.values_list("sha", flat=True))
