"""A Jira in both dialects, a connection to it, and the worker's loop in this process."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from backend.connections.models import Connection
from backend.connections.store import JiraChoice, add_connection
from backend.delivery.models import Issue
from backend.sources import hints
from backend.sources.models import Hint
from tests.pipeline.state import collect, work_to_the_end
from tests.simulators.jira import Simulator, World, running

TOKEN = "the-token-of-the-jira-tests"


@dataclass
class Source:
    """A simulated Jira and what a worker does with it."""

    jira: Simulator
    connection: Connection

    @property
    def world(self) -> World:
        return self.jira.world

    def collect(self) -> None:
        """Check, work until nothing is due, and measure."""
        collect(self.connection)

    def ask(self, kind: str = Hint.Kind.ISSUES, **values: object) -> None:
        """Arm one hint and work it off."""
        hints.arm(connection=self.connection, kind=kind, **values)  # type: ignore[arg-type] # names of arm's own
        work_to_the_end(self.connection)


def stored(**values: object) -> dict[str, str]:
    """Keys of issues that are there, with the names of their statuses."""
    found = Issue.objects.filter(deleted_at=None, **values)
    return dict(found.order_by("key").values_list("key", "status__name"))


@pytest.fixture
def world() -> World:
    made = World()
    made.add_token(TOKEN)
    made.create_project("FORGE")
    return made


@pytest.fixture(params=["data-center", "cloud"])
def source(world: World, db: None, request: pytest.FixtureRequest) -> Iterator[Source]:
    cloud = request.param == "cloud"
    with running(world, cloud=cloud, path="" if cloud else "/jira") as jira:
        yield Source(
            jira,
            add_connection(
                kind="jira_cloud" if cloud else "jira_dc",
                url=jira.url,
                token=TOKEN,
                jira=JiraChoice(email=world.email if cloud else ""),
            ),
        )
