"""A webhook is verified, kept as a hint alone, and accepted once that is committed, whatever becomes of the bell."""

import gzip
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from backend.api import webhooks
from backend.connections.models import Connection
from backend.connections.store import set_webhook_secret
from backend.keyring import KeyUnavailable
from backend.sources.github.webhook import _EVENTS
from backend.sources.models import Hint
from tests.factories import a_connection
from tests.simulators.github import World, sign
from tests.simulators.github.event_payloads import payload
from tests.sources.github.test_webhook import examples

pytestmark = pytest.mark.django_db
SECRET = "the secret of the webhook tests"
SHA = "0123456789" * 4
PULL_REQUEST = {
    "action": "synchronize",
    "number": 7,
    "pull_request": {"number": 7, "title": "CANARY", "body": "CANARY"},
    "repository": {"id": 2**40, "default_branch": "main", "full_name": "org/app"},
}


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the bell; the broker is another test's part."""
    asked: list[str] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda: asked.append("rung"))
    return asked


@pytest.fixture
def ghes(db: None, rung: list[str]) -> Connection:
    made = a_connection(slug="ghes")
    set_webhook_secret(connection=made, secret=SECRET)
    return made


def post(
    client: Client, body: object, *, slug: str = "ghes", secret: str = SECRET, **headers: str
) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    known = {
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": "0a1b-2c",
        "X-Hub-Signature-256": sign(secret, raw),
    }
    answer = client.post(
        f"/hooks/github/{slug}",
        raw,
        content_type="application/json",
        headers=known | {name.replace("_", "-"): value for name, value in headers.items()},
    )
    assert isinstance(answer, HttpResponse)
    return answer


def code(answer: HttpResponse) -> tuple[int, str]:
    body = json.loads(answer.content)
    assert set(body) == {"code", "message", "action"}
    return answer.status_code, body["code"]


def test_what_changed_is_kept_and_nothing_else(
    client: Client,
    ghes: Connection,
    rung: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        answer = post(client, PULL_REQUEST)
        assert rung == []
    assert (answer.status_code, json.loads(answer.content)) == (202, {"status": "accepted"})
    assert (len(callbacks), rung) == (1, ["rung"])
    hint = Hint.objects.get()
    assert (hint.connection_id, hint.kind, hint.container_external_id, hint.key) == (
        ghes.pk,
        "pull_request",
        2**40,
        "7",
    )
    assert (hint.event, hint.action, hint.delivery) == ("pull_request", "synchronize", "0a1b-2c")
    assert "CANARY" not in str(Hint.objects.values().get())


def test_the_number_of_statements(
    client: Client,
    ghes: Connection,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # The connection, its secrets, the hint within its transaction (here a savepoint and its release),
    # and once a minute that the secret is in use.
    for statements in (6, 5):
        with django_assert_num_queries(statements):
            assert post(client, PULL_REQUEST).status_code == 202
    with django_assert_num_queries(2):
        assert post(client, PULL_REQUEST, secret="wrong").status_code == 401
    # As many for a connection that is not there.
    with django_assert_num_queries(2):
        assert post(client, PULL_REQUEST, slug="nobody").status_code == 401


def test_a_stranger_learns_nothing(client: Client, ghes: Connection) -> None:
    a_connection(slug="without-secret")
    refused = [
        post(client, PULL_REQUEST, secret="wrong"),
        post(client, PULL_REQUEST, X_Hub_Signature_256=""),
        post(client, PULL_REQUEST, X_Hub_Signature_256="sha1=abc"),
        post(client, PULL_REQUEST, X_Hub_Signature_256="sha256=é"),
        post(client, PULL_REQUEST, slug="nobody"),
        post(client, PULL_REQUEST, slug="without-secret"),
        post(client, b"not JSON", slug="nobody"),
    ]
    assert {code(answer) for answer in refused} == {(401, "wrong_signature")}
    assert len({answer.content for answer in refused}) == 1
    assert not Hint.objects.exists()


def test_the_work_for_a_stranger_is_the_same(
    client: Client, ghes: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    digested: list[int] = []
    original = hmac.new

    def counted(key: bytes, body: bytes, digest: Any) -> Any:
        digested.append(len(body))
        return original(key, body, digest)

    monkeypatch.setattr(hmac, "new", counted)
    body = json.dumps(PULL_REQUEST).encode()
    for slug in ("ghes", "nobody"):
        client.post(f"/hooks/github/{slug}", body, content_type="application/json")
    assert digested == [len(body)] * 2


def test_a_replaced_secret_is_valid_for_a_while(client: Client, ghes: Connection) -> None:
    set_webhook_secret(connection=ghes, secret="the next one")
    assert post(client, PULL_REQUEST).status_code == 202
    assert post(client, PULL_REQUEST, secret="the next one").status_code == 202
    ghes.webhook_secrets.exclude(expires_at=None).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    assert post(client, PULL_REQUEST).status_code == 401
    assert post(client, PULL_REQUEST, secret="the next one").status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff\xfe\xfd",
        b"payload=%7B%7D",
        gzip.compress(json.dumps(PULL_REQUEST).encode(), mtime=0),
        b"[]",
        b"null",
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        {},
        {"pull_request": 1, "repository": {"id": 1}},
        {"pull_request": {"number": 1}, "repository": []},
        {"pull_request": {"number": 1}},
        {"pull_request": {"number": "1"}, "repository": {"id": 1}},
        {"pull_request": {"number": True}, "repository": {"id": 1}},
        {"pull_request": {"number": 1}, "repository": {"id": 2**63}},
        {"pull_request": {"number": 0}, "repository": {"id": 1}},
        {"pull_request": {"number": 2**31}, "repository": {"id": 1}},
        PULL_REQUEST | {"action": "a\0b"},
        PULL_REQUEST | {"action": "a" * 61},
        PULL_REQUEST | {"action": ["opened"]},
    ],
    ids=lambda body: str(body)[:30],
)
def test_what_has_not_the_shape_is_refused(client: Client, ghes: Connection, body: object) -> None:
    assert code(post(client, body)) == (400, "malformed")
    assert not Hint.objects.exists()


def test_a_body_nested_64_deep_is_taken(client: Client, ghes: Connection) -> None:
    raw = json.dumps(PULL_REQUEST).encode()
    deep = raw[:-1] + b', "deep": ' + b"[" * 63 + b"]" * 63 + b"}"
    assert post(client, deep).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {"X_GitHub_Event": ""},
        {"X_GitHub_Event": "Pull Request"},
        {"X_GitHub_Event": "a" * 61},
        {"X_GitHub_Delivery": ""},
        {"X_GitHub_Delivery": "a" * 81},
        {"X_GitHub_Delivery": "a\u00e9"},
    ],
)
def test_malformed_headers_are_refused(
    client: Client, ghes: Connection, headers: dict[str, str]
) -> None:
    assert code(post(client, PULL_REQUEST, **headers)) == (400, "malformed")


