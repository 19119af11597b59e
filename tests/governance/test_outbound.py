"""Destinations against the configuration, and what left by day and by query."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command

from backend.accounts.models import IdentityProvider
from backend.governance import outbound
from backend.governance.destinations import permitted_destinations
from backend.governance.outbound import Range
from backend.outbound.ledger import Ledger
from backend.outbound.models import Query, Traffic
from backend.outbound.questions import Question
from tests.factories import a_connection

pytestmark = pytest.mark.django_db

MARCH = Range(date(2026, 3, 1), date(2026, 3, 7))
PULLS = Question(Query.Interface.REST, "GET /repos/*/*/pulls", kept=("id",))
USER = Question(Query.Interface.REST, "GET /user", kept=("login",))


def leave(
    to: str,
    *,
    at: datetime,
    question: Question = PULLS,
    purpose: Traffic.Purpose = Traffic.Purpose.COLLECT,
    received: int = 1_000,
) -> None:
    with (
        time_machine.travel(at, tick=False),
        Ledger(purpose) as ledger,
        ledger.request(to, question) as exchange,
    ):
        exchange.sent, exchange.received, exchange.status = 100, received, 200


def noon(day: int) -> datetime:
    return datetime(2026, 3, day, 12, tzinfo=UTC)


def test_what_is_configured_is_permitted() -> None:
    a_connection(slug="ghes", name="GHES", url="https://ghes.example")
    a_connection(slug="cloud", name="Cloud", url="https://github.com", cloning_allowed=False)
    a_connection(slug="j", name="Jira", kind="jira_dc", url="https://jira.example:8443/jira")
    provider = {"address": "https://ghes.example", "other_hosts": ["keys.example"]}
    IdentityProvider.objects.create(kind="oidc", slug="o", name="Staff", **provider)
    pasted = {"address": "https://saml.example/metadata", "metadata": "<xml/>"}
    IdentityProvider.objects.create(kind="saml", slug="s", name="Pasted", **pasted)
    found = {one.destination: (one.purposes, one.because) for one in permitted_destinations()}
    assert found == {
        "api.github.com:443": (("collect",), ("connection Cloud",)),
        "ghes.example:443": (
            ("collect", "clone", "sign_in"),
            ("connection GHES", "identity provider Staff"),
        ),
        "jira.example:8443": (("collect",), ("connection Jira",)),
        "keys.example:443": (("sign_in",), ("identity provider Staff",)),
    }


def test_each_destination_stands_to_the_configuration() -> None:
    for name in ("asked", "quiet", "never"):
        a_connection(slug=name, name=name, kind="jira_dc", url=f"https://{name}.example")
    leave("asked.example:443", at=noon(2))
    leave("quiet.example:443", at=noon(2) - timedelta(days=9))
    leave("files.example:443", at=noon(3), purpose=Traffic.Purpose.FILES)
    leave("gone.example:443", at=noon(4))
    found = outbound.destinations(MARCH)
    assert [(one.name, one.standing, one.total.requests) for one in found] == [
        ("gone.example:443", "not_configured", 1),
        ("files.example:443", "led_to", 1),
        ("asked.example:443", "asked", 1),
        ("quiet.example:443", "quiet", 0),
        ("never.example:443", "never_asked", 0),
    ]
    assert found[2].total.first_at == noon(2)
    assert found[4].total.first_at is None


def test_what_the_host_has_not_opened_waits_for_it(tmp_path: Path, settings: LazySettings) -> None:
    for name in ("opened", "shut"):
        a_connection(slug=name, name=name, kind="jira_dc", url=f"https://{name}.example")
    leave("opened.example:443", at=noon(2))
    leave("shut.example:443", at=noon(2))
    settings.EGRESS_LIST = tmp_path / "destinations"
    assert {one.standing for one in outbound.destinations(MARCH)} == {"waiting"}
    settings.EGRESS_LIST.write_text("# by the host\nopened.example:443\n")
    found = [(one.name, one.standing) for one in outbound.destinations(MARCH)]
    assert found == [("shut.example:443", "waiting"), ("opened.example:443", "asked")]


def test_what_the_host_is_told_is_what_is_permitted() -> None:
    a_connection(slug="ghes", name="GHES", url="https://ghes.example")
    said = StringIO()
    call_command("destinations", stdout=said)
    assert json.loads(said.getvalue()) == [
        {
            "destination": "ghes.example:443",
            "purposes": ["collect", "clone"],
            "because": ["connection GHES"],
        }
    ]


def test_days_are_whole_and_each_is_there() -> None:
    for moment in (
        datetime(2026, 2, 28, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 7, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 8, tzinfo=UTC),
    ):
        leave("a.example:443", at=moment)
    days = outbound.days(MARCH)
    assert [one.day.day for one in days] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.total.requests for one in days] == [1, 0, 0, 0, 0, 0, 1]
    assert sum(one.total.bytes_received for one in outbound.days(MARCH, "a.example:443")) == 2_000
    assert sum(one.total.requests for one in outbound.days(MARCH, "b.example:443")) == 0


def test_queries_of_a_destination_what_weighs_most_first() -> None:
    leave("a.example:443", at=noon(1) - timedelta(days=20), question=USER)
    leave("a.example:443", at=noon(2), question=USER, received=10)
    leave("a.example:443", at=noon(3))
    leave("b.example:443", at=noon(3), question=USER)
    first, second = outbound.queries(MARCH, "a.example:443")
    assert (first.name, first.kept, first.asked) == (PULLS.name, ("id",), ())
    assert (second.name, second.total.requests, second.total.bytes_received) == (USER.name, 1, 10)
    assert second.first_asked_at == noon(1) - timedelta(days=20)
