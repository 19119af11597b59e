"""Deployments, releases and tags: all of them, few requests once they are known, and none that is gone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from graphql import OperationDefinitionNode, parse, validate

from backend.delivery.models import Deployment, DeploymentStatus, Release, Repository, Tag
from backend.sources.collected import Collected
from backend.sources.errors import NotFound, SourceError
from backend.sources.github.client import GitHub
from backend.sources.github.deployments import (
    MORE_STATUSES,
    Deployments,
    Listing,
    Releases,
    Tags,
    collect_deployments,
    collect_releases,
    collect_tags,
)
from backend.sources.models import Cursor
from tests.factories import a_connection, a_repository
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World, running
from tests.simulators.github.graph.limits import complexity
from tests.simulators.github.graph.schema import load_schema
from tests.sources.github.conftest import TOKEN
from tests.sources.github.test_queries import FORBIDDEN, queries

Collect = Callable[..., Collected]
KINDS: list[Collect] = [collect_deployments, collect_releases, collect_tags]
LISTINGS: list[type[Listing[Any]]] = [Deployments, Releases, Tags]


@pytest.fixture(autouse=True)
def clock(world: World, app: simulated.Repository) -> Iterator[time_machine.Traveller]:
    """It is some days after what happened in the world."""
    with time_machine.travel(datetime.fromtimestamp(world.now, UTC) + timedelta(days=3)) as it:
        yield it


def make(world: World, app: simulated.Repository, collect: Collect, number: int) -> None:
    """One more of what is collected."""
    if collect is collect_deployments:
        world.deploy(app, f"test-{number % 3}")
    elif collect is collect_releases:
        world.release(app, f"v{number}", draft=True)
    else:
        world.tag(app, f"v{number}", annotated=bool(number % 2))


def whole_pass(
    collect: Collect, repository: Repository, github: GitHub, *, full: bool = False
) -> int:
    done, read = Collected(more=True), 0
    while done.more:
        done = collect(repository, github, full=full)
        assert done.notes == []
        read += done.stored
    return read


def counted() -> tuple[int | None, int | None, str]:
    row = Cursor.objects.get()
    return row.expected, row.held, row.gap


def test_deployments_with_all_their_statuses(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    bot = world.create_user("shipper", kind="Bot")
    first = world.deploy(app, "staging", "QUEUED", creator=bot)
    for _ in range(120):
        world.set_deployment_status(first, "IN_PROGRESS")
    world.set_deployment_status(first, "SUCCESS", environment="staging-2")
    world.deploy(app, "staging-2", "FAILURE", task="migrate")
    assert whole_pass(collect_deployments, stored, github) == 2
    assert server.ledger.counts["nested"] == 1
    one, two = Deployment.objects.order_by("created_at")
    assert (one.environment, one.latest_environment) == ("staging", "staging-2")
    assert (one.task, one.ref, one.sha) == ("deploy", "main", first.commit.oid)
    assert (one.state, two.state, two.task) == ("active", "failure", "migrate")
    assert one.creator is not None
    assert (one.creator.login, one.creator.kind) == ("shipper", "bot")
    assert DeploymentStatus.objects.filter(deployment=one).count() == 122
    ending = one.statuses.get(state="success")
    assert ending.environment == "staging-2"


def test_releases_and_tags(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    author = world.create_user("dev0009")
    world.release(app, "v1", author=author, prerelease=True)
    world.release(app, "v2", draft=True)
    annotated = world.tag(app, "v0", annotated=True)
    assert whole_pass(collect_releases, stored, github) == 2
    assert whole_pass(collect_tags, stored, github) == 2
    release, draft = Release.objects.order_by("tag")
    assert release.author is not None
    assert release.author.login == "dev0009"
    assert (release.sha, release.is_prerelease, release.is_draft) == (
        app.branches["main"].oid,
        True,
        False,
    )
    assert (draft.sha, draft.is_draft, draft.published_at) == ("", True, None)
    assert release.published_at is not None
    older, newer = Tag.objects.order_by("name")
    assert (older.sha, newer.tagged_at) == (annotated.commit.oid, None)
    assert annotated.tagged_at is not None
    assert older.tagged_at == datetime.fromtimestamp(annotated.tagged_at, UTC)


def test_an_old_server_does_not_tell_the_environment_of_a_status(
    world: World, app: simulated.Repository, db: None
) -> None:
    world.deploy(app)
    with running(world, reduced=True) as server, GitHub(url=server.url, token=TOKEN) as github:
        repository = a_repository(a_connection(url=server.url), name_with_owner="forge/app")
        whole_pass(collect_deployments, repository, github)
    assert Deployment.objects.get().latest_environment == "production"
    assert DeploymentStatus.objects.get().environment == ""


@pytest.mark.parametrize("collect", KINDS)
def test_a_hundred_a_request_and_one_once_they_are_known(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    collect: Collect,
) -> None:
    for number in range(250):
        make(world, app, collect, number)
    assert github.queries
    server.ledger.clear()
    assert whole_pass(collect, stored, github) == 250
    assert server.ledger.counts["graphql"] == 3
    assert counted() == (250, 250, "")
    server.ledger.clear()
    whole_pass(collect, stored, github)
    assert server.ledger.counts["graphql"] == 1
    make(world, app, collect, 250)
    whole_pass(collect, stored, github)
    assert server.ledger.counts["graphql"] <= 1 + 2
    assert counted() == (251, 251, "")
    server.ledger.clear()
    whole_pass(collect, stored, github, full=True)
    assert server.ledger.counts["graphql"] == 3


@pytest.mark.parametrize("collect", KINDS)
def test_slices_leave_room_for_others_and_go_on(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub, collect: Collect
) -> None:
    for number in range(810):
        make(world, app, collect, number)
    first = collect(stored, github)
    assert (first.stored, first.more) == (800, True)
    assert counted() == (810, 800, "")
    assert Cursor.objects.get().complete_to is None
    second = collect(stored, github)
    assert (second.stored, second.more) == (10, False)
    assert counted() == (810, 810, "")
    assert Cursor.objects.get().complete_to is not None


def test_what_the_source_no_longer_has_goes(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    for number in range(130):
        for collect in KINDS:
            make(world, app, collect, number)
    for collect in KINDS:
        whole_pass(collect, stored, github)
    world.delete_release(app.releases[3])
    world.delete_tag(app.tags["v7"])
    app.deployments.pop(5)
    for collect in KINDS:
        whole_pass(collect, stored, github)
    assert [model.objects.count() for model in (Deployment, Release, Tag)] == [129, 129, 129]
    assert not Tag.objects.filter(name="v7").exists()
    assert set(Cursor.objects.values_list("expected", "held", "gap")) == {(129, 129, "")}


def test_a_tag_that_moved_is_found_by_a_full_pass(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    tag = world.tag(app, "latest")
    whole_pass(collect_tags, stored, github)
    world.merge(world.open_pull_request(app, world.create_user("dev0002")))
    world.move_tag(tag, app.branches["main"])
    whole_pass(collect_tags, stored, github, full=True)
    assert Tag.objects.get().sha == app.branches["main"].oid


def test_a_deployment_that_had_not_ended_is_followed_down_the_list(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    waiting = world.deploy(app, "production", "WAITING")
    for number in range(230):
        world.deploy(app, f"test-{number}")
    whole_pass(collect_deployments, stored, github)
    world.set_deployment_status(waiting, "SUCCESS")
    whole_pass(collect_deployments, stored, github)
    found = Deployment.objects.get(external_id=waiting.database_id)
    assert (found.state, found.statuses.count()) == ("active", 2)


@pytest.mark.parametrize("collect", KINDS)
def test_a_page_too_large_for_the_server_is_halved(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    collect: Collect,
) -> None:
    for number in range(60):
        make(world, app, collect, number)
    server.faults.arm("bad_gateway", on="graphql", page_size=25, times=None)
    assert whole_pass(collect, stored, github) == 60
    assert counted() == (60, 60, "")


@pytest.mark.parametrize("collect", KINDS)
def test_a_missing_permission_is_written_down_and_taken_back(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    collect: Collect,
) -> None:
    make(world, app, collect, 1)
    assert github.queries
    server.faults.arm("forbidden", on="graphql")
    (note,) = collect(stored, github).notes
    assert "forbids" in note
    assert Cursor.objects.get().unavailable == note
    whole_pass(collect, stored, github)
    assert (Cursor.objects.get().unavailable, counted()) == ("", (1, 1, ""))


def test_a_repository_out_of_reach_is_no_matter_of_its_parts(
    stored: Repository, server: Simulator, github: GitHub
) -> None:
    server.faults.arm("vanished", repository="forge/app", times=None)
    for collect in KINDS:
        with pytest.raises(NotFound):
            collect(stored, github)
    assert set(Cursor.objects.values_list("unavailable", flat=True)) == {""}


@pytest.mark.parametrize("collect", KINDS)
@pytest.mark.parametrize("kind", ["rate_limited", "truncated", "closed", "error"])
@pytest.mark.parametrize("after", [0, 2])
def test_a_fault_in_the_middle_ends_in_the_same_state(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    collect: Collect,
    kind: str,
    after: int,
) -> None:
    for number in range(210):
        make(world, app, collect, number)
    server.faults.arm(kind, on="graphql", after=after)
    done = Collected(more=True)
    while done.more:
        try:
            done = collect(stored, github)
        except SourceError as error:
            assert error.retry_at  # noqa: PT017 - the others pass at the second try
    assert counted() == (210, 210, "")


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("rate_limit", [False, True])
def test_every_query_is_valid(reduced: bool, rate_limit: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=rate_limit)
    fit = queries(new=not reduced, rate_limit=rate_limit).fit
    texts = [listing.query(keys_only=keys) for listing in LISTINGS for keys in (False, True)]
    for text in (*texts, MORE_STATUSES):
        assert validate(schema, parse(fit(text))) == []
        assert not any(f" {name} " in text for name in FORBIDDEN)


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_page_costs_one_point(listing: type[Listing[Any]]) -> None:
    document = parse(queries().fit(listing.query()))
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    measured = complexity(document, operation, {"first": 100})
    assert (measured.points, measured.too_many) == (1, None)
