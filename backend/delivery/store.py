"""The only writer of the domain.

Rows are known by the source's ids and written only where they differ, so that a second run with the same data leaves
every row version as it was. Whatever changed of a pull request is noted in PendingMeasurement in the same transaction.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection as database
from django.db import transaction

from backend.connections.models import Connection
from backend.delivery.generated_files import is_generated
from backend.delivery.models import Repository
from backend.delivery.records import (
    ActorRecord,
    CommitRecord,
    EventRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    RepositoryRecord,
    ReviewRecord,
)
from backend.people.store import resolve_identities

COMMITS_AT_ONCE = 2_000

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Table:
    """A table to upsert into: its columns with their SQL types, and those that make the natural key."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, str]

    def upsert(self, returning: str) -> str:
        """One statement for any number of rows, which come as one JSON parameter."""
        names = ", ".join(self.columns)
        typed = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        rest = [name for name in self.columns if name not in self.key]
        return (
            f"INSERT INTO {self.name} AS old ({names}) SELECT {names}"
            f" FROM jsonb_to_recordset(%s) AS new ({typed}) ORDER BY {', '.join(self.key)}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE"
            f" SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
            f" WHERE ({', '.join(f'old.{name}' for name in rest)})"
            f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in rest)})"
            f" RETURNING {returning}"
        )

    def remove_missing(self) -> str:
        """Delete the children, of the parents given, that are not among the rows given."""
        parent, child = self.key
        return (
            f"DELETE FROM {self.name} AS old WHERE old.{parent} = ANY(%s) AND NOT EXISTS ("
            f"SELECT FROM jsonb_to_recordset(%s) AS new ({parent} bigint, {child} text)"
            f" WHERE new.{parent} = old.{parent} AND new.{child} = old.{child}) RETURNING old.{parent}"
        )


_TIME, _TEXT, _INT = "timestamptz", "text", "bigint"

REPOSITORIES = Table(
    "delivery_repository",
    ("connection_id", "external_id"),
    {
        "connection_id": _INT, "external_id": _INT, "node_id": _TEXT, "name_with_owner": _TEXT,
        "default_branch": _TEXT, "visibility": _TEXT, "is_archived": "boolean", "is_fork": "boolean",
        "topics": "text[]", "pushed_at": _TIME, "updated_at": _TIME, "state": _TEXT,
    },
)  # fmt: skip
PULL_REQUESTS = Table(
    "delivery_pullrequest",
    ("repository_id", "external_id"),
    {
        "repository_id": _INT, "external_id": _INT, "node_id": _TEXT, "number": _INT, "title": _TEXT,
        "state": _TEXT, "is_draft": "boolean", "author_id": _INT, "created_at": _TIME, "updated_at": _TIME,
        "merged_at": _TIME, "closed_at": _TIME, "base_ref": _TEXT, "head_ref": _TEXT, "head_sha": _TEXT,
        "merge_sha": _TEXT, "labels": "text[]", "additions": _INT, "deletions": _INT, "changed_files": _INT,
        "commit_count": _INT, "is_cross_repository": "boolean", "merged_by_id": _INT,
        "review_thread_count": _INT, "comment_count": _INT,
    },
)  # fmt: skip
REVIEWS = Table(
    "delivery_review",
    ("pull_request_id", "external_id"),
    {
        "pull_request_id": _INT, "external_id": _TEXT, "state": _TEXT, "author_id": _INT,
        "submitted_at": _TIME, "commit_sha": _TEXT,
    },
)  # fmt: skip
EVENTS = Table(
    "delivery_pullrequestevent",
    ("pull_request_id", "external_id"),
    {
        "pull_request_id": _INT, "external_id": _TEXT, "kind": _TEXT, "occurred_at": _TIME,
        "actor_id": _INT, "reviewer_id": _INT, "before": _TEXT, "after": _TEXT,
    },
)  # fmt: skip
COMMITS = Table(
    "delivery_pullrequestcommit",
    ("pull_request_id", "sha"),
    {
        "pull_request_id": _INT, "sha": _TEXT, "position": _INT, "authored_at": _TIME,
        "committed_at": _TIME, "author_id": _INT, "additions": _INT, "deletions": _INT,
    },
)  # fmt: skip
FILES = Table(
    "delivery_pullrequestfile",
    ("pull_request_id", "path"),
    {
        "pull_request_id": _INT, "path": _TEXT, "additions": _INT, "deletions": _INT, "change": _TEXT,
        "is_generated": "boolean",
    },
)  # fmt: skip


