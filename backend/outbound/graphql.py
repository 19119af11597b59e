"""The fields that a GraphQL query selects, read from its text as it is sent."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from backend.outbound.models import Query
from backend.outbound.questions import Question

_TOKEN: Final = re.compile(
    r"""#[^\n]*|(\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|"(?:[^"\\\n]|\\.)*"|\.{3}|\w+|[^\s,\ufeff])"""
)
_SPREAD: Final = "..."


@dataclass(frozen=True)
class _Selection:
    """A field with what is selected below it; `...Name` a fragment, `...` alone one that stands in its place."""

    name: str
    below: "list[_Selection]"


@lru_cache(maxsize=512)
def question(text: str) -> Question:
    """A query by its name and the fields that it selects: without arguments, aliases as the fields that they are of.

    Raises LookupError for what is no document of one operation and its fragments.
    """
    tokens = deque(token for token in _TOKEN.findall(text) if token)
    name, operation, fragments = "", list[_Selection](), dict[str, list[_Selection]]()
    while tokens:
        kind = "" if tokens[0] == "{" else tokens.popleft()
        told = tokens.popleft() if tokens[0].isidentifier() else ""
        while tokens[0] != "{":
            _pass_over(tokens)
        tokens.popleft()
        if kind == "fragment":
            fragments[told] = _selections(tokens)
        else:
            name, operation = told, _selections(tokens)
    if not operation:
        raise LookupError("no operation")
    fields = tuple(dict.fromkeys(_leaves(operation, fragments)))
    return Question(Query.Interface.GRAPHQL, name or "unnamed", asked=fields, kept=fields)


def _selections(tokens: deque[str]) -> list[_Selection]:
    """From behind the opening brace to the closing one."""
    found = []
    while (name := tokens.popleft()) != "}":
        if name == _SPREAD and tokens[0] not in {"on", "@", "{"}:
            name += tokens.popleft()
        elif tokens[0] == ":":
            tokens.popleft()
            name = tokens.popleft()
        while tokens[0] in {"(", "@"} or (name == _SPREAD and tokens[0] == "on"):
            _pass_over(tokens)
        below = list[_Selection]()
        if tokens[0] == "{":
            tokens.popleft()
            below = _selections(tokens)
        found.append(_Selection(name, below))
    return found


def _pass_over(tokens: deque[str]) -> None:
    """Arguments or variables as a whole; else a directive or a type, which are two words."""
    depth = int(tokens.popleft() == "(")
    if not depth:
        tokens.popleft()
    while depth:
        depth += {"(": 1, ")": -1}.get(tokens.popleft(), 0)


def _leaves(
    selections: Iterable[_Selection],
    fragments: Mapping[str, list[_Selection]],
    above: str = "",
) -> Iterator[str]:
    for one in selections:
        if one.name.startswith(_SPREAD):
            below = one.below or fragments[one.name.removeprefix(_SPREAD)]
            yield from _leaves(below, fragments, above)
        elif one.below:
            yield from _leaves(one.below, fragments, f"{above}{one.name}.")
        else:
            yield f"{above}{one.name}"
