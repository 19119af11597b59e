"""A connection to a Jira, as an administrator enters and changes it; nobody reads its token again."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from backend.audit.models import Event
from backend.connections.models import Connection, JiraSettings
from backend.connections.store import JiraChoice, set_jira, webhook_secrets
from backend.delivery.models import Project
from tests.factories import a_connection

pytestmark = pytest.mark.django_db
ADD = "/admin/connections/connection/add/"
TOKEN = "the-personal-access-token-of-jira"
FIELDS: dict[str, Any] = {
    "kind": "jira_dc",
    "url": "https://jira.example.com/jira/",
    "name": "",
    "projects": "FORGE\nmill*",
    "keeps_summaries": "on",
    "sign_in": "token",
    "token": TOKEN,
}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda *what: asked.append(what))
    return asked


def _errors(content: bytes) -> str:
    found = re.findall(r'class="errorlist[^"]*"[^>]*>(.*?)</ul>', content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", one) for one in found)


def _change(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def test_data_center_is_added_with_its_token_and_projects(
    client: Client, administrator: User
) -> None:
    assert client.post(ADD, FIELDS).status_code == 302
    made = Connection.objects.get()
    assert (made.kind, made.url) == ("jira_dc", "https://jira.example.com/jira")
    assert made.jira.projects == ["FORGE", "MILL*"]
    assert made.credentials.get().kind == "token"
    page = client.get(_change(made)).content.decode()
    assert TOKEN not in page
    assert "/hooks/jira/jira-example-com" in page
    assert "GitHub App" not in page
    assert "Clone limit" not in page
    assert TOKEN not in str(list(Event.objects.values()))


def test_the_cloud_wants_an_address_with_its_token(client: Client, administrator: User) -> None:
    cloud = FIELDS | {"kind": "jira_cloud", "url": "https://forge.atlassian.net"}
    assert "e-mail address" in _errors(client.post(ADD, cloud).content)
    assert client.post(ADD, cloud | {"email": "reader@example.com"}).status_code == 302
    assert JiraSettings.objects.get().email == "reader@example.com"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"url": "https://forge.atlassian.net"}, "is a Jira Cloud"),
        (
            {"kind": "jira_cloud", "url": "https://forgeatlassian.net", "email": "a@forge.test"},
            "is no Jira Cloud",
        ),
        ({"url": "https://jira.example.com/browse/FORGE-1"}, "Leave out “/browse/FORGE-1”"),
        (
            {"url": "https://jira.example.com/jira/secure/Dashboard.jspa"},
            "like https://jira.example.com/jira.",
        ),
        ({"url": "http://jira.example.com"}, "https://"),
        ({"kind": "jira_cloud", "email": "a@example.com"}, "choose Data Center"),
        ({"projects": "FORGE 7"}, "is no key of a project"),
        ({"email": "a@example.com"}, "belongs to Jira Cloud"),
        ({"sign_in": "new_app"}, "belongs to GitHub"),
        ({"token": ""}, "This is needed"),
        ({"webhook_addresses": "10.1.0.0/24\n0.0.0.0/0"}, "lets nearly everybody in"),
        ({"webhook_addresses": "128.0.0.0/1"}, "lets nearly everybody in"),
        ({"webhook_addresses": "::/0"}, "lets nearly everybody in"),
        ({"webhook_addresses": "2a00::/8"}, "lets nearly everybody in"),
        (
            {"webhook_addresses": "\n".join(f"10.{n}.0.0/16" for n in range(21))},
            "at most 20 networks",
        ),
    ],
    ids=range(15),
)
def test_what_cannot_be_is_told_with_what_to_enter(
    client: Client, administrator: User, change: dict[str, str], told: str
) -> None:
    assert told in _errors(client.post(ADD, FIELDS | change).content)
    assert not Connection.objects.exists()


def test_what_is_read_can_be_changed_without_the_token(client: Client, administrator: User) -> None:
    client.post(ADD, FIELDS)
    made = Connection.objects.get()
    kept = bytes(made.credentials.get().sealed)
    change = {
        "url": made.url,
        "name": "Jira",
        "projects": "MILL",
        "sign_in": "keep",
        "story_points_field": "customfield_10016",
        "webhook_addresses": "10.1.0.0/24",
        "requests_per_hour": "5000",
    }
    assert client.post(_change(made), change).status_code == 302
    settings = JiraSettings.objects.get()
    assert settings.projects == ["MILL"]
    assert not settings.keeps_summaries
    assert settings.story_points_field == "customfield_10016"
    assert settings.webhook_addresses == ["10.1.0.0/24"]
    assert bytes(made.credentials.get().sealed) == kept
    wrong = client.post(_change(made), change | {"webhook_addresses": "somewhere"})
    assert "is no network" in _errors(wrong.content)
    wrong = client.post(_change(made), change | {"sprint_field": "Sprint"})
    assert "customfield_10016" in _errors(wrong.content)
    moved = client.post(_change(made), change | {"url": "https://elsewhere.example.com"})
    assert "Enter the credential again" in _errors(moved.content)


def test_the_page_tells_what_is_read_and_by_which_fields(
    client: Client, administrator: User
) -> None:
    made = a_connection(kind="jira_dc", slug="jira")
    set_jira(connection=made, choice=JiraChoice(projects=("FORGE",)))
    JiraSettings.objects.update(
        fields_found=[
            {
                "id": "customfield_7",
                "name": "Points",
                "type": "float",
                "taken_for": "story_points",
                "reason": "By name.",
            }
        ]
    )
    Project.objects.create(connection=made, external_id=1, key="FORGE", name="Forge")
    page = client.get(_change(made)).content.decode()
    assert "1 read" in page
    assert "Points" in page
    assert "By name." in page


def test_a_webhook_secret_is_shown_once_with_both_addresses(
    client: Client, administrator: User
) -> None:
    made = a_connection(kind="jira_dc", slug="jira")
    set_jira(connection=made, choice=JiraChoice())
    page = reverse("admin:connections_connection_webhook_secret", args=[made.pk])
    shown = client.post(page, {"show": "Make it"}).content.decode()
    secret = webhook_secrets(made)[0].secret.decode()
    assert f"/hooks/jira/jira/{secret}" in shown
    assert "jira:issue_deleted" in shown
    assert secret not in client.get(_change(made)).content.decode()
    assert secret not in str(list(Event.objects.values()))


def test_an_auditor_looks_on(client: Client, auditor: User) -> None:
    made = a_connection(kind="jira_cloud", slug="jira")
    set_jira(connection=made, choice=JiraChoice(email="a@example.com"))
    answer = client.get(_change(made))
    assert answer.status_code == 200
    assert b'name="token"' not in answer.content
    assert client.post(_change(made), {"name": "x"}).status_code == 403
