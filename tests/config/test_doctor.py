"""What web says of the appliance's health: every part by name, with what is needed and what to do."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from backend.appliance.models import Backup
from backend.appliance.records import DrillTold, Told, note_backups, note_drill
from backend.config.doctor import Finding, findings
from backend.connections.models import Connection
from backend.governance.models import Erasure
from backend.sources.models import Hint, SyncRun
from tests.factories import a_connection
from tests.front.authority import self_signed
from tests.roles import acting_as, make_roles
from tests.servers import free_port

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def backup() -> Told:
    """It was made a moment ago."""
    made = Told(name="a", made_at=NOW, release="1", size=1, sha256="", tables=1, rows=1)
    note_backups(present=[made], place="folder")
    return made


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
        *("sealing of the audit log", "newest backup", "last restore drill"),
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


def test_a_backup_that_is_too_old_and_one_that_is_gone(ghes: Connection) -> None:
    Backup.objects.update(made_at=NOW - timedelta(hours=37))
    assert amiss()["newest backup"].found == "made 37 hours ago"
    note_backups(present=[], place="folder")
    assert amiss()["newest backup"].found == "none"


def test_a_drill_that_is_due_failed_or_passed(ghes: Connection, backup: Told) -> None:
    """As administrators are told; a new installation has a week's time. Web may read it all."""
    assert "last restore drill" not in amiss()
    Backup.objects.update(made_at=NOW - timedelta(days=8))
    assert amiss()["last restore drill"].found == "none yet"
    ended = {"backup": backup, "finished_at": NOW - timedelta(hours=3), "seconds": 1}
    note_drill(DrillTold(passed=False, reason="a table differs", **ended), place="folder")
    make_roles()
    with acting_as("web"):
        assert amiss()["last restore drill"].found == "failed 3 hours ago; a table differs"
    note_drill(DrillTold(passed=True, **ended | {"finished_at": NOW}), place="folder")
    assert amiss() == {}


def test_a_demo_makes_no_backups(ghes: Connection, settings: Any) -> None:
    note_backups(present=[], place="folder")
    settings.MODE = "demo"
    assert amiss() == {}


def test_certificates_by_name(ghes: Connection, tmp_path: Path, settings: Any) -> None:
    settings.CERTIFICATES_DIR = tmp_path
    for name, days in (("public", 29.5), ("valkey", 90.5)):
        (tmp_path / f"{name}.pem").write_bytes(self_signed("x", days=days).chain)
    assert [one.found for one in findings() if one.name == "certificate valkey"] == ["90 days left"]
    (found,) = amiss().values()
    assert (found.name, found.found) == ("certificate public", "29 days left")


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
