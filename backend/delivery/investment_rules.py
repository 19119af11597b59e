"""Which category an issue or a pull request is an investment into. Pure.

An issue takes the first of these that there is:

1. the organisation's rules, in their order, asked of the issue itself;
2. the same of the issue above it, and so on upward;
3. the built-in rules, asked of itself, then upward.

A pull request takes the category of the issue that it is most strongly linked to; where none of its issues has one,
what the organisation's rules and then the built-in ones make of itself. What nothing matches is uncategorised.

Patterns are globs without regard to case, over the whole name; `*` crosses slashes. One over repositories that has no
slash is about the name alone, without the owner's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

RULES_VERSION: Final = 1
"""Grows with every change of what is judged here or of the built-in rules."""

# The words of `delivery.InvestmentRule.Field`.
ISSUE_TYPE: Final = "issue_type"
EPIC: Final = "epic"
LABEL: Final = "label"
COMPONENT: Final = "component"
PROJECT: Final = "project"
REPOSITORY: Final = "repository"


@dataclass(frozen=True, slots=True)
class Category:
    """As `delivery.InvestmentCategory` has it."""

    code: str
    name: str
    description: str = ""


UNCATEGORISED: Final = "uncategorised"
"""Shown of what nothing matches; no category may be called so."""
DEFAULTS: Final = (
    Category("new_features", "New features", "What users can do that they could not do before."),
    Category("improvements", "Improvements", "What users could do already, made better."),
    Category("keeping_the_lights_on", "Keeping the lights on", "Defects, support, upkeep of what is there."),
    Category("productivity", "Productivity", "What lets the team itself work faster or safer."),
    Category("unplanned", "Unplanned", "Incidents, and what could not wait."),
)  # fmt: skip
"""The categories that are in force until an organisation has its own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """As `delivery.InvestmentRule` has it; `category` is a code."""

    field: str
    pattern: str
    category: str


def _rules(field: str, **patterns: str) -> Iterator[Rule]:
    for category, told in patterns.items():
        for pattern in told.split(", "):
            yield Rule(field, pattern, category)


# Labels say more about one issue than its type does.
BUILT_IN: Final = (
    *_rules(
        LABEL,
        unplanned="unplanned, incident, hotfix, outage",
        productivity="tech-debt, tech debt, technical-debt, technical debt, refactoring, developer-experience, tooling",
        keeping_the_lights_on="bug, maintenance, dependencies, support, security, upkeep",
        improvements="enhancement, improvement, performance, usability",
        new_features="feature, new-feature",
    ),
    *_rules(
        ISSUE_TYPE,
        unplanned="incident, outage, hotfix, problem, [[]system[]] incident, [[]system[]] problem",
        productivity="technical debt, tech debt, refactoring, spike, technical task, developer experience",
        keeping_the_lights_on="bug, defect, fault, maintenance, support, service request, vulnerability, chore",
        improvements="improvement, enhancement, change, change request",
        new_features="story, user story, new feature, feature, requirement",
    ),
)


@dataclass(frozen=True, slots=True)
class Work:
    """What rules are asked of: an issue or a pull request. `parent` is a key into what is known of others."""

    told: Mapping[str, Sequence[str]]
    """By field, without EPIC."""
    key: str = ""
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`category` is a code; None: uncategorised. `inherited_from`: whose category it is; None: its own."""

    category: str | None
    because: Literal["rule", "built_in", "issue", "nothing"]
    inherited_from: int | None = None


NOTHING: Final = Decision(None, "nothing")


class Book:
    """Ordered rules, asked quickly of many works: each name is matched once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._categories: list[str] = []
        self._patterns: dict[str, list[tuple[int, str]]] = {}
        self._known: dict[tuple[str, str], int] = {}
        for place, rule in enumerate(rules):
            self._categories.append(rule.category)
            self._patterns.setdefault(rule.field, []).append((place, rule.pattern.casefold()))

    def category(self, work: Work, above: Iterable[str] = ()) -> str | None:
        """By the first rule that matches; `above`: keys of the issues above it."""
        names = [(field, name) for field, named in work.told.items() for name in named]
        if EPIC in self._patterns:
            names += [(EPIC, key) for key in (work.key, *above) if key]
        place = min((self._first(*one) for one in names), default=len(self._categories))
        return self._categories[place] if place < len(self._categories) else None

    def _first(self, field: str, name: str) -> int:
        """The place of the first rule that the name matches, or one past the last."""
        if (found := self._known.get((field, name))) is None:
            matches = (
                place for place, pattern in self._patterns.get(field, ())
                if fnmatchcase(_compared(field, name, pattern), pattern)
            )  # fmt: skip
            found = self._known[field, name] = next(matches, len(self._categories))
        return found


def _compared(field: str, name: str, pattern: str) -> str:
    if field == REPOSITORY and "/" not in pattern:
        name = name.rpartition("/")[2]
    return name.casefold()


def judge_issue(issue: int, known: Mapping[int, Work], own: Book, built_in: Book) -> Decision:
    """`known`: it and whatever stands above it; one that is out of reach ends the way up, and so does a circle."""
    way = _upward(issue, known)
    keys = [known[one].key for one in way]
    for book, because in ((own, "rule"), (built_in, "built_in")):
        for place, one in enumerate(way):
            if (category := book.category(known[one], keys[place + 1 :])) is not None:
                return Decision(category, because, one if place else None)  # type: ignore[arg-type]
    return NOTHING


def _upward(issue: int, known: Mapping[int, Work]) -> list[int]:
    way: list[int] = []
    at: int | None = issue
    while at is not None and at in known and at not in way:
        way.append(at)
        at = known[at].parent
    return way


def judge_pull_request(
    work: Work, issues: Iterable[tuple[int, str | None]], own: Book, built_in: Book
) -> Decision:
    """`issues`: those that it is linked to with what each was sorted into, the strongest link first."""
    for issue, sorted_into in issues:
        if sorted_into is not None:
            return Decision(sorted_into, "issue", issue)
    if (category := own.category(work)) is not None:
        return Decision(category, "rule")
    if (category := built_in.category(work)) is not None:
        return Decision(category, "built_in")
    return NOTHING
