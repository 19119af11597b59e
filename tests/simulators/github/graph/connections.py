"""Connections: first, last, after and before over lists, with cursors that mean nothing to the outside."""

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

PAGE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Edge:
    cursor: str
    node: Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``place`` gives an item's cursor."""

    total: int
    nodes: Sequence[Any]
    has_next: bool
    has_previous: bool
    place: Callable[[int], str]
    unsized: str | None = None
    """The connection's name where neither first nor last was given: then it has a count and no nodes."""

    @property
    def edges(self) -> list[Edge]:
        if self.unsized:
            raise needs_size(self.unsized)
        return [Edge(self.place(number), node) for number, node in enumerate(self.nodes)]

    @property
    def start_cursor(self) -> str | None:
        return self.place(0) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        return self.place(len(self.nodes) - 1) if self.nodes else None


def encode(*key: int) -> str:
    return base64.b64encode(f"cursor:v2:{','.join(map(str, key))}".encode()).decode()


def decode(cursor: str) -> tuple[int, ...]:
    try:
        version, text = base64.b64decode(cursor.encode(), validate=True).decode().rsplit(":", 1)
        key = tuple(int(part) for part in text.split(","))
    except ValueError:
        version, key = "", ()
    if version != "cursor:v2":
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"})
    return key


def paginate(items: Sequence[Any], arguments: dict[str, Any], name: str) -> Page:
    """A page of a list that only grows at its end: a cursor is a place in it."""
    start, end = 0, len(items)
    if arguments.get("after"):
        start = decode(arguments["after"])[0] + 1
    if arguments.get("before"):
        end = decode(arguments["before"])[0]
    start, end = _cut(start, min(end, len(items)), arguments, name)
    return Page(
        len(items),
        items[start:end],
        end < len(items),
        start > 0,
        lambda number: encode(start + number),
        _unsized(arguments, name),
    )


def paginate_ordered(
    items: Sequence[Any],
    key: Callable[[Any], tuple[int, int]],
    arguments: dict[str, Any],
    name: str,
    *,
    descending: bool,
) -> Page:
    """A page of a list ordered by a key that moves: a cursor is a key, so what was read does not come again."""
    sign = -1 if descending else 1

    def place(item: Any) -> tuple[int, int]:
        first, second = key(item)
        return (sign * first, sign * second)

    start, end = 0, len(items)
    if arguments.get("after"):
        start = bisect_right(items, decode(arguments["after"]), key=place)
    if arguments.get("before"):
        end = bisect_left(items, decode(arguments["before"]), key=place)
    start, end = _cut(start, end, arguments, name)
    page = items[start:end]
    return Page(
        len(items),
        page,
        end < len(items),
        start > 0,
        lambda number: encode(*place(page[number])),
        _unsized(arguments, name),
    )


def _cut(start: int, end: int, arguments: dict[str, Any], name: str) -> tuple[int, int]:
    first, last = arguments.get("first"), arguments.get("last")
    for side, size in (("first", first), ("last", last)):
        if size is not None and size < 0:
            raise GraphQLError(f"`{side}` on the `{name}` connection cannot be less than zero.")
        if size is not None and size > PAGE_LIMIT:
            raise GraphQLError(
                f"Requesting {size} records on the `{name}` connection exceeds the `{side}` limit "
                f"of {PAGE_LIMIT} records.",
                extensions={"type": "EXCESSIVE_PAGINATION"},
            )
    if first is None and last is None:
        return start, start
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    return start, max(start, end)


def _unsized(arguments: dict[str, Any], name: str) -> str | None:
    return name if arguments.get("first") is None and arguments.get("last") is None else None


def needs_size(name: str) -> GraphQLError:
    return GraphQLError(
        f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
        extensions={"type": "MISSING_PAGINATION_BOUNDARIES"},
    )
