"""Noting that something changed which deployments, their changes or their fixes rest on. See PendingDeployments."""

from collections.abc import Iterable
from typing import Final

from django.db import connection as database

_NOTE: Final = (
    "INSERT INTO delivery_pendingdeployments AS old (repository_id, since)"
    " SELECT id, now() FROM delivery_repository WHERE {which} ORDER BY id"
    " ON CONFLICT (repository_id) DO UPDATE SET since = old.since"
)


def note_deployments(*, repository_ids: Iterable[int]) -> None:
    """Within the transaction that stores the change.

    A row that stands is touched, so that this waits for a measuring that holds it: none takes a row away before the
    change that it stands for can be seen.
    """
    wanted = sorted(set(repository_ids))
    if wanted:
        with database.cursor() as cursor:
            cursor.execute(_NOTE.format(which="id = ANY(%s)"), [wanted])


def note_all_deployments() -> None:
    """Within the transaction that changes a rule."""
    with database.cursor() as cursor:
        cursor.execute(_NOTE.format(which="true"))
