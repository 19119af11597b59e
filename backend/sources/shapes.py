"""Reading what a source answers: what may enter is listed by a strict model, everything else is dropped in memory."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from backend.sources.errors import SourceError


class UnexpectedShape(SourceError):
    """The answer is JSON and not what was asked for. Names the field, and never its value."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The server's answer has an unexpected shape at {where}.",
            "Report this with the server's version; what was read before is kept.",
            permanent=True,
        )


M = TypeVar("M", bound=BaseModel)


def read(model: type[M], value: object, context: Mapping[str, Any] | None = None) -> M:
    """What may enter of an answer. Raises UnexpectedShape. `context`: what the model's validators go by."""
    try:
        return model.model_validate(value, context=context)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "its top"
        raise UnexpectedShape(f"{where} ({first['msg']})") from None
