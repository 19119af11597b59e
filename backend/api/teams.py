"""The tree of teams, who is in them when, and what people change of those that are kept by hand."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from backend import clock
from backend.accounts import access
from backend.accounts.models import User
from backend.api import schemas
from backend.api.errors import ERRORS, Refused, Unprocessable
from backend.api.rules import ADMINISTERS, READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import names_for_reader
from backend.delivery.models import Ownership
from backend.metrics import teams as counted
from backend.metrics.results import Result
from backend.people import store
from backend.people.calendars import Calendar, write_hours
from backend.people.models import Person, Team
from backend.pipeline import bell

router = Router(tags=["teams"])
BY_HAND = Team.Source.MANUAL
Name = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")
Slug = Field("", max_length=120, pattern=r"^[-\w]*$")


class TeamCalendar(Result):
    """As it holds, inherited or not."""

    time_zone: str
    working_hours: str = Field(description="Like Mon-Fri 09:00-17:00; empty: none.")
    holidays: str = Field(description="Of which country, with its part: DE-BY; empty: none.")
    days_off: int = Field(description="Further days on which nobody works.")


class TeamEntry(Result):
    slug: str
    name: str
    parent: str | None = Field(description="Slug of the team above, where it may be seen too.")
    source: Literal["github", "scim", "csv", "manual"] = Field(description="Who keeps it.")
    ended_on: date | None = Field(description="The day from which it is no more.")
    people: int = Field(description="People in it itself, today.")
    people_below: int = Field(description="People in it or in a team below, today.")
    calendar: TeamCalendar
    owns: list[str] = Field(description="Repositories by name, and projects by key.")


class Teams(Result):
    items: list[TeamEntry]
    may_change: bool


class Member(Result):
    person: int
    name: str
    from_: date | None = Field(alias="from", description="Null: since ever.")
    to: date | None = Field(description="First day outside the team; null: still in it.")


class Members(Result):
    items: list[Member]


class NewTeam(Schema):
    name: str = Name
    parent: str = Slug


class ChangedTeam(Schema):
    """What is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    parent: str | None = Field(None, max_length=120, pattern=r"^[-\w]*$", description="Empty: top.")


class Came(Schema):
    person: int = Field(ge=1, le=2**63 - 1)
    on: date = Field(description="The first day in the team; it may lie in the past.")


class Left(Schema):
    person: int = Field(ge=1, le=2**63 - 1)
    on: date = Field(description="The first day outside the team; it may lie in the past.")


