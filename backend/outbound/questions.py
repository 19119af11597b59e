"""What is asked, in a form that says nothing of the one object that is meant."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from backend.outbound.models import Query

DIGEST_LENGTH: Final = 32


@dataclass(frozen=True)
class Question:
    """`asked` and `kept` are dotted names of fields; see `models.Query`."""

    interface: Query.Interface
    name: str
    asked: tuple[str, ...] = ()
    kept: tuple[str, ...] | None = None

    @cached_property
    def digest(self) -> str:
        told = json.dumps([self.interface, self.name, self.asked, self.kept])
        return hashlib.sha256(told.encode()).hexdigest()[:DIGEST_LENGTH]
