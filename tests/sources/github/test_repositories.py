"""Which repositories there are, in what state, and what of them is asked for: nothing where nothing changed."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from backend.connections.models import Connection, RepositoryRule
from backend.delivery import store
from backend.delivery.models import HeadCommit, Owner, Repository
from backend.delivery.records import DeploymentRecord, WorkflowRunRecord
from backend.sources.errors import NotFound, Overloaded
from backend.sources.github.client import GitHub
from backend.sources.github.repositories import (
    READ,
    UNLISTED,
    collect_connection,
    collect_repository,
)
from backend.sources.github.workflows import ENDS_WITHIN
from backend.sources.models import Cursor, Hint
from tests.factories import a_connection
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World
from tests.sources.github.conftest import TOKEN

pytestmark = pytest.mark.django_db
NARROW = "github_pat_that_may_read_little"


@pytest.fixture(params=[["forge"], []], ids=["by organisation", "all that it sees"])
def connection(server: Simulator, request: pytest.FixtureRequest) -> Connection:
    return a_connection(url=server.url, organisations=request.param)


@pytest.fixture
def anywhere(server: Simulator) -> Connection:
    """All that the credential sees."""
    return a_connection(url=server.url)


@pytest.fixture
def forge(server: Simulator) -> Connection:
    """One organisation."""
    return a_connection(url=server.url, organisations=["Forge"])


def made(world: World, name: str = "app", organisation: str = "forge") -> simulated.Repository:
    return world.create_repository(world.organizations[organisation], name)


def states() -> dict[str, str]:
    return dict(Repository.objects.values_list("name_with_owner", "state"))


def asked() -> set[tuple[str, int | None, str]]:
    return {(hint.kind, hint.container_external_id, hint.action) for hint in Hint.objects.all()}


def asked_of(repository: simulated.Repository) -> set[str]:
    rows = Hint.objects.filter(container_external_id=repository.database_id)
    return set(rows.values_list("kind", flat=True))


def test_everything_of_a_new_repository_is_asked_for_once(
    app: simulated.Repository, world: World, connection: Connection, github: GitHub
) -> None:
    world.deploy(app, "production")
    world.release(app, "v1")
    assert collect_connection(connection, github).stored == 1
    assert asked_of(app) == set(READ)
    expected = dict(Cursor.objects.values_list("kind", "expected"))
    assert expected[Hint.Kind.PULL_REQUESTS] == 1
    assert expected[Hint.Kind.COMMITS] == len(app.commits)
    assert (expected[Hint.Kind.DEPLOYMENTS], expected[Hint.Kind.RELEASES]) == (1, 1)
    assert expected[Hint.Kind.TAGS] == len(app.tags) == 1
    Hint.objects.all().delete()
    collect_connection(connection, github)
    assert not Hint.objects.exists()


def test_what_there_is_none_of_is_complete_without_a_question(
    world: World, connection: Connection, github: GitHub
) -> None:
    made(world)
    collect_connection(connection, github)
    assert not Hint.objects.exists()
    cursors = Cursor.objects.all()
    assert {cursor.kind for cursor in cursors} == {
        *(Hint.Kind.PULL_REQUESTS, Hint.Kind.DEPLOYMENTS, Hint.Kind.RELEASES, Hint.Kind.TAGS)
    }
    for cursor in cursors:
        assert (cursor.expected, cursor.held, cursor.gap) == (0, 0, "")
        assert cursor.complete_to is not None


def test_an_idle_look_takes_one_request_for_fifty(
    world: World, server: Simulator, connection: Connection, github: GitHub
) -> None:
    for number in range(120):
        made(world, f"repo{number}")
    collect_connection(connection, github)
    Hint.objects.all().delete()
    server.ledger.clear()
    assert collect_connection(connection, github).stored == 120
    assert server.ledger.counts["requests"] == 3
    assert server.ledger.counts["points"] <= 6
    assert not Hint.objects.exists()


def changes(world: World, app: simulated.Repository) -> Iterator[tuple[set[str], str]]:
    """What happens, and what is asked for then at the least."""
    dev = world.accounts["dev0001"]
    (merged,) = app.pull_requests.values()
    world.add_review(merged, dev, "COMMENTED")
    yield {Hint.Kind.PULL_REQUESTS}, "a late review"
    world.push(app, dev)
    yield {Hint.Kind.COMMITS, Hint.Kind.CHECKS, Hint.Kind.WORKFLOW_RUNS}, "a push"
    deployment = world.deploy(app, "production")
    yield {Hint.Kind.DEPLOYMENTS}, "a deployment"
    world.set_deployment_status(deployment, "FAILURE")
    yield {Hint.Kind.DEPLOYMENTS}, "its status"
    release = world.release(app, "v1", draft=True)
    yield {Hint.Kind.RELEASES}, "a draft"
    world.publish(release)
    yield {Hint.Kind.RELEASES, Hint.Kind.TAGS}, "its publication"
    world.tag(app, "v2")
    yield {Hint.Kind.TAGS}, "a tag"


def test_what_changed_is_asked_for_and_of_no_other(
    app: simulated.Repository, world: World, forge: Connection, github: GitHub
) -> None:
    other = made(world, "other")
    world.push(other, None)
    collect_connection(forge, github)
    for wanted, what in changes(world, app):
        Hint.objects.all().delete()
        collect_connection(forge, github)
        assert asked_of(app) >= wanted, what
        assert asked_of(other) == set(), what


def test_checks_that_had_not_finished_are_asked_for_again(
    app: simulated.Repository, forge: Connection, github: GitHub
) -> None:
    collect_connection(forge, github)
    Hint.objects.all().delete()
    HeadCommit.objects.create(
        repository=Repository.objects.get(),
        sha="a" * 40,
        read_at="2026-03-02T09:00Z",
        is_settled=False,
    )
    collect_connection(forge, github)
    assert asked_of(app) == {Hint.Kind.CHECKS}


def test_runs_and_deployments_that_had_not_ended_are_asked_for_again(
    app: simulated.Repository, forge: Connection, github: GitHub
) -> None:
    collect_connection(forge, github)
    Hint.objects.all().delete()
    repository, now = Repository.objects.get(), timezone.now()
    long_ago = now - ENDS_WITHIN
    for number, (status, began) in enumerate(
        [("in_progress", now), ("completed", now), ("queued", long_ago)]
    ):
        run = WorkflowRunRecord(
            *(number, 1, 3, "CI", 1, "push", "main", "a" * 40, status, "", None),
            *(began, began, began, ()),
        )
        store.store_workflow_runs(repository=repository, runs=[run])
    collect_connection(forge, github)
    assert asked_of(app) == {Hint.Kind.WORKFLOW_RUNS}
    waiting = DeploymentRecord(
        *(1, "a" * 40, "main", "production", "", "deploy", "waiting", None, now, now, ())
    )
    store.store_deployments(repository=repository, deployments=[waiting])
    collect_connection(forge, github)
    assert asked_of(app) == {Hint.Kind.WORKFLOW_RUNS, Hint.Kind.DEPLOYMENTS}


def test_what_is_told_of_a_repository(
    app: simulated.Repository, world: World, connection: Connection, github: GitHub
) -> None:
    world.set_topics(app, ["team-b", "billing"])
    world.set_visibility(app, "INTERNAL")
    world.archive_repository(app)
    collect_connection(connection, github)
    stored = Repository.objects.get()
    assert stored.node_id == app.node_id
    assert (stored.visibility, stored.is_archived, stored.is_fork) == ("internal", True, False)
    assert (stored.topics, stored.default_branch) == (["billing", "team-b"], "main")
    owner = Owner.objects.get()
    assert (stored.owner, owner.login, owner.kind) == (owner, "forge", "organization")
    assert owner.external_id == world.organizations["forge"].database_id


def test_both_interfaces_tell_the_same(
    app: simulated.Repository, world: World, forge: Connection, github: GitHub
) -> None:
    world.set_topics(app, ["billing"])
    collect_connection(forge, github)
    by_survey = Repository.objects.values().get()
    collect_repository(forge, github, app.database_id)
    assert Repository.objects.values().get() == by_survey


def test_a_rename_is_remembered(
    app: simulated.Repository, world: World, connection: Connection, github: GitHub
) -> None:
    for name in ("second", "third", "second"):
        collect_connection(connection, github)
        world.rename_repository(app, name)
    collect_connection(connection, github)
    stored = Repository.objects.get()
    assert (stored.name_with_owner, stored.former_names) == (
        "forge/second",
        ["forge/app", "forge/third"],
    )


def test_a_rule_leaves_out_and_says_so(
    app: simulated.Repository, world: World, connection: Connection, github: GitHub
) -> None:
    other = made(world, "old-service")
    world.push(other, None)
    rule = RepositoryRule.objects.create(
        connection=connection, effect="exclude", test="name", pattern="old-*"
    )
    collect_connection(connection, github, listing=True)
    assert states() == {"forge/app": "active", "forge/old-service": "excluded"}
    left_out = Repository.objects.get(state="excluded")
    assert "old-*" in left_out.state_reason
    assert asked_of(other) == set()
    rule.delete()
    collect_connection(connection, github)
    assert set(states().values()) == {"active"}
    assert Repository.objects.get(pk=left_out.pk).state_reason == ""
    assert Hint.Kind.COMMITS in asked_of(other)


def test_what_is_excluded_later_stays(
    app: simulated.Repository, world: World, connection: Connection, github: GitHub
) -> None:
    collect_connection(connection, github)
    stored = Repository.objects.get()
    Hint.objects.all().delete()
    RepositoryRule.objects.create(
        connection=connection, effect="include", test="topic", pattern="x"
    )
    world.push(app, None)
    collect_connection(connection, github)
    stored.refresh_from_db()
    assert (stored.state, stored.state_reason) == ("excluded", "No including rule takes it in.")
    assert not Hint.objects.exists()


def test_one_that_is_no_longer_told_is_looked_at(
    app: simulated.Repository,
    world: World,
    server: Simulator,
    connection: Connection,
    github: GitHub,
) -> None:
    collect_connection(connection, github)
    Hint.objects.all().delete()
    server.world.tokens[TOKEN].repositories = set()
    collect_connection(connection, github)
    assert asked() == {(Hint.Kind.REPOSITORY, app.database_id, UNLISTED)}
    assert states() == {"forge/app": "active"}
    with pytest.raises(NotFound):
        collect_repository(connection, github, app.database_id)


def test_one_that_moved_to_an_owner_that_is_not_read(
    app: simulated.Repository, world: World, forge: Connection, github: GitHub
) -> None:
    mill = world.create_organization("mill")
    collect_connection(forge, github)
    world.transfer_repository(app, mill)
    Hint.objects.all().delete()
    collect_connection(forge, github)
    assert asked() == {(Hint.Kind.REPOSITORY, app.database_id, UNLISTED)}
    collect_repository(forge, github, app.database_id)
    stored = Repository.objects.get()
    assert (stored.state, stored.name_with_owner) == ("transferred", "mill/app")
    assert "mill" in stored.state_reason
    assert stored.former_names == ["forge/app"]
    forge.organisations = ["forge", "mill"]
    collect_connection(forge, github)
    assert states() == {"mill/app": "active"}


def test_one_that_moved_to_an_owner_that_is_read_goes_on(
    app: simulated.Repository, world: World, anywhere: Connection, github: GitHub
) -> None:
    mill = world.create_organization("mill")
    collect_connection(anywhere, github)
    world.transfer_repository(app, mill)
    collect_connection(anywhere, github)
    stored = Repository.objects.get()
    assert (stored.state, stored.name_with_owner) == ("active", "mill/app")
    assert stored.owner is not None
    assert stored.owner.login == "mill"


def test_a_word_from_an_organisation_that_is_not_read_takes_nothing_in(
    world: World, forge: Connection, github: GitHub
) -> None:
    world.create_organization("mill")
    other = made(world, organisation="mill")
    collect_repository(forge, github, other.database_id)
    assert not Repository.objects.exists()


def test_a_new_repository_by_a_webhook(
    app: simulated.Repository, connection: Connection, github: GitHub
) -> None:
    collect_repository(connection, github, app.database_id)
    assert states() == {"forge/app": "active"}
    assert Hint.Kind.PULL_REQUESTS in asked_of(app)


def test_one_that_appears_is_found_by_listing(
    app: simulated.Repository, world: World, anywhere: Connection, github: GitHub
) -> None:
    collect_connection(anywhere, github)
    made(world, "new")
    collect_connection(anywhere, github)
    assert set(states()) == {"forge/app"}
    collect_connection(anywhere, github, listing=True)
    assert set(states()) == {"forge/app", "forge/new"}


def test_what_the_credential_may_not_read_keeps_nothing_else_away(
    app: simulated.Repository, world: World, server: Simulator, connection: Connection
) -> None:
    world.deploy(app, "production")
    allowed = dict.fromkeys(("metadata", "pull_requests", "contents"), "read")
    world.add_token(NARROW, scopes=None, permissions=allowed)
    with GitHub(url=server.url, token=NARROW) as github:
        result = collect_connection(connection, github)
        assert any("deployments" in note for note in result.notes)
        assert states() == {"forge/app": "active"}
        # It is asked for once, so that its collector writes down why it cannot be had.
        assert {Hint.Kind.PULL_REQUESTS, Hint.Kind.DEPLOYMENTS} <= asked_of(app)
        Hint.objects.all().delete()
        collect_connection(connection, github)
        assert not Hint.objects.exists()


def test_a_look_that_is_too_much_for_the_server_is_made_smaller(
    world: World, server: Simulator, connection: Connection, github: GitHub
) -> None:
    for number in range(60):
        made(world, f"repo{number}")
    assert github.queries
    server.faults.arm("bad_gateway", on="graphql", times=3)
    assert collect_connection(connection, github).stored == 60
    server.faults.arm("bad_gateway", on="graphql", times=None)
    with pytest.raises(Overloaded):
        collect_connection(connection, github)
