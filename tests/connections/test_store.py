"""Connections are stored whole, their secrets closed, and bad input is answered with what to do."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from backend.connections import store
from backend.connections.models import Connection, Credential
from backend.keyring import SealBroken

pytestmark = pytest.mark.django_db
TOKEN = "ghp_0123456789abcdefghij"


def add(
    url: str = "https://ghes.example", token: str = TOKEN, ca_certificate: str = ""
) -> Connection:
    return store.add_connection(kind="github", url=url, token=token, ca_certificate=ca_certificate)


def test_a_connection_is_named_by_its_host_and_its_token_is_sealed() -> None:
    connection = add()
    assert (connection.name, connection.slug) == ("ghes.example", "ghes-example")
    assert store.open_credential(connection) == TOKEN
    with database.cursor() as cursor:
        cursor.execute("SELECT sealed FROM connections_credential")
        assert TOKEN.encode() not in bytes(cursor.fetchone()[0])


def test_two_connections_to_one_host_get_addresses_of_their_own() -> None:
    assert [add().slug, add().slug, add().slug] == [
        "ghes-example",
        "ghes-example-2",
        "ghes-example-3",
    ]


def test_a_new_token_replaces_the_old_one() -> None:
    connection = add()
    store.set_token(connection=connection, token="  ghp_the_next_one_12345\n")
    assert store.open_credential(connection) == "ghp_the_next_one_12345"
    assert Credential.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "ghes.example"}, "write it like https://"),
        ({"url": "http://ghes.example"}, "must begin with https://"),
        ({"url": "https://ghes.example/api/v3"}, "Leave out “/api/v3”"),
        ({"url": "https://me:secret@ghes.example"}, "no name, password"),
        ({"token": "two words"}, "paste it whole"),
        ({"token": ""}, "paste it whole"),
        ({"ca_certificate": "nonsense"}, "PEM form"),
        (
            {"ca_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
            "PEM form",
        ),
    ],
)
def test_bad_input_is_refused_with_what_to_do_and_nothing_is_stored(
    changes: dict[str, str], says: str
) -> None:
    with pytest.raises(store.InvalidConnection, match=says):
        add(**changes)
    assert not Connection.objects.exists()


def test_a_replaced_webhook_secret_stays_valid_for_a_while() -> None:
    connection = add()
    store.set_webhook_secret(connection=connection, secret="first")
    store.set_webhook_secret(connection=connection, secret="second")
    assert store.webhook_secrets(connection) == [b"second", b"first"]
    later = timezone.now() + store.OVERLAP + timedelta(seconds=1)
    assert store.webhook_secrets(connection, now=later) == [b"second"]


@pytest.mark.parametrize(
    "moved", [{"url": "https://elsewhere.example"}, {"ca_certificate": "another authority"}]
)
def test_a_token_cannot_be_sent_to_another_server_by_changing_the_connection(
    moved: dict[str, str],
) -> None:
    connection = add()
    Connection.objects.filter(pk=connection.pk).update(**moved)
    connection.refresh_from_db()
    with pytest.raises(SealBroken):
        store.open_credential(connection)
