"""Noting the commits of which something changed that machines say. See PendingTestRuns."""

from collections.abc import Iterable
from typing import Final

from django.db import connection as database

_NOTE: Final = (
    "INSERT INTO delivery_pendingtestruns (repository_id, sha, since)"
    " SELECT %s, unnest(%s::text[]), now()"
    " ON CONFLICT (repository_id, sha) DO UPDATE SET since = excluded.since"
)


def note_test_runs(*, repository_id: int, shas: Iterable[str]) -> None:
    """Within the transaction that stores the change.

    Rows are touched even where they stand: a measurement passes over what is locked, so that none takes a row away
    before the change that it stands for can be seen.
    """
    wanted = sorted(set(shas))
    if wanted:
        with database.cursor() as cursor:
            cursor.execute(_NOTE, [repository_id, wanted])
