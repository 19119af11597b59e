"""The part of JQL that a collector asks by, with its traps: times in quotes are the account's own, by the minute."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.simulators.jira.records import Issue, Project
from tests.simulators.jira.world import World

_CLAUSE: Final = re.compile(
    r"""\s*(?P<field>\w+)\s*(?P<op><=|>=|!=|=|<|>|\bin\b)\s*(?P<value>\([^)]*\)|"[^"]*"|'[^']*'|-?\w[\w.-]*)\s*""",
    re.IGNORECASE,
)
_ORDER: Final = re.compile(r"\s+ORDER\s+BY\s+(.*)$", re.IGNORECASE | re.DOTALL)
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
}


class QueryError(Exception):
    """What Jira answers with 400."""


@dataclass(frozen=True)
class Query:
    accepts: Callable[[Issue], bool]
    order: Sequence[tuple[str, bool]]
    """Fields, and whether downward."""


def search(world: World, text: str) -> list[Issue]:
    """What the index knows now, in order. Raises QueryError."""
    query = parse(world, text)
    known = [one for one in world.visible() if world.indexed_at(one) is not None]
    found = [one for one in known if query.accepts(one)]
    for name, downward in reversed(query.order):
        found.sort(key=_KEYS[name](world), reverse=downward)
    return found


def parse(world: World, text: str) -> Query:
    order = _ORDER.search(text)
    body = text[: order.start()] if order else text
    tests = [
        _test(world, clause)
        for clause in re.split(r"\s+AND\s+", body, flags=re.IGNORECASE)
        if clause.strip()
    ]
    return Query(
        lambda issue: all(test(issue) for test in tests), _order(order[1] if order else "key DESC")
    )


def _test(world: World, clause: str) -> Callable[[Issue], bool]:
    if clause.strip().startswith("("):
        parts = re.split(r"\s+OR\s+", clause.strip().strip("()"), flags=re.IGNORECASE)
        either = [_test(world, part) for part in parts]
        return lambda issue: any(test(issue) for test in either)
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise QueryError(f"Error in the JQL Query: '{clause.strip()}' is not understood.")
    name, op, value = match["field"].lower(), match["op"].lower(), match["value"]
    if name == "project":
        chosen = {_project(world, one).id for one in _listed(value)}
        return lambda issue: issue.project.id in chosen
    if name in {"key", "issuekey", "id"}:
        wanted = {_issue(world, one).id for one in _listed(value)}
        return lambda issue: issue.id in wanted
    if name == "updated":
        limit, compare = _moment(world, value), _COMPARE[op]
        return lambda issue: compare(_whole(world.indexed_at(issue) or 0), limit)
    if name == "statuscategory" and op in {"=", "!="}:
        return lambda issue: (issue.status.category.lower() == value.lower()) is (op == "=")
    raise QueryError(
        f"Field '{match['field']}' does not exist or you do not have permission to view it."
    )


def _whole(seconds: float) -> int:
    return round(seconds * 1000)


def _listed(value: str) -> list[str]:
    return [one.strip().strip("\"'") for one in value.strip("()").split(",")]


def _project(world: World, named: str) -> Project:
    for one in world.projects.values():
        if named.upper() in {str(one.id), one.key} and not one.hidden:
            return one
    raise QueryError(f"The value '{named}' does not exist for the field 'project'.")


def _issue(world: World, named: str) -> Issue:
    found = world.found(named)
    if found is None:
        raise QueryError(f"An issue with key '{named}' does not exist for field 'key'.")
    return found


def _moment(world: World, value: str) -> int:
    """Milliseconds: as they stand, or of a quoted minute in the account's zone."""
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            told = datetime.strptime(value.strip("\"'"), form)  # noqa: DTZ007 - the zone is the account's
        except ValueError:
            continue
        return _whole(told.replace(tzinfo=ZoneInfo(world.time_zone)).timestamp())
    raise QueryError(
        f"Date value '{value}' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _order(text: str) -> list[tuple[str, bool]]:
    found = []
    for part in text.split(","):
        words = part.split()
        if not words or words[0].lower() not in _KEYS:
            raise QueryError(f"Not able to sort using field '{part.strip()}'.")
        found.append((words[0].lower(), len(words) > 1 and words[1].upper() == "DESC"))
    return found


def _by_key(_: World) -> Callable[[Issue], Any]:
    def key(issue: Issue) -> tuple[str, int]:
        prefix, _, number = issue.key.rpartition("-")
        return prefix, int(number)

    return key


_KEYS: Final[dict[str, Callable[[World], Callable[[Issue], Any]]]] = {
    "key": _by_key,
    "issuekey": _by_key,
    "id": lambda _: lambda issue: issue.id,
    "created": lambda _: lambda issue: issue.created,
    "updated": lambda world: world.indexed_at,
}
