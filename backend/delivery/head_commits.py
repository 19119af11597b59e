"""The commits whose checks are wanted: heads of pull requests, what they were merged as, and the default branch's."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection as database

from backend.delivery.models import Repository

_HEADS: Final = """
    SELECT sha, max(since) AS since FROM (
        SELECT head_sha AS sha, coalesce(merged_at, closed_at, updated_at) AS since
        FROM delivery_pullrequest WHERE repository_id = %(repository)s
        UNION ALL
        SELECT merge_sha, coalesce(merged_at, closed_at, updated_at)
        FROM delivery_pullrequest WHERE repository_id = %(repository)s AND merged_at IS NOT NULL
        UNION ALL
        SELECT %(tip)s, %(pushed_at)s::timestamptz
    ) AS heads WHERE sha <> '' GROUP BY sha
"""
_READ: Final = (
    "delivery_headcommit AS read ON read.repository_id = %(repository)s AND read.sha = head.sha"
)


class Counts(NamedTuple):
    known: int
    read: int


def to_read(
    repository: Repository,
    *,
    tip: str,
    before: datetime,
    limit: int,
    again_since: datetime | None = None,
) -> dict[str, datetime | None]:
    """Those that were not read yet, or were not settled when read `before` then: newest first.

    Settled ones too where they became heads later than `again_since`. `tip` is the default branch's head, or empty.
    The time beside each is the latest at which it can have become a head; None: it is no head any more.
    """
    return _fetched(
        f"SELECT head.sha, head.since FROM (SELECT sha, max(since) AS since FROM ({_HEADS}"  # noqa: S608 - constants
        " UNION ALL SELECT sha, NULL FROM delivery_headcommit"
        " WHERE repository_id = %(repository)s AND NOT is_settled) AS wanted GROUP BY sha) AS head"
        f" LEFT JOIN {_READ}"
        " WHERE read.sha IS NULL OR (read.read_at < %(before)s"
        " AND (NOT read.is_settled OR head.since > %(again_since)s::timestamptz))"
        " ORDER BY head.since DESC NULLS LAST, head.sha LIMIT %(limit)s",
        _heads_of(repository, tip) | {"before": before, "limit": limit, "again_since": again_since},
    )


def among(repository: Repository, shas: Collection[str]) -> dict[str, datetime | None]:
    """Those of these commits that are heads of pull requests; see `to_read`."""
    return _fetched(
        f"SELECT head.sha, head.since FROM ({_HEADS}) AS head WHERE head.sha = ANY(%(shas)s)",  # noqa: S608 - of the constants above
        _heads_of(repository, "") | {"shas": list(shas)},
    )


def counts(repository: Repository, *, tip: str) -> Counts:
    """How many there are, and of how many the checks were read."""
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count(read.sha) FROM ({_HEADS}) AS head LEFT JOIN {_READ}",  # noqa: S608 - of the constants above
            _heads_of(repository, tip),
        )
        return Counts(*cursor.fetchone())


def _heads_of(repository: Repository, tip: str) -> dict[str, Any]:
    return {"repository": repository.pk, "tip": tip, "pushed_at": repository.pushed_at}


def _fetched(query: str, values: dict[str, Any]) -> dict[str, datetime | None]:
    with database.cursor() as cursor:
        cursor.execute(query, values)
        return dict(cursor.fetchall())
