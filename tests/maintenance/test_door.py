"""Maintenance is announced, then shuts the door to all but listed addresses; what systems send still comes in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import User
from backend.api.ingest import Reporting
from backend.api.site import api
from backend.appliance import maintenance, middleware
from backend.audit.models import Event
from backend.connections.store import set_webhook_secret
from backend.sources.models import Hint
from tests.api.test_webhooks import PULL_REQUEST, SECRET, post
from tests.factories import a_connection
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
ALLOWED = "10.1.0.0/16"
LET_IN, ELSEWHERE = "10.1.2.3", "192.0.2.1"


class Clock:
    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return NOW + self.passed

    def monotonic(self) -> float:
        return self.passed.total_seconds()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What is stored is read, as it is where it is shipped."""
    made = Clock()
    monkeypatch.setattr(maintenance, "memory", maintenance.Memory())
    monkeypatch.setattr(maintenance, "monotonic", made.monotonic)
    monkeypatch.setattr(timezone, "now", made.now)
    return made


@pytest.fixture
def closed(clock: Clock) -> Clock:
    maintenance.begin(message="New disks.", closes_at=NOW, allowed=[ALLOWED])
    return clock


def test_it_is_told_first_and_closes_at_its_time(client: Client, clock: Clock) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    at = NOW + timedelta(minutes=30)
    maintenance.begin(message="New disks.", closes_at=at, allowed=[])
    told = client.get("/api/v1/status").json()["maintenance"]
    assert told == {
        "message": "New disks.",
        "closes_at": "2026-08-20T12:30:00Z",
        "is_closed": False,
    }
    for path in ("/accounts/", "/admin/"):
        page = client.get(path).content.decode()
        assert "closes for maintenance on 20 August 2026, 12:30 UTC. New disks." in page
    assert client.get("/readyz").json()["maintenance"] == "announced"
    clock.passed = timedelta(minutes=30)
    assert client.get("/accounts/").status_code == 503
    maintenance.end()
    clock.passed += timedelta(seconds=2)
    assert client.get("/accounts/").status_code == 200
    assert client.get("/api/v1/status").json()["maintenance"] is None


