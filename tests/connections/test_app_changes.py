"""What web asks the worker to do at the server: sealed, taken by one, tried again, given up in the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from backend.audit.models import Event
from backend.connections import store
from backend.connections.models import AppChange, Connection
from backend.pipeline import bell
from backend.pipeline.tasks import sweep
from tests.connections.test_store import a_key, an_app, valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return store.add_connection(kind="github", url="https://ghes.example")


def sealed() -> bytes:
    with database.cursor() as cursor:
        cursor.execute("SELECT sealed FROM connections_appchange")
        return bytes(cursor.fetchone()[0])


def test_an_app_is_taken_over_in_two_steps(connection: Connection) -> None:
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    assert store.due_app_changes() == [connection.pk]
    opened = store.claim_app_change(connection)
    assert opened is not None
    assert (opened.step, opened.code) == ("create", "c0de-of-the-manifest")
    assert [opened.webhook_secret.encode()] == valid(connection)
    for secret in (opened.code, opened.webhook_secret):
        assert secret.encode() not in sealed()
        assert secret not in repr(opened)
        assert secret not in str(list(Event.objects.values()))
    store.store_created_app(connection=connection, change=opened, app=an_app())
    (key,) = store.credentials(connection)
    assert (key.secret, key.app_id) == (a_key(1), 12)
    then = store.claim_app_change(connection)
    assert then is not None
    assert (then.step, then.webhook_secret) == ("set_secret", opened.webhook_secret)
    store.finish_app_change(change=then)
    assert store.due_app_changes() == []


def test_one_worker_at_a_time_takes_it(connection: Connection) -> None:
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    now = timezone.now()
    assert store.claim_app_change(connection, now=now)
    assert store.claim_app_change(connection, now=now) is None
    assert store.claim_app_change(connection, now=now + store.LEASE)


def test_it_is_put_off_until_it_is_too_late(connection: Connection) -> None:
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    change = store.claim_app_change(connection)
    assert change is not None
    soon = timezone.now() + timedelta(minutes=1)
    assert store.put_off_app_change(change=change, error="unreachable", until=soon)
    assert AppChange.objects.values_list("due_at", "error").get() == (soon, "unreachable")
    late = timezone.now() + store.CODE_VALID
    assert not store.put_off_app_change(change=change, error="unreachable", until=late)
    assert not AppChange.objects.exists()


def test_the_secret_of_an_app_is_changed_without_a_gap(connection: Connection) -> None:
    store.set_app(connection=connection, app=an_app())
    store.set_webhook_secret(connection=connection, secret="former")
    store.change_app_webhook_secret(connection=connection)
    opened = store.claim_app_change(connection)
    assert opened is not None
    assert opened.step == "set_secret"
    assert valid(connection) == [opened.webhook_secret.encode(), b"former"]


def test_there_is_no_secret_to_set_without_an_app(connection: Connection) -> None:
    with pytest.raises(store.InvalidConnection, match="does not sign in"):
        store.change_app_webhook_secret(connection=connection)
    store.set_app(connection=connection, app=an_app())
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    with pytest.raises(store.InvalidConnection, match="being taken over"):
        store.change_app_webhook_secret(connection=connection)


def test_the_sweep_rings_for_it_whatever_became_of_the_first_bell(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr(bell, "ring", lambda *what: rung.append(what))
    sweep()
    assert rung == []
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    sweep()
    assert rung == [(bell.CHECK, connection.pk)]


def claimed(connection: Connection) -> store.OpenedChange:
    change = store.claim_app_change(connection)
    assert change is not None
    return change


def test_what_was_asked_for_since_is_not_taken_for_what_was_claimed(connection: Connection) -> None:
    store.set_app(connection=connection, app=an_app())
    store.change_app_webhook_secret(connection=connection)
    earlier = claimed(connection)
    store.change_app_webhook_secret(connection=connection)
    store.finish_app_change(change=earlier)
    store.put_off_app_change(change=earlier, error="busy", until=timezone.now())
    later = claimed(connection)
    assert later.webhook_secret != earlier.webhook_secret
    assert later.webhook_secret.encode() in valid(connection)


def test_a_token_that_was_entered_meanwhile_stays(connection: Connection) -> None:
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    change = claimed(connection)
    store.set_token(connection=connection, token="ghp_entered_meanwhile")
    assert not store.store_created_app(connection=connection, change=change, app=an_app())
    (credential,) = store.credentials(connection)
    assert credential.secret == "ghp_entered_meanwhile"
    assert store.due_app_changes() == []


@pytest.mark.parametrize("by", [store.forget_credentials, None])
def test_another_app_has_nothing_left_to_do_of_the_former_one(
    connection: Connection, by: Callable[..., None] | None
) -> None:
    store.set_app(connection=connection, app=an_app())
    store.change_app_webhook_secret(connection=connection)
    if by is None:
        store.set_app(connection=connection, app=an_app())
    else:
        by(connection=connection)
    assert not AppChange.objects.exists()


def test_a_secret_entered_by_hand_ends_what_the_worker_was_to_set(connection: Connection) -> None:
    store.set_app(connection=connection, app=an_app())
    store.change_app_webhook_secret(connection=connection)
    store.set_webhook_secret(connection=connection, secret="by hand")
    assert not AppChange.objects.exists()
    store.take_over_app(connection=connection, code="c0de-of-the-manifest")
    with pytest.raises(store.InvalidConnection, match="being taken over"):
        store.set_webhook_secret(connection=connection, secret="too early")


def test_only_what_a_person_enters_ends_a_pause(connection: Connection) -> None:
    store.record_state(connection=connection, state=Connection.State.PAUSED, reason="by a person")
    for state in (Connection.State.WORKING, Connection.State.FAILING):
        store.record_state(connection=connection, state=state)
        connection.refresh_from_db()
        assert (connection.state, connection.state_reason) == ("paused", "by a person")
    store.set_token(connection=connection, token="ghp_entered_by_a_person")
    connection.refresh_from_db()
    assert connection.state == Connection.State.UNCHECKED
    assert Event.objects.filter(name="connection_resumed").count() == 1
