"""Noting that something changed which deployments, their changes or their fixes rest on. See PendingDeployments.

Runs, checks, releases and tags are deployments by a rule alone, so without one on their source nothing is noted. That
no rule is missed which another process is just storing, notes share a lock that whoever changes rules has alone.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection as database

_LOCK: Final = 7_301_100
"""Names the advisory lock; any number that nobody else takes."""

NOTE: Final = (
    "INSERT INTO delivery_pendingdeployments (repository_id, since, noted_by)"
    " SELECT noted.id, now(), pg_current_xact_id()::text::bigint FROM ({repositories}) AS noted ORDER BY noted.id"
    " ON CONFLICT (repository_id) DO UPDATE SET noted_by = excluded.noted_by"
)
"""A statement; `repositories` selects their ids, each once. See note_deployments."""
_NOTE: Final = NOTE.format(repositories="SELECT id FROM delivery_repository WHERE {which}")
_NOTE_SOME: Final = _NOTE.format(
    which="id = ANY(%(repositories)s) AND (%(sources)s::text[] IS NULL"
    " OR EXISTS (SELECT FROM delivery_deploymentrule WHERE source = ANY(%(sources)s)))"
)
_NOTE_ALL: Final = _NOTE.format(which="true") + ", tries = 0, not_before = NULL"


def note_deployments(
    *, repository_ids: Iterable[int], sources: Sequence[str] | None = None
) -> None:
    """Within the transaction that stores the change; with `sources`, only where a rule is about one of them.

    A row that stands is given this transaction's number. Measuring remembers the number that it found at first, and
    takes the row away only where it still stands: so this waits for no measuring, and none takes away a note of what it
    could not see.
    """
    repositories = sorted(set(repository_ids))
    if not repositories:
        return
    wanted = None if sources is None else list(sources)
    share_rules()
    # In a statement after the lock's, so that it sees the rules that were stored meanwhile.
    with database.cursor() as cursor:
        cursor.execute(_NOTE_SOME, {"repositories": repositories, "sources": wanted})


_DONE: Final = """
    DELETE FROM delivery_pendingdeployments WHERE repository_id IN (
        SELECT repository_id FROM delivery_pendingdeployments
        WHERE repository_id = %s AND noted_by = %s FOR UPDATE SKIP LOCKED)
"""
_AGAIN: Final = """
    UPDATE delivery_pendingdeployments SET tries = 0, not_before = NULL WHERE repository_id IN (
        SELECT repository_id FROM delivery_pendingdeployments WHERE repository_id = %s FOR UPDATE SKIP LOCKED)
"""


def take_note(*, repository_id: int, noted_by: int) -> None:
    """Within the transaction that stores the figures, of all that was noted by then.

    Waits for nobody: where something else is just being noted, the row stays.
    """
    with database.cursor() as cursor:
        cursor.execute(_DONE, [repository_id, noted_by])
        if not cursor.rowcount:
            cursor.execute(_AGAIN, [repository_id])


def share_rules() -> None:
    """Before rules are asked whom to note: none is changed from then on to the end of the transaction."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def lock_rules() -> None:
    """Before rules are changed, to the end of the transaction: whoever stores from then on knows the new ones."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def note_all_deployments() -> None:
    """Within the transaction that changes a rule. What was put off is tried at once: it may be about that."""
    with database.cursor() as cursor:
        cursor.execute(_NOTE_ALL)
