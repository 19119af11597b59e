"""The outbound ledger by API: totals, queries, and the exports, which are themselves on record."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from backend.audit.models import Event
from backend.outbound.ledger import Ledger
from backend.outbound.models import Query, Traffic
from backend.outbound.questions import Question
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
PULLS = Question(Query.Interface.REST, "GET /repos/*/*/pulls", kept=("id", "title"))


@pytest.fixture(autouse=True)
def left() -> None:
    with Ledger(Traffic.Purpose.COLLECT) as ledger:
        for status in (200, 404):
            with ledger.request("ghes.example:443", PULLS) as exchange:
                exchange.sent, exchange.received, exchange.status = 300, 4_000, status


@pytest.fixture
def browser(client: Client) -> Client:
    return sign_in(client, an_account("auditor"))


def test_destinations_and_days(browser: Client) -> None:
    told = browser.get("/api/v1/outbound?days=7").json()
    (destination,) = told["destinations"]
    assert destination["name"] == "ghes.example:443"
    assert destination["standing"] == "not_configured"
    total = destination["total"]
    assert (total["requests"], total["refused"], total["bytes_received"]) == (2, 1, 8_000)
    assert len(told["days"]) == 7
    assert told["days"][-1]["day"] == told["last"] == str(datetime.now(UTC).date())
    assert told["days"][-1]["total"]["requests"] == 2


def test_queries_with_their_fields(browser: Client) -> None:
    told = browser.get("/api/v1/outbound/queries?destination=ghes.example:443").json()
    (query,) = told["queries"]
    assert (query["name"], query["asked"], query["kept"]) == (PULLS.name, [], ["id", "title"])
    other = browser.get("/api/v1/outbound/queries?destination=ghes.example").json()
    assert other["queries"] == []


def test_exports_hold_every_hour_and_are_on_record(browser: Client) -> None:
    answer = browser.get("/api/v1/outbound.csv?days=2")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["destination"], row["query"], row["requests"]) == (
        "ghes.example:443",
        PULLS.name,
        "2",
    )
    told = json.loads(browser.get("/api/v1/outbound.json?days=2").content)
    assert [one["digest"] for one in told["hours"]] == [PULLS.digest]
    assert told["queries"][0]["kept"] == ["id", "title"]
    assert Event.objects.filter(name="outbound_exported").count() == 2


@pytest.mark.parametrize("asked", ["days=0", "days=401", "to=tomorrow"])
def test_a_range_that_makes_no_sense_is_refused(browser: Client, asked: str) -> None:
    assert browser.get(f"/api/v1/outbound?{asked}").status_code == 422
