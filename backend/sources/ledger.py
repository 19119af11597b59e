"""The ledger of completeness as collectors keep it: one row a kind of a repository, project or connection; moved with
what it covers.
"""

from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import Project, Repository
from backend.delivery.store.horizons import EVER, Kind, kept_since
from backend.sources.models import Cursor, Hint


def cursor_of(repository: Repository, kind: str) -> Cursor:
    found, _ = Cursor.objects.get_or_create(
        repository=repository, kind=kind, defaults={"connection": repository.connection}
    )
    return found


def whose(cursor: Cursor) -> Repository:
    """The repository of a cursor that is known to be of one. Raises Repository.DoesNotExist."""
    if cursor.repository is None:
        raise Repository.DoesNotExist(f"{cursor} is of no repository")
    return cursor.repository


def cursor_of_project(project: Project, kind: str) -> Cursor:
    found, _ = Cursor.objects.get_or_create(
        project=project, kind=kind, defaults={"connection": project.connection}
    )
    return found


def cursor_of_connection(connection: Connection, kind: str) -> Cursor:
    found, _ = Cursor.objects.get_or_create(
        connection=connection, repository=None, project=None, kind=kind
    )
    return found


_KEPT: Final[Mapping[str, str]] = {
    Hint.Kind.PULL_REQUESTS: Kind.PULL_REQUESTS,
    Hint.Kind.RECONCILE: Kind.PULL_REQUESTS,
    Hint.Kind.WORKFLOW_RUNS: Kind.TEST_RUNS,
    Hint.Kind.DEPLOYMENTS: Kind.DEPLOYMENTS,
    Hint.Kind.RELEASES: Kind.DEPLOYMENTS,
}
"""Of what the source counts all, and not all may be kept. Issues are counted from where they are kept."""


def count(cursor: Cursor, *, expected: int | None, held: int, what: str) -> None:
    """Set the source's number of objects against the stored one. Whoever calls saves the row.

    More held than expected is no gap: a source forgets, and so does not Plumbline. Where what is old is not kept, the
    source's number says nothing of what is missing, and is not kept either.
    """
    if kept_since(_KEPT.get(cursor.kind, "")) != EVER:
        expected = None
    cursor.expected, cursor.held, cursor.counted_at = expected, held, timezone.now()
    missing = 0 if expected is None else expected - held
    cursor.gap = f"{missing} of {expected} {what} are missing." if missing > 0 else ""


def save(cursor: Cursor) -> None:
    """Write all but the mark, which belongs to the survey: it may have seen something newer meanwhile."""
    cursor.save(
        update_fields=(
            *("complete_to", "page", "pass_top", "head_sha", "stored"),
            *("expected", "held", "counted_at", "unavailable", "gap"),
        )
    )


def close(cursor: Cursor) -> None:
    """End the pass, or give it up: the next one begins at the top."""
    cursor.page, cursor.pass_top = "", None
