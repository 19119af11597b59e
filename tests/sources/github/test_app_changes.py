"""The worker takes over an App that was created from a manifest, and sets its webhook's secret."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.utils import timezone

from backend.connections import manifest, store
from backend.connections.models import AppChange, Connection
from backend.sources.errors import SourceError
from backend.sources.github.app_changes import LATER, SOON, carry_out
from backend.sources.github.app_token import app_token
from tests.connections.test_store import a_key
from tests.simulators.github import Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(server: Simulator) -> Connection:
    return store.add_connection(kind="github", url=server.url, organisations=["forge"])


@pytest.fixture
def code(server: Simulator) -> str:
    """What the browser comes back with."""
    asked = manifest.manifest(
        public_url="https://plumbline.example",
        webhook="https://plumbline.example/hooks/github/ghes",
        created="https://plumbline.example/created/",
        installed="https://plumbline.example/installed/",
    )
    return server.apps.take_manifest("forge", asked)


def the_app(server: Simulator) -> Any:
    """Its App, whose webhook is there."""
    (app,) = server.apps.apps.values()
    return app


def secrets_of(connection: Connection) -> list[str]:
    return [one.secret.decode() for one in store.webhook_secrets(connection)]


def test_the_key_is_sealed_and_the_servers_secret_is_the_one_that_web_made(
    server: Simulator, connection: Connection, code: str
) -> None:
    store.take_over_app(connection=connection, code=code)
    carry_out(connection)
    (key,), app = store.credentials(connection), the_app(server)
    assert key.app_id == app.app_id
    assert server.apps.authenticate(app_token(app.app_id, key.secret)) == app
    assert (connection.app.slug, connection.app.client_id) == (app.slug, app.client_id)
    assert [app.hook.secret] == secrets_of(connection)
    assert not AppChange.objects.exists()


def test_a_code_that_was_used_is_given_up(
    server: Simulator, connection: Connection, code: str
) -> None:
    server.apps.convert(code, base_url=server.url)
    store.take_over_app(connection=connection, code=code)
    with pytest.raises(SourceError, match="no longer exchanges") as told:
        carry_out(connection)
    assert "create it again" in told.value.action
    assert not AppChange.objects.exists()
    assert store.credentials(connection) == []


@pytest.mark.parametrize("kind", ["bad_gateway", "closed", "too_many_requests"])
def test_what_may_pass_is_tried_again(
    server: Simulator, connection: Connection, code: str, kind: str
) -> None:
    server.faults.arm(kind)
    store.take_over_app(connection=connection, code=code)
    with pytest.raises(SourceError):
        carry_out(connection)
    waiting = AppChange.objects.get()
    assert waiting.error
    assert timezone.now() < waiting.due_at <= timezone.now() + SOON
    AppChange.objects.update(due_at=timezone.now())
    carry_out(connection)
    assert [the_app(server).hook.secret] == secrets_of(connection)


def test_it_is_tried_later_and_later(server: Simulator, connection: Connection, code: str) -> None:
    server.faults.arm("bad_gateway")
    store.take_over_app(connection=connection, code=code)
    AppChange.objects.update(created_at=timezone.now() - timedelta(minutes=8))
    with pytest.raises(SourceError):
        carry_out(connection)
    wait = AppChange.objects.get().due_at - timezone.now()
    assert timedelta(minutes=7) < wait < timedelta(minutes=9)


def test_an_answer_that_got_lost_ends_in_what_to_do(
    server: Simulator, connection: Connection, code: str
) -> None:
    server.faults.arm("truncated")
    store.take_over_app(connection=connection, code=code)
    with pytest.raises(SourceError):
        carry_out(connection)
    AppChange.objects.update(due_at=timezone.now())
    with pytest.raises(SourceError) as told:
        carry_out(connection)
    assert "Delete the App at the server" in told.value.action


def test_a_secret_that_cannot_be_set_is_tried_again_and_hinders_nothing(
    server: Simulator, connection: Connection, code: str
) -> None:
    store.take_over_app(connection=connection, code=code)
    carry_out(connection)
    app = the_app(server)
    former = app.hook.secret
    store.change_app_webhook_secret(connection=connection)
    server.faults.arm("forbidden")
    carry_out(connection)
    waiting = AppChange.objects.get()
    assert "forbids" in waiting.error
    assert waiting.due_at > timezone.now() + LATER - timedelta(minutes=1)
    assert app.hook.secret == former
    assert former in secrets_of(connection)
    AppChange.objects.update(due_at=timezone.now())
    carry_out(connection)
    assert secrets_of(connection) == [app.hook.secret, former]


def test_either_of_two_keys_will_do(server: Simulator, connection: Connection, code: str) -> None:
    store.take_over_app(connection=connection, code=code)
    carry_out(connection)
    store.add_app_key(connection=connection, private_key=a_key(1))  # which the server does not know
    store.change_app_webhook_secret(connection=connection)
    carry_out(connection)
    assert the_app(server).hook.secret == secrets_of(connection)[0]
    used = connection.credentials.order_by("set_at").values_list("last_used_at", flat=True)
    assert [bool(moment) for moment in used] == [True, False]


def test_what_was_asked_for_at_another_address_is_given_up(
    server: Simulator, connection: Connection, code: str
) -> None:
    store.take_over_app(connection=connection, code=code)
    Connection.objects.update(url="https://elsewhere.example")
    connection.refresh_from_db()
    with pytest.raises(SourceError, match="address or authority was changed"):
        carry_out(connection)
    assert not AppChange.objects.exists()
    assert not server.ledger.requests


def test_without_a_change_nothing_is_asked(server: Simulator, connection: Connection) -> None:
    carry_out(connection)
    assert not server.ledger.requests


def test_a_token_is_short_lived_and_names_the_app() -> None:
    now = timezone.now().replace(microsecond=0)
    claims = jwt.decode(
        app_token(12, a_key(1), now=now), options={"verify_signature": False, "verify_exp": False}
    )
    assert claims["iss"] == "12"
    assert claims["iat"] == (now - timedelta(minutes=1)).timestamp()
    assert claims["exp"] - now.timestamp() < 600


@pytest.mark.parametrize("odd", ["key", "name"])
def test_what_cannot_be_used_of_an_app_is_told_once(
    server: Simulator,
    connection: Connection,
    code: str,
    odd: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if odd == "key":
        monkeypatch.setattr(server.apps, "add_key", lambda _: "no key")
    else:
        server.apps.codes[code].app.slug = "s" * 201
    store.take_over_app(connection=connection, code=code)
    with pytest.raises(SourceError) as told:
        carry_out(connection)
    assert "Delete the App at the server" in told.value.action
    assert not AppChange.objects.exists()
    assert store.credentials(connection) == []
