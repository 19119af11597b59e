"""What a status means for an issue. Pure.

A rule of the project's own says it; without one the status's category does, which Jira itself keeps. Of a status that
is deleted at the source nobody knows more than its name: it means what others of that name mean, if they agree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

BY_CATEGORY: Final[Mapping[str, str]] = {
    "new": "to_do",
    "indeterminate": "in_progress",
    "done": "done",
}
"""delivery.StatusRule.Stage by delivery.IssueStatus.Category."""


@dataclass(frozen=True, slots=True)
class Status:
    id: int
    name: str
    category: str


def stages(statuses: Iterable[Status], rules: Mapping[int, str]) -> dict[int, str]:
    """Stages by a status's id, for one project whose own rules are `rules`; what nobody knows is left out."""
    every = list(statuses)
    found = {
        one.id: stage
        for one in every
        if (stage := rules.get(one.id) or BY_CATEGORY.get(one.category)) is not None
    }
    named: dict[str, set[str]] = defaultdict(set)
    for one in every:
        if one.id in found:
            named[one.name.casefold()].add(found[one.id])
    for one in every:
        alike = named.get(one.name.casefold(), set())
        if one.id not in found and len(alike) == 1:
            found[one.id] = next(iter(alike))
    return found
