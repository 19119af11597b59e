"""Webhook deliveries that failed are sent again, under their own GUIDs, and arrive as hints."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from backend.connections import store
from backend.connections.manifest import EVENTS, PERMISSIONS
from backend.connections.models import Connection
from backend.pipeline import tasks
from backend.pipeline.kinds import github as kinds
from backend.sources.collected import Collected
from backend.sources.github import deliveries, session
from backend.sources.github.session import open_source
from backend.sources.models import Hint, SyncRun
from tests.simulators.github import Simulator
from tests.simulators.github.deliveries import AppHook
from tests.simulators.test_webhooks import receiver
from tests.sources.github.conftest import TOKEN

pytestmark = pytest.mark.django_db

NOWHERE = "http://127.0.0.1:9/closed"
SECRET = "the secret of the deliveries' tests"


@pytest.fixture
def hook(server: Simulator) -> AppHook:
    """Of an App that is installed, and whose webhooks arrive nowhere."""
    made = server.apps.create(permissions=dict.fromkeys(PERMISSIONS, "read"), events=list(EVENTS))
    server.apps.install(made, "forge")
    return server.apps.add_hook(made, NOWHERE, SECRET, base_url=server.url)


@pytest.fixture
def connection(server: Simulator, hook: AppHook) -> Iterator[Connection]:
    key = server.apps.add_key(hook.app)
    session._issued.clear()
    app = store.AppSignIn(hook.app.app_id, key)
    yield store.add_connection(kind="github", url=server.url, app=app)
    session._issued.clear()


def collect(connection: Connection) -> Collected:
    with open_source(connection) as github:
        return deliveries.collect_deliveries(connection, github)


def looked(connection: Connection, *, ago: timedelta, outcome: str = "succeeded") -> None:
    when = timezone.now() - ago
    SyncRun.objects.create(
        connection=connection,
        kind=Hint.Kind.DELIVERIES,
        started_at=when,
        finished_at=when,
        outcome=outcome,
    )


def happen(server: Simulator, count: int) -> None:
    for _ in range(count):
        number = len(server.world.repositories)
        server.world.create_repository(server.world.organizations["forge"], f"app{number}")


def test_what_failed_is_sent_again_and_what_arrived_is_not(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    with receiver() as (url, received):
        hook.url = url
        happen(server, 2)
        hook.url = NOWHERE
        happen(server, 3)
        lost = {delivery.guid for delivery in hook.deliveries if delivery.status is None}
        hook.url = url
        before = len(received)
        assert collect(connection).stored == 3
        again = {headers["X-GitHub-Delivery"] for headers, _ in received[before:]}
        assert again == lost
        assert collect(connection) == Collected()


def test_what_fails_every_time_is_told_and_left_to_polling(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    with receiver(status=503) as (url, _):
        hook.url = url
        happen(server, 2)
        found = [collect(connection) for _ in range(4)]
    assert [one.stored for one in found] == [2, 2, 0, 0]
    assert found[-1].notes == ["2 deliveries failed 3 times: polling finds their news."]


def test_pages_are_followed_back_to_behind_the_last_look(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    happen(server, 130)
    for attempt in list(hook.attempts.values())[:10]:
        attempt.delivered_at -= timedelta(hours=6).total_seconds()
    looked(connection, ago=timedelta(hours=1))
    looked(connection, ago=timedelta(minutes=1), outcome="failed")
    assert collect(connection).stored == 120
    routes = server.ledger.routes
    assert routes["GET /app/hook/deliveries"] == 2
    assert routes["POST /app/hook/deliveries/*/attempts"] == 120


def test_what_was_first_sent_long_ago_is_left(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    """Else one that fails for ever would be asked for for ever: of its attempts only the last ones are seen."""
    happen(server, 1)
    (first,) = (number for number, one in hook.attempts.items() if one.sent.event == "repository")
    hook.redeliver(first)
    looked(connection, ago=timedelta(hours=1))
    hook.attempts[first].delivered_at -= timedelta(hours=6).total_seconds()
    assert collect(connection) == Collected()


def test_only_so_many_are_asked_for(
    server: Simulator, hook: AppHook, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "ASKED_AT_MOST", 2)
    happen(server, 5)
    done = collect(connection)
    assert (done.stored, done.notes) == (2, ["3 more deliveries failed: polling finds their news."])


def test_events_that_tell_nothing_are_left(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    happen(server, 1)
    for attempt in hook.attempts.values():
        attempt.sent.event = "star"
    assert collect(connection) == Collected()


def test_an_app_without_a_webhook_and_a_token_have_nothing(
    server: Simulator, hook: AppHook, connection: Connection
) -> None:
    hook.app.hook = None
    assert collect(connection) == Collected()
    other = store.add_connection(kind="github", url=server.url, token=TOKEN)
    assert collect(other).notes == ["Only a GitHub App may have deliveries sent again."]


def test_apps_are_asked_each_hour(
    server: Simulator, hook: AppHook, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda *_: None)
    store.add_connection(kind="github", url="https://other.example", token=TOKEN)
    happen(server, 1)
    tasks.discover()
    hint = Hint.objects.get(kind=Hint.Kind.DELIVERIES)
    assert hint.connection == connection
    (piece,) = kinds.pieces([hint])
    with open_source(connection) as github:
        assert kinds.collect(piece, None, github, lambda *_: None).stored >= 1


@pytest.mark.django_db(transaction=True)
def test_what_was_refused_arrives_as_a_hint(
    server: Simulator, hook: AppHook, connection: Connection, live_server: LiveServer
) -> None:
    """As after the secret was wrong for a while."""
    hook.url, hook.secret = f"{live_server.url}/hooks/github/{connection.slug}", "another secret"
    store.set_webhook_secret(connection=connection, secret=SECRET)
    happen(server, 1)
    refused = [one for one in hook.deliveries if one.event == "repository"]
    assert [one.status for one in refused] == [401]
    assert not Hint.objects.exists()

    hook.secret = SECRET
    assert collect(connection).stored >= 1
    hint = Hint.objects.get(kind=Hint.Kind.REPOSITORY)
    assert (hint.container_external_id, hint.delivery) == (
        next(iter(server.world.repositories)),
        refused[0].guid,
    )
