"""Teams and memberships as a CSV file tells them: read, and compared with what is stored. Pure."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from django.utils.text import slugify

COLUMNS: Final = ("team", "name", "parent", "person", "from", "to")
MOST_LINES: Final = 100_000
_NEUTRALISED: Final = re.compile(r"""'(?=[\s"']{0,100}[=+\-@\uff1d\uff0b\uff0d\uff20])""")
"""Bounded, since a hostile cell of apostrophes alone would take minutes otherwise."""
Span = tuple[date | None, date | None]
Kind = Literal["begins", "ends", "is changed", "is taken away"]


class BadRoster(ValueError):
    """Nothing of the file is taken. `problems` say line by line what to do."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(slots=True)
class Told:
    """What the file tells of one team."""

    line: int
    slug: str
    name: str
    """Empty: as it is, or as the column `team` writes it."""
    parent: str | None
    """A slug; empty: at the top; None: the file does not tell."""
    members: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Known:
    """A team as it is stored."""

    name: str
    parent: str
    source: str
    kept_by: str
    members: Mapping[int, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class TeamChange:
    slug: str
    name: str
    parent: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class MemberChange:
    slug: str
    person: int
    kind: Kind
    span: Span
    before: Span | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking the file changes."""

    teams: tuple[TeamChange, ...]
    members: tuple[MemberChange, ...]

    def __bool__(self) -> bool:
        return bool(self.teams or self.members)


def read(text: str, people: Mapping[str, Sequence[int]]) -> dict[str, Told]:
    """The teams that the file tells of, parents before those below. `people`: who is known by what, in lower case.

    Raises BadRoster.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    problems: list[str] = []
    teams: dict[str, Told] = {}
    try:
        _check_columns(rows.fieldnames or ())
        for number, row in enumerate(rows):
            if number >= MOST_LINES:
                raise BadRoster([f"The file has more than {MOST_LINES} lines: divide it."])
            if None in row or None in row.values():
                problems.append(_at(rows.line_num, "another number of cells than the first line."))
            elif any(row.values()):
                values = {
                    name: _NEUTRALISED.sub("", cell, count=1).strip() for name, cell in row.items()
                }
                problems += [
                    _at(rows.line_num, one) for one in _take(teams, values, rows.line_num, people)
                ]
    except csv.Error as error:
        raise BadRoster(
            [_at(rows.line_num, f"no CSV: {error}. Save the file as CSV, in UTF-8.")]
        ) from error
    for team in teams.values():
        problems += [_at(team.line, one) for one in _overlaps(team)]
    if problems:
        raise BadRoster(problems)
    if not teams:
        raise BadRoster(["The file tells of no team."])
    return teams


def compare(told: Mapping[str, Told], known: Mapping[str, Known], *, today: date) -> Plan:
    """What the file changes.

    Whoever it names in a team is in it as it says, at no other time; whoever is in it today and is not named leaves
    today, and what was before stays. Raises BadRoster.
    """
    problems: list[str] = []
    teams: list[TeamChange] = []
    members: list[MemberChange] = []
    for team in told.values():
        stored = known.get(team.slug)
        changed = list(_team(team, stored))
        moves = list(_members(team, stored, today))
        if team.parent and team.parent not in known and team.parent not in told:
            problems.append(
                _at(team.line, f"there is no team “{team.parent}”: give it a line of its own.")
            )
        if (changed or moves) and stored and stored.source not in {"csv", "manual"}:
            problems.append(
                _at(
                    team.line,
                    f"{team.slug} is kept by {stored.kept_by}: leave it out, or take it over by hand first.",
                )
            )
        teams += changed
        members += moves
    problems += _circles(told, known)
    if problems:
        raise BadRoster(problems)
    return Plan(tuple(teams), tuple(members))


def _at(line: int, problem: str) -> str:
    return f"Line {line}: {problem}"


def _check_columns(names: Sequence[str]) -> None:
    if "team" not in names or set(names) - set(COLUMNS) or len(names) != len(set(names)):
        raise BadRoster(
            [_at(1, f"the columns must be of {', '.join(COLUMNS)}, and “team” one of them.")]
        )


def _take(
    teams: dict[str, Told], row: Mapping[str, str], line: int, people: Mapping[str, Sequence[int]]
) -> Iterator[str]:
    """Add a line to its team; what is wrong with it."""
    written = row["team"]
    slug = slugify(written)[:120]
    if not slug:
        yield "“team” must have letters or digits."
        return
    name = row.get("name", "") or (written if written != slug else "")
    parent = slugify(row["parent"])[:120] if "parent" in row else None
    team = teams.setdefault(slug, Told(line, slug, name, parent))
    if (team.name, team.parent) != (name, parent):
        yield f"another name or parent of {slug} than in line {team.line}: write the same in all its lines."
    if len(name) > 200:  # noqa: PLR2004 - as stored
        yield "“name” is longer than 200 letters."
    person = row.get("person", "")
    span = yield from _span(row)
    if not person:
        if span != (None, None):
            yield "days without a person: name one, or leave them out."
        return
    found = people.get(person.lower(), ())
    if len(found) == 1 and span is not None:
        team.members[found[0]].append(span)
    elif not found:
        yield f"nobody is known as “{person}”: write a login or e-mail address that belongs to a person here."
    elif len(found) > 1:
        yield f"several people are known as “{person}”: write another login of theirs, or # and their number here."


def _span(row: Mapping[str, str]) -> Generator[str, None, Span | None]:
    """The days of a line; what is wrong with them is told instead."""
    days: list[date | None] = []
    for column in ("from", "to"):
        try:
            days.append(date.fromisoformat(row[column]) if row.get(column) else None)
        except ValueError:
            yield f"“{row[column]}” in “{column}” is no day: write it like 2026-03-31."
            return None
    begin, end = days
    if begin and end and begin >= end:
        yield "“to” is the first day outside the team, and must come after “from”."
        return None
    return begin, end


def _overlaps(team: Told) -> Iterator[str]:
    for spans in team.members.values():
        spans.sort(key=lambda span: span[0] or date.min)
        for (_, end), (begin, _) in pairwise(spans):
            if end is None or begin is None or begin < end:
                yield f"in {team.slug} one person is named for days that overlap: leave one of the lines out."
                break


def _team(told: Told, known: Known | None) -> Iterator[TeamChange]:
    if known is None:
        yield TeamChange(told.slug, told.name or told.slug, told.parent or "", is_new=True)
        return
    name = told.name or known.name
    parent = known.parent if told.parent is None else told.parent
    if (name, parent) != (known.name, known.parent):
        yield TeamChange(told.slug, name, parent, is_new=False)


def _members(told: Told, known: Known | None, today: date) -> Iterator[MemberChange]:
    stored = known.members if known else {}
    for person, spans in sorted(told.members.items()):
        before = {begin: (begin, end) for begin, end in stored.get(person, ())}
        now = {begin: (begin, end) for begin, end in spans}
        for begin, span in now.items():
            if begin not in before:
                yield MemberChange(told.slug, person, "begins", span)
            elif before[begin] != span:
                kind: Kind = "ends" if before[begin][1] is None else "is changed"
                yield MemberChange(told.slug, person, kind, span, before[begin])
        for begin in before.keys() - now.keys():
            yield MemberChange(told.slug, person, "is taken away", before[begin], before[begin])
    for person, former in sorted(stored.items()):
        for begin, end in former:
            if person in told.members or (end is not None and end <= today):
                continue
            if begin is not None and begin >= today:
                yield MemberChange(told.slug, person, "is taken away", (begin, end), (begin, end))
            else:
                yield MemberChange(told.slug, person, "ends", (begin, today), (begin, end))


def _circles(told: Mapping[str, Told], known: Mapping[str, Known]) -> Iterator[str]:
    parents = {slug: team.parent for slug, team in known.items()}
    parents |= {slug: team.parent for slug, team in told.items() if team.parent is not None}
    for team in told.values():
        above, seen = parents.get(team.slug, ""), {team.slug}
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above == team.slug:
            yield _at(team.line, f"{team.slug} would stand below itself: correct the parents.")
