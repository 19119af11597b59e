"""A GitHub server, a connection to it, and the worker's loop in this process."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina
from django.test.utils import override_settings

from backend.connections.models import Connection
from backend.connections.store import add_connection
from backend.sources.http import TRIES
from tests.pipeline.state import collect
from tests.simulators.github import Simulator, World, running

TOKEN = "ghp_the_token_of_the_pipeline_tests"


@dataclass
class Source:
    """A simulated server and what a worker does with it."""

    github: Simulator
    connection: Connection

    @property
    def world(self) -> World:
        return self.github.world

    def without_git(self) -> None:
        """Where commits do not matter: writing them takes most of the time."""
        self.world.git = None
        Connection.objects.update(cloning_allowed=False)
        self.connection.refresh_from_db()

    def collect(self) -> None:
        """Work until nothing is due, and measure."""
        collect(self.connection)


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """What is tried again is tried again at once."""
    with stamina.set_testing(True, attempts=TRIES, cap=True):
        yield


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "scratch"
    with override_settings(SCRATCH_DIR=folder):
        yield folder


@pytest.fixture
def world() -> World:
    made = World()
    made.create_organization("forge")
    made.add_token(TOKEN, scopes=("repo", "read:org"))
    return made


@pytest.fixture
def source(world: World, tmp_path: Path, db: None) -> Iterator[Source]:
    """The server of the test's `world`, with git."""
    with running(world, repositories=tmp_path / "served") as github:
        yield Source(github, add_connection(kind="github", url=github.url, token=TOKEN))
