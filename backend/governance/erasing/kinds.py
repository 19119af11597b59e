"""The kinds of subjects, each with the module that knows how it is erased."""

from collections.abc import Mapping
from typing import Final

from backend.governance.erasing import person
from backend.governance.erasing.steps import Subjects
from backend.governance.models import Erasure

SUBJECTS: Final[Mapping[str, Subjects]] = {Erasure.Kind.PERSON: person}
