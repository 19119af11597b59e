"""A simulated server, and sessions with it."""

from collections.abc import Iterator

import pytest
import stamina

from backend.delivery.models import Repository
from backend.sources.github.client import GitHub
from backend.sources.http import TRIES
from tests.factories import a_connection, a_repository
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World, running

TOKEN = "ghp_the_token_of_the_github_tests"


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """What is tried again is tried again at once."""
    with stamina.set_testing(True, attempts=TRIES, cap=True):
        yield


@pytest.fixture
def world() -> World:
    made = World()
    made.create_organization("forge")
    made.add_token(TOKEN)
    return made


@pytest.fixture
def server(world: World) -> Iterator[Simulator]:
    with running(world, rate_limit=5000) as simulator:
        yield simulator


@pytest.fixture
def github(server: Simulator) -> Iterator[GitHub]:
    with GitHub(url=server.url, token=TOKEN) as session:
        yield session


@pytest.fixture
def app(world: World) -> simulated.Repository:
    """forge/app at the server, with a first commit."""
    made = world.create_repository(world.organizations["forge"], "app")
    world.merge(world.open_pull_request(made, world.create_user("dev0001")))
    return made


@pytest.fixture
def stored(server: Simulator, app: simulated.Repository, db: None) -> Repository:
    """forge/app as Plumbline knows it, without anything of it."""
    return a_repository(
        a_connection(url=server.url), external_id=app.database_id, name_with_owner="forge/app"
    )
