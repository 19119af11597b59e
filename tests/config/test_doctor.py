"""What web says of the appliance's health: every part by name, with what is needed and what to do."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from backend.config.doctor import Finding, findings
from backend.connections.models import Connection
from backend.governance.models import Erasure
from backend.sources.models import Hint, SyncRun
from tests.factories import a_connection
from tests.servers import free_port

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def ghes() -> Connection:
    """It works, and was collected from a moment ago."""
    made = a_connection(slug="ghes", state="working")
    done = {"outcome": "succeeded", "started_at": NOW, "finished_at": NOW}
    SyncRun.objects.create(connection=made, kind="connection", **done)
    return made


def amiss() -> dict[str, Finding]:
    return {one.name: one for one in findings() if not one.is_good}


def test_all_is_well(ghes: Connection) -> None:
    assert {one.name for one in findings()} == {
        *("database", "broker", "clocks of web and database", "schema of the database"),
        *("connection ghes", "work that is due", "work that was given up"),
        "sealing of the audit log",
    }
    assert amiss() == {}


def test_without_a_connection_there_is_something_to_do() -> None:
    assert amiss()["connections"].todo


def test_a_connection_that_fails_says_why_and_what_to_do(ghes: Connection) -> None:
    Connection.objects.update(
        state="failing", state_reason="The token has expired.", state_action="Enter a new one."
    )
    found = amiss()["connection ghes"]
    assert found.found.startswith("failing; last success ")
    assert found.found.endswith("minutes ago; The token has expired.")
    assert found.todo == "Enter a new one."


def test_a_connection_that_lags_is_amiss_though_it_works(ghes: Connection) -> None:
    SyncRun.objects.update(
        started_at=NOW - timedelta(hours=30), finished_at=NOW - timedelta(hours=30)
    )
    assert "30 hours ago" in amiss()["connection ghes"].found


def test_what_waits_and_what_was_given_up(ghes: Connection) -> None:
    late = {"connection": ghes, "received_at": NOW, "due_at": NOW - timedelta(hours=3)}
    Hint.objects.create(kind="teams", **late)
    Hint.objects.create(kind="tags", parked_at=NOW, **late)
    Erasure.objects.create(kind="everything", asked_at=NOW, approved_at=NOW, attempts=8)
    found = amiss()
    assert found["work that is due"].found == "oldest from 3 hours ago"
    assert found["work that was given up"].found == "1 of collecting, 1 of erasing"


def test_a_broker_that_is_away(ghes: Connection, settings: Any) -> None:
    elsewhere = {"LOCATION": f"redis://127.0.0.1:{free_port()}/1"}
    settings.CACHES = {"default": settings.CACHES["default"] | elsewhere}
    assert amiss().keys() == {"broker"}


def test_without_the_database_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError

    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        assert amiss().keys() == {"database"}


def test_the_command_ends_with_4_where_something_is_amiss(ghes: Connection) -> None:
    out = StringIO()
    call_command("doctor", "--json", stdout=out)
    assert {"name", "found", "needed", "is_good", "todo"} == json.loads(out.getvalue())[0].keys()
    Connection.objects.update(state="paused")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 4
    assert "AMISS connection ghes: paused" in out.getvalue()
