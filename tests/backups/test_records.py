"""What the host says of backups and drills: on record, on the page, and in a warning for administrators."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.appliance.models import Backup, Drill
from backend.appliance.records import backup_age_seconds, trouble
from backend.audit.models import Event
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db


def a_backup(name: str = "plumbline-20260301T040000Z.age", *, hours: float = 1) -> dict[str, Any]:
    return {
        "name": name,
        "made_at": (timezone.now() - timedelta(hours=hours)).isoformat(),
        "release": "1.0",
        "size": 1200,
        "sha256": "ab" * 32,
        "tables": 94,
        "rows": 77,
    }


def a_drill(backup: dict[str, Any] | None, *, hours: float = 1, reason: str = "") -> dict[str, Any]:
    return {
        "backup": backup,
        "finished_at": (timezone.now() - timedelta(hours=hours)).isoformat(),
        "passed": not reason,
        "reason": reason,
        "seconds": 9,
        "tables": 94,
        "rows": 77,
    }


def told(monkeypatch: pytest.MonkeyPatch, what: str, content: object) -> None:
    """As the host says it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(content)))
    call_command("backups", what)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda what, **content: told(monkeypatch, what, content)


def test_what_lies_there_is_on_record_and_what_went_is_gone(host: Any) -> None:
    first, second = a_backup("a", hours=30), a_backup("b", hours=2)
    host("made", present=[first], place="folder", made="a")
    host("made", present=[second], place="folder", made="b")
    assert list(Backup.objects.filter(removed_at=None).values_list("name", flat=True)) == ["b"]
    event = Event.objects.filter(name="backup_made").latest("pk")
    assert (event.object_repr, event.additional_data["removed"]) == ("b", 1)
    age = backup_age_seconds()
    assert age is not None
    assert 7000 < age < 7400


def test_a_failure_is_an_event_and_changes_no_backup(host: Any) -> None:
    host("made", present=[a_backup("a")], place="sftp", made="a")
    host("failed", reason="the disk is full")
    assert Backup.objects.filter(removed_at=None).count() == 1
    assert Event.objects.get(name="backup_failed").additional_data == {"reason": "the disk is full"}


def test_drills_and_restores_are_events(host: Any) -> None:
    host("drilled", drill=a_drill(a_backup("a")), place="folder")
    host("drilled", drill=a_drill(None, reason="not signed"), place="folder")
    host("restored", backup=a_backup("a"), place="folder")
    assert [drill.passed for drill in Drill.objects.order_by("pk")] == [True, False]
    names = ["drill_done", "drill_failed", "restored"]
    assert set(names) <= set(Event.objects.values_list("name", flat=True))


def test_what_is_not_understood_changes_nothing(host: Any) -> None:
    with pytest.raises(CommandError):
        host("made", present=[{"name": "a"}], place="folder")
    assert not Backup.objects.exists()
    assert not Event.objects.filter(name="backup_made").exists()


@pytest.mark.parametrize(
    ("made", "drill", "says"),
    [
        (None, None, "There is no backup."),
        (1, 1, None),
        (37, 1, "The last backup is too old."),
        (1, "failed", "The last restore drill failed."),
        (1, 24 * 8, "No restore drill was made for more than a week."),
        (1, None, None),
    ],
    ids=["none", "well", "old", "failed", "overdue", "new"],
)
def test_administrators_are_warned(
    host: Any, made: float | None, drill: float | str | None, says: str | None
) -> None:
    if made is not None:
        host("made", present=[a_backup("a", hours=made)], place="folder", made="a")
    if drill == "failed":
        host("drilled", drill=a_drill(a_backup("a"), reason="differs"), place="folder")
    elif drill is not None:
        host("made", present=[a_backup("old", hours=24 * 9)], place="folder")
        host(
            "drilled",
            drill=a_drill(a_backup("old", hours=24 * 9), hours=float(drill)),
            place="folder",
        )
        host("made", present=[a_backup("a", hours=float(made or 1))], place="folder")
    assert trouble() == says
    for role, warned in ((User.Role.ADMINISTRATOR, says), (User.Role.AUDITOR, None)):
        client = sign_in(Client(), an_account(role))
        assert client.get("/api/v1/me").json()["backup_trouble"] == warned


def test_the_page_tells_each_and_when_it_goes(host: Any) -> None:
    host("made", present=[a_backup("a", hours=30), a_backup("b", hours=2)], place="sftp", made="b")
    host("drilled", drill=a_drill(a_backup("b", hours=2)), place="sftp")
    client = sign_in(Client(), an_account(User.Role.AUDITOR))
    found = client.get("/api/v1/backups").json()
    assert [one["name"] for one in found["backups"]] == ["b", "a"]
    newest, older = found["backups"]
    assert newest["drill"]["passed"] is True
    assert older["drill"] is None
    made = timezone.now() - timedelta(hours=2)
    assert newest["goes_on"] == str((made + timedelta(days=35)).date())
    assert (found["backup_overdue"], found["drill_overdue"], found["kept_days"]) == (
        False,
        False,
        35,
    )


def test_the_page_says_that_there_is_nothing() -> None:
    client = sign_in(Client(), an_account(User.Role.AUDITOR))
    found = client.get("/api/v1/backups").json()
    assert (found["backups"], found["drills"], found["next_backup_at"]) == ([], [], None)
    assert (found["backup_overdue"], found["drill_overdue"]) == (True, True)
