"""The hour's budget over all interfaces and processes, quiet hours, and the ledger of what was asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from backend.connections.models import Connection
from backend.people.models import Organisation
from backend.sources import budget as budgets
from backend.sources.budget import Budget, asked_this_hour, quiet_connections, quiet_until
from backend.sources.errors import SourceError
from backend.sources.github.client import GitHub
from backend.sources.models import Usage
from backend.sources.pace import WINDOW, pace_of
from tests.factories import a_connection
from tests.sources.serving import Answer, serving

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False) as now:
        yield now


def ask(budget: Budget, times: int, interface: str = "rest", seconds: float = 0.01) -> None:
    for _ in range(times):
        budget.admit(interface)
        budget.note(interface=interface, seconds=seconds, label="", not_modified=False)


def row(interface: str = "rest") -> Usage:
    return Usage.objects.get(interface=interface, hour=NOON)


def test_many_requests_are_written_down_in_one_statement() -> None:
    budget = Budget(a_connection())
    with CaptureQueriesContext(
        database,
    ) as statements:
        ask(budget, budgets.WRITTEN_EVERY - 1)
        assert len(statements) == 0
        ask(budget, 1)
        assert len(statements) == 1
    assert (row().requests, row().milliseconds) == (50, 500)


def test_all_interfaces_are_counted_apart() -> None:
    budget = Budget(a_connection())
    ask(budget, 2, "graphql")
    budget.spend(3)
    budget.admit("rest")
    budget.note(interface="rest", seconds=0.2, label="rest", not_modified=True)
    with budget.git():
        pass
    ask(budget, 1, "graphql")
    budget.flush()
    found = Usage.objects.values_list("interface", "requests", "points", "not_modified")
    assert sorted(found) == [("git", 3, 0, 0), ("graphql", 3, 3, 0), ("rest", 1, 0, 1)]


def test_the_hours_budget_is_kept_over_all_interfaces() -> None:
    connection = a_connection(requests_per_hour=5)
    budget = Budget(connection)
    ask(budget, 3)
    ask(budget, 2, "graphql")
    with pytest.raises(SourceError) as caught:
        budget.admit("rest")
    assert caught.value.retry_at == NOON + timedelta(hours=1)
    assert not caught.value.permanent
    assert asked_this_hour(connection) == 5
    with pytest.raises(SourceError), Budget(connection).git():
        raise AssertionError("no clone begins")


def test_processes_share_the_budget() -> None:
    """Each knows of the other by what it has written; together they do not exceed it."""
    connection = a_connection(requests_per_hour=300)
    both, admitted = [Budget(connection), Budget(connection)], 0
    for turn in range(400):
        budget = both[turn % 7 > 2]
        try:
            ask(budget, 1)
        except SourceError:
            continue
        admitted += 1
    assert admitted == asked_this_hour(connection) == 300


def test_the_next_hour_begins_anew(noon: time_machine.Traveller) -> None:
    connection = a_connection(requests_per_hour=5)
    budget = Budget(connection)
    ask(budget, 5)
    noon.shift(timedelta(minutes=50))
    ask(budget, 4)
    budget.flush()
    assert list(Usage.objects.order_by("hour").values_list("requests", flat=True)) == [5, 4]


def test_what_was_counted_before_the_hour_ended_belongs_to_it(
    noon: time_machine.Traveller,
) -> None:
    budget = Budget(a_connection())
    ask(budget, 7)
    noon.shift(timedelta(hours=1))
    ask(budget, 1)
    budget.flush()
    assert list(Usage.objects.order_by("hour").values_list("requests", flat=True)) == [7, 1]


def test_each_connection_has_its_own() -> None:
    ask(Budget(a_connection(requests_per_hour=1)), 1)
    other = a_connection(requests_per_hour=1)
    ask(Budget(other), 1)
    assert asked_this_hour(other) == 1


def test_a_server_that_slows_is_left_alone() -> None:
    connection = a_connection()
    budget = Budget(connection)
    for seconds in [1.0] * WINDOW + [4.0] * WINDOW:
        budget.admit("graphql")
        budget.note(interface="graphql", seconds=seconds, label="Checks ", not_modified=False)
    for meter in (budget, Budget(connection)):
        with pytest.raises(SourceError) as caught:
            meter.admit("rest")
        assert caught.value.retry_at == pace_of(connection.pk).rests_until
    Budget(a_connection()).admit("rest")


def test_a_limit_without_a_time_doubles_over_sessions() -> None:
    connection, waits = a_connection(), []

    def limited(_: object) -> Answer:
        return 403, {}, b'{"message": "You have exceeded a secondary rate limit"}'

    with serving(limited) as (url, _):
        for _ in range(3):
            with GitHub(url=url, token="x", meter=Budget(connection)) as github:
                with pytest.raises(SourceError) as caught:
                    github.get("/meta")
                assert caught.value.retry_at is not None
                waits.append(caught.value.retry_at - NOON - timedelta(minutes=10))
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert row().requests == 3


# -- quiet hours -------------------------------------------------------------------------------------------------


def quiet(begin: str, end: str) -> Connection:
    return a_connection(quiet_from=time.fromisoformat(begin), quiet_to=time.fromisoformat(end))


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("08:00", "18:00", "2026-03-02T12:00", "2026-03-02T18:00"),
        ("08:00", "18:00", "2026-03-02T08:00", "2026-03-02T18:00"),
        ("08:00", "18:00", "2026-03-02T18:00", None),
        ("08:00", "18:00", "2026-03-02T07:59", None),
        ("22:00", "06:00", "2026-03-02T23:00", "2026-03-03T06:00"),
        ("22:00", "06:00", "2026-03-02T05:00", "2026-03-02T06:00"),
        ("22:00", "06:00", "2026-03-02T12:00", None),
        ("08:00", "08:00", "2026-03-02T08:00", None),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    begin: str, end: str, now: str, until: str | None
) -> None:
    connection = quiet(begin, end)
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert quiet_until(connection, moment) == expected
    assert quiet_connections(moment) == ([connection.pk] if until else [])


def test_quiet_hours_are_the_organisations() -> None:
    """Summer time begins in the night that is asked about: six o'clock comes an hour early."""
    Organisation.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    connection = quiet("22:00", "06:00")
    now = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)
    assert quiet_until(connection, now) == datetime(2026, 3, 29, 4, tzinfo=UTC)
    assert quiet_until(connection, datetime(2026, 3, 28, 20, 30, tzinfo=UTC)) is None


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until(a_connection()) is None
    assert quiet_until(a_connection(quiet_from=time(8))) is None
