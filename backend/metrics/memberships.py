"""Notice changed teams, memberships, time zones and calendars, and have what rests on them measured again: no more.

What was last counted is kept beside what is stored by now. Whoever is in a team that changed has their pull requests,
runs and issues measured again by and by; a team whose weeks are cut elsewhere gets its cells anew at once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass
from hashlib import md5
from typing import Final

from django.db import connection

from backend.metrics import cells
from backend.metrics.identities import NOTE_WORK
from backend.metrics.models import MeasuredTeam
from backend.people.calendars import Calendar
from backend.people.models import Team
from backend.people.store import organisation, team_calendars

_TAKE: Final = """
    WITH gone AS (
        DELETE FROM metrics_measuredmembership known
        WHERE NOT EXISTS (
            SELECT FROM people_membership now
            WHERE now.team_id = known.team AND now.person_id = known.person
                AND now.starts_on IS NOT DISTINCT FROM known.starts_on
        )
        RETURNING person
    ), stored AS (
        INSERT INTO metrics_measuredmembership AS known (team, person, starts_on, ends_on)
        SELECT team_id, person_id, starts_on, ends_on FROM people_membership now
        WHERE NOT EXISTS (
            SELECT FROM metrics_measuredmembership known
            WHERE now.team_id = known.team AND now.person_id = known.person
                AND now.starts_on IS NOT DISTINCT FROM known.starts_on
                AND now.ends_on IS NOT DISTINCT FROM known.ends_on
        )
        ORDER BY team_id, person_id, starts_on
        ON CONFLICT (team, person, starts_on) DO UPDATE SET ends_on = excluded.ends_on
        RETURNING person
    )
    SELECT person FROM gone UNION SELECT person FROM stored
"""
_MEMBERS: Final = """
    SELECT person_id FROM people_membership WHERE team_id = ANY(%(teams)s)
    UNION SELECT person FROM metrics_measuredmembership WHERE team = ANY(%(teams)s)
"""
_NOTE: Final = f"""
    WITH changed AS (
        SELECT id AS identity_id FROM people_identity
        WHERE person_id = ANY(%(people)s) OR %(everybody)s
    ), pulls AS (
        SELECT id FROM delivery_pullrequest
        WHERE author_id IN (SELECT identity_id FROM changed) OR %(everybody)s
    ), {NOTE_WORK}
"""  # noqa: S608 - constants of ours

_Kept = tuple[int | None, str, str]
"""A team's parent, time zone and digest of the calendar."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What measuring takes otherwise than before."""

    recut: frozenset[int]
    """Teams in another time zone than before."""
    people: frozenset[int]
    everybody: bool
    """The organisation's own time zone or calendar, by which those in no team are measured, is another."""

    def __bool__(self) -> bool:
        return bool(self.recut or self.people or self.everybody)


def take() -> Changed:
    """What has changed since it was last taken. In one transaction with what is done about it."""
    now, before = _now(), _before()
    both = now.keys() & before.keys()
    recut = {team for team in both if now[team][1] != before[team][1]}
    otherwise = {team for team in both if now[team][1:] != before[team][1:]}
    moved = {team for team in both if now[team][0] != before[team][0]}
    people = _members(otherwise | _below(moved, now, before))
    if now != before:
        _store(now, before)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        people |= {person for (person,) in cursor.fetchall()}
    return Changed(frozenset(recut), frozenset(people), everybody=cells.ALL_TEAMS in otherwise)


def note(changed: Changed) -> None:
    """Have all measured again that the change touches; whoever measures must wait until this is committed."""
    if changed.recut:
        cells.lock()
        for team in sorted(changed.recut):
            cells.recompute_team(team, time_zone=organisation().time_zone)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"people": sorted(changed.people), "everybody": changed.everybody})


def _now() -> dict[int, _Kept]:
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    return {
        team: (parents.get(team), calendar.time_zone, _digest(calendar))
        for team, calendar in team_calendars().items()
    }


def _digest(calendar: Calendar) -> str:
    told = (*astuple(calendar)[:-1], sorted(calendar.days_off))
    return md5(repr(told).encode(), usedforsecurity=False).hexdigest()


def _before() -> dict[int, _Kept]:
    rows = MeasuredTeam.objects.values_list("team", "parent", "time_zone", "calendar")
    return {team: (parent, zone, calendar) for team, parent, zone, calendar in rows}


def _store(now: Mapping[int, _Kept], before: Mapping[int, _Kept]) -> None:
    MeasuredTeam.objects.filter(pk__in=before.keys() - now.keys()).delete()
    MeasuredTeam.objects.bulk_create(
        [
            MeasuredTeam(team=team, parent=kept[0], time_zone=kept[1], calendar=kept[2])
            for team, kept in sorted(now.items())
            if kept != before.get(team)
        ],
        update_conflicts=True,
        unique_fields=["team"],
        update_fields=["parent", "time_zone", "calendar"],
    )


def _below(teams: Collection[int], *trees: Mapping[int, _Kept]) -> set[int]:
    """The teams and all below them, as it is and as it was."""
    found: set[int] = set()
    further = set(teams)
    while further:
        found |= further
        further = {
            team
            for tree in trees
            for team, (parent, *_) in tree.items()
            if parent in found and team not in found
        }
    return found


def _members(teams: Iterable[int]) -> set[int]:
    """Whoever is, will be or was in one of the teams, by what is stored and by what was measured."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, {"teams": sorted(teams)})
        return {person for (person,) in cursor.fetchall()}
