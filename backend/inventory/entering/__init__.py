"""What may enter, field by field: the allow-list. A class of a payload that names another field does not even load.

`Listed` is what payloads descend from; `only` cuts down what is read without a class. What never enters is said in
`NEVER`.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from backend.inventory.entering.github import GITHUB
from backend.inventory.entering.jira import JIRA
from backend.inventory.entering.reports import REPORTS
from backend.inventory.entering.terms import Entering, Source

SOURCES: Final[tuple[Source, ...]] = (*GITHUB, JIRA, *REPORTS)
OBJECTS: Final[Mapping[tuple[str, str], Entering]] = {
    (source.module, one.model): one for source in SOURCES for one in source.objects if one.model
}
"""By module and class."""

NEVER: Final = (
    "Source code: no line, no patch, no diff, no blob.",
    "Comments. Descriptions and messages of commits, beyond the numbers, keys and shas that they name.",
    "Logs and outputs of workflows, checks and tests; failure texts.",
    "Attachments, worklogs, goals of sprints, texts of releases.",
    "Payloads and descriptions of deployments; titles and texts of incidents.",
    "Bodies of webhooks, beyond which object changed.",
    "Passwords, roles, telephone numbers, places and managers from the directory.",
    "Tokens of identity providers.",
)
"""What is dropped in memory or never asked for."""


_BEFORE_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class NotListedError(TypeError):
    """A field would enter that the inventory does not list."""


class Listed:
    """A payload of which every field is in the allow-list; one that is not stops the import."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """The hook of pydantic: the fields are known by now."""
        require_listed(cls)


def require_listed(payload: type) -> None:
    """Raises NotListedError. Frames that are filled in, such as Page[Review], are judged as what they are of."""
    allowed: set[str] = set()
    for one in payload.__mro__:
        listed = OBJECTS.get((one.__module__, one.__qualname__.partition("[")[0]))
        allowed |= listed.names if listed else set()
    if missing := sorted(entering_names(payload).keys() - allowed):
        raise NotListedError(
            f"{payload.__module__}.{payload.__qualname__} would let {', '.join(missing)} in, and the inventory does not"
            f' list it: add it to stored, read or holds of Entering(model="{payload.__qualname__}") of the source'
            f" “{payload.__module__}” in backend/inventory/entering."
        )


def entering_names(payload: type) -> dict[str, str]:
    """What the source calls each field of a payload, in snake case, and what is sent by that name."""
    fields: Mapping[str, Any] = getattr(payload, "model_fields", {})
    sent = {name: field.validation_alias or name for name, field in fields.items()}
    return {_BEFORE_CAPITAL.sub("_", one).lower().strip("_$"): one for one in sent.values()}


def only(source: Source, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Of parsed JSON what is listed: of the top, and of the objects that it names; the rest is dropped."""
    kept: dict[str, Any] = {}
    for one in source.objects:
        for place in one.of.split():
            inner = payload if place == "*" else payload.get(place)
            if isinstance(inner, Mapping):
                found = {name: inner[name] for name in one.names if name in inner}
                kept |= found if place == "*" else {place: found}
    return kept


def attributes(source: Source) -> Mapping[str, frozenset[str]]:
    """Of XML which attributes are listed, by element."""
    return {name: one.names for one in source.objects for name in one.of.split()}
