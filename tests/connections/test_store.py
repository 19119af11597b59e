"""Connections are stored whole, their secrets closed, and bad input is answered with what to do."""

import base64
import subprocess
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.db import connection as database
from django.utils import timezone

from backend.audit.models import Event
from backend.connections import store
from backend.connections.models import (
    Connection,
    Credential,
    GitHubApp,
    JiraSettings,
    WebhookSecret,
)
from backend.keyring import SealBroken

pytestmark = pytest.mark.django_db
TOKEN = "ghp_0123456789abcdefghij"


def add(
    url: str = "https://ghes.example", token: str = TOKEN, ca_certificate: str = ""
) -> Connection:
    return store.add_connection(kind="github", url=url, token=token, ca_certificate=ca_certificate)


@cache
def a_key(number: int) -> str:
    """A private key as GitHub gives it for download."""
    form = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return generate_private_key(65537, 2048).private_bytes(*form).decode()


def an_app(key: int = 1) -> store.AppSignIn:
    return store.AppSignIn(12, a_key(key), slug="plumbline", client_id="Iv1.x", installation_id=34)


def valid(connection: Connection, now: datetime | None = None) -> list[bytes]:
    return [one.secret for one in store.webhook_secrets(connection, now=now)]


def test_a_connection_is_named_by_its_host_and_its_token_is_sealed() -> None:
    connection = add()
    assert (connection.name, connection.slug) == ("ghes.example", "ghes-example")
    assert store.credentials(connection)[0].secret == TOKEN
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
    assert store.credentials(connection)[0].secret == "ghp_the_next_one_12345"
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
    assert valid(connection) == [b"second", b"first"]
    later = timezone.now() + store.OVERLAP + timedelta(seconds=1)
    assert valid(connection, now=later) == [b"second"]


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
        store.credentials(connection)


class TestApp:
    def test_it_is_sealed_and_opens_with_what_identifies_it(self) -> None:
        connection = store.add_connection(kind="github", url="https://ghes.example", app=an_app())
        (opened,) = store.credentials(connection)
        assert (opened.kind, opened.app_id, opened.installation_id) == ("github_app", 12, 34)
        assert opened.secret == a_key(1)
        assert a_key(1) not in repr((opened, an_app()))
        with database.cursor() as cursor:
            cursor.execute("SELECT sealed FROM connections_credential")
            assert b"PRIVATE KEY" not in bytes(cursor.fetchone()[0])
        assert "PRIVATE KEY" not in str(list(Event.objects.values()))

    def test_two_keys_are_valid_at_a_time_newest_first(self) -> None:
        connection = add()
        store.set_app(connection=connection, app=an_app())
        store.add_app_key(connection=connection, private_key=a_key(2))
        assert [one.secret for one in store.credentials(connection)] == [a_key(2), a_key(1)]
        with pytest.raises(store.InvalidConnection, match="retire one"):
            store.add_app_key(connection=connection, private_key=a_key(3))
        with pytest.raises(store.InvalidConnection, match="there already"):
            store.add_app_key(connection=connection, private_key=a_key(2))
        former = store.credentials(connection)[1].pk
        store.retire_app_key(connection=connection, credential_id=former)
        assert [one.secret for one in store.credentials(connection)] == [a_key(2)]
        with pytest.raises(store.InvalidConnection, match="only key"):
            store.retire_app_key(
                connection=connection, credential_id=store.credentials(connection)[0].pk
            )
        names = Event.objects.exclude(name="").values_list("name", flat=True)
        assert set(names) == {"token_set", "app_set", "app_key_added", "app_key_retired"}

    def test_a_key_of_another_connection_is_not_retired(self) -> None:
        mine, other = add(), add()
        store.set_app(connection=other, app=an_app())
        store.add_app_key(connection=other, private_key=a_key(2))
        with pytest.raises(Credential.DoesNotExist):
            store.retire_app_key(connection=mine, credential_id=store.credentials(other)[0].pk)

    def test_a_token_replaces_an_app_and_an_app_a_token(self) -> None:
        connection = add()
        store.set_app(connection=connection, app=an_app())
        assert [one.kind for one in store.credentials(connection)] == ["github_app"]
        store.set_token(connection=connection, token=TOKEN)
        assert [one.kind for one in store.credentials(connection)] == ["token"]
        assert not GitHubApp.objects.exists()
        with pytest.raises(store.InvalidConnection, match="does not sign in"):
            store.add_app_key(connection=connection, private_key=a_key(2))

    def test_the_fingerprint_is_what_openssl_makes_of_the_key(self) -> None:
        """As GitHub's documentation tells how to compare a key with the one it shows."""
        public = subprocess.run(
            ["openssl", "rsa", "-pubout", "-outform", "DER"],
            input=a_key(1).encode(),
            capture_output=True,
            check=True,
        ).stdout
        digest = subprocess.run(
            ["openssl", "sha256", "-binary"], input=public, capture_output=True, check=True
        ).stdout
        assert store.clean_private_key(a_key(1)).fingerprint == base64.b64encode(digest).decode()

    def test_what_is_no_key_is_refused_without_showing_it(self) -> None:
        key = generate_private_key(65537, 2048)
        locked = key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        ).decode()
        public = (
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        )
        for wrong, says in ((locked, "password"), (public, "no private key"), ("x", "no private")):
            with pytest.raises(store.InvalidConnection, match=says) as refused:
                store.clean_private_key(wrong)
            assert wrong not in str(refused.value)
            assert refused.value.__cause__ is None

    def test_its_use_is_noted_at_most_once_a_minute(self) -> None:
        connection = add()
        (opened,) = store.credentials(connection)
        first = timezone.now()
        for seconds, noted in ((0, 0), (59, 0), (60, 60)):
            moment = first + timedelta(seconds=seconds)
            store.note_credential_used(credential_id=opened.pk, now=moment)
            assert Credential.objects.get().last_used_at == first + timedelta(seconds=noted)

    def test_the_installation_found_is_kept(self) -> None:
        connection = store.add_connection(
            kind="github", url="https://ghes.example", app=store.AppSignIn(12, a_key(1))
        )
        assert store.credentials(connection)[0].installation_id is None
        store.note_installation(connection=connection, installation_id=56)
        assert store.credentials(connection)[0].installation_id == 56


