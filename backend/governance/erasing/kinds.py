"""Which module knows each kind of subject."""

from collections.abc import Mapping
from typing import Final

from backend.governance.erasing import connection, everything, person, repository
from backend.governance.erasing.steps import Subjects
from backend.governance.models import Erasure

KINDS: Final[Mapping[str, Subjects]] = {
    Erasure.Kind.PERSON: person,
    Erasure.Kind.REPOSITORY: repository,
    Erasure.Kind.CONNECTION: connection,
    Erasure.Kind.EVERYTHING: everything,
}


def subjects_of(kind: str) -> Subjects:
    """Raises LookupError."""
    return KINDS[kind]
