"""A webhook of Jira's is verified by its signature, or by a secret and an address, and kept as hints alone."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from backend.connections.models import Connection, JiraSettings
from backend.connections.store import JiraChoice, set_jira, set_webhook_secret
from backend.sources.models import Hint
from tests.factories import a_connection
from tests.pipeline.jira.conftest import TOKEN
from tests.simulators.jira import World, running
from tests.simulators.jira.webhooks import Delivery, sign

pytestmark = pytest.mark.django_db
SECRET = "the-secret-of-the-jira-webhook-tests"
UPDATED = {
    "webhookEvent": "jira:issue_updated",
    "issue": {"id": "10001", "fields": {"summary": "CANARY"}},
}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda: asked.append("rung"))
    return asked


@pytest.fixture
def jira(db: None) -> Connection:
    made = a_connection(slug="jira", kind="jira_dc")
    set_jira(connection=made, choice=JiraChoice(webhook_addresses=("127.0.0.0/8",)))
    set_webhook_secret(connection=made, secret=SECRET)
    return made


def post(
    client: Client,
    body: object,
    *,
    path: str = "/hooks/jira/jira",
    secret: str = SECRET,
    **more: Any,
) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {"X-Hub-Signature": sign(secret, raw)} if secret else {}
    return client.post(path, raw, content_type="application/json", headers=signed, **more)  # type: ignore[return-value] # the client's own


def kept() -> list[tuple[str, int | None, str, str]]:
    return list(
        Hint.objects.order_by("pk").values_list("kind", "container_external_id", "key", "action")
    )


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (UPDATED, [("issue", None, "10001", "")]),
        (
            {"webhookEvent": "jira:issue_deleted", "issue": {"id": 7}},
            [("issue", None, "7", "deleted")],
        ),
        (
            {
                "webhookEvent": "issuelink_created",
                "issueLink": {"sourceIssueId": 7, "destinationIssueId": 8},
            },
            [("issue", None, "7", ""), ("issue", None, "8", "")],
        ),
        ({"webhookEvent": "sprint_closed", "sprint": {"id": 3}}, [("sprints", None, "", "")]),
        (
            {"webhookEvent": "jira:version_released", "version": {"projectId": 10}},
            [("project", 10, "", "")],
        ),
        ({"webhookEvent": "project_created"}, [("projects", None, "", "")]),
        ({"webhookEvent": "comment_created", "comment": {"body": "CANARY"}}, []),
    ],
    ids=range(7),
)
def test_what_changed_is_kept_and_nothing_else(
    client: Client, jira: Connection, payload: object, expected: list[Any]
) -> None:
    assert post(client, payload).status_code == 202
    assert kept() == expected
    assert "CANARY" not in str(list(Hint.objects.values()))


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        {"webhookEvent": 7},
        {"webhookEvent": "x" * 61},
        {"webhookEvent": "jira:\x00"},
        {"webhookEvent": "jira:\ud800"},
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "a"}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "9" * 30}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": True}},
        {"webhookEvent": "jira:issue_updated", "issue": {"id": -1}},
        {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 7}},
        b"{",
    ],
    ids=range(13),
)
def test_what_is_malformed_is_refused_in_words(
    client: Client, jira: Connection, payload: object
) -> None:
    answer = post(client, payload)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"  # type: ignore[attr-defined] # the client's own
    assert kept() == []


@pytest.mark.parametrize("secret", ["", "another secret"])
def test_a_wrong_signature_is_refused(client: Client, jira: Connection, secret: str) -> None:
    assert post(client, UPDATED, secret=secret).status_code == 401
    assert kept() == []


def test_who_is_not_there_is_refused_the_same_way(client: Client, jira: Connection) -> None:
    known = post(client, UPDATED, secret="wrong")
    unknown = post(client, UPDATED, path="/hooks/jira/nobody")
    a_connection(slug="ghes")
    other_kind = post(client, UPDATED, path="/hooks/jira/ghes")
    assert known.content == unknown.content == other_kind.content
    assert known.status_code == 401


def test_a_jira_that_cannot_sign_is_known_by_its_secret_and_its_address(
    client: Client, jira: Connection
) -> None:
    path = f"/hooks/jira/jira/{SECRET}"
    assert post(client, UPDATED, path=path, secret="").status_code == 202
    elsewhere = post(client, UPDATED, path=path, secret="", REMOTE_ADDR="203.0.113.7")
    assert elsewhere.status_code == 403
    assert post(client, UPDATED, path="/hooks/jira/jira/wrong", secret="").status_code == 401
    set_jira(connection=jira, choice=JiraChoice())
    assert post(client, UPDATED, path=path, secret="").status_code == 403
    JiraSettings.objects.all().delete()
    assert post(client, UPDATED, path=path, secret="").status_code == 403
    assert kept() == [("issue", None, "10001", "")]


def test_who_signs_with_the_secret_of_an_address_does_so_from_where_the_jira_stands(
    client: Client, jira: Connection
) -> None:
    assert post(client, UPDATED, REMOTE_ADDR="203.0.113.7").status_code == 403
    assert kept() == []
    set_jira(connection=jira, choice=JiraChoice())
    assert post(client, UPDATED, REMOTE_ADDR="203.0.113.7").status_code == 202


def test_a_doubled_delivery_is_one_fetch(client: Client, jira: Connection) -> None:
    for _ in range(3):
        assert post(client, UPDATED).status_code == 202
    assert kept() == [("issue", None, "10001", "")]
    assert Hint.objects.get().number == 3


def test_what_the_simulated_jira_sends_is_taken(client: Client, jira: Connection) -> None:
    world = World()
    world.add_token(TOKEN)
    with running(world) as simulator:
        hook = simulator.hook("http://127.0.0.1:9/hooks/jira/jira", SECRET)
        hook.held = True
        forge = world.create_project("FORGE")
        issue = world.create_issue(forge)
        world.set_status(issue, "Done")
        world.start_sprint(world.create_sprint(world.create_board(forge)))
        world.delete(issue)

        def deliver(delivery: Delivery) -> int:
            path = "/hooks/jira/jira"
            headers = {name: value for name, value in delivery.headers.items() if name[:2] == "X-"}
            return client.post(
                path, delivery.body, content_type="application/json", headers=headers
            ).status_code

        assert {deliver(one) for one in hook.deliveries} == {202}
    assert ("issue", None, str(issue.id), "deleted") in kept()
    assert ("sprints", None, "", "") in kept()
