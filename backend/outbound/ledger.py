"""Writing down what leaves.

A request is counted before it is sent, and the first one of a session to each destination is in the database by then:
no destination is ever missing. The rest is written together, within so many requests and seconds and at the session's
end, so that a process that is killed loses no more than those counts.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, Self

from django.db import connection, transaction
from django.utils import timezone

from backend.outbound.models import Traffic
from backend.outbound.questions import Question

WRITTEN_EVERY: Final = 50
"""Requests that one statement writes down."""
WRITTEN_AFTER_SECONDS: Final = 5.0

_WRITE: Final = """
    WITH asked AS (
        INSERT INTO outbound_query (digest, interface, name, asked, kept, first_asked_at)
        VALUES {queries}
        ON CONFLICT (digest) DO NOTHING
    )
    INSERT INTO outbound_traffic AS old (
        hour, destination, purpose, query_id,
        requests, refused, failed, bytes_sent, bytes_received, first_at, last_at
    )
    VALUES {traffic}
    ON CONFLICT (hour, destination, purpose, query_id) DO UPDATE SET
        requests = old.requests + excluded.requests,
        refused = old.refused + excluded.refused,
        failed = old.failed + excluded.failed,
        bytes_sent = old.bytes_sent + excluded.bytes_sent,
        bytes_received = old.bytes_received + excluded.bytes_received,
        first_at = least(old.first_at, excluded.first_at),
        last_at = greatest(old.last_at, excluded.last_at)
"""
_QUERY_ROW: Final = "(%s, %s, %s, %s::varchar[], %s::varchar[], %s)"
_TRAFFIC_ROW: Final = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass
class Exchange:
    """A request under way, which its sender fills in. `status`: of a whole answer; 0 while there is none."""

    requests: int = 1
    sent: int = 0
    received: int = 0
    status: int = 0


@dataclass
class _Count:
    first_at: datetime
    last_at: datetime
    requests: int = 0
    refused: int = 0
    failed: int = 0
    sent: int = 0
    received: int = 0


_Key = tuple[datetime, str, str, str]
"""Hour, destination, purpose, digest: in the order in which rows are locked, the same for all."""


@dataclass
class Ledger:
    """Of one session, which ends with `flush`. Never within a transaction: what left stays written, whatever fails.

    What could not be written is kept for the next try, and the request that waits for it is not sent.
    """

    purpose: Traffic.Purpose
    _counts: dict[_Key, _Count] = field(default_factory=dict)
    _questions: dict[str, Question] = field(default_factory=dict)
    _announced: set[str] = field(default_factory=set)
    _unwritten: int = 0
    _written_at: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    @contextmanager
    def request(
        self,
        destination: str,
        question: Question,
        *,
        purpose: Traffic.Purpose | None = None,
        exchange: Exchange | None = None,
    ) -> Iterator[Exchange]:
        """Around the sending of one request, or of several that belong together. `destination`: host:port."""
        exchange = exchange or Exchange()
        count = self._count(destination, question, purpose or self.purpose)
        count.requests += (counted := exchange.requests)
        if destination not in self._announced:
            self.flush()
            self._announced.add(destination)
        try:
            yield exchange
        finally:
            count = self._count(destination, question, purpose or self.purpose)
            count.requests += exchange.requests - counted
            count.failed += exchange.status == 0
            count.refused += exchange.status >= HTTPStatus.BAD_REQUEST
            count.sent += exchange.sent
            count.received += exchange.received
            self._unwritten += 1
            since = time.monotonic() - self._written_at
            if self._unwritten >= WRITTEN_EVERY or since > WRITTEN_AFTER_SECONDS:
                self.flush()

    def flush(self) -> None:
        """Write down what was counted, in one statement."""
        if self._counts:
            counts = sorted(self._counts.items())
            queries = [_query(one, self._questions[one]) for one in sorted(self._questions)]
            statement = _WRITE.format(
                queries=", ".join([_QUERY_ROW] * len(queries)),
                traffic=", ".join([_TRAFFIC_ROW] * len(counts)),
            )
            values = [*queries, *(_traffic(key, count) for key, count in counts)]
            with transaction.atomic(durable=True, savepoint=False), connection.cursor() as cursor:
                cursor.execute(statement, [value for row in values for value in row])
            self._counts.clear()
            self._questions.clear()
        self._unwritten, self._written_at = 0, time.monotonic()

    def _count(self, destination: str, question: Question, purpose: Traffic.Purpose) -> _Count:
        now = timezone.now()
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        self._questions[question.digest] = question
        count = self._counts.setdefault(
            (hour, destination, purpose, question.digest), _Count(now, now)
        )
        count.last_at = now
        return count


def _query(digest: str, question: Question) -> list[Any]:
    kept = None if question.kept is None else list(question.kept)
    return [
        *(digest, question.interface.value, question.name, list(question.asked)),
        *(kept, timezone.now()),
    ]


def _traffic(key: _Key, count: _Count) -> list[Any]:
    return [
        *key,
        *(count.requests, count.refused, count.failed, count.sent, count.received),
        *(count.first_at, count.last_at),
    ]