@transaction.atomic
def store_repositories(*, connection: Connection, repositories: Iterable[RepositoryRecord]) -> None:
    """Make the connection's repositories as told. Those that are not told stay: see mark_unreachable."""
    rows = [
        asdict(record) | {"connection_id": connection.pk, "state": Repository.State.ACTIVE}
        for record in repositories
    ]
    _upsert(REPOSITORIES, rows, returning="id")


def mark_unreachable(*, repository: Repository, gone: bool) -> None:
    """Note that a repository can no longer be read. Nothing of it is deleted."""
    repository.state = Repository.State.GONE if gone else Repository.State.LOST_ACCESS
    repository.save(update_fields=["state"])


@transaction.atomic
def store_pull_requests(
    *, repository: Repository, pull_requests: Sequence[PullRequestRecord], reconcile: bool = False
) -> int:
    """Store complete pull requests with all their parts; returns how many of them changed anything.

    One that is older than what is stored is left alone, unless `reconcile` says that the source is right
    whatever its times (a restored server goes back in time).
    """
    # One writer a repository: of two that bring the same new pull request, the second must see the first one's.
    Repository.objects.select_for_update(no_key=True).get(pk=repository.pk)
    latest = _latest(pull_requests)
    accepted = latest if reconcile else _not_older(repository, latest)
    if not accepted:
        return 0
    actors = resolve_identities(
        connection=repository.connection, accounts=(a for pr in accepted for a in _actors(pr))
    )
    changed = set(
        _upsert(
            PULL_REQUESTS,
            [_pull_request_row(repository, pr, actors) for pr in accepted],
            returning="id",
        )
    )
    ids = _pull_request_ids(repository, accepted)
    for table, rows in _children(accepted, ids, actors).items():
        changed |= set(_upsert(table, rows, returning="pull_request_id"))
        changed |= _remove_missing(table, rows, list(ids.values()))
    _note_pending(changed)
    return len(changed)


@transaction.atomic
def store_commits(*, repository: Repository, commits: Iterable[CommitRecord]) -> int:
    """Add commits with their change sizes, in batches, by COPY; returns how many were new.

    A commit never changes, so one that is stored already is passed over. The caller's iterator is read once,
    and no more than a batch of it is held.
    """
    stored = 0
    iterator = iter(commits)
    while batch := list(islice(iterator, COMMITS_AT_ONCE)):
        stored += _store_commit_batch(repository, batch)
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
        with cursor.copy(
            "COPY delivery_commitfile (commit_id, path, additions, deletions, is_generated) FROM STDIN"
        ) as copy:
            for sha, commit in new.items():
                for file in commit.files:
                    generated = is_generated(file.path)
                    copy.write_row((ids[sha], file.path, file.additions, file.deletions, generated))
    return len(new)


def _latest(pull_requests: Sequence[PullRequestRecord]) -> list[PullRequestRecord]:
    """One of each: a source whose pages shift while they are read may tell one twice."""
    in_order = sorted(pull_requests, key=lambda pr: pr.updated_at)
    return list({pr.external_id: pr for pr in in_order}.values())


