"""Which module knows each kind of subject."""

from collections.abc import Mapping
from typing import Final, cast

from backend.governance.erasing import connection, everything, person, repository
from backend.governance.erasing.steps import Subjects
from backend.governance.models import Erasure

KINDS: Final[Mapping[str, Subjects]] = {
    Erasure.Kind.PERSON: cast("Subjects", person),
    Erasure.Kind.REPOSITORY: cast("Subjects", repository),
    Erasure.Kind.CONNECTION: cast("Subjects", connection),
    Erasure.Kind.EVERYTHING: cast("Subjects", everything),
}


def subjects_of(kind: str) -> Subjects:
    """Raises LookupError."""
    return KINDS[kind]
