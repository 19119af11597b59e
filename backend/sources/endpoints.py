"""The catalogue of what a source's REST interface is asked, for the outbound ledger: which addresses, and what is read
of their answers.

An address that stands in none is written down all the same, with every part of it left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final, get_args

from pydantic import BaseModel, RootModel

from backend.outbound.models import Query
from backend.outbound.questions import Question

Model = type[BaseModel]
_FIELD: Final = re.compile(r"[\w.*-]{1,100}")
_EXPAND: Final = "+"
"""Before what is asked for beside the fields."""


@dataclass(frozen=True)
class Endpoint:
    """`template`: method and path, a star for each part that names something, two for the rest of a path.

    `keeps` is the model by which the answer is read, None where nothing is; `within` the models of what is read one by
    one of it, each by its place.
    """

    template: str
    keeps: Model | None
    within: Mapping[str, Model] = field(default_factory=dict)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        names = [*fields_of(self.keeps)]
        for place, model in self.within.items():
            names += fields_of(model, f"{place}.")
        return tuple(name for name in dict.fromkeys(names) if name not in self.within)


@dataclass(frozen=True)
class Catalogue:
    """Endpoints of one kind of source. `alike`: expressions for beginnings of a path that have several forms."""

    endpoints: Sequence[Endpoint]
    alike: Mapping[str, str]

    def question(self, method: str, path: str, given: Mapping[str, Any]) -> Question:
        """`path`: below the source's address. `given`: parameters of the address, or the body that is sent."""
        for endpoint, pattern in self._patterns:
            if pattern.fullmatch(f"{method} /{path.lstrip('/')}"):
                return _question(endpoint.template, _asked(given), endpoint.kept)
        parts = path.strip("/").count("/") + 1
        return Question(Query.Interface.REST, f"{method} " + "/*" * min(parts, 20))

    @cached_property
    def _patterns(self) -> list[tuple[Endpoint, re.Pattern[str]]]:
        return [(one, self._pattern(one.template)) for one in self.endpoints]

    def _pattern(self, template: str) -> re.Pattern[str]:
        text = re.escape(template).replace(r"\ ", " ")
        for beginning, expression in self.alike.items():
            text = text.replace(f" {re.escape(beginning)}", f" {expression}", 1)
        return re.compile(text.replace(r"\*\*", ".+").replace(r"\*", "[^/]+"))


NOTHING_LISTED: Final = Catalogue((), {})


def a_file(source: str) -> Question:
    """What a source keeps at another host, and leads to. `source`: its host."""
    return Question(Query.Interface.FILE, f"GET a file that {source} leads to", kept=())


@lru_cache(maxsize=512)
def _question(template: str, asked: tuple[str, ...], kept: tuple[str, ...]) -> Question:
    return Question(Query.Interface.REST, template, asked, kept)


def _asked(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields that are asked for by name, as Jira's are."""
    fields, expand = _listed(given.get("fields")), _listed(given.get("expand"))
    names = [*fields, *(f"{_EXPAND}{one}" for one in expand)]
    return tuple(dict.fromkeys(names))


def _listed(value: object) -> list[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        return []
    return [str(one) if _FIELD.fullmatch(str(one)) else "*" for one in names]


def fields_of(model: Any, above: str = "") -> Iterator[str]:  # noqa: ANN401 - a type or an annotation
    """Dotted names of what a model reads, as the answer calls them; of lists, what is in each."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        for argument in get_args(model):
            yield from fields_of(argument, above)
        return
    if issubclass(model, RootModel):
        yield from fields_of(model.model_fields["root"].annotation, above)
        return
    for name, told in model.model_fields.items():
        called = f"{above}{told.alias or name}"
        below = list(fields_of(told.annotation, f"{called}."))
        yield from below or [called]