def test_no_more_than_25_megabytes_are_read(client: Client, ghes: Connection) -> None:
    largest = b'{"a":"' + b"x" * (webhooks.MAXIMUM_BYTES - 8) + b'"}'
    assert len(largest) == 25 * 1024 * 1024
    assert post(client, largest, X_GitHub_Event="ping").status_code == 202
    assert code(post(client, largest + b" ")) == (413, "too_large")
    assert code(post(client, largest + b" ", slug="nobody")) == (413, "too_large")


def test_only_post(client: Client, ghes: Connection) -> None:
    assert client.get("/hooks/github/ghes").status_code == 405
    assert client.put("/hooks/github/ghes").status_code == 405


def test_no_csrf_token_is_needed(ghes: Connection) -> None:
    assert post(Client(enforce_csrf_checks=True), PULL_REQUEST).status_code == 202


@pytest.mark.parametrize(
    ("event", "body", "status"),
    [
        ("ping", {"zen": "Design for failure.", "hook_id": 1}, "pong"),
        ("star", {"action": "created"}, "ignored"),
        ("push", PULL_REQUEST | {"ref": "refs/heads/topic", "action": None}, "ignored"),
        ("create", PULL_REQUEST | {"ref_type": "branch", "action": None}, "ignored"),
        ("repository_dispatch", {"action": "any words-of 1 person"}, "ignored"),
    ],
)
def test_what_changes_nothing_is_accepted_and_not_kept(
    client: Client, ghes: Connection, event: str, body: object, status: str
) -> None:
    answer = post(client, body, X_GitHub_Event=event)
    assert (answer.status_code, json.loads(answer.content)) == (202, {"status": status})
    assert not Hint.objects.exists()


