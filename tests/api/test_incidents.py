"""Incidents as systems report them."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from django.test import Client

from backend.accounts.models import User
from backend.delivery.models import Incident, PendingDeployments, Repository
from backend.delivery.store import reported
from backend.delivery.store.ingest_tokens import create_ingest_token
from tests.factories import a_repository

pytestmark = pytest.mark.django_db
PATH = "/api/v1/incidents"
BEGUN = {"id": "INC-1", "started_at": "2026-03-02T11:00:00Z"}
RESOLVED = BEGUN | {"resolved_at": "2026-03-02T12:30:00+01:00"}
"""Half past eleven in UTC."""


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="acme/shop")


@pytest.fixture
def token(repository: Repository) -> str:
    administrator = User.objects.create(email="a@plumbline.example", role="administrator")
    _, token = create_ingest_token(
        repository=repository,
        name="pager",
        purposes=["incidents"],
        expires_at=None,
        acting_user=administrator,
    )
    return token


def send(token: str, told: object) -> Any:
    return Client(enforce_csrf_checks=True).post(
        PATH, told, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_an_incident_begins_and_is_resolved(token: str, repository: Repository) -> None:
    answer = send(token, BEGUN | {"caused_by": "run-1"})
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "INC-1",
        "status": "created",
        "caused_by": "run-1",
        "started_at": "2026-03-02T11:00:00Z",
        "resolved_at": None,
    }
    assert PendingDeployments.objects.filter(repository=repository).exists()
    answer = send(token, RESOLVED)
    assert (answer.status_code, answer.json()["status"]) == (200, "updated")
    stored = Incident.objects.get(repository=repository)
    assert stored.resolved_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert (stored.caused_by, stored.environment, stored.service) == ("run-1", "production", "")


def test_told_again_it_changes_nothing(token: str) -> None:
    send(token, RESOLVED)
    PendingDeployments.objects.all().delete()
    before = Incident.objects.values().get()
    answer = send(token, RESOLVED)
    assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")
    assert Incident.objects.values().get() == before
    assert not PendingDeployments.objects.exists()


WORDS = {
    "begun": BEGUN,
    "resolved": RESOLVED,
    "resolved again": BEGUN | {"resolved_at": "2026-03-02T13:00:00Z"},
}


@pytest.mark.parametrize("order", list(permutations(WORDS)), ids="-".join)
def test_an_older_word_does_not_undo_a_later_one(token: str, order: tuple[str, ...]) -> None:
    for word in order:
        assert send(token, WORDS[word]).status_code in {200, 201}
    assert Incident.objects.get().resolved_at == datetime(2026, 3, 2, 13, tzinfo=UTC)


def test_what_caused_it_may_be_said_later_and_corrected(token: str) -> None:
    send(token, RESOLVED)
    for named, status in (("run-1", "updated"), ("run-2", "updated"), ("", "unchanged")):
        assert send(token, RESOLVED | {"caused_by": named}).json()["status"] == status
    assert Incident.objects.get().caused_by == "run-2"


def test_an_id_means_one_incident(token: str) -> None:
    send(token, BEGUN)
    answer = send(token, BEGUN | {"service": "cart"})
    assert (answer.status_code, answer.json()["code"]) == (409, "id_in_use")
    assert Incident.objects.get().service == ""


def test_there_is_a_limit(
    token: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "MOST_INCIDENTS", 2)
    for key in "12":
        assert send(token, BEGUN | {"id": key}).status_code == 201
    PendingDeployments.objects.all().delete()
    answer = send(token, BEGUN | {"id": "3"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    assert answer.json()["message"].startswith("acme/shop has 2 incidents")
    assert Incident.objects.count() == 2
    assert not PendingDeployments.objects.exists()
    assert send(token, RESOLVED | {"id": "2"}).json()["status"] == "updated"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"environment": "prod-eu"},
        {"started_at": None},
        {"started_at": "2026-03-02T11:00:00"},
        {"resolved_at": "2026-03-02T10:59:59Z"},
        {"title": "Somebody could not pay"},
    ],
    ids=["no id", "no tier", "no start", "no time zone", "ends first", "a title"],
)
def test_what_makes_no_sense_is_told_so(token: str, wrong: dict[str, Any]) -> None:
    answer = send(token, BEGUN | wrong)
    assert (answer.status_code, set(answer.json())) == (422, {"code", "message", "action"})
    assert not Incident.objects.exists()


def test_a_token_for_something_else_is_refused(token: str) -> None:
    answer = Client().post(
        "/api/v1/deployments",
        {"id": "1", "environment": "production", "sha": "a" * 40},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_purpose")
