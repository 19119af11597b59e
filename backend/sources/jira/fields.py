"""Which custom fields mean what: every Jira has ids of its own. Found by type, then by name, or as a person says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_FLOAT: Final = "com.atlassian.jira.plugin.system.customfieldtypes:float"
_BY_HAND: Final = "set by hand"
ROLES: Final = ("story_points", "epic_link", "sprint", "team")
STANDARD: Final = (
    *("project", "issuetype", "status", "resolution", "priority", "parent"),
    *("assignee", "reporter", "created", "updated", "resolutiondate"),
    *("labels", "components", "fixVersions", "versions", "issuelinks"),
)
"""What is asked for of every issue, by name: never a description, a comment, a worklog or an environment."""
SUMMARY: Final = "summary"


@dataclass(frozen=True, slots=True)
class Field:
    """`type` is `schema.custom` of a custom field, empty for Jira's own."""

    id: str
    name: str
    type: str
    is_custom: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Ids that a person has set; empty: to be found."""

    story_points: str = ""
    epic_link: str = ""
    sprint: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A field and why it is taken for what it is."""

    id: str
    name: str
    type: str
    taken_for: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldMap:
    """What is read of custom fields. Where several have one meaning, an issue's first that holds a value counts."""

    mapped: tuple[Mapped, ...] = ()
    notes: tuple[str, ...] = ()
    """What is ambiguous or missing, with what to do."""
    keeps_summaries: bool = True

    def ids(self, role: str) -> tuple[str, ...]:
        return tuple(one.id for one in self.mapped if one.taken_for == role)

    def role(self, name: str) -> str:
        """What the field of this id or name is taken for; empty: nothing."""
        for one in self.mapped:
            if name and (one.id == name or one.name.casefold() == name.casefold()):
                return one.taken_for
        return ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The names to ask for."""
        summary = (SUMMARY,) if self.keeps_summaries else ()
        return (*STANDARD, *summary, *dict.fromkeys(one.id for one in self.mapped))

    @property
    def told(self) -> list[dict[str, str]]:
        """For `JiraSettings.fields_found`."""
        return [
            {
                "id": one.id,
                "name": one.name,
                "type": one.type,
                "taken_for": one.taken_for,
                "reason": one.reason,
            }
            for one in self.mapped
        ]


@dataclass(frozen=True, slots=True)
class _Rule:
    role: str
    types: re.Pattern[str]
    names: re.Pattern[str]
    carried_by: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    """Types that a field found by its name may have."""


_RULES: Final = (
    _Rule(
        "story_points",
        re.compile(r"com\.pyxis\.greenhopper\.jira:jsw-story-points"),
        re.compile(r"story[ -]?points?( estimate)?", re.IGNORECASE),
        re.compile(re.escape(_FLOAT)),
    ),
    _Rule(
        "epic_link",
        re.compile(r"com\.pyxis\.greenhopper\.jira:gh-epic-link"),
        re.compile(r"epic link", re.IGNORECASE),
    ),
    _Rule(
        "sprint",
        re.compile(r"com\.pyxis\.greenhopper\.jira:gh-sprint"),
        re.compile(r"sprint", re.IGNORECASE),
    ),
    _Rule(
        "team",
        re.compile(r"com\.atlassian\.(?:[a-z.-]+:)(?:[a-z-]+-)?team"),
        re.compile(r"(?:atlassian )?team", re.IGNORECASE),
    ),
)


def discover(
    found: Sequence[Field], chosen: Chosen = Chosen(), *, keeps_summaries: bool = True
) -> FieldMap:
    """What each role is read from, with the reason."""
    mapped: list[Mapped] = []
    notes: list[str] = []
    for rule in _RULES:
        told, note = _of_role(rule, found, getattr(chosen, rule.role))
        mapped += told
        notes += [note] if note else []
    return FieldMap(tuple(mapped), tuple(notes), keeps_summaries)


def known(
    told: Iterable[Mapping[str, Any]], chosen: Chosen, *, keeps_summaries: bool = True
) -> FieldMap | None:
    """The map that was written down; None where nothing was, or a person has chosen otherwise since."""
    mapped = tuple(
        Mapped(*(str(one.get(name, "")) for name in ("id", "name", "type", "taken_for", "reason")))
        for one in told
    )
    made = FieldMap(mapped, keeps_summaries=keeps_summaries)
    set_then = {one.taken_for: one.id for one in mapped if one.reason == _BY_HAND}
    set_now = {role: getattr(chosen, role) for role in ROLES if getattr(chosen, role)}
    return made if mapped and set_then == set_now else None


def _of_role(rule: _Rule, found: Sequence[Field], wanted: str) -> tuple[list[Mapped], str]:
    words = rule.role.replace("_", " ")
    custom = [one for one in found if one.is_custom]
    if wanted:
        same = [one for one in found if one.id == wanted]
        note = (
            ""
            if same
            else f"The field set for the {words}, {wanted}, is not there: choose another."
        )
        return [_mapped(one, rule, _BY_HAND) for one in same], note
    by_type = [one for one in custom if rule.types.fullmatch(one.type)]
    by_name = [
        one
        for one in custom
        if rule.names.fullmatch(one.name.strip())
        and rule.carried_by.match(one.type)
        and one not in by_type
    ]
    # Both kinds of story points stand side by side in a Cloud: each kind of project fills its own.
    taken = by_type + by_name if rule.role == "story_points" else by_type or by_name
    told = [_mapped(one, rule, "by its type" if one in by_type else "by its name") for one in taken]
    names = ", ".join(f"{one.name} ({one.id})" for one in taken)
    if len(taken) > 1:
        return told, (
            f"Several fields may hold the {words}: {names}. "
            "The first that holds a value counts; set the one that is meant."
        )
    return told, ""


def _mapped(one: Field, rule: _Rule, reason: str) -> Mapped:
    return Mapped(one.id, one.name, one.type, rule.role, reason)
