"""Teams as a connection tells them, with who is in them today."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from auditlog.context import disable_auditlog
from django.db import transaction

from backend import clock
from backend.audit.events import record
from backend.connections.models import Connection
from backend.people.models import Identity, Membership, Person, Team
from backend.people.store.identities import HashableAccount, resolve_identities
from backend.people.store.teams import free_slug, set_members

A = TypeVar("A", bound=HashableAccount)


class SourceTeam(Protocol):
    """A team as a source tells it; `members` are people who are in it themselves, not in a team below."""

    @property
    def external_id(self) -> int: ...
    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_external_id(self) -> int | None: ...
    @property
    def members(self) -> Sequence[HashableAccount]: ...


@transaction.atomic
@disable_auditlog()  # type: ignore[untyped-decorator] # the library has no types
def store_teams(*, connection: Connection, teams: Iterable[SourceTeam]) -> None:
    """Make the connection's teams and who is in them today as the source says.

    The source tells no dates. Whoever is first seen on a team's first arrival has been in it since before
    anything was recorded; a team the source no longer has keeps its history, and one that was taken over by hand
    stays as it is. Bots are in no team. What is collected is one event.
    """
    told = list(teams)
    stored = {team.external_id: _store_team(connection, team) for team in told}
    for team in told:
        _set_parent(stored[team.external_id], stored.get(team.parent_external_id or 0))
    people = _people(connection, (m for team in told for m in team.members))
    for team in told:
        members = {people[m] for m in team.members if m in people}
        _set_members(stored[team.external_id], members)
    record(name="teams_collected", subject=connection, detail={"teams": len(told)})


def _store_team(connection: Connection, told: SourceTeam) -> Team:
    team = Team.objects.filter(connection=connection, external_id=str(told.external_id)).first()
    if team is None:
        return Team.objects.create(
            source=Team.Source.GITHUB,
            connection=connection,
            external_id=str(told.external_id),
            slug=free_slug(told.slug, other=str(told.external_id)),
            name=told.name,
        )
    if team.source == Team.Source.GITHUB and team.name != told.name:
        team.name = told.name
        team.save(update_fields=["name"])
    return team


def _set_parent(team: Team, parent: Team | None) -> None:
    if team.source == Team.Source.GITHUB and team.parent_id != (parent and parent.pk):
        team.parent = parent
        team.save(update_fields=["parent"])


def _people(connection: Connection, accounts: Iterable[A]) -> dict[A, int]:
    """A person for every account that is not a bot; a new one is named as the source does, or by the login."""
    identities = resolve_identities(connection=connection, accounts=accounts)
    rows = Identity.objects.in_bulk(identities.values())
    people: dict[A, int] = {}
    for account, pk in identities.items():
        identity = rows[pk]
        if identity.is_bot:
            continue
        if identity.person_id is None:
            identity.person = Person.objects.create(name=identity.name or identity.login)
            identity.save(update_fields=["person"])
        people[account] = identity.person_id or 0
    return people


def _set_members(team: Team, members: set[int]) -> None:
    if team.source != Team.Source.GITHUB:
        return
    if team.memberships.exists():
        set_members(source=Team.Source.GITHUB, team=team, people=members, on=clock.now().date())
        return
    Membership.objects.bulk_create(
        Membership(team=team, person_id=person) for person in sorted(members)
    )