@router.get(
    "/teams",
    response={200: Teams, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="teams",
)
def tree(request: HttpRequest) -> Teams:
    """The teams that the caller sees."""
    return _tree(caller(request))


@router.post(
    "/teams",
    response={200: Teams, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="add_team",
)
def add(request: HttpRequest, wish: NewTeam) -> Teams:
    """A team that is kept by hand."""
    user = caller(request)
    with _changing():
        parent = _team(wish.parent) if wish.parent else None
        store.put_team(source=BY_HAND, name=wish.name, parent=parent, acting_user=user)
    return _tree(user)


@router.post(
    "/teams/{slug}",
    response={200: Teams, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="change_team",
)
def change(request: HttpRequest, slug: str, wish: ChangedTeam) -> Teams:
    """Rename or move a team that is kept by hand; so is moved a directory's whose group is in no other."""
    user = caller(request)
    with _changing():
        team = _team(slug)
        if wish.name is not None:
            store.put_team(source=BY_HAND, slug=slug, name=wish.name, acting_user=user)
        if wish.parent is not None:
            parent = _team(wish.parent) if wish.parent else None
            store.move_team(source=BY_HAND, team=team, parent=parent, acting_user=user)
    return _tree(user)


@router.post(
    "/teams/{slug}/take-over",
    response={200: Teams, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="take_over_team",
)
def take_over(request: HttpRequest, slug: str) -> Teams:
    """From now on the team is kept by hand, and what its source tells is not heard."""
    user = caller(request)
    with _changing():
        store.take_over(team=_team(slug), acting_user=user)
    return _tree(user)


@router.get(
    "/teams/{slug}/members",
    response={200: Members, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="team_members",
)
def members(request: HttpRequest, slug: str) -> Members:
    """Who is, was and will be in the team itself, with days."""
    user = caller(request)
    return _members(access.require_team(user, slug), user)


@router.post(
    "/teams/{slug}/members",
    response={200: Members, ERRORS: schemas.Error},
    by_alias=True,
    auth=ADMINISTERS,
    operation_id="add_team_member",
)
def begin(request: HttpRequest, slug: str, wish: Came) -> Members:
    """Somebody is in the team from a day on."""
    with _changing():
        team = _team(slug)
        _known(wish.person)
        store.add_members(
            source=BY_HAND,
            team=team,
            people=[wish.person],
            on=wish.on,
            acting_user=caller(request),
        )
    return _members(team, caller(request))


@router.post(
    "/teams/{slug}/members/end",
    response={200: Members, ERRORS: schemas.Error},
    by_alias=True,
    auth=ADMINISTERS,
    operation_id="end_team_member",
)
def end(request: HttpRequest, slug: str, wish: Left) -> Members:
    """Somebody is not in the team from a day on."""
    with _changing():
        team = _team(slug)
        store.remove_members(
            source=BY_HAND,
            team=team,
            people=[wish.person],
            on=wish.on,
            acting_user=caller(request),
        )
    return _members(team, caller(request))


@contextmanager
def _changing() -> Iterator[None]:
    """Around a change: says no in the API's way, and has figures measured once it is stored."""
    try:
        with transaction.atomic():
            yield
            transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    except store.SourceDecides as error:
        raise Refused(409, "kept_elsewhere", str(error), "Take it over by hand first.") from error
    except store.InvalidTeam as error:
        raise Unprocessable(str(error)) from error


def _team(slug: str) -> Team:
    """Whoever administers sees all teams. Raises Unprocessable."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Unprocessable(f"There is no team {slug}.")
    return team


def _known(person: int) -> None:
    if not Person.objects.filter(pk=person).exists():
        raise Unprocessable(f"There is no person {person}.")


def _tree(user: User) -> Teams:
    seen = list(access.visible_teams(user).order_by("name", "slug"))
    slugs = {team.pk: team.slug for team in seen}
    today = clock.now().date()
    below = counted.member_counts(list(slugs), today=today)
    itself = counted.own_member_counts(list(slugs), today=today)
    calendars = store.team_calendars()
    owned = _owned(list(slugs))
    return Teams(
        items=[
            TeamEntry(
                slug=team.slug,
                name=team.name,
                parent=slugs.get(team.parent_id or 0),
                source=team.source,
                ended_on=team.ended_on,
                people=itself.get(team.pk, 0),
                people_below=below.get(team.pk, 0),
                calendar=_calendar(calendars[team.pk]),
                owns=owned[team.pk],
            )
            for team in seen
        ],
        may_change=access.may_administer(user),
    )


def _owned(teams: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    rows = Ownership.objects.filter(team__in=teams).order_by("pk")
    for team, repository, project in rows.values_list(
        "team", "repository__name_with_owner", "project__key"
    ):
        names[team].append(repository or project)
    return names


def _calendar(kept: Calendar) -> TeamCalendar:
    return TeamCalendar(
        time_zone=kept.time_zone,
        working_hours=write_hours(kept.hours),
        holidays="-".join(filter(None, (kept.country, kept.subdivision))),
        days_off=len(kept.days_off),
    )


def _members(team: Team, reader: User) -> Members:
    """In the order of what they are called to the reader, so that it tells no more than that."""
    names = names_for_reader(reader)
    items = [
        Member(
            person=row.person_id,
            name=names.of(str(row.person), person=row.person_id) or "",
            from_=row.starts_on,
            to=row.ends_on,
        )
        for row in team.memberships.select_related("person").order_by("person", "starts_on")
    ]
    return Members(items=sorted(items, key=lambda one: one.name.casefold()))
