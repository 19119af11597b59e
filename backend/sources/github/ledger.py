"""The ledger of completeness as collectors keep it: one row a repository and kind, moved with what it covers."""

from typing import Any

from django.utils import timezone

from backend.delivery.models import Repository
from backend.sources.collected import Collected
from backend.sources.errors import NotFound, SourceError
from backend.sources.github.client import GitHub
from backend.sources.models import Cursor


def cursor_of(repository: Repository, kind: str) -> Cursor:
    found, _ = Cursor.objects.get_or_create(
        repository=repository, kind=kind, defaults={"connection": repository.connection}
    )
    return found


def count(cursor: Cursor, *, expected: int, held: int, what: str) -> None:
    """Set the source's number of objects against the stored one. Whoever calls saves the row.

    More held than expected is no gap: a source forgets, and so does not Plumbline.
    """
    cursor.expected, cursor.held, cursor.counted_at = expected, held, timezone.now()
    missing = expected - held
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


def note_unavailable(cursor: Cursor, github: GitHub, error: SourceError) -> Collected:
    """Write down that the source does not give this kind, so that the others go on.

    Raises NotFound where not the kind but the repository itself is out of reach.
    """
    if isinstance(error, NotFound):
        github.repository(cursor.repository.external_id)
    cursor.unavailable = f"{error.reason} {error.action}"
    close(cursor)
    save(cursor)
    return Collected(notes=[cursor.unavailable])


def variables(repository: Repository) -> dict[str, Any]:
    """What every query of a repository's objects is asked with."""
    owner, _, name = repository.name_with_owner.partition("/")
    return {"owner": owner, "name": name}


def repository_of(data: dict[str, Any], repository: Repository) -> dict[str, Any]:
    """The repository in a GraphQL answer. Raises NotFound."""
    found: dict[str, Any] | None = data["repository"]
    if found is None:
        raise NotFound(
            f"{repository.name_with_owner} is not to be had.",
            "Check that the credential may still read it.",
            permanent=True,
        )
    return found
