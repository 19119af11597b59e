"""What a caller asks about, checked: the same for every route of figures."""

from datetime import date
from typing import Protocol

from django.db.models import QuerySet

from backend.accounts import access
from backend.accounts.models import User
from backend.api.errors import Unprocessable
from backend.metrics.scope import InvalidRange, Scope, scope_of
from backend.people.models import Team
from backend.people.names import Names, names_for

MAXIMUM_ROWS = 50_000
"""Of an export."""
MAXIMUM_WORDS = 8


def team_for(user: User, slug: str) -> Team | None:
    """None: all teams. Raises access.Denied."""
    if slug:
        return access.require_team(user, slug)
    if access.may_see_all_teams(user):
        return None
    raise access.Denied


class Asked(Protocol):
    """Filters by team and range, as every question about figures has them."""

    team: str
    from_: date
    to: date


def scope_for(user: User, filters: Asked) -> Scope:
    """Raises access.Denied and Unprocessable."""
    mine = getattr(filters, "mine", False)
    if mine and filters.team:
        raise Unprocessable("Ask for a team, or for what is yours alone.")
    person = access.own_person(user) if mine else None
    team = None if mine else team_for(user, filters.team)
    try:
        return scope_of(
            team=team,
            start=filters.from_,
            end=filters.to,
            with_bots=getattr(filters, "bots", False),
            person=person,
            reader=user,
            working=getattr(filters, "time", "elapsed") == "working",
        )
    except InvalidRange as error:
        raise Unprocessable(str(error)) from error


def names_for_reader(user: User) -> Names:
    """How people are called in what this user reads. One statement."""
    return names_for(reader=user.person_id, account=user.pk)


def searched(text: str) -> str:
    """Raises Unprocessable: each word is a search of its own through every row."""
    if len(text.split()) > MAXIMUM_WORDS:
        raise Unprocessable(f"Search for at most {MAXIMUM_WORDS} words.")
    return text


def exportable(rows: int) -> int:
    """Raises Unprocessable where an export would hold more rows than it may."""
    if rows > MAXIMUM_ROWS:
        raise Unprocessable(f"{rows} rows are more than an export holds: choose a shorter range.")
    return rows


def seen_by(user: User) -> QuerySet[Team] | None:
    """The teams that the caller sees; None: all, and what is in none."""
    return None if access.may_see_all_teams(user) else access.visible_teams(user)
