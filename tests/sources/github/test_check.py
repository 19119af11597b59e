"""Granted against needed, for each way to sign in: what is missing, what is too much, and what to do about it."""

import pytest

from backend.connections import store
from backend.connections.manifest import PERMISSIONS
from backend.connections.models import Connection
from backend.pipeline.work import check_connection
from backend.sources.findings import Finding
from backend.sources.github.check import check
from backend.sources.github.client import GitHub
from backend.sources.github.session import open_source
from backend.sources.models import Hint, ServerSchema
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World, running
from tests.simulators.github.rest import VERSION
from tests.sources.github.conftest import TOKEN

READ = dict.fromkeys(PERMISSIONS, "read")
MINE = "ghp_the_token_that_is_checked"


def verdicts(found: Finding) -> dict[str, str]:
    return {one.name: one.verdict for one in found.found if one.verdict != "ok"}


def checked(server: Simulator, organisation: str = "") -> Finding:
    with GitHub(url=server.url, token=MINE) as github:
        return check(github, organisation=organisation)


# -- a classic token ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "missing", "excess"),
    [
        (("repo", "read:org"), (), ("repo",)),
        (("repo", "admin:org"), (), ("repo", "admin:org")),
        (("repo", "read:org", "read:user", "delete_repo"), (), ("repo", "delete_repo")),
        (("read:org",), ("repo",), ()),
        ((), ("repo", "read:org"), ()),
    ],
)
def test_scopes_are_compared_with_what_is_needed(
    server: Simulator, scopes: tuple[str, ...], missing: tuple[str, ...], excess: tuple[str, ...]
) -> None:
    server.world.add_token(MINE, scopes=scopes)
    found = checked(server)
    assert (found.missing, found.excess) == (missing, excess)
    assert found.usable == ("repo" in scopes)
    assert all(name in found.reason for name in missing + excess)
    assert all(one.action for one in found.found if one.verdict != "ok")


def test_a_classic_token_that_reads_can_write_and_that_is_said(server: Simulator) -> None:
    server.world.add_token(MINE, scopes=("repo", "read:org"))
    (repo,) = [one for one in checked(server).found if one.name == "repo"]
    assert (repo.needed, repo.granted, repo.verdict) == ("read", "write", "excess")
    assert "no narrower" in repo.action


# -- a fine-grained token ----------------------------------------------------------------------------------------


def test_a_fine_grained_token_with_all_permissions(
    server: Simulator, app: simulated.Repository
) -> None:
    server.world.add_token(MINE, scopes=None, permissions=READ)
    for organisation in ("", "forge"):
        found = checked(server, organisation)
        assert [one.name for one in found.found] == list(PERMISSIONS)
        assert verdicts(found) == {}
        assert (found.reason, found.action, found.usable) == ("", "", True)


@pytest.mark.parametrize("name", [name for name in PERMISSIONS if name != "metadata"])
def test_each_permission_that_is_missing_is_found_by_trying(
    server: Simulator, app: simulated.Repository, name: str
) -> None:
    server.world.create_team(server.world.organizations["forge"], "Team A", [])
    given = {one: level for one, level in READ.items() if one != name}
    server.world.add_token(MINE, scopes=None, permissions=given)
    found = checked(server, "forge")
    assert verdicts(found) == {name: "missing"}
    assert name in found.reason
    assert name in found.action
    assert found.usable == (name != "pull_requests")


def test_a_repository_without_a_commit_forbids_nothing(world: World, server: Simulator) -> None:
    world.create_repository(world.organizations["forge"], "empty")
    world.add_token(MINE, scopes=None, permissions=READ)
    assert checked(server).usable


def test_a_fine_grained_token_that_sees_no_repository(server: Simulator) -> None:
    server.world.add_token(MINE, scopes=None, permissions=READ)
    found = checked(server)
    assert verdicts(found) == {"metadata": "missing"}
    assert "see the repositories" in found.action


