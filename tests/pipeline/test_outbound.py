"""Every request that a server saw stands in the ledger, with its bytes, through a whole collection and its mishaps."""

import socket
import socketserver
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
from django.db.models import Sum

from backend.config.environment import ENVIRONMENT
from backend.connections.store import JiraChoice, add_connection
from backend.outbound.models import Query, Traffic
from backend.sources import http
from tests.pipeline.conftest import Source
from tests.pipeline.state import collect
from tests.pipeline.test_faults import a_world
from tests.simulators import jira as jiras
from tests.simulators.github import World
from tests.simulators.jira.server import Handler as JiraHandler
from tests.waiting import until

FRAMING = 0.03
"""Of git's answers alone: marks of the side band, and of chunks."""
FAULTS = (
    ("bad_gateway", "graphql"),
    ("closed", "rest"),
    ("slow", "graphql"),
    ("truncated", "rest"),
    ("too_many_requests", "rest"),
)


class Weighed(socket.socket):
    """A server's end of a connection, whose bytes are added up."""

    received: "Counter[int]"
    sent: "Counter[int]"

    def recv_into(self, *given: Any) -> int:
        size = super().recv_into(*given)
        self.received[self.getsockname()[1]] += size
        return size

    def sendall(self, data: Any, *given: Any) -> None:
        super().sendall(data, *given)
        self.sent[self.getsockname()[1]] += memoryview(data).nbytes


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> type[Weighed]:
    """Every server of this process weighs what it gets and gives, by its port."""
    Weighed.received, Weighed.sent = Counter(), Counter()

    def get_request(server: socketserver.TCPServer) -> tuple[socket.socket, object]:
        connected, address = server.socket.accept()
        return Weighed(fileno=connected.detach()), address

    monkeypatch.setattr(socketserver.TCPServer, "get_request", get_request)
    return Weighed


_watching: list[Callable[[str, tuple[Any, ...]], None]] = []
sys.addaudithook(lambda event, given: [watch(event, given) for watch in _watching] and None)


@pytest.fixture
def connected() -> Iterator[set[int]]:
    """The ports that this process connects to by Python's own sockets, which the database's driver has none of."""
    ports: set[int] = set()

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(given[1], tuple):
            ports.add(given[1][1])

    _watching.append(watch)
    yield ports
    _watching.remove(watch)


def total(port: int, **values: object) -> dict[str, int]:
    rows = Traffic.objects.filter(destination=f"127.0.0.1:{port}", **values)
    names = ("requests", "refused", "failed", "bytes_sent", "bytes_received")
    told = rows.aggregate(**{name: Sum(name, default=0) for name in names})
    return cast("dict[str, int]", told)


@pytest.fixture
def world() -> World:
    return a_world()


def test_a_whole_collection(
    source: Source,
    weighed: type[Weighed],
    connected: set[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", httpx.Timeout(1))
    seen, port = source.github.ledger, urlsplit(source.github.url).port or 0
    # Each on an interface that is asked in one order: clones go on beside both.
    for number, (kind, interface) in enumerate(FAULTS):
        source.github.faults.arm(kind, on=interface, after=1 + number, retry_after=0, seconds=2)
    source.collect()
    # The simulator tells the slow one at its end, which may be after all others.
    until(lambda: seen.counts["faults"] == len(FAULTS))
    by_kind = Counter(request.kind for request in seen.requests)
    assert min(by_kind["git"], by_kind["graphql"], by_kind["rest"]) > 0

    told = total(port)
    assert told["requests"] == seen.counts["requests"]
    assert told["refused"] == sum(request.status >= 400 for request in seen.requests)
    assert told["failed"] == 3
    assert total(port, purpose="clone")["requests"] == by_kind["git"]
    for interface in ("graphql", "rest"):
        assert total(port, query__interface=interface)["requests"] == by_kind[interface]
    assert told["bytes_sent"] == pytest.approx(weighed.received[port], rel=FRAMING)
    assert told["bytes_received"] == pytest.approx(weighed.sent[port], rel=FRAMING)

    operations = Query.objects.filter(interface="graphql").values_list("name", flat=True)
    assert set(operations) == set(seen.operations)
    assert not Query.objects.filter(kept=None).exists()
    places = {f"127.0.0.1:{one}" for one in connected}
    assert set(Traffic.objects.values_list("destination", flat=True)) <= places
    assert places - brokers() == {f"127.0.0.1:{port}"}


def test_bytes_are_those_of_the_line(source: Source, weighed: type[Weighed]) -> None:
    source.without_git()
    port = urlsplit(source.github.url).port or 0
    source.collect()
    told = total(port)
    assert told["bytes_sent"] == weighed.received[port] > 0
    # A blank at the end of a header is gone before anybody can count it.
    assert told["bytes_received"] == pytest.approx(weighed.sent[port], rel=0.002)


@pytest.mark.parametrize("cloud", [False, True], ids=["data-center", "cloud"])
def test_jira(
    db: None, weighed: type[Weighed], monkeypatch: pytest.MonkeyPatch, *, cloud: bool
) -> None:
    requests: Counter[int] = Counter()
    handle = JiraHandler._handle

    def counted(self: JiraHandler) -> None:
        requests[self.connection.getsockname()[1]] += 1
        handle(self)

    monkeypatch.setattr(JiraHandler, "_handle", counted)
    world = jiras.World()
    world.add_token("the-token-of-the-outbound-tests")
    project = world.create_project("FORGE")
    for number in range(3):
        world.create_issue(project, f"Issue {number}")
    with jiras.running(world, cloud=cloud, path="" if cloud else "/jira") as jira:
        jira.faults.arm("error", after=2)
        connection = add_connection(
            kind="jira_cloud" if cloud else "jira_dc",
            url=jira.url,
            token="the-token-of-the-outbound-tests",
            jira=JiraChoice(email=world.email if cloud else ""),
        )
        collect(connection)
        port = urlsplit(jira.url).port or 0
    told = total(port)
    assert told["requests"] == requests[port] > 3
    assert told["refused"] >= 1
    assert told["bytes_sent"] == weighed.received[port]
    assert told["bytes_received"] == weighed.sent[port]
    assert not Query.objects.filter(kept=None).exists()
    searches = Query.objects.filter(name__contains="/search").values_list("asked", flat=True)
    assert any({"summary", "status"} <= set(asked) for asked in searches)


def test_the_ledger_names_nothing_that_only_one_object_has(source: Source, scratch: Path) -> None:
    source.collect()
    names = {
        "forge",
        *(repository.name for repository in source.world.repositories.values()),
        *(account.login for account in source.world.accounts.values()),
    }
    assert len(names) > 3
    for query in Query.objects.all():
        words = set(query.name.replace("/", " ").split())
        assert not words & names, query.name


def brokers() -> set[str]:
    """What is asked within the appliance."""
    return {f"{ENVIRONMENT.broker_host}:{ENVIRONMENT.broker_port}"}
