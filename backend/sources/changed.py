"""What a webhook says has changed, whatever source it is of."""

from dataclasses import dataclass
from typing import Final

MAXIMUM_ID: Final = 2**63 - 1


class InvalidPayload(ValueError):
    """The body is not of the shape that the source documents for the event."""


@dataclass(frozen=True)
class Changed:
    """The object to fetch; `kind` is one of sources.models.Hint.Kind."""

    kind: str
    container_external_id: int | None = None
    key: str = ""