# -- a GitHub App ------------------------------------------------------------------------------------------------


def installed(server: Simulator, **granted: str | None) -> Connection:
    """An App that asks for what the manifest does and `granted` besides; None is withheld in the organisation."""
    made = server.apps.create("plumbline", permissions=READ)
    key = server.apps.add_key(made)
    server.apps.grant(server.apps.install(made, "forge"), **granted)
    return store.add_connection(
        kind="github",
        url=server.url,
        app=store.AppSignIn(made.app_id, key),
        organisations=["forge"],
    )


def of_app(connection: Connection) -> Finding:
    with open_source(connection) as github:
        return check(github)


@pytest.mark.django_db
def test_an_app_from_the_manifest_is_as_it_should_be(server: Simulator) -> None:
    """`/user` is forbidden to it."""
    found = of_app(installed(server))
    assert (found.login, found.reason, found.action) == ("plumbline[bot]", "", "")
    assert found.version.startswith("3.")
    assert [(one.name, one.granted, one.verdict) for one in found.found] == [
        (name, "read", "ok") for name in PERMISSIONS
    ]


@pytest.mark.django_db
def test_what_an_app_may_write_and_what_it_lacks_is_told(server: Simulator) -> None:
    found = of_app(installed(server, contents="write", issues="read", checks=None))
    assert verdicts(found) == {"contents": "excess", "issues": "excess", "checks": "missing"}
    assert found.usable
    assert "accept" in found.action
    assert "narrowed to reading" in {one.name: one.action for one in found.found}["contents"]


@pytest.mark.django_db
def test_the_check_is_kept_with_the_connection(server: Simulator) -> None:
    connection = installed(server, checks=None)
    check_connection(connection)
    connection.refresh_from_db()
    assert connection.state == Connection.State.WORKING
    assert "checks" in connection.state_reason
    assert {one["name"]: one["verdict"] for one in connection.permissions}["checks"] == "missing"
    assert Hint.objects.filter(kind=Hint.Kind.CONNECTION).exists()


@pytest.mark.django_db
def test_without_pull_requests_nothing_is_collected(server: Simulator) -> None:
    connection = installed(server, pull_requests=None)
    check_connection(connection)
    connection.refresh_from_db()
    assert connection.state == Connection.State.FAILING
    assert not Hint.objects.exists()


# -- what the server knows ---------------------------------------------------------------------------------------


def introspections(server: Simulator) -> int:
    return sum(request.operation == "Capabilities" for request in server.ledger.requests)


@pytest.mark.django_db
def test_a_host_is_asked_once_what_it_knows(server: Simulator) -> None:
    """By all sessions of all connections, until its version changes."""
    connections = [
        store.add_connection(kind="github", url=server.url, token=TOKEN) for _ in range(2)
    ]
    for connection in connections * 2:
        with open_source(connection) as github:
            assert github.queries.pull_requests
            github.get("/meta")
            assert github.queries.pull_requests
    assert introspections(server) == 1
    ServerSchema.objects.update(version="3.0.1")
    with open_source(connections[0]) as github:
        github.get("/meta")
        assert github.queries.pull_requests
    assert introspections(server) == 2
    assert ServerSchema.objects.get().version == VERSION


@pytest.mark.django_db
def test_a_refused_query_makes_the_host_be_asked_anew(server: Simulator) -> None:
    connection = store.add_connection(kind="github", url=server.url, token=TOKEN)
    with open_source(connection) as github:
        assert github.queries.pull_requests
        with pytest.raises(Exception, match="refused the query"):
            github.ask("query { no_such_field }", {})
        assert github.queries.pull_requests
    assert introspections(server) == 2


def test_what_an_old_server_does_not_tell_is_named(world: World) -> None:
    world.add_token(MINE)
    with running(world, reduced=True) as server:
        found = checked(server)
    assert "the environment of a deployment's status" in found.unavailable
    assert "does not tell" in found.reason
    assert found.usable
