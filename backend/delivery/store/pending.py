"""Noting that something changed which deployments, their changes or their fixes rest on. See PendingDeployments.

Runs, checks, releases and tags are deployments by a rule alone, so without one on their source nothing is noted. That
no rule is missed which another process is just storing, notes share a lock that whoever changes rules has alone.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection as database

_LOCK: Final = 7_301_100
"""Names the advisory lock; any number that nobody else takes."""

_NOTE: Final = (
    "INSERT INTO delivery_pendingdeployments AS old (repository_id, since)"
    " SELECT id, now() FROM delivery_repository WHERE {which} ORDER BY id"
    " ON CONFLICT (repository_id) DO UPDATE SET since = old.since"
)
_NOTE_SOME: Final = _NOTE.format(
    which="id = ANY(%(repositories)s) AND (%(sources)s::text[] IS NULL"
    " OR EXISTS (SELECT FROM delivery_deploymentrule WHERE source = ANY(%(sources)s)))"
)
_NOTE_ALL: Final = _NOTE.format(which="true")


def note_deployments(
    *, repository_ids: Iterable[int], sources: Sequence[str] | None = None
) -> None:
    """Within the transaction that stores the change; with `sources`, only where a rule is about one of them.

    A row that stands is touched, so that this waits for a measuring that holds it: none takes a row away before the
    change that it stands for can be seen.
    """
    repositories = sorted(set(repository_ids))
    if not repositories:
        return
    wanted = None if sources is None else list(sources)
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])
        # In a statement after the lock's, so that it sees the rules that were stored meanwhile.
        cursor.execute(_NOTE_SOME, {"repositories": repositories, "sources": wanted})


def lock_rules() -> None:
    """Before rules are changed, to the end of the transaction: whoever stores from then on knows the new ones."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def note_all_deployments() -> None:
    """Within the transaction that changes a rule."""
    with database.cursor() as cursor:
        cursor.execute(_NOTE_ALL)
