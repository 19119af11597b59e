"""Sessions as a GitHub App's installation and under a token: got, renewed, told apart, within the budget."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from backend.connections import store
from backend.connections.manifest import PERMISSIONS
from backend.connections.models import Connection, Credential
from backend.sources.errors import CredentialRefused, SourceError
from backend.sources.github import session
from backend.sources.github.session import open_source
from backend.sources.models import Usage
from tests.factories import a_connection
from tests.simulators.github import Simulator
from tests.simulators.github.apps import GitHubApp, Installation
from tests.sources.github.conftest import TOKEN

pytestmark = pytest.mark.django_db

VIEWER = "query Viewer { viewer { login } }"
READ = dict.fromkeys(PERMISSIONS, "read")


@pytest.fixture
def made(server: Simulator) -> GitHubApp:
    return server.apps.create("plumbline", permissions=READ)


@pytest.fixture
def key(server: Simulator, made: GitHubApp) -> str:
    return server.apps.add_key(made)


@pytest.fixture
def installation(server: Simulator, made: GitHubApp) -> Installation:
    return server.apps.install(made, "forge")


@pytest.fixture
def connection(
    server: Simulator, made: GitHubApp, key: str, installation: Installation
) -> Iterator[Connection]:
    session._issued.clear()
    yield store.add_connection(kind="github", url=server.url, app=store.AppSignIn(made.app_id, key))
    session._issued.clear()


def tokens_issued(server: Simulator) -> int:
    paths = [request.path for request in server.ledger.requests]
    return sum(path.endswith("/access_tokens") for path in paths)


def used(connection: Connection) -> list[bool]:
    """Of each credential, the newest first."""
    return [one.last_used_at is not None for one in connection.credentials.all()]


def test_a_token_signs_in_and_is_noted_as_used(server: Simulator) -> None:
    connection = store.add_connection(kind="github", url=server.url, token=TOKEN)
    with open_source(connection) as github:
        assert used(connection) == [False]
        assert github.ask(VIEWER, {})["viewer"]["login"] == "plumbline-reader"
        assert (github.token(), github.app) == (TOKEN, None)
    assert used(connection) == [True]


def test_without_a_credential_somebody_is_told_to_enter_one() -> None:
    with pytest.raises(CredentialRefused) as caught:
        open_source(a_connection())
    assert "GitHub App" in caught.value.action


def test_a_credential_for_another_address_does_not_open(server: Simulator) -> None:
    connection = store.add_connection(kind="github", url=server.url, token=TOKEN)
    Connection.objects.update(url="https://elsewhere.example")
    connection.refresh_from_db()
    with pytest.raises(SourceError) as caught:
        open_source(connection)
    assert "Enter it anew" in caught.value.action


def test_an_installation_is_found_and_its_token_reads_alone(
    server: Simulator, connection: Connection, installation: Installation
) -> None:
    """Even where the App was granted more than it asked for."""
    server.apps.grant(installation, issues="write", contents="write", members=None)
    with open_source(connection) as github:
        assert github.ask(VIEWER, {})
        issued = server.world.tokens[github.token()]
    wanted = {name: "read" for name in PERMISSIONS if name != "members"}
    assert issued.permissions == wanted
    connection.app.refresh_from_db()
    assert connection.app.installation_id == installation.installation_id
    assert used(connection) == [True]


def test_one_token_serves_many_sessions(server: Simulator, connection: Connection) -> None:
    for _ in range(3):
        with open_source(connection) as github:
            github.ask(VIEWER, {})
    assert tokens_issued(server) == 1


def test_a_token_is_renewed_before_it_expires_in_the_middle_of_a_session(
    server: Simulator, connection: Connection
) -> None:
    with open_source(connection) as github:
        github.ask(VIEWER, {})
        first = github.token()
        with time_machine.travel(timezone.now() + timedelta(minutes=54)):
            assert github.token() == first
        with time_machine.travel(timezone.now() + timedelta(minutes=56)):
            github.ask(VIEWER, {})
            assert github.token() != first
    assert tokens_issued(server) == 2


def test_a_token_that_the_server_refuses_is_renewed_once(
    server: Simulator, connection: Connection
) -> None:
    """Its clock may be ahead of ours."""
    with open_source(connection) as github:
        github.ask(VIEWER, {})
        server.world.tokens[github.token()].revoked = True
        assert github.ask(VIEWER, {})
        assert tokens_issued(server) == 2
        server.faults.arm("unauthorized", on="graphql", times=None)
        with pytest.raises(CredentialRefused):
            github.ask(VIEWER, {})
    assert tokens_issued(server) == 3


def test_with_two_keys_the_one_that_the_server_takes_is_used(
    server: Simulator, made: GitHubApp, connection: Connection
) -> None:
    added = server.apps.add_key(made)
    store.add_app_key(connection=connection, private_key=added)
    server.apps.remove_key(made, added)
    with open_source(connection) as github:
        assert github.ask(VIEWER, {})
    assert used(connection) == [False, True]


def test_a_retired_key_takes_its_token_along(
    server: Simulator, made: GitHubApp, connection: Connection
) -> None:
    with open_source(connection) as github:
        github.token()
    store.add_app_key(connection=connection, private_key=server.apps.add_key(made))
    oldest = connection.credentials.last()
    assert oldest is not None
    store.retire_app_key(connection=connection, credential_id=oldest.pk)
    with open_source(connection) as github:
        github.token()
    assert tokens_issued(server) == 2


def test_a_key_that_is_gone_is_told(
    server: Simulator, made: GitHubApp, key: str, connection: Connection
) -> None:
    server.apps.remove_key(made, key)
    with open_source(connection) as github, pytest.raises(CredentialRefused) as caught:
        github.ask(VIEWER, {})
    assert "App's key" in caught.value.reason
    assert used(connection) == [False]


@pytest.mark.parametrize("minutes", [-600, -3, 3, 600])
def test_an_app_signs_in_by_the_servers_clock(
    server: Simulator, made: GitHubApp, connection: Connection, minutes: int
) -> None:
    """Also where the newest of two keys is refused."""
    store.add_app_key(connection=connection, private_key=(added := server.apps.add_key(made)))
    server.apps.remove_key(made, added)
    server.apps.ahead = minutes * 60
    for _ in range(3):
        with open_source(connection) as github:
            assert github.ask(VIEWER, {})
    assert tokens_issued(server) == 1


def test_an_app_that_was_installed_anew_is_found(
    server: Simulator, made: GitHubApp, installation: Installation, connection: Connection
) -> None:
    with open_source(connection) as github:
        github.ask(VIEWER, {})
        server.apps.uninstall(installation)
        again = server.apps.install(made, "forge")
        server.world.tokens[github.token()].revoked = True
        github.ask(VIEWER, {})
    connection.app.refresh_from_db()
    assert connection.app.installation_id == again.installation_id


def test_an_app_that_is_installed_nowhere_is_told(
    server: Simulator, installation: Installation, connection: Connection
) -> None:
    server.apps.uninstall(installation)
    with open_source(connection) as github, pytest.raises(SourceError) as caught:
        github.ask(VIEWER, {})
    assert "not installed yet" in caught.value.reason
    assert caught.value.permanent


def test_of_several_installations_that_of_the_organisation_is_taken(
    server: Simulator, made: GitHubApp, installation: Installation, connection: Connection
) -> None:
    server.world.create_organization("second")
    other = server.apps.install(made, "second")
    with open_source(connection) as github, pytest.raises(SourceError) as caught:
        github.ask(VIEWER, {})
    assert "forge, second" in caught.value.reason
    connection.organisations = ["Second"]
    with open_source(connection) as github:
        github.ask(VIEWER, {})
    connection.app.refresh_from_db()
    assert connection.app.installation_id == other.installation_id


def test_a_stored_installation_of_an_organisation_that_is_not_meant_is_left(
    server: Simulator, connection: Connection, made: GitHubApp, installation: Installation
) -> None:
    with open_source(connection) as github:
        github.token()
    server.world.create_organization("other")
    meant = server.apps.install(made, "other")
    connection.refresh_from_db()
    assert connection.app.installation_id == installation.installation_id
    connection.organisations = ["other"]
    connection.save()
    with open_source(connection) as github:
        github.token()
    connection.app.refresh_from_db()
    assert connection.app.installation_id == meant.installation_id


def test_a_suspended_installation_is_told(
    server: Simulator, installation: Installation, connection: Connection
) -> None:
    server.apps.suspend(installation)
    with open_source(connection) as github, pytest.raises(SourceError) as caught:
        github.ask(VIEWER, {})
    assert "suspended" in caught.value.reason


def test_an_installations_repositories_are_followed_to_the_last_page(
    server: Simulator, connection: Connection
) -> None:
    world = server.world
    for number in range(102):
        world.create_repository(world.organizations["forge"], f"app{number}")
    with open_source(connection) as github:
        assert len({one.id for one in github.repositories()}) == 102


def test_what_an_app_asks_for_is_counted_with_the_rest(
    server: Simulator, connection: Connection
) -> None:
    with open_source(connection) as github:
        github.ask(VIEWER, {})
    counted = dict(Usage.objects.values_list("interface", "requests"))
    assert counted == {"graphql": 1, "rest": 2}  # which installation there is, and its token
    assert sum(counted.values()) == len(server.ledger.requests)


def test_secrets_are_not_told_in_tracebacks(connection: Connection, key: str) -> None:
    with open_source(connection) as github:
        token = github.token()
        told = f"{vars(github)} {vars(github.app)} {session._issued}"
    assert token not in told
    assert key.splitlines()[1] not in told
    assert Credential.objects.count() == 1
