"""Liveness and readiness are open to anyone and tell nothing else."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_a_living_process_answers_without_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_while_the_database_answers(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database unreachable"})