class TestWebhookSecrets:
    def test_the_one_in_use_outlives_one_that_never_reached_the_server(self) -> None:
        connection = add()
        store.set_webhook_secret(connection=connection, secret="in use")
        (opened,) = store.webhook_secrets(connection)
        store.note_webhook_secret_used(opened=opened)
        store.set_webhook_secret(connection=connection, secret="lost")
        store.set_webhook_secret(connection=connection, secret="current")
        assert valid(connection) == [b"current", b"in use"]

    def test_its_use_is_noted_at_most_once_a_minute(self) -> None:
        connection = add()
        store.set_webhook_secret(connection=connection, secret="first")
        start = timezone.now()
        for seconds, noted in ((0, 0), (59, 0), (60, 60)):
            (opened,) = store.webhook_secrets(connection)
            moment = start + timedelta(seconds=seconds)
            store.note_webhook_secret_used(opened=opened, now=moment)
            assert WebhookSecret.objects.get().last_used_at == start + timedelta(seconds=noted)

    def test_the_former_one_can_be_ended_at_once(self) -> None:
        connection = add()
        store.set_webhook_secret(connection=connection, secret="first")
        store.set_webhook_secret(connection=connection, secret="second")
        store.end_former_webhook_secret(connection=connection)
        assert valid(connection) == [b"second"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("https://api.github.com", "Write https://github.com"),
        ("https://www.github.com", "Write https://github.com"),
        ("https://api.octocorp.ghe.com", "Write https://octocorp.ghe.com"),
    ],
)
def test_the_cloud_is_named_by_the_address_in_the_browser(typed: str, says: str) -> None:
    with pytest.raises(store.InvalidConnection, match=says):
        store.clean_url(typed)
    assert store.clean_url("https://octocorp.ghe.com/") == "https://octocorp.ghe.com"


class TestJira:
    def test_it_is_stored_with_what_of_it_is_read(self) -> None:
        choice = store.JiraChoice(
            projects=(" forge ", "M*", "forge", ""),
            sprint_field=" customfield_7 ",
            webhook_addresses=("10.1.0.0/24", "fd00::/8"),
        )
        made = store.add_connection(
            kind="jira_dc", url="https://jira.example/jira/", token=TOKEN, jira=choice
        )
        assert (made.url, made.slug) == ("https://jira.example/jira", "jira-example")
        assert store.credentials(made)[0].secret == TOKEN
        assert made.jira.projects == ["FORGE", "M*"]
        assert made.jira.sprint_field == "customfield_7"
        assert made.jira.webhook_addresses == ["10.1.0.0/24", "fd00::/8"]

    @pytest.mark.parametrize(
        ("values", "says"),
        [
            ({"app": store.AppSignIn(12, "x")}, "belongs to GitHub"),
            ({"url": "https://jira.example/browse/FORGE-1"}, "Leave out"),
            ({"jira": store.JiraChoice(sprint_field="Sprint")}, "no id of a custom field"),
            ({"jira": store.JiraChoice(webhook_addresses=("0.0.0.0/0",))}, "nearly everybody"),
            ({"kind": "github", "jira": store.JiraChoice()}, "none of GitHub's"),
        ],
        ids=range(5),
    )
    def test_what_cannot_be_is_refused_whole(self, values: dict[str, Any], says: str) -> None:
        told: dict[str, Any] = {"kind": "jira_dc", "url": "https://jira.example"}
        with pytest.raises(store.InvalidConnection, match=says):
            store.add_connection(**told | values)
        assert not Connection.objects.exists()

    def test_what_is_read_is_changed_whole_and_keeps_what_was_found(self) -> None:
        made = store.add_connection(kind="jira_dc", url="https://jira.example", token=TOKEN)
        JiraSettings.objects.update(fields_found=[{"id": "customfield_7"}])
        store.set_jira(connection=made, choice=store.JiraChoice(projects=("MILL",)))
        settings = JiraSettings.objects.get()
        assert (settings.projects, settings.fields_found) == (["MILL"], [{"id": "customfield_7"}])
