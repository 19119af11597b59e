"""What statuses mean is chosen by project, looked at, and measured anew; nobody else may change it."""

from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.models import IssueStatus, Project, StatusRule
from backend.metrics.measuring import measure_some
from backend.metrics.models import IssueFact
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
PAGE = "/admin/delivery/statusrule/"


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda *what: asked.append(what))
    return asked


@pytest.fixture
def page() -> str:
    tracker = Tracker()
    tracker.issue(None, (2, "In Progress"), (26, "Done"))
    return f"{PAGE}?project={Project.objects.get().pk}"


def _field(name: str) -> str:
    return f"status_{IssueStatus.objects.get(name=name).pk}"


def test_projects_lead_to_their_statuses(client: Client, administrator: User, page: str) -> None:
    assert b"Forge (FORGE)" in client.get(PAGE).content
    told = client.get(page).content.decode()
    assert "In Progress" in told
    assert "in progress, by its category" in told


def test_without_a_project_the_way_to_one_is_told(client: Client, administrator: User) -> None:
    assert b"Connect a Jira first" in client.get(PAGE).content
    assert client.get(f"{PAGE}?project=7").status_code == 404


def test_a_preview_changes_nothing(client: Client, administrator: User, page: str) -> None:
    told = client.post(page, {_field("In Progress"): "waiting", "preview": "Preview"})
    assert b"With these rules" in told.content
    assert not StatusRule.objects.exists()


def test_a_stored_rule_measures_the_past_anew_and_is_on_record(
    client: Client, administrator: User, page: str
) -> None:
    answer = client.post(page, {_field("In Progress"): "waiting", "save": "Store"}, follow=True)
    assert b"measured anew" in answer.content
    while measure_some():
        pass
    assert IssueFact.objects.get().active_seconds == 0
    assert "statusrule" in str(list(Event.objects.values_list("content_type__model", flat=True)))
    client.post(page, {"save": "Store"})
    assert not StatusRule.objects.exists()
    again = client.post(page, {"save": "Store"}, follow=True)
    assert b"Nothing was changed" in again.content


def test_what_is_no_stage_is_refused(client: Client, administrator: User, page: str) -> None:
    told = client.post(page, {_field("Done"): "elsewhere", "save": "Store"})
    assert b"is not one of the available choices" in told.content
    assert not StatusRule.objects.exists()


def test_an_auditor_looks_on(client: Client, auditor: User, page: str) -> None:
    told = client.get(page)
    assert told.status_code == 200
    assert b"Store these rules" not in told.content
    assert client.post(page, {"save": "Store"}).status_code == 403
