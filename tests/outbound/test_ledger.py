"""What leaves is written down before it does, in few statements, and whatever happens to it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from backend.outbound import ledger as subject
from backend.outbound.ledger import Exchange, Ledger
from backend.outbound.models import Query, Traffic
from backend.outbound.questions import Question

HOST = "ghes.example:443"
COLLECT = Traffic.Purpose.COLLECT
PULLS = Question(Query.Interface.REST, "GET /repos/*/*/pulls", kept=("id", "title"))
USER = Question(Query.Interface.REST, "GET /user")

pytestmark = pytest.mark.django_db


def ask(ledger: Ledger, question: Question = PULLS, *, status: int = 200, to: str = HOST) -> None:
    with ledger.request(to, question) as exchange:
        exchange.sent, exchange.received, exchange.status = 100, 2_000, status


def told() -> Iterator[tuple[str, str, int, int, int, int, int]]:
    rows = Traffic.objects.order_by("destination", "query__name")
    yield from rows.values_list(
        *("destination", "query__name", "requests", "refused", "failed"),
        *("bytes_sent", "bytes_received"),
    )


def test_a_destination_is_written_down_before_the_first_request_leaves() -> None:
    with Ledger(COLLECT) as ledger, ledger.request(HOST, PULLS):
        assert list(told()) == [(HOST, PULLS.name, 1, 0, 0, 0, 0)]
    assert list(told()) == [(HOST, PULLS.name, 1, 0, 1, 0, 0)]


def test_answers_refusals_and_failures_are_told_apart() -> None:
    with Ledger(COLLECT) as ledger:
        for status in (200, 304, 404, 503, 0):
            ask(ledger, status=status)
        ask(ledger, USER)
    assert list(told()) == [
        (HOST, PULLS.name, 5, 2, 1, 500, 10_000),
        (HOST, USER.name, 1, 0, 0, 100, 2_000),
    ]


def test_a_failing_session_loses_nothing() -> None:
    with suppress(ZeroDivisionError), Ledger(COLLECT) as ledger:
        ask(ledger)
        with ledger.request(HOST, PULLS) as exchange:
            exchange.sent = 70
            raise ZeroDivisionError
    assert list(told()) == [(HOST, PULLS.name, 2, 0, 1, 170, 2_000)]


def test_a_session_takes_two_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2), Ledger(COLLECT) as ledger:
        for question in (PULLS, USER, PULLS):
            for _ in range(subject.WRITTEN_EVERY // 4):
                ask(ledger, question)


def test_a_killed_process_loses_few() -> None:
    ledger = Ledger(COLLECT)
    for number in range(1, 3 * subject.WRITTEN_EVERY):
        ask(ledger)
        (row,) = Traffic.objects.all()
        assert number - row.requests < subject.WRITTEN_EVERY
    assert row.requests >= 2 * subject.WRITTEN_EVERY


def test_a_slow_session_is_written_down_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("backend.outbound.ledger.time.monotonic", lambda: now)
    ledger = Ledger(COLLECT)
    ask(ledger)
    now += subject.WRITTEN_AFTER_SECONDS + 1
    ask(ledger)
    assert Traffic.objects.get().requests == 2


def test_hours_sessions_and_purposes_add_up() -> None:
    begin = datetime(2026, 3, 2, 9, 59, tzinfo=UTC)
    with time_machine.travel(begin, tick=False) as clock:
        for _ in range(2):
            with Ledger(COLLECT) as ledger:
                ask(ledger)
        clock.shift(timedelta(minutes=2))
        with Ledger(COLLECT) as ledger:
            ask(ledger)
            with ledger.request("files.example:443", PULLS, purpose=Traffic.Purpose.FILES):
                pass
    rows = Traffic.objects.filter(destination=HOST).order_by("hour")
    assert [(one.hour.hour, one.requests, one.first_at) for one in rows] == [
        (9, 2, begin),
        (10, 1, begin + timedelta(minutes=2)),
    ]
    assert Traffic.objects.get(destination="files.example:443").purpose == "files"
    assert Query.objects.get().first_asked_at == begin


def test_other_fields_are_another_query() -> None:
    wider = Question(PULLS.interface, PULLS.name, kept=("id", "title", "body"))
    with Ledger(COLLECT) as ledger:
        ask(ledger)
        ask(ledger, wider)
    assert sorted(len(one.kept or ()) for one in Query.objects.all()) == [2, 3]


def test_several_requests_of_one_exchange_count_each() -> None:
    with Ledger(COLLECT) as ledger, ledger.request(HOST, PULLS, exchange=Exchange()) as exchange:
        exchange.requests, exchange.status = 3, 200
    assert Traffic.objects.get().requests == 3


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_within_a_transaction() -> None:
    left = False
    with pytest.raises(RuntimeError), transaction.atomic(), Ledger(COLLECT).request(HOST, PULLS):
        left = True
    assert not left


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_is_not_sent_and_not_forgotten() -> None:
    ledger, left = Ledger(COLLECT), False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE outbound_traffic RENAME TO gone")
        try:
            with pytest.raises(DatabaseError), ledger.request(HOST, PULLS):
                left = True
        finally:
            cursor.execute("ALTER TABLE gone RENAME TO outbound_traffic")
    assert not left
    ledger.flush()
    assert list(told()) == [(HOST, PULLS.name, 1, 0, 0, 0, 0)]
