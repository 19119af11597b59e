"""The API of retention: what is kept, what would go, and who may change it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backend.api.retention import next_run_at
from backend.governance.models import RetentionPeriod, RetentionRun
from backend.governance.retention.policies import POLICIES
from backend.sources.models import SyncRun
from tests.factories import a_connection
from tests.governance.retention.conftest import purge
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    sign_in(client, an_account(role="administrator"))
    return client


def _of(client: Client, code: str) -> dict[str, Any]:
    answer = client.get("/api/v1/retention")
    assert answer.status_code == 200
    found: dict[str, Any] = next(one for one in answer.json()["policies"] if one["code"] == code)
    return found


def _old_runs(count: int) -> None:
    connection = a_connection()
    for number in range(count):
        at = timezone.now() - timedelta(days=40 + number)
        SyncRun.objects.create(connection=connection, kind="connection", started_at=at)


def test_every_policy_is_told_with_what_would_go_tonight(administrator: Client) -> None:
    _old_runs(3)
    told = administrator.get("/api/v1/retention").json()
    assert [one["code"] for one in told["policies"]] == [one.code for one in POLICIES]
    assert told["may_change"] is True
    found = _of(administrator, "collecting")
    assert (found["days"], found["minimum_days"], found["may_be_kept"]) == (30, 7, False)
    rows = {one["table"]: one["rows"] for one in found["tonight"]["rows"]}
    assert rows == {"sources_syncrun": 3}
    assert found["tonight"]["oldest"] is not None
    assert _of(administrator, "pull_requests")["tonight"] is None


def test_what_went_is_told_night_by_night(administrator: Client) -> None:
    _old_runs(2)
    purge()
    (night,) = _of(administrator, "collecting")["runs"]
    assert night["deleted"] == [{"table": "sources_syncrun", "rows": 2, "estimated": False}]
    assert night["finished_at"] is not None


def test_a_preview_changes_nothing(administrator: Client) -> None:
    _old_runs(3)
    told = administrator.get("/api/v1/retention/collecting/preview?days=41").json()
    assert told["rows"] == [{"table": "sources_syncrun", "rows": 1, "estimated": False}]
    assert not RetentionPeriod.objects.exists()


def test_a_shorter_period_waits_and_can_be_taken_back(administrator: Client) -> None:
    answer = administrator.post(
        "/api/v1/retention/pull_requests", {"days": 500}, content_type="application/json"
    )
    assert answer.status_code == 200
    assert (answer.json()["days"], answer.json()["next_days"]) == (None, 500)
    answer = administrator.post("/api/v1/retention/pull_requests/take-back")
    assert answer.status_code == 200
    assert answer.json()["next_days"] is None
    again = administrator.post("/api/v1/retention/pull_requests/take-back")
    assert (again.status_code, again.json()["days"]) == (200, None)


@pytest.mark.parametrize("days", [399, 0, 40_000])
def test_what_is_out_of_bounds_says_what_is_not(administrator: Client, days: int) -> None:
    answer = administrator.post(
        "/api/v1/retention/pull_requests", {"days": days}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert "days" in answer.json()["message"]


def test_an_auditor_reads_and_changes_nothing(client: Client) -> None:
    sign_in(client, an_account(role="auditor"))
    assert client.get("/api/v1/retention").json()["may_change"] is False
    answer = client.post("/api/v1/retention/usage", {"days": 60}, content_type="application/json")
    assert answer.status_code == 403


def test_unknown_policies_are_not_found(administrator: Client) -> None:
    assert administrator.get("/api/v1/retention/nothing/preview?days=500").status_code == 404


def test_why_nothing_is_removed_is_told_until_somebody_says_that_the_date_is_right(
    administrator: Client,
) -> None:
    assert administrator.get("/api/v1/retention").json()["doubtful"] is None
    last = timezone.now().replace(microsecond=0) - timedelta(days=90)
    RetentionRun.objects.create(policy="usage", before=last, started_at=last, finished_at=last)
    doubtful = administrator.get("/api/v1/retention").json()["doubtful"]
    assert datetime.fromisoformat(doubtful["since"]) == last
    answer = administrator.post("/api/v1/retention/confirm-date")
    assert (answer.status_code, answer.json()["doubtful"]) == (200, None)
    assert administrator.get("/api/v1/retention").json()["doubtful"] is None


def test_the_next_run_is_tonight_or_tomorrow() -> None:
    at = timezone.now().replace(hour=1, minute=14, second=59)
    assert next_run_at(at).day == at.day
    assert next_run_at(at + timedelta(seconds=1)) - at > timedelta(hours=23)
