"""What asking for objects of a repository has in common."""

from typing import Any

from backend.delivery.models import Repository
from backend.sources.collected import Collected
from backend.sources.errors import NotFound, SourceError
from backend.sources.github.client import GitHub
from backend.sources.ledger import close, save, whose
from backend.sources.models import Cursor


def note_unavailable(cursor: Cursor, github: GitHub, error: SourceError) -> Collected:
    """Write down that the source does not give this kind, so that the others go on.

    Raises NotFound where not the kind but the repository itself is out of reach.
    """
    if isinstance(error, NotFound):
        github.repository(whose(cursor).external_id)
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
