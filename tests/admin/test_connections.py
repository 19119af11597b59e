"""A connection's own pages: GitHub App, keys and secrets that rotate, what it tells, which repositories are read."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.connections import manifest, store
from backend.connections.models import AppChange, Connection, Credential
from backend.pipeline import bell
from backend.sources.models import Hint, Usage
from tests.connections.test_store import TOKEN, a_key, an_app
from tests.factories import a_repository
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
ADD = "/admin/connections/connection/add/"
FIELDS = {
    "kind": "github",
    "name": "",
    "url": "https://ghes.example",
    "organisations": "org",
    "ca_certificate": "",
    "cloning_allowed": "on",
    "requests_per_hour": 10_000,
    "clone_limit_megabytes": 4096,
}


@pytest.fixture
def rung(django_capture_on_commit_callbacks: Any) -> Iterator[list[tuple[Any, ...]]]:
    """What the bell was rung for; no worker listens in tests."""
    calls: list[tuple[Any, ...]] = []
    with patch.object(bell, "ring", lambda *what: calls.append(what)):
        yield calls


@pytest.fixture
def connection() -> Connection:
    return store.add_connection(
        kind="github", url="https://ghes.example", token=TOKEN, organisations=["org"]
    )


def address(name: str, *args: int) -> str:
    return reverse(f"admin:connections_connection_{name}", args=args)


def shown(client: Client, connection: Connection) -> str:
    """The words of the page, without its markup."""
    page = client.get(address("change", connection.pk)).content.decode()
    words = re.sub(r"<[^>]+>", " ", page[page.index('class="facts"') :])
    return " ".join(words.split())


def a_file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("key.pem", text.encode())


class TestSigningIn:
    def test_an_app_is_typed_in(self, client: Client, administrator: User) -> None:
        form = {"sign_in": "app", "app_id": 12, "private_key": a_file(a_key(1))}
        assert client.post(ADD, FIELDS | form).status_code == 302
        added = Connection.objects.get()
        (key,) = store.credentials(added)
        assert (key.app_id, key.installation_id, key.secret) == (12, None, a_key(1))
        page = client.get(address("change", added.pk)).content.decode()
        assert "PRIVATE KEY" not in page
        assert f"SHA256:{store.clean_private_key(a_key(1)).fingerprint}" in page

    @pytest.mark.parametrize(
        ("form", "field", "says"),
        [
            ({"app_id": 12}, "private_key", "needed"),
            ({"private_key": "key"}, "app_id", "needed"),
            ({"app_id": 12, "private_key": "no key"}, "private_key", "no private key"),
            ({"app_id": 12, "private_key": "x" * 20_001}, "private_key", "too large"),
        ],
    )
    def test_what_cannot_work_is_told_at_its_field(
        self, client: Client, administrator: User, form: dict[str, Any], field: str, says: str
    ) -> None:
        if text := form.get("private_key"):
            form = form | {"private_key": a_file(a_key(1) if text == "key" else text)}
        answer = client.post(ADD, FIELDS | {"sign_in": "app"} | form)
        assert says in answer.context["adminform"].form.errors[field][0]
        assert not Connection.objects.exists()

    def test_a_token_gives_way_to_an_app(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        form = {"sign_in": "app", "app_id": 12, "private_key": a_file(a_key(1)), "name": "ghes"}
        client.post(address("change", connection.pk), FIELDS | form)
        assert [one.kind for one in store.credentials(connection)] == ["github_app"]

    def test_keys_rotate_without_a_gap(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        store.set_app(connection=connection, app=an_app())
        (first,) = store.credentials(connection)
        store.note_credential_used(credential_id=first.pk)
        page = address("app_key", connection.pk)
        refused = client.post(page, {"private_key": a_file(a_key(1))})
        assert b"there already" in refused.content
        assert client.post(page, {"private_key": a_file(a_key(2))}).status_code == 302
        second, _ = store.credentials(connection)
        words = shown(client, connection)
        assert words.index("not used yet") < words.index("in use") < words.index("Two keys are")
        third = client.post(page, {"private_key": a_file(a_key(3))})
        assert b"retire one of them" in third.content
        retire = address("app_key_retire", connection.pk, first.pk)
        assert b"Retire this key?" in client.get(retire).content
        assert len(store.credentials(connection)) == 2
        client.post(retire)
        assert [one.pk for one in store.credentials(connection)] == [second.pk]
        client.post(address("app_key_retire", connection.pk, second.pk))
        assert Credential.objects.count() == 1
        by = Event.objects.filter(name__in=["app_key_added", "app_key_retired"])
        assert {event.actor for event in by} == {administrator}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"quiet_from": "20:00"}, "quiet_to", "both ends"),
        ({"quiet_to": "06:00"}, "quiet_to", "both ends"),
        ({"quiet_from": "20:00", "quiet_to": "20:00"}, "quiet_to", "another time"),
        ({"requests_per_hour": 0}, "requests_per_hour", "pause the connection"),
    ],
)
def test_limits_that_mean_nothing_are_told(
    client: Client,
    administrator: User,
    connection: Connection,
    change: dict[str, Any],
    field: str,
    says: str,
) -> None:
    page = address("change", connection.pk)
    form = FIELDS | {"name": "ghes", "sign_in": "keep"}
    answer = client.post(page, form | change)
    assert says in answer.context["adminform"].form.errors[field][0]
    answer = client.post(page, form | {"quiet_from": "20:00", "quiet_to": "06:00"})
    assert answer.status_code == 302


class TestManifest:
    def set_out(self, client: Client, connection: Connection, **query: str) -> tuple[str, Any, str]:
        """Where the page leads, with what, and the policy it has."""
        answer = client.get(address("github_app", connection.pk), query)
        found = re.search(r'action="([^"]+)" class="set-out"', answer.content.decode())
        assert found
        policy = answer.headers["Content-Security-Policy"]
        return found[1], json.loads(answer.context["manifest"]), policy

    def state(self, client: Client, connection: Connection) -> str:
        leads, _, _ = self.set_out(client, connection)
        return parse_qs(urlsplit(leads).query)["state"][0]

    def test_the_button_takes_it_to_the_server_and_no_other_page_may(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        leads, sent, policy = self.set_out(client, connection)
        assert leads.startswith("https://ghes.example/organizations/org/settings/apps/new?state=")
        assert "form-action 'self' https://ghes.example;" in f"{policy};"
        assert sent["hook_attributes"]["url"].endswith("/hooks/github/ghes-example")
        assert sent["public"] is False
        elsewhere = client.get(address("change", connection.pk)).headers["Content-Security-Policy"]
        assert "ghes.example" not in elsewhere

    def test_it_asks_for_reading_alone(self) -> None:
        asked = manifest.manifest(
            public_url="https://plumbline.example", webhook="w", created="c", installed="i"
        )
        assert set(asked["default_permissions"].values()) == {"read"}
        assert set(asked["default_permissions"]) == {
            *("metadata", "contents", "pull_requests", "checks", "statuses", "actions"),
            *("deployments", "members"),
        }
        assert len(asked["name"]) <= 34
        assert "request_oauth_on_install" not in asked

    def test_the_code_that_comes_back_goes_to_the_worker(
        self,
        client: Client,
        administrator: User,
        connection: Connection,
        rung: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        state = self.state(client, connection)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.get(address("app_created"), {"code": "c0de", "state": state})
        assert answer.headers["Location"] == address("change", connection.pk)
        assert rung == [(bell.CHECK, connection.pk)]
        opened = store.claim_app_change(connection)
        assert opened is not None
        assert (opened.step, opened.code) == ("create", "c0de")
        assert "take over the App" in shown(client, connection)
        assert Event.objects.get(name="app_created").actor == administrator

    def refused(self, client: Client, **query: str) -> None:
        answer = client.get(address("app_created"), query, follow=True)
        assert b"begin again" in answer.content
        assert not AppChange.objects.exists()
        assert Event.objects.filter(name="app_return_refused").exists()

    def test_a_state_is_good_for_one_use(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        state = self.state(client, connection)
        client.get(address("app_created"), {"code": "c0de", "state": state})
        assert AppChange.objects.exists()
        AppChange.objects.all().delete()
        self.refused(client, code="an0ther", state=state)

    @pytest.mark.parametrize(
        "changed", [{"url": "https://elsewhere.example"}, {"ca_certificate": "another"}]
    )
    def test_a_code_goes_to_no_other_server_than_the_one_it_came_from(
        self, client: Client, administrator: User, connection: Connection, changed: dict[str, str]
    ) -> None:
        state = self.state(client, connection)
        Connection.objects.filter(pk=connection.pk).update(**changed)
        self.refused(client, code="c0de", state=state)
        event = Event.objects.get(name="app_return_refused")
        assert event.actor == administrator
        assert "changed on the way" in event.additional_data["reason"]

    def test_a_state_of_another_session_is_refused(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        other = sign_in(Client(), an_account(Role.ADMINISTRATOR))
        state = self.state(other, connection)
        self.refused(client, code="c0de", state=state)
        self.state(client, connection)
        self.refused(client, code="c0de", state=state)

    def test_a_state_that_is_old_forged_or_without_a_code_is_refused(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        self.refused(client, code="c0de", state=self.state(client, connection) + "x")
        self.refused(client, state=self.state(client, connection))
        self.refused(client, code="../../user", state=self.state(client, connection))
        state = self.state(client, connection)
        session = client.session
        with time_machine.travel(timezone.now() + store.CODE_VALID + timedelta(seconds=1)):
            sign_in(client, administrator)
            kept = client.session
            kept["github_app_state"] = session["github_app_state"]
            kept.save()
            self.refused(client, code="c0de", state=state)

    def test_an_owner_with_a_slash_leads_nowhere(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        answer = client.get(address("github_app", connection.pk), {"organisation": "a/../b"})
        assert b"set-out" not in answer.content
        assert b"without slashes" in answer.content

    def test_adding_a_connection_leads_there(self, client: Client, administrator: User) -> None:
        answer = client.post(ADD, FIELDS | {"sign_in": "new_app"})
        added = Connection.objects.get()
        assert answer.headers["Location"] == address("github_app", added.pk)
        assert "nothing to sign in with" in shown(client, added)

    @pytest.mark.parametrize(
        ("url", "leads"),
        [
            ("https://ghes.example", "https://ghes.example/github-apps/p/installations/new"),
            ("https://github.com", "https://github.com/apps/p/installations/new"),
            ("https://octocorp.ghe.com", "https://octocorp.ghe.com/apps/p/installations/new"),
        ],
    )
    def test_the_installation_has_its_place_on_every_kind_of_server(
        self, url: str, leads: str
    ) -> None:
        assert manifest.install_address(url, "p") == leads


class TestWebhookSecret:
    def test_the_worker_sets_an_apps_secret(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        store.set_app(connection=connection, app=an_app())
        store.set_webhook_secret(connection=connection, secret="former")
        store.note_webhook_secret_used(opened=store.webhook_secrets(connection)[0])
        page = address("webhook_secret", connection.pk)
        assert b"Make it and set it" in client.get(page).content
        assert client.post(page).status_code == 302
        opened = store.claim_app_change(connection)
        assert opened is not None
        assert opened.webhook_secret.encode() == store.webhook_secrets(connection)[0].secret
        words = shown(client, connection)
        assert words.index("until replaced not used yet") < words.index("in use")
        end = address("webhook_secret_end", connection.pk)
        assert b"End the former" in client.get(end).content
        client.post(end)
        assert len(store.webhook_secrets(connection)) == 1


def test_the_page_tells_permissions_and_what_was_asked(
    client: Client, administrator: User, connection: Connection
) -> None:
    store.record_state(
        connection=connection,
        state=Connection.State.WORKING,
        permissions=[
            {"name": "checks", "needed": "read", "granted": "read", "verdict": "ok", "action": ""},
            {
                "name": "issues",
                "needed": "",
                "granted": "write",
                "verdict": "excess",
                "action": "Take it away.",
            },
            {
                "name": "members",
                "needed": "read",
                "granted": "",
                "verdict": "missing",
                "action": "",
            },
        ],
    )
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for ago, requests in ((0, 1200), (23, 34), (26, 999)):
        Usage.objects.create(
            connection=connection,
            hour=hour - timedelta(hours=ago),
            interface="graphql",
            requests=requests,
            points=2 * requests,
            milliseconds=100 * requests,
        )
    words = shown(client, connection)
    assert (
        "members read none missing issues Take it away. none write too much "
        "checks read read as needed" in words
    )
    assert "GraphQL 1,234 0 2,468 100 ms 1,234 in all; the limit is 10,000 an hour." in words


class TestRepositories:
    def rules(self, *rows: tuple[str, str, str], **buttons: str) -> dict[str, Any]:
        form: dict[str, Any] = {"rules-TOTAL_FORMS": len(rows), "rules-INITIAL_FORMS": 0} | buttons
        for number, values in enumerate(rows):
            for name, value in zip(("effect", "test", "pattern"), values, strict=True):
                form[f"rules-{number}-{name}"] = value
        return form

    def test_a_preview_says_what_would_change_and_changes_nothing(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        a_repository(connection, name_with_owner="org/kept")
        a_repository(connection, name_with_owner="org/old", is_archived=True)
        a_repository(connection, name_with_owner="org/back", state="excluded")
        a_repository(connection, name_with_owner="org/lost", state="lost_access")
        a_repository(name_with_owner="other/elsewhere")
        page = address("repositories", connection.pk)
        form = self.rules(("exclude", "archived", ""), ("", "", ""), preview="Preview")
        answer = client.post(page, form)
        effect = answer.context["effect"]
        assert (effect.known, effect.will_be_read, effect.stops, effect.begins) == (3, 2, 1, 1)
        assert [str(one.repository) for one in effect.judged] == ["org/back", "org/old", "org/kept"]
        assert b"1 would no longer be read" in answer.content
        assert not connection.repository_rules.exists()
        assert not Hint.objects.exists()

    def test_stored_rules_are_audited_and_applied_by_the_worker(
        self,
        client: Client,
        administrator: User,
        connection: Connection,
        rung: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        page = address("repositories", connection.pk)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(page, self.rules(("include", "name", " org/* "), save="Store"))
        assert connection.repository_rules.values_list("effect", "test", "pattern").get() == (
            *("include", "name", "org/*"),
        )
        assert Hint.objects.get().kind == Hint.Kind.CONNECTION
        assert rung == [()]
        event = Event.objects.get(content_type__model="repositoryrule")
        assert (event.actor, event.object_repr) == (administrator, "include name matches org/*")
        remove = self.rules(("include", "name", "org/*"), save="Store") | {"rules-0-DELETE": "on"}
        client.post(page, remove)
        assert not connection.repository_rules.exists()

    def test_a_rule_that_means_nothing_is_told_at_its_field(
        self, client: Client, administrator: User, connection: Connection
    ) -> None:
        page = address("repositories", connection.pk)
        answer = client.post(page, self.rules(("include", "topic", ""), save="Store"))
        assert "Say which" in answer.context["formset"].errors[0]["pattern"][0]
        assert not connection.repository_rules.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("test", "webhook_secret", "webhook_secret_end", "app_key", "github_app"),
        *("app_installed", "repositories"),
    ],
)
def test_an_auditor_changes_nothing(client: Client, connection: Connection, name: str) -> None:
    sign_in(client, an_account(Role.AUDITOR))
    assert client.post(address(name, connection.pk)).status_code == 403
    assert client.get(address("app_created")).status_code == 403
    assert (
        b"<form method"
        not in client.get(address("repositories", connection.pk)).content.split(
            b'id="content-start"'
        )[-1]
    )
