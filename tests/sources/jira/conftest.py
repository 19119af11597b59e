"""A simulated Jira in both dialects, and sessions with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import stamina

from backend.sources.http import TRIES, FixedToken
from backend.sources.jira.addresses import CLOUD, DATA_CENTER
from backend.sources.jira.client import Jira
from backend.sources.jira.session import basic
from tests.simulators.jira import Simulator, World, running

TOKEN = "the-token-of-the-jira-tests"


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """What is tried again is tried again at once."""
    with stamina.set_testing(True, attempts=TRIES, cap=True):
        yield


@pytest.fixture
def world() -> World:
    made = World()
    made.add_token(TOKEN)
    made.create_project("FORGE")
    return made


@pytest.fixture(params=[DATA_CENTER, CLOUD])
def server(world: World, request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Of both kinds; Data Center stands below a path."""
    cloud = request.param == CLOUD
    with running(world, cloud=cloud, path="" if cloud else "/jira") as simulator:
        yield simulator


@contextmanager
def session(
    server: Simulator, *, token: str = TOKEN, keeps_summaries: bool = True
) -> Iterator[Jira]:
    dialect = CLOUD if server.cloud else DATA_CENTER
    secret = basic(server.world.email, token) if server.cloud else token
    with Jira(
        url=server.url,
        dialect=dialect,
        access=FixedToken(secret),
        keeps_summaries=keeps_summaries,
    ) as jira:
        yield jira


@pytest.fixture
def jira(server: Simulator) -> Iterator[Jira]:
    with session(server) as made:
        yield made
