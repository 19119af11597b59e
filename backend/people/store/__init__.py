"""The only writer of identities, teams and memberships."""

from backend.people.store.identities import organisation, resolve_identities
from backend.people.store.source_teams import store_teams
from backend.people.store.team_calendars import team_calendars
from backend.people.store.teams import (
    InvalidTeam,
    SourceDecides,
    add_members,
    end_team,
    move_team,
    put_team,
    remove_members,
    set_members,
    take_over,
)

__all__ = [
    "InvalidTeam",
    "SourceDecides",
    "add_members",
    "end_team",
    "move_team",
    "organisation",
    "put_team",
    "remove_members",
    "resolve_identities",
    "set_members",
    "store_teams",
    "take_over",
    "team_calendars",
]
