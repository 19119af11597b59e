"""Memberships of people who turn out to be one: moved, and where two of one team overlap, made one that covers both."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, TypedDict

from django.db import connection as database

from backend.people.models import Membership

Days = list[str | None]
"""From and to, as ISO dates; none is open."""


class Moved(TypedDict):
    """All that it takes to make memberships as they were."""

    moved: list[list[int]]
    """Key, former person."""
    removed: list[list[Any]]
    """Key, team, person, days, and the key of the one that covers it by now."""
    changed: list[list[Any]]
    """Key, days before, days after."""


def nothing() -> Moved:
    return {"moved": [], "removed": [], "changed": []}


def move(into: dict[int, int]) -> dict[int, Moved]:
    """Make memberships of each person those of another; what was done, by that person."""
    found: dict[int, Moved] = defaultdict(nothing)
    people = {*into, *into.values()}
    by_team: dict[tuple[int, int], list[Membership]] = defaultdict(list)
    for one in Membership.objects.select_for_update().filter(person__in=people).order_by("pk"):
        by_team[into.get(one.person_id, one.person_id), one.team_id].append(one)
    for (person, _), rows in by_team.items():
        if any(row.person_id != person for row in rows):
            for covered in _overlapping(rows):
                _make_one(person, covered, found[person])
    _write(found)
    return found


def _overlapping(rows: Iterable[Membership]) -> list[list[Membership]]:
    """Rows in groups of which each two neighbours overlap."""
    groups: list[list[Membership]] = []
    end: date | None = None
    for row in sorted(rows, key=lambda row: (row.starts_on or date.min, row.pk)):
        if groups and (end is None or (row.starts_on or date.min) < end):
            groups[-1].append(row)
            end = None if end is None or row.ends_on is None else max(end, row.ends_on)
        else:
            groups.append([row])
            end = row.ends_on
    return groups


def _make_one(person: int, rows: list[Membership], note: Moved) -> None:
    """The first that was the person's own stays, else the first."""
    kept = min(rows, key=lambda row: (row.person_id != person, row.pk))
    if kept.person_id != person:
        note["moved"].append([kept.pk, kept.person_id])
    starts = (
        None if any(r.starts_on is None for r in rows) else min(_days(r.starts_on for r in rows))
    )
    ends = None if any(r.ends_on is None for r in rows) else max(_days(r.ends_on for r in rows))
    if (starts, ends) != (kept.starts_on, kept.ends_on):
        note["changed"].append([kept.pk, _text(kept.starts_on, kept.ends_on), _text(starts, ends)])
    note["removed"] += [
        [row.pk, row.team_id, row.person_id, _text(row.starts_on, row.ends_on), kept.pk]
        for row in rows
        if row is not kept
    ]


def _days(days: Iterable[date | None]) -> list[date]:
    return [day for day in days if day is not None]


def _text(starts: date | None, ends: date | None) -> Days:
    return [None if day is None else day.isoformat() for day in (starts, ends)]


def _write(found: dict[int, Moved]) -> None:
    moved = [(pk, person) for person, note in found.items() for pk, _ in note["moved"]]
    changed = [(pk, *after) for note in found.values() for pk, _, after in note["changed"]]
    removed = [row[0] for note in found.values() for row in note["removed"]]
    Membership.objects.filter(pk__in=removed).delete()
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE people_membership AS one SET person_id = new.person"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, person) WHERE one.id = new.id",
            [[pk for pk, _ in moved], [person for _, person in moved]],
        )
        cursor.execute(
            "UPDATE people_membership AS one SET starts_on = new.starts, ends_on = new.ends"
            " FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS new (id, starts, ends)"
            " WHERE one.id = new.id",
            [list(column) for column in zip(*changed, strict=True)] or [[], [], []],
        )


def touched(moved: Moved) -> set[int]:
    """Memberships that another merge must not have changed since."""
    return (
        {row[0] for row in moved["moved"]}
        | {row[0] for row in moved["changed"]}
        | {row[4] for row in moved["removed"]}
    )


def restore(moved: Moved) -> None:
    """As they were. Days that changed since, as by leaving the team, stay changed, and hold for all that were one."""
    ended = {}
    for pk, before, after in moved["changed"]:
        now = Membership.objects.filter(pk=pk).first()
        if now is not None:
            is_same = _text(now.starts_on, now.ends_on) == after
            ended[pk] = None if is_same else now.ends_on
            starts, ends = (day and date.fromisoformat(day) for day in before)
            if not is_same:
                ends = _earlier(ends, now.ends_on)
            if _is_in_order(starts, ends):
                Membership.objects.filter(pk=pk).update(starts_on=starts, ends_on=ends)
            else:
                Membership.objects.filter(pk=pk).delete()
    for pk, former in moved["moved"]:
        Membership.objects.filter(pk=pk).update(person=former)
    for pk, team, person, days, covering in moved["removed"]:
        starts, ends = (day and date.fromisoformat(day) for day in days)
        ends = _earlier(ends, ended.get(covering))
        if _is_in_order(starts, ends):
            Membership.objects.create(
                pk=pk, team_id=team, person_id=person, starts_on=starts, ends_on=ends
            )


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _is_in_order(starts: date | None, ends: date | None) -> bool:
    return starts is None or ends is None or starts < ends