@pytest.mark.parametrize("path", ["/", "/pull-requests", "/accounts/login/", "/admin/", "/docs/"])
def test_a_browser_gets_a_page(client: Client, closed: Clock, path: str) -> None:
    answer = client.get(path, REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert "New disks." in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nothing", "/api/v1/deployments"])
def test_a_program_gets_the_error_shape(client: Client, closed: Clock, path: str) -> None:
    answer = client.get(path, REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert answer.json() == {
        "code": "maintenance",
        "message": "Plumbline is closed for maintenance. New disks.",
        "action": "Try again later.",
    }


def test_a_message_is_text(client: Client, clock: Clock) -> None:
    maintenance.begin(message="<b>disks</b>", closes_at=NOW, allowed=[])
    assert "&lt;b&gt;disks" in client.get("/", REMOTE_ADDR=ELSEWHERE).content.decode()


@pytest.mark.parametrize("address", [LET_IN, f"::ffff:{LET_IN}"])
def test_listed_addresses_come_in(client: Client, closed: Clock, address: str) -> None:
    sign_in(client, an_account(User.Role.OWNER))
    assert client.get("/api/v1/status", REMOTE_ADDR=address).json()["maintenance"]["is_closed"]
    page = client.get("/accounts/", REMOTE_ADDR=address).content.decode()
    assert "your address is let in. New disks." in page


def test_nobody_names_their_own_address(client: Client, closed: Clock, settings: Any) -> None:
    def asked(seen: str, told: str) -> int:
        said = {"X-Forwarded-For": told, "X-Real-IP": LET_IN}
        return client.get("/accounts/login/", headers=said, REMOTE_ADDR=seen).status_code

    assert asked(ELSEWHERE, LET_IN) == 503
    # As behind nginx, which replaces the header: what stands last is what it saw.
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert asked(LET_IN, f"{LET_IN}, {ELSEWHERE}") == 503
    assert asked(ELSEWHERE, LET_IN) == 200


def test_without_a_list_nobody_comes_in(client: Client, clock: Clock) -> None:
    maintenance.begin(message="New disks.", closes_at=NOW, allowed=[])
    assert client.get("/accounts/login/", REMOTE_ADDR="127.0.0.1").status_code == 503


def test_a_delivery_is_taken(
    client: Client, closed: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda: None)
    set_webhook_secret(connection=a_connection(slug="ghes"), secret=SECRET)
    assert post(client, PULL_REQUEST).status_code == 202
    assert Hint.objects.count() == 1


def test_reports_and_the_directory_are_heard(client: Client, closed: Clock) -> None:
    """They are judged by their own tokens."""
    for path in middleware._REPORTS:
        assert client.post(path, REMOTE_ADDR=ELSEWHERE).status_code == 401
    assert client.get("/scim/v2/Users", REMOTE_ADDR=ELSEWHERE).status_code == 401


def test_no_way_to_report_is_forgotten() -> None:
    guarded = {
        f"/api/v1{path}"
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        if any(isinstance(one, Reporting) for one in operation.auth_callbacks)
    }
    assert guarded == middleware._REPORTS


def test_probes_are_answered_and_tell_of_it(client: Client, closed: Clock) -> None:
    assert client.get("/healthz", REMOTE_ADDR=ELSEWHERE).status_code == 200
    answer = client.get("/readyz", REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, answer.json()["maintenance"]) == (200, "closed")
    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE).status_code != 503
    assert client.get("/static/nothing", REMOTE_ADDR=ELSEWHERE).status_code == 404


def test_it_holds_without_the_broker(client: Client, closed: Clock, settings: Any) -> None:
    there = settings.CACHES["default"]
    settings.CACHES = {"default": there | {"LOCATION": "redis://127.0.0.1:1/1"}}
    assert client.get("/accounts/login/", REMOTE_ADDR=ELSEWHERE).status_code == 503


def test_a_request_costs_no_statement(
    client: Client, closed: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get("/", REMOTE_ADDR=ELSEWHERE)
    closed.passed = timedelta(seconds=1.9)
    with django_assert_num_queries(0):
        client.get("/", REMOTE_ADDR=ELSEWHERE)
    closed.passed = timedelta(seconds=2)
    with django_assert_num_queries(1):
        client.get("/", REMOTE_ADDR=ELSEWHERE)


def test_what_was_known_stays_while_the_database_is_away(
    client: Client, closed: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError

    assert client.get("/nowhere", REMOTE_ADDR=ELSEWHERE).status_code == 503
    closed.passed = timedelta(minutes=5)
    monkeypatch.setattr(maintenance, "stored", away)
    assert client.get("/nowhere", REMOTE_ADDR=ELSEWHERE).status_code == 503
    monkeypatch.setattr(maintenance, "memory", maintenance.Memory())
    assert client.get("/healthz").status_code == 200
    assert maintenance.memory.read() is None


def test_it_comes_before_whoever_asks_for_the_session() -> None:
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    door = names.index("MaintenanceMode")
    assert names.index("WhiteNoiseMiddleware") < door < names.index("UserSessionsMiddleware")


def test_both_ends_are_on_record(clock: Clock) -> None:
    maintenance.begin(message="New disks.", closes_at=NOW, allowed=[ALLOWED])
    assert maintenance.end()
    assert not maintenance.end()
    told = dict(Event.objects.values_list("name", "additional_data"))
    assert told["maintenance_began"] == {
        "message": "New disks.",
        "closes_at": "2026-08-20T12:00+00:00",
        "allowed": [ALLOWED],
    }
    assert told["maintenance_ended"] == {"message": "New disks."}
