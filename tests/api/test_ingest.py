"""Reports by token: what is taken, from whom, and that repeating or disordering them does no harm."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import User
from backend.api.reports import DeploymentReport, IncidentReport
from backend.delivery.models import (
    Incident,
    IngestToken,
    PendingDeployments,
    ReportedDeployment,
    Repository,
)
from backend.delivery.store import reported
from backend.delivery.store.ingest_tokens import create_ingest_token, revoke_ingest_token
from backend.pipeline import bell
from tests.factories import a_repository

pytestmark = pytest.mark.django_db
PATH = "/api/v1/deployments"
SHA = "a" * 40
DOCUMENT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
DEPLOYMENT = {
    "id": "run-1",
    "environment": "prod-eu",
    "sha": SHA,
    "outcome": "succeeded",
    "started_at": "2026-03-02T10:00:00Z",
    "finished_at": "2026-03-02T10:05:00Z",
}


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="acme/shop")


@pytest.fixture
def administrator() -> User:
    return User.objects.create(email="a@plumbline.example", role="administrator")


@pytest.fixture
def token(repository: Repository, administrator: User) -> str:
    return a_token(repository, administrator)[1]


def a_token(
    repository: Repository, administrator: User, *purposes: str, until: datetime | None = None
) -> tuple[IngestToken, str]:
    return create_ingest_token(
        repository=repository,
        name="CI",
        purposes=purposes or ("deployments", "incidents"),
        expires_at=until,
        acting_user=administrator,
    )


def send(token: str, told: object = DEPLOYMENT, *, path: str = PATH) -> Any:
    return Client(enforce_csrf_checks=True).post(
        path, told, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )


def test_a_deployment_is_taken_and_told_what_it_counts_as(
    token: str, repository: Repository
) -> None:
    answer = send(token)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "run-1",
        "status": "created",
        "outcome": "succeeded",
        "started_at": "2026-03-02T10:00:00Z",
        "finished_at": "2026-03-02T10:05:00Z",
        "counts_as": [{"service": "shop", "environment": "production"}],
        "why": "“prod-eu” is mapped to production by the built-in names.",
    }
    stored = ReportedDeployment.objects.get(repository=repository)
    assert (stored.sha, stored.environment) == (SHA, "prod-eu")
    assert PendingDeployments.objects.filter(repository=repository).exists()


def test_told_again_it_changes_nothing(token: str) -> None:
    send(token)
    PendingDeployments.objects.all().delete()
    before = ReportedDeployment.objects.values().get()
    answer = send(token)
    assert (answer.status_code, answer.json()["status"]) == (200, "unchanged")
    assert ReportedDeployment.objects.values().get() == before
    assert not PendingDeployments.objects.exists()


def test_what_was_sent_with_a_token_can_be_told(
    repository: Repository, administrator: User
) -> None:
    (first, one), (second, other) = (a_token(repository, administrator) for _ in range(2))
    incident = {"id": "I", "started_at": "2026-03-02T11:00:00Z"}
    resolved = incident | {"resolved_at": "2026-03-02T12:00:00Z"}
    going = DEPLOYMENT | {"outcome": "in_progress", "finished_at": None}

    def told_with(token: str, deployment: object, of_it: object) -> tuple[int | None, int | None]:
        send(token, deployment)
        send(token, of_it, path="/api/v1/incidents")
        return ReportedDeployment.objects.get().token_id, Incident.objects.get().token_id

    assert told_with(one, going, incident) == (first.pk, first.pk)
    assert told_with(other, going, incident) == (first.pk, first.pk), "it changed nothing"
    assert told_with(other, DEPLOYMENT, resolved) == (second.pk, second.pk)
    second.delete()
    assert told_with(one, DEPLOYMENT, resolved) == (None, None), "what it wrote stays"


def test_services_cannot_be_invented_without_end(
    token: str, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reported, "MOST_SERVICES", 2)
    for key, service in (("1", "cart"), ("2", ""), ("3", "cart")):
        assert send(token, DEPLOYMENT | {"id": key, "service": service}).status_code == 201
    PendingDeployments.objects.all().delete()
    answer = send(token, DEPLOYMENT | {"id": "4", "service": "till"})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    assert answer.json()["message"].startswith("acme/shop has deployments of 2 services")
    assert ReportedDeployment.objects.filter(repository=repository).count() == 3
    assert not PendingDeployments.objects.exists()
    assert send(token, DEPLOYMENT | {"id": "5", "service": "cart"}).status_code == 201


def test_without_a_time_of_its_own_it_ends_now_and_stays_so(token: str) -> None:
    told = {name: DEPLOYMENT[name] for name in ("id", "environment", "sha")}
    before = timezone.now()
    first, again = send(token, told), send(token, told)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["finished_at"] == again.json()["finished_at"]
    stored = ReportedDeployment.objects.get()
    assert stored.finished_at is not None
    assert before <= stored.finished_at <= timezone.now()


def test_it_begins_and_ends(token: str) -> None:
    going = DEPLOYMENT | {"outcome": "in_progress", "finished_at": None}
    assert send(token, going).json()["finished_at"] is None
    ended = send(token, DEPLOYMENT | {"started_at": None}).json()
    assert (ended["status"], ended["outcome"]) == ("updated", "succeeded")
    assert ended["started_at"] == DEPLOYMENT["started_at"]


WORDS: dict[str, dict[str, Any]] = {
    "going": {"outcome": "in_progress", "finished_at": None},
    "failed": {"outcome": "failed", "finished_at": "2026-03-02T10:03:00Z"},
    "succeeded": {"outcome": "succeeded", "finished_at": "2026-03-02T10:05:00Z"},
}


@pytest.mark.parametrize("order", list(permutations(WORDS)), ids="-".join)
def test_an_older_word_does_not_undo_a_later_one(token: str, order: tuple[str, ...]) -> None:
    for word in order:
        assert send(token, DEPLOYMENT | WORDS[word]).status_code in {200, 201}
    stored = ReportedDeployment.objects.get()
    assert stored.outcome == "succeeded"
    assert stored.finished_at == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"sha": "b" * 40}, "sha"),
        ({"environment": "staging"}, "environment"),
        ({"service": "x"}, "service"),
    ],
    ids=["sha", "environment", "service"],
)
def test_an_id_means_one_deployment(token: str, other: dict[str, str], named: str) -> None:
    send(token)
    before = ReportedDeployment.objects.values().get()
    answer = send(token, DEPLOYMENT | other)
    assert (answer.status_code, answer.json()["code"]) == (409, "id_in_use")
    assert named in answer.json()["message"]
    assert ReportedDeployment.objects.values().get() == before


def test_an_unmapped_environment_is_taken_and_said_to_count_nowhere(token: str) -> None:
    answer = send(token, DEPLOYMENT | {"environment": "atlantis"})
    assert (answer.status_code, answer.json()["counts_as"]) == (201, [])
    assert "atlantis" in answer.json()["why"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sha": "abc1234"},
        {"sha": "g" * 40},
        {"id": ""},
        {"id": "x" * 201},
        {"id": "a\x00b"},
        {"environment": " "},
        {"outcome": "cancelled"},
        {"finished_at": "2026-03-02T10:05:00"},
        {"finished_at": "2026-03-02T09:00:00Z"},
        {"finished_at": "2999-01-01T00:00:00Z"},
        {"started_at": "1970-01-01T00:00:00Z"},
        {"message": "what it was about"},
    ],
    ids=[
        *("short sha", "no sha", "no id", "long id", "control character", "no environment"),
        *("no outcome", "no time zone", "ends first", "future", "past", "not listed"),
    ],
)
def test_what_makes_no_sense_is_told_so(token: str, wrong: dict[str, str]) -> None:
    answer = send(token, DEPLOYMENT | wrong)
    assert (answer.status_code, set(answer.json())) == (422, {"code", "message", "action"})
    assert not ReportedDeployment.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe"], ids=repr)
def test_what_is_no_report_is_refused(token: str, body: bytes) -> None:
    answer = send(token, body)
    assert answer.status_code in {400, 422}
    assert set(answer.json()) == {"code", "message", "action"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer plb_unknown"},
        {"Authorization": "Bearer \xe4"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
    ],
    ids=["none", "empty", "no token", "unknown", "not ascii", "basic", "no scheme"],
)
def test_without_a_good_token_nothing_is_taken(token: str, headers: dict[str, str]) -> None:
    given = {name: value.replace("{token}", token) for name, value in headers.items()}
    answer = Client().post(PATH, DEPLOYMENT, content_type="application/json", headers=given)
    assert (answer.status_code, answer.json()["code"]) == (401, "no_token")
    assert "Bearer" in answer.json()["action"]
    assert not ReportedDeployment.objects.exists()


def test_a_revoked_or_expired_one_is_as_none(repository: Repository, administrator: User) -> None:
    past = timezone.now() - timedelta(seconds=1)
    revoked, first = a_token(repository, administrator)
    revoke_ingest_token(token=revoked, acting_user=administrator)
    _, second = a_token(repository, administrator, until=past)
    answers = [send(token) for token in (first, second, "plb_unknown")]
    assert [one.status_code for one in answers] == [401] * 3
    assert len({one.content for one in answers}) == 1


def test_a_token_is_for_its_purposes_alone(repository: Repository, administrator: User) -> None:
    _, token = a_token(repository, administrator, "incidents", "test_results")
    answer = send(token)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_purpose")


def test_a_token_is_for_its_repository_alone(token: str) -> None:
    a_repository(name_with_owner="acme/other")
    answer = send(token, DEPLOYMENT | {"repository": "acme/other"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_repository")
    assert "acme/shop" in answer.json()["message"]
    assert not ReportedDeployment.objects.exists()
    assert send(token, DEPLOYMENT | {"repository": "Acme/Shop"}).status_code == 201


def test_a_token_reads_nothing(token: str) -> None:
    for path in (
        "/me",
        "/status",
        "/deployments/choices",
        "/deployments?from=2026-03-02&to=2026-03-03",
    ):
        answer = Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


def test_its_use_is_noted_once_a_minute(repository: Repository, administrator: User) -> None:
    stored, token = a_token(repository, administrator)
    send(token)
    stored.refresh_from_db()
    first = stored.last_used_at
    assert first is not None
    send(token)
    stored.refresh_from_db()
    assert stored.last_used_at == first
    IngestToken.objects.update(last_used_at=first - timedelta(minutes=2))
    send(token)
    stored.refresh_from_db()
    assert stored.last_used_at is not None
    assert stored.last_used_at > first


def test_the_token_itself_is_stored_nowhere(token: str) -> None:
    send(token)
    row = IngestToken.objects.values().get()
    assert token not in str(row)
    assert row["digest"] == hashlib.sha256(token.encode()).hexdigest()


def test_statements_of_a_report(token: str) -> None:
    send(token)
    with CaptureQueriesContext(connection) as captured:
        send(token)
    told = [one["sql"].split()[0] for one in captured if "SAVEPOINT" not in one["sql"]]
    assert told == ["SELECT"] * 4, told  # the token, the row, the row again under a lock, the rules


@pytest.mark.django_db(transaction=True)
def test_a_report_rings_once_it_is_stored(repository: Repository, administrator: User) -> None:
    _, token = a_token(repository, administrator)
    rung: list[str] = []
    with patch.object(bell, "ring", rung.append):
        send(token)
        assert rung == [bell.MEASURE]
        send(token, DEPLOYMENT | {"sha": "b" * 40})
    assert rung == [bell.MEASURE]


def test_the_examples_of_the_document_are_taken(repository: Repository, token: str) -> None:
    """Those that stand in one line; the shell puts the commit in."""
    bodies = re.findall(r"-d '(\{.*\})'$", DOCUMENT, re.MULTILINE)
    told = [json.loads(re.sub(r"'\"\$\(.*?\)\"'", SHA, body)) for body in bodies]
    assert len(told) == 2
    for one in told:
        path = "/api/v1/incidents" if "caused_by" in one else PATH
        assert send(token, one, path=path).status_code == 201, one


def test_the_document_names_every_code_of_a_refusal(
    repository: Repository, administrator: User, token: str
) -> None:
    send(token)
    answers = [
        send("plb_unknown"),
        send(a_token(repository, administrator, "incidents")[1]),
        send(token, DEPLOYMENT | {"repository": "acme/other"}),
        send(token, DEPLOYMENT | {"sha": "b" * 40}),
        send(token, {}),
    ]
    for answer in answers:
        assert f"| {answer.status_code} | `{answer.json()['code']}` |" in DOCUMENT


def test_the_document_names_every_field() -> None:
    fields = set(DeploymentReport.model_fields) | set(IncidentReport.model_fields)
    assert [name for name in sorted(fields) if f"`{name}`" not in DOCUMENT] == []