def _not_older(
    repository: Repository, pull_requests: Sequence[PullRequestRecord]
) -> list[PullRequestRecord]:
    stored = dict(
        repository.pull_requests.filter(
            external_id__in=[pr.external_id for pr in pull_requests]
        ).values_list("external_id", "updated_at")
    )
    return [
        pr
        for pr in pull_requests
        if pr.external_id not in stored or stored[pr.external_id] <= pr.updated_at
    ]


def _actors(pr: PullRequestRecord) -> Iterator[ActorRecord]:
    mentioned = (
        pr.author,
        pr.merged_by,
        *(review.author for review in pr.reviews),
        *(actor for event in pr.events for actor in (event.actor, event.reviewer)),
        *(commit.author for commit in pr.commits),
    )
    return (actor for actor in mentioned if actor is not None)


def _pull_request_row(
    repository: Repository, pr: PullRequestRecord, actors: dict[ActorRecord, int]
) -> Row:
    row = {name: getattr(pr, name) for name in PULL_REQUESTS.columns if hasattr(pr, name)}
    return row | {
        "repository_id": repository.pk,
        "author_id": actors[pr.author] if pr.author else None,
        "merged_by_id": actors[pr.merged_by] if pr.merged_by else None,
    }


def _pull_request_ids(
    repository: Repository, pull_requests: Sequence[PullRequestRecord]
) -> dict[int, int]:
    return dict(
        repository.pull_requests.filter(
            external_id__in=[pr.external_id for pr in pull_requests]
        ).values_list("external_id", "pk")
    )


def _children(
    pull_requests: Sequence[PullRequestRecord], ids: dict[int, int], actors: dict[ActorRecord, int]
) -> dict[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {table: [] for table in (REVIEWS, EVENTS, COMMITS, FILES)}

    def who(actor: ActorRecord | None) -> int | None:
        return None if actor is None else actors[actor]

    for pr in pull_requests:
        parent = {"pull_request_id": ids[pr.external_id]}
        for review in pr.reviews:
            rows[REVIEWS].append(parent | _fields(review, author_id=who(review.author)))
        for event in pr.events:
            rows[EVENTS].append(
                parent | _fields(event, actor_id=who(event.actor), reviewer_id=who(event.reviewer))
            )
        for commit in pr.commits:
            rows[COMMITS].append(parent | _fields(commit, author_id=who(commit.author)))
        for file in pr.files:
            rows[FILES].append(parent | _fields(file, is_generated=is_generated(file.path)))
    return rows


def _fields(
    record: ReviewRecord | EventRecord | PullRequestCommitRecord | PullRequestFileRecord,
    **more: object,
) -> Row:
    return {field.name: getattr(record, field.name) for field in fields(record)} | more


def _upsert(table: Table, rows: Sequence[Row], *, returning: str) -> list[int]:
    """Write the rows that are new or differ; returns one id for each that was written."""
    if not rows:
        return []
    unique = {tuple(row[name] for name in table.key): row for row in rows}
    with database.cursor() as cursor:
        cursor.execute(table.upsert(returning), [_json(list(unique.values()), table.columns)])
        return [pk for (pk,) in cursor.fetchall()]


def _remove_missing(table: Table, rows: Sequence[Row], parents: list[int]) -> set[int]:
    with database.cursor() as cursor:
        cursor.execute(table.remove_missing(), [parents, _json(rows, table.key)])
        return {pk for (pk,) in cursor.fetchall()}


def _json(rows: Sequence[Row], names: Iterable[str]) -> str:
    wanted = tuple(names)
    return json.dumps([{name: row[name] for name in wanted} for row in rows], default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")


def _note_pending(pull_requests: Iterable[int]) -> None:
    """Touch the rows even where they stand: a measurement passes over what is locked, so that none takes a row
    away before the change that it stands for can be seen.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingmeasurement (pull_request_id, since)"
            " SELECT unnest(%s::bigint[]), now()"
            " ON CONFLICT (pull_request_id) DO UPDATE SET since = excluded.since",
            [sorted(pull_requests)],
        )
