"""Teams of a connection's organisations: what cannot be read of one harms no other."""

from collections.abc import Iterator

import pytest

from backend.connections.models import Connection
from backend.people.models import Identity, Membership, Team
from backend.sources.errors import CredentialRefused, Passing, SourceError
from backend.sources.github import pages
from backend.sources.github.client import GitHub
from backend.sources.github.payloads import Team as Payload
from backend.sources.github.repositories import collect_connection
from backend.sources.github.teams import collect_teams
from tests.factories import a_connection
from tests.simulators.github import Simulator, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(server: Simulator) -> Connection:
    return a_connection(url=server.url)


@pytest.fixture
def mill(world: World, connection: Connection, github: GitHub) -> World:
    """A second organisation, each with a repository and a team; the repositories are known."""
    world.create_organization("mill")
    for number, organisation in enumerate(world.organizations.values(), start=1):
        world.create_repository(organisation, "app")
        dev = world.create_user(f"dev{number:04}")
        world.create_team(organisation, f"Team of {organisation.login}", [dev])
    collect_connection(connection, github)
    return world


def team_slugs() -> set[str]:
    return set(Team.objects.values_list("slug", flat=True))


def test_all_that_the_token_sees(mill: World, connection: Connection, github: GitHub) -> None:
    assert collect_teams(connection, github).stored == 2
    assert team_slugs() == {"team-of-forge", "team-of-mill"}
    assert Membership.objects.count() == Identity.objects.count() == 2


def test_only_the_organisations_that_are_wanted(
    mill: World, connection: Connection, github: GitHub
) -> None:
    connection.organisations = ["Mill"]
    collect_teams(connection, github)
    assert team_slugs() == {"team-of-mill"}


def test_an_organisation_that_went_away_keeps_no_teams_away(
    mill: World, connection: Connection, github: GitHub
) -> None:
    del mill.organizations["forge"]
    result = collect_teams(connection, github)
    assert (result.stored, result.notes) == (1, [])
    assert team_slugs() == {"team-of-mill"}


def failing_at(organisation: str, error: SourceError, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pages.teams

    def teams(github: GitHub, *, organisation: str) -> Iterator[Payload]:
        if organisation == failing:
            raise error
        return real(github, organisation=organisation)

    failing = organisation
    monkeypatch.setattr(pages, "teams", teams)


def test_teams_that_may_not_be_read_are_told_and_the_others_stored(
    mill: World, connection: Connection, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = SourceError("Forbidden.", "Allow it.", permanent=True)
    failing_at("forge", refused, monkeypatch)
    result = collect_teams(connection, github)
    assert result.notes == ["Teams of forge could not be read: Forbidden. Allow it."]
    assert team_slugs() == {"team-of-mill"}


@pytest.mark.parametrize("kind", [CredentialRefused, Passing])
def test_what_is_no_matter_of_teams_ends_the_run(
    mill: World,
    connection: Connection,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[SourceError],
) -> None:
    failing_at("forge", kind("No.", "Do.", permanent=kind is CredentialRefused), monkeypatch)
    with pytest.raises(kind):
        collect_teams(connection, github)
