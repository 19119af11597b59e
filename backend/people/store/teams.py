"""Teams and dated memberships. Each function names the source that speaks, and a team hears its own source alone.

Where a team is another source's, SourceDecides is raised and nothing is changed: a directory, GitHub, a CSV file and
people ("by hand") do not overwrite each other. Acts of a person are recorded with who it was.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from auditlog.context import disable_auditlog
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils.text import slugify

from backend.audit.events import record
from backend.people.models import Membership, Team

LONGEST_SLUG = 120


class InvalidTeam(ValueError):
    """What is asked for cannot be; the message says why."""


class SourceDecides(InvalidTeam):
    """The team is kept by another source."""

    def __init__(self, team: Team) -> None:
        super().__init__(
            f"{team.name} is kept by {team.get_source_display()}: change it there, or take it over by hand first."
        )


@transaction.atomic
def put_team(
    *,
    source: str,
    name: str,
    external_id: str = "",
    slug: str = "",
    parent: Team | None = None,
    acting_user: Model | None = None,
) -> Team:
    """The source's team of that external id, or of that slug where it has none: created, renamed or moved as told.

    Without a parent told it stays where it is. One that was ended begins anew. Raises InvalidTeam.
    """
    team = _known(source, external_id, slug)
    if team is None:
        wanted = slug or slugify(name)[: LONGEST_SLUG - 10] or "team"
        team = Team(
            source=source, external_id=external_id, slug=free_slug(wanted, other=external_id)
        )
    before = (team.name, team.parent_id, team.ended_on, team.source)
    require_source(team, source)
    team.name = name.strip()
    if not team.name:
        raise InvalidTeam("A team needs a name.")
    if parent is not None:
        _move(team, parent)
    team.ended_on = None
    if team.pk is None or (team.name, team.parent_id, None, team.source) != before:
        _save(team, "team_put", acting_user)
    return team


@transaction.atomic
def move_team(
    *, source: str, team: Team, parent: Team | None, acting_user: Model | None = None
) -> None:
    """Below another team, or to the top. People place what its source does not. Raises InvalidTeam."""
    team = _locked(team)
    if source != Team.Source.MANUAL or not team.is_placed_by_hand:
        require_source(team, source)
    if team.parent_id != (parent and parent.pk):
        _move(team, parent)
        _save(team, "team_moved", acting_user)


@transaction.atomic
def end_team(*, source: str, team: Team, on: date, acting_user: Model | None = None) -> None:
    """The team is no more: whoever is in it leaves on that day. Its figures stay. Raises SourceDecides."""
    team = _locked(team)
    require_source(team, source)
    _end(team, team.memberships.values_list("person_id", flat=True), on)
    team.ended_on = on
    _save(team, "team_ended", acting_user)


@transaction.atomic
def take_over(*, team: Team, acting_user: Model) -> None:
    """From now on people keep the team by hand, and what its source tells is not heard."""
    team = _locked(team)
    former, team.source = team.source, Team.Source.MANUAL
    _save(team, "team_taken_over", acting_user, source=former)


@transaction.atomic
def set_members(
    *, source: str, team: Team, people: Iterable[int], on: date, acting_user: Model | None = None
) -> int:
    """From that day on these persons (ids) and nobody else are in the team; how many came or left.

    Raises SourceDecides.
    """
    team = _locked(team)
    require_source(team, source)
    wanted = set(people)
    later = team.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=on))
    leaving = set(later.values_list("person_id", flat=True)) - wanted
    came, left = _begin(team, wanted, on), _end(team, leaving, on)
    _told(team, "members_set", acting_user, came | left, on)
    return len(came) + len(left)


@transaction.atomic
def add_members(
    *, source: str, team: Team, people: Iterable[int], on: date, acting_user: Model | None = None
) -> int:
    """These persons are in the team from that day on; how many came. Raises SourceDecides."""
    team = _locked(team)
    require_source(team, source)
    came = _begin(team, people, on)
    _told(team, "members_added", acting_user, came, on)
    return len(came)


@transaction.atomic
def remove_members(
    *, source: str, team: Team, people: Iterable[int], on: date, acting_user: Model | None = None
) -> int:
    """These persons are not in the team from that day on; how many left. Raises SourceDecides."""
    team = _locked(team)
    require_source(team, source)
    left = _end(team, people, on)
    _told(team, "members_removed", acting_user, left, on)
    return len(left)


def require_source(team: Team, source: str) -> None:
    """Raises SourceDecides where another source keeps the team."""
    if team.source != source:
        raise SourceDecides(team)


def free_slug(wanted: str, *, other: str) -> str:
    """`wanted`, or where a team has it with something behind: `other`, or else a number."""
    slug = wanted[:LONGEST_SLUG]
    endings = [slugify(other)[:20]] if other else []
    endings += [str(number) for number in range(2, 1000)]
    taken = set(Team.objects.filter(slug__startswith=slug[:90]).values_list("slug", flat=True))
    for ending in endings:
        if slug not in taken:
            break
        slug = f"{wanted[: LONGEST_SLUG - 21]}-{ending}"
    return slug


def _known(source: str, external_id: str, slug: str) -> Team | None:
    teams = Team.objects.select_for_update(of=("self",))
    if external_id:
        # Also one that was taken over by hand: it is told that it was, and not made twice.
        return teams.filter(
            Q(source=source) | Q(source=Team.Source.MANUAL),
            connection=None,
            external_id=external_id,
        ).first()
    return teams.filter(slug=slug).first() if slug else None


def _locked(team: Team) -> Team:
    """As it is now, until the transaction ends: two who change its members at once come one after the other."""
    return Team.objects.select_for_update(of=("self",)).get(pk=team.pk)


def _move(team: Team, parent: Team | None) -> None:
    parents = dict(Team.objects.values_list("pk", "parent_id"))
    above: int | None = parent.pk if parent else None
    while above is not None:
        if above == team.pk:
            raise InvalidTeam(f"{team.name} cannot stand below itself.")
        above = parents[above]
    team.parent = parent


@disable_auditlog()  # type: ignore[untyped-decorator] # the act is recorded as one
def _begin(team: Team, people: Iterable[int], on: date) -> set[int]:
    """Of each person one membership that holds from the day on, continuing one that touches it."""
    wanted = set(people)
    known: dict[int, list[Membership]] = defaultdict(list)
    rows = team.memberships.filter(Q(ends_on=None) | Q(ends_on__gte=on), person__in=wanted)
    for row in rows.order_by(F("starts_on").asc(nulls_first=True)):
        known[row.person_id].append(row)
    firsts = [rows[0] for rows in known.values()]
    needless = [row.pk for _, *others in known.values() for row in others]
    early = [row for row in firsts if row.starts_on is not None and row.starts_on > on]
    again = [row for row in firsts if row.ends_on is not None]
    new = [Membership(team=team, person_id=pk, starts_on=on) for pk in sorted(wanted - set(known))]
    Membership.objects.filter(pk__in=needless).delete()
    Membership.objects.filter(pk__in=[row.pk for row in early]).update(starts_on=on)
    Membership.objects.filter(pk__in=[row.pk for row in again]).update(ends_on=None)
    Membership.objects.bulk_create(new)
    return {row.person_id for row in (*early, *again, *new)}


@disable_auditlog()  # type: ignore[untyped-decorator] # as above
def _end(team: Team, people: Iterable[int], on: date) -> set[int]:
    rows = team.memberships.filter(Q(ends_on=None) | Q(ends_on__gt=on), person__in=list(people))
    left = set(rows.values_list("person_id", flat=True))
    rows.filter(starts_on__gte=on).delete()
    rows.update(ends_on=on)
    return left


@disable_auditlog()  # type: ignore[untyped-decorator] # as above
def _save(team: Team, name: str, acting_user: Model | None, **detail: Any) -> None:  # noqa: ANN401 - JSON
    team.save()
    if acting_user is not None:
        parent = team.parent.slug if team.parent else None
        record(
            name=name,
            actor=acting_user,
            subject=team,
            detail={"name": team.name, "parent": parent, **detail},
        )


def _told(team: Team, name: str, acting_user: Model | None, people: set[int], on: date) -> None:
    if acting_user is not None and people:
        detail = {"people": sorted(people), "on": on.isoformat()}
        record(name=name, actor=acting_user, subject=team, detail=detail)