@pytest.mark.parametrize(
    ("event", "more", "kept"),
    [
        ("pull_request_review", {"action": "submitted"}, ("pull_request", 2**40, "7")),
        ("pull_request_review_thread", {"action": "resolved"}, ("pull_request", 2**40, "7")),
        ("push", {"ref": "refs/heads/main", "action": None}, ("commits", 2**40, "")),
        ("push", {"ref": "refs/tags/main", "action": None}, ("tags", 2**40, "")),
        ("status", {"state": "success", "sha": SHA, "action": None}, ("checks", 2**40, SHA)),
        (
            "workflow_run",
            {"action": "completed", "workflow_run": {"id": 2**40}},
            ("workflow_run", 2**40, str(2**40)),
        ),
        ("repository", {"action": "deleted"}, ("repository", 2**40, "")),
        ("team", {"action": "created"}, ("teams", None, "")),
        ("membership", {"action": "added"}, ("teams", None, "")),
        ("installation", {"action": "suspend"}, ("connection", None, "")),
    ],
)
def test_each_event_names_its_object(
    client: Client, ghes: Connection, event: str, more: dict[str, Any], kept: tuple[object, ...]
) -> None:
    assert post(client, PULL_REQUEST | more, X_GitHub_Event=event).status_code == 202
    assert Hint.objects.values_list("kind", "container_external_id", "key").get() == kept
    assert Hint.objects.get().kind in Hint.Kind
    assert event in _EVENTS


def test_all_of_githubs_examples_are_taken(client: Client, ghes: Connection) -> None:
    for event, body in examples("api.github.com"):
        assert post(client, body, X_GitHub_Event=event).status_code == 202, event
    assert set(Hint.objects.values_list("kind", flat=True)) == {
        *("pull_request", "commits", "repository", "checks", "workflow_run"),
        *("deployments", "releases", "tags", "teams", "connection"),
    }


def test_redeliveries_and_later_events_are_one_row(client: Client, ghes: Connection) -> None:
    for action in ("opened", "opened", "closed"):
        post(client, PULL_REQUEST | {"action": action})
    hint = Hint.objects.get()
    assert (hint.number, hint.action) == (3, "closed")


def test_a_paused_connection_still_takes_hints(client: Client, ghes: Connection) -> None:
    Connection.objects.update(state=Connection.State.PAUSED)
    assert post(client, PULL_REQUEST).status_code == 202
    assert Hint.objects.count() == 1


@pytest.mark.parametrize("error", [OperationalError(), KeyUnavailable("web_key")])
def test_what_cannot_be_stored_is_not_accepted(
    client: Client, ghes: Connection, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Connection) -> list[bytes]:
        raise error

    monkeypatch.setattr(webhooks, "webhook_secrets", fail)
    assert code(post(client, PULL_REQUEST)) == (503, "busy")


@pytest.mark.parametrize("error", [BrokerDown(), RuntimeError("anything")])
def test_a_broken_bell_does_not_matter(
    client: Client,
    ghes: Connection,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("backend.pipeline.bell.ring", fail)
    with django_capture_on_commit_callbacks() as callbacks:
        assert post(client, PULL_REQUEST).status_code == 202
    # Robust: Django logs what a callback raises and goes on.
    assert [callback is fail for callback in callbacks] == [True]
    assert Hint.objects.count() == 1


@pytest.fixture
def committed(transactional_db: None, rung: list[str]) -> Iterator[Connection]:
    made = a_connection(slug="ghes")
    set_webhook_secret(connection=made, secret=SECRET)
    yield made
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_bell_breaks_after_the_commit(
    client: Client, committed: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        assert Hint.objects.count() == 1
        raise BrokerDown

    monkeypatch.setattr("backend.pipeline.bell.ring", fail)
    assert post(client, PULL_REQUEST).status_code == 202
    assert Hint.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_are_one_row(committed: Connection) -> None:
    def deliver(_: int) -> int:
        try:
            return post(Client(), PULL_REQUEST).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(deliver, range(100))) == {202}
    hint = Hint.objects.get()
    assert (hint.number, hint.connection_id) == (100, committed.pk)


def test_what_the_simulator_sends_is_understood(client: Client, ghes: Connection) -> None:
    world = World()
    github_hook = _Hook(client, world)
    org = world.create_organization("forge")
    author = world.create_user("dev0001")
    repository = world.create_repository(org, "app")
    pr = world.open_pull_request(repository, author)
    world.add_review(pr, author, "APPROVED")
    world.merge(pr)
    world.create_team(org, "Team A", [author])
    assert set(github_hook.statuses) == {202}
    assert set(Hint.objects.values_list("kind", "container_external_id", "key")) == {
        ("repository", repository.database_id, ""),
        ("pull_request", repository.database_id, "1"),
        ("commits", repository.database_id, ""),
        ("teams", None, ""),
    }


class _Hook:
    """Hands a world's events to the view in this process."""

    def __init__(self, client: Client, world: World) -> None:
        self.statuses: list[int] = []

        def deliver(event: Any) -> None:
            body = payload(event, "https://ghes.example")
            answer = post(client, body, X_GitHub_Event=event.name)
            self.statuses.append(answer.status_code)

        world.listeners.append(deliver)
