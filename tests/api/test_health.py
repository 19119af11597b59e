"""Liveness and readiness are open to anyone and tell nothing else."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from backend.api import health
from tests.servers import free_port

READY = {
    "status": "ready",
    "database": "reached",
    "migrations": "applied",
    "broker": "reached",
    "maintenance": "none",
}


@pytest.fixture(autouse=True)
def _as_just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._Schema, "is_applied", False)
    monkeypatch.setattr(health, "schema", health._Schema())


def test_a_living_process_answers_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_while_all_parts_answer(client: Client) -> None:
    assert client.get("/readyz").json() == READY


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        answer = client.get("/readyz")
    told = READY | {"status": "not ready", "database": "unreachable", "migrations": "unknown"}
    assert (answer.status_code, answer.json()) == (503, told)


@pytest.mark.django_db
def test_not_ready_while_the_broker_is_away(client: Client, settings: Any) -> None:
    there = settings.CACHES["default"]
    elsewhere = {"LOCATION": f"redis://127.0.0.1:{free_port()}/1"}
    settings.CACHES = {"default": there | elsewhere}
    answer = client.get("/readyz")
    told = READY | {"status": "not ready", "broker": "unreachable"}
    assert (answer.status_code, answer.json()) == (503, told)


@pytest.mark.django_db
def test_not_ready_on_an_older_schema(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="governance").order_by("-pk")[0]
    recorder.record_unapplied(newest.app, newest.name)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")
    recorder.record_applied(newest.app, newest.name)
    assert client.get("/readyz").json() == READY
