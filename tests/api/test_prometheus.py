"""Numbers for a scraper: closed without a token, true to what is stored, in few statements."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from backend.appliance.records import DrillTold, Told, note_backups, note_drill
from backend.audit.chain_models import Head
from backend.audit.events import record
from backend.audit.sealing import seal_some
from backend.connections.models import Connection
from backend.delivery.models import PendingDeployments, Project
from backend.governance.models import Erasure
from backend.governance.requests import ask
from backend.sources.budget import hour_of
from backend.sources.models import Cursor, Hint, SyncRun, Usage
from tests.factories import a_connection, a_repository
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-scraper"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _at_this_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module may have been read long before its tests run."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC))


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, settings: Any) -> Path:
    settings.SECRETS_DIR = tmp_path
    (tmp_path / "metrics_token").write_text(f"{TOKEN}\n")
    return tmp_path


@pytest.fixture
def ghes() -> Connection:
    return a_connection(slug="ghes", requests_per_hour=500)


def told(client: Client) -> dict[tuple[str, ...], float]:
    """Each sample by its name and labels' values, in the order of the labels' names."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "no-store" in answer["Cache-Control"]
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"bearer {TOKEN}x", "Bearer \u00e4"]
)
def test_without_the_token_nothing_is_told(client: Client, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("content", [None, "", "\n", "short"])
def test_where_no_token_is_set_nobody_comes_in(
    client: Client, secrets: Path, content: str | None
) -> None:
    (secrets / "metrics_token").unlink()
    if content is not None:
        (secrets / "metrics_token").write_text(content)
    for given in (TOKEN, content or "", ""):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {given}"})
        assert answer.status_code == 404


def test_nothing_can_be_written(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


def test_an_empty_appliance_has_nothing_to_tell(client: Client) -> None:
    timings = ("in_time", "due_in_7_days", "due_in_2_days", "overdue")
    expected: dict[tuple[str, ...], float] = {("plumbline_pull_requests_to_measure",): 0}
    expected |= {("plumbline_subject_requests", timing): 0 for timing in timings}
    expected |= {("plumbline_parked", kind): 0 for kind in ("inbox", "erasures")}
    measured = ("pull_requests", "issues", "deployments", "test_runs", "investment")
    for kind in (*(f"measure_{one}" for one in measured), "erasures", "retention"):
        expected |= {
            ("plumbline_work_waiting", kind): 0,
            ("plumbline_work_oldest_seconds", kind): 0,
        }
    expected |= {("plumbline_audit_unsealed_seconds",): 0}
    assert told(client) == expected


def test_what_waits_within(client: Client) -> None:
    repository = a_repository(a_connection())
    PendingDeployments.objects.create(repository=repository, noted_by=1)
    PendingDeployments.objects.update(since=NOW - timedelta(hours=3))
    found = told(client)
    assert found["plumbline_work_waiting", "measure_deployments"] == 1
    assert 3 * 3600 <= found["plumbline_work_oldest_seconds", "measure_deployments"] < 4 * 3600
    assert found["plumbline_work_waiting", "measure_issues"] == 0


def test_what_was_given_up(client: Client, ghes: Connection) -> None:
    Hint.objects.create(
        connection=ghes, kind="teams", due_at=NOW, received_at=NOW, parked_at=NOW, attempts=8
    )
    Erasure.objects.create(kind="everything", asked_at=NOW, approved_at=NOW, attempts=8)
    found = told(client)
    assert (found["plumbline_parked", "inbox"], found["plumbline_parked", "erasures"]) == (1, 1)
    assert found["plumbline_work_waiting", "erasures"] == 0


def test_how_far_the_audit_log_is_sealed(client: Client) -> None:
    record(name="operator_command", detail={"command": "test"})
    assert told(client)["plumbline_audit_unsealed_seconds",] > 0
    sealed = seal_some(witness=None)
    Head.objects.create(
        kind="head",
        position=sealed.position,
        digest=sealed.digest,
        signed_at=NOW,
        key_id="a key",
        signature=b"a signature",
    )
    found = told(client)
    assert found["plumbline_audit_unsealed_seconds",] == 0
    assert found["plumbline_audit_head_timestamp_seconds",] == pytest.approx(NOW.timestamp())


def test_how_old_the_backup_and_the_drill_are(client: Client) -> None:
    """As the process that is asked, which may read what the host has put there; what is not there is not told."""
    made = Told(
        name="a", made_at=NOW - timedelta(hours=2), release="1", size=1, sha256="", tables=1, rows=1
    )
    note_backups(present=[made], place="folder")
    make_roles()
    with acting_as("web"):
        found = told(client)
    assert found["plumbline_backup_age_seconds",] == pytest.approx(2 * 3600, abs=300)
    assert not [name for name, *_ in found if name.startswith("plumbline_drill_")]
    for hours, reason in ((3, ""), (1, "a table differs")):
        drill = DrillTold(
            backup=made,
            finished_at=NOW - timedelta(hours=hours),
            passed=not reason,
            reason=reason,
            seconds=1,
        )
        note_drill(drill, place="folder")
        with acting_as("web"):
            found = told(client)
        assert found["plumbline_drill_age_seconds",] == pytest.approx(hours * 3600, abs=300)
        assert found["plumbline_drill_passed",] == (not reason)
    note_backups(present=[], place="folder")
    assert ("plumbline_backup_age_seconds",) not in told(client)


def test_how_far_behind_each_connection_is(client: Client, ghes: Connection) -> None:
    """By the look at the whole connection: a repository in which nothing happens is not behind."""
    looked = NOW - timedelta(minutes=20)
    done = {"outcome": "succeeded", "started_at": looked, "finished_at": NOW}
    SyncRun.objects.create(connection=ghes, kind="connection", **done)
    repository = a_repository(ghes)
    Cursor.objects.create(
        connection=ghes,
        repository=repository,
        kind="pull_requests",
        complete_to=NOW - timedelta(days=9),
    )
    jira = a_connection(slug="jira", kind="jira_dc")
    SyncRun.objects.create(connection=jira, kind="issues", **done)
    a_connection(slug="never")
    found = told(client)
    for slug in ("ghes", "jira"):
        assert found["plumbline_sync_lag_seconds", slug] == pytest.approx(20 * 60, abs=300)
    assert ("plumbline_sync_lag_seconds", "never") not in found
    Connection.objects.filter(slug="jira").update(state="paused")
    assert ("plumbline_sync_lag_seconds", "jira") not in told(client)


def test_what_a_source_was_asked(client: Client, ghes: Connection) -> None:
    this_hour = hour_of(datetime.now(UTC))
    for hour, requests in ((this_hour, 7), (this_hour - timedelta(hours=30), 5)):
        Usage.objects.create(
            connection=ghes,
            hour=hour,
            interface="rest",
            requests=requests,
            not_modified=2,
            points=3,
            milliseconds=1500,
        )
    found = told(client)
    assert found["plumbline_source_requests_total", "ghes", "rest"] == 12
    assert found["plumbline_source_not_modified_total", "ghes", "rest"] == 4
    assert found["plumbline_source_points_total", "ghes", "rest"] == 6
    assert found["plumbline_source_answer_seconds_total", "ghes", "rest"] == 3
    assert found["plumbline_source_requests_this_hour", "ghes", "rest"] == 7
    assert found["plumbline_source_requests_allowed", "ghes"] == 500
    assert found["plumbline_connection_state", "ghes", "working"] == 1
    assert found["plumbline_connection_state", "ghes", "failing"] == 0


def test_what_waits(client: Client, ghes: Connection) -> None:
    def waits(key: str, **values: object) -> None:
        due = {"due_at": NOW - timedelta(minutes=5), "received_at": NOW}
        Hint.objects.create(connection=ghes, kind="pull_request", key=key, **due | values)

    waits("1")
    waits("2", due_at=NOW - timedelta(minutes=50))
    waits("3", due_at=NOW + timedelta(hours=1))
    waits("4", lease_until=NOW + timedelta(hours=1))
    waits("5", parked_at=NOW)
    found = told(client)
    states = {key[-1]: value for key, value in found.items() if key[0] == "plumbline_hints"}
    assert states == {"due": 2, "later": 1, "working": 1, "parked": 1}
    age = found["plumbline_hints_oldest_due_seconds", "ghes", "pull_request"]
    assert 50 * 60 <= age < 110 * 60


def test_how_runs_ended(client: Client, ghes: Connection) -> None:
    for outcome, ago in (("succeeded", 1), ("succeeded", 30), ("failed", 2), ("failed", 30)):
        ended = NOW - timedelta(hours=ago)
        SyncRun.objects.create(
            connection=ghes, kind="commits", outcome=outcome, started_at=ended, finished_at=ended
        )
    SyncRun.objects.create(connection=ghes, kind="commits", started_at=NOW)
    found = told(client)
    assert found["plumbline_runs_last_day", "ghes", "commits", "succeeded"] == 1
    assert found["plumbline_runs_last_day", "ghes", "commits", "failed"] == 1
    last = found["plumbline_last_success_timestamp_seconds", "ghes", "commits"]
    assert last == pytest.approx((NOW - timedelta(hours=1)).timestamp(), abs=1)


def test_how_complete_the_data_is(client: Client, ghes: Connection) -> None:
    def counted(state: str = "active", **values: object) -> None:
        repository = a_repository(ghes, state=state)
        Cursor.objects.create(
            connection=ghes, repository=repository, kind="pull_requests", **values
        )

    counted(expected=10, held=10)
    counted(expected=10, held=7)
    counted(expected=5, held=5, gap="Two pages were lost.")
    counted()
    counted(unavailable="The permission is missing.", expected=100, held=0)
    counted(state="excluded", expected=1000, held=0)
    found = told(client)
    states = {key[-1]: value for key, value in found.items() if key[0] == "plumbline_repositories"}
    assert states == {"complete": 1, "incomplete": 2, "not_counted": 1, "unavailable": 1}
    assert found["plumbline_objects_expected", "ghes", "pull_requests"] == 25
    assert found["plumbline_objects_held", "ghes", "pull_requests"] == 22


def test_projects_are_counted_by_their_issues(client: Client) -> None:
    jira = a_connection(slug="jira", kind="jira_dc")
    for number, (expected, held) in enumerate([(10, 10), (8, 5), (None, None)]):
        project = Project.objects.create(
            connection=jira, external_id=number, key=f"P{number}", name="A project"
        )
        for kind in ("issues", "census"):
            Cursor.objects.create(
                connection=jira, project=project, kind=kind, expected=expected, held=held
            )
    found = told(client)
    states = {key[-1]: value for key, value in found.items() if key[0] == "plumbline_projects"}
    assert states == {"complete": 1, "incomplete": 1, "not_counted": 1}
    assert found["plumbline_objects_expected", "jira", "issues"] == 18
    assert found["plumbline_objects_held", "jira", "issues"] == 15
    assert not [key for key in found if key[0] == "plumbline_repositories"]


def test_the_number_of_statements_does_not_grow(client: Client) -> None:
    for _ in range(3):
        a_connection()
    with CaptureQueriesContext(database) as statements:
        told(client)
    assert len(statements) == 23


def test_requests_of_people_are_told_by_how_much_time_is_left(client: Client) -> None:
    asker = an_account("member")
    with time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False) as now:
        ask(kind="access", acting_user=asker)
        now.move_to(datetime(2026, 3, 1, 9, tzinfo=UTC))
        assert told(client)["plumbline_subject_requests", "overdue"] == 1
        now.move_to(datetime(2026, 2, 21, 9, tzinfo=UTC))
        assert told(client)["plumbline_subject_requests", "due_in_7_days"] == 1
