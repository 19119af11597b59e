"""What a connection may be asked and has been asked: the hour's budget, quiet hours, and rest for a server that slows.

GitHub Enterprise Server has no limits unless an administrator switches them on, so Plumbline keeps one of its own.
Counts go to `Usage` rows, one an hour and interface, in a statement for many requests; where the hour's budget comes
to its end, one for each, so that several processes together do not exceed it.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db.models import F, Sum
from django.utils import timezone

from backend.connections.models import Connection
from backend.people.models import Organisation
from backend.sources.errors import SourceError
from backend.sources.models import Usage
from backend.sources.pace import Pace, pace_of

HOUR: Final = timedelta(hours=1)
WRITTEN_EVERY: Final = 50
"""Requests for which one statement counts."""
WRITTEN_AFTER_SECONDS: Final = 5.0
CLOSE_TO_THE_END: Final = 4 * WRITTEN_EVERY
"""Where so few requests are left, each is written down before it is sent: others may be asking too."""

_WRITE: Final = """
    WITH written AS (
        INSERT INTO sources_usage AS old
            (connection_id, hour, interface, requests, not_modified, points, milliseconds)
        VALUES %s
        ON CONFLICT (connection_id, hour, interface) DO UPDATE SET
            requests = old.requests + excluded.requests,
            not_modified = old.not_modified + excluded.not_modified,
            points = old.points + excluded.points,
            milliseconds = old.milliseconds + excluded.milliseconds
        RETURNING interface, requests
    )
    SELECT coalesce(sum(requests), 0) FROM (
        SELECT requests FROM written
        UNION ALL
        SELECT requests FROM sources_usage WHERE connection_id = %%s AND hour = %%s
            AND interface NOT IN (SELECT interface FROM written)
    ) AS counted
"""


@dataclass
class _Count:
    requests: int = 0
    not_modified: int = 0
    points: int = 0
    milliseconds: float = 0


@dataclass
class Budget:
    """The meter of one connection's session: counts, and refuses what would be too much.

    A clock hour's budget is `Connection.requests_per_hour`, over all interfaces and processes.
    """

    connection: Connection
    _pace: Pace = field(init=False)
    _hour: datetime = field(init=False)
    _asked: int = field(init=False)
    _counts: dict[str, _Count] = field(default_factory=lambda: defaultdict(_Count))
    _written_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._pace = pace_of(self.connection.pk)
        self._begin(timezone.now())

    def admit(self, interface: str) -> None:
        now, limit = timezone.now(), self.connection.requests_per_hour
        self._let_rest(now)
        if hour_of(now) != self._hour:
            self.flush()
            self._begin(now)
        if self._asked < limit:
            self._counts[interface].requests += 1
            self._asked += 1
            if limit - self._asked > CLOSE_TO_THE_END:
                return
            self.flush()
            if self._asked <= limit:
                return
            self._take_back(interface)  # another process was faster
        raise SourceError(
            f"{self.connection} was asked {limit:,} times within this hour, as often as is allowed.",
            "Nothing to do: it goes on with the next hour. The limit is a setting of the connection.",
            retry_at=self._hour + HOUR,
        )

    def note(self, *, interface: str, seconds: float, label: str, not_modified: bool) -> None:
        count = self._counts[interface]
        count.not_modified += not_modified
        count.milliseconds += seconds * 1000
        if label:
            self._pace.note(label, seconds, timezone.now())
        unwritten = sum(count.requests for count in self._counts.values())
        since = time.monotonic() - self._written_at
        if unwritten >= WRITTEN_EVERY or since > WRITTEN_AFTER_SECONDS:
            self.flush()

    def spend(self, points: int) -> None:
        self._counts[Usage.Interface.GRAPHQL].points += points

    def unsaid_wait(self) -> timedelta:
        return self._pace.unsaid_wait(timezone.now())

    @contextmanager
    def git(self, requests: int = 3) -> Iterator[None]:
        """A clone or fetch, which asks so many times: references, what is wanted, the pack. Raises SourceError."""
        for _ in range(requests):
            self.admit(Usage.Interface.GIT)
        began = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - began
            self.note(interface=Usage.Interface.GIT, seconds=seconds, label="", not_modified=False)
            self.flush()

    def flush(self) -> None:
        """Write down what was counted, and learn what others have asked meanwhile."""
        counts = {name: count for name, count in self._counts.items() if count != _Count()}
        self._counts.clear()
        self._written_at = time.monotonic()
        if not counts:
            return
        key = (self.connection.pk, self._hour)
        values = [
            value
            for name, count in counts.items()
            for value in (
                *key,
                name,
                *(count.requests, count.not_modified, count.points, round(count.milliseconds)),
            )
        ]
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(counts))
        with database.cursor() as cursor:
            cursor.execute(_WRITE % rows, [*values, *key])
            self._asked = cursor.fetchone()[0]

    def _take_back(self, interface: str) -> None:
        rows = Usage.objects.filter(connection=self.connection, hour=self._hour)
        rows.filter(interface=interface).update(requests=F("requests") - 1)

    def _begin(self, now: datetime) -> None:
        self._hour = hour_of(now)
        self._asked = asked_this_hour(self.connection, now=now)

    def _let_rest(self, now: datetime) -> None:
        rests_until = self._pace.rests_until
        if rests_until is not None and now < rests_until:
            raise SourceError(
                f"{self.connection} answers more slowly than it used to, so it is left alone for a while.",
                "Nothing to do: it goes on by itself. If it stays so, look at the server's load.",
                retry_at=rests_until,
            )


def hour_of(moment: datetime) -> datetime:
    """The clock hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def asked_this_hour(connection: Connection, *, now: datetime | None = None) -> int:
    """Requests within the clock hour, by every interface."""
    rows = Usage.objects.filter(connection=connection, hour=hour_of(now or timezone.now()))
    return rows.aggregate(requests=Sum("requests"))["requests"] or 0


def quiet_until(connection: Connection, now: datetime | None = None) -> datetime | None:
    """When the connection's quiet hours end, if it is in them now: until then only webhooks' news is fetched.

    They are told in the organisation's time zone and may go over midnight. Equal times are no quiet hours.
    """
    begin, end = connection.quiet_from, connection.quiet_to
    if begin is None or end is None or begin == end:
        return None
    moment = (now or timezone.now()).astimezone(_organisations_zone())
    time_of_day = moment.time()
    begun, not_over = begin <= time_of_day, time_of_day < end
    if not (begun and not_over if begin < end else begun or not_over):
        return None
    day = moment.date() + timedelta(days=time_of_day >= end)
    return datetime.combine(day, end, moment.tzinfo).astimezone(UTC)


def quiet_connections(now: datetime | None = None) -> list[int]:
    """Ids of the connections that are in their quiet hours."""
    settled = Connection.objects.exclude(quiet_from=None).exclude(quiet_to=None)
    return [one.pk for one in settled if quiet_until(one, now) is not None]


def _organisations_zone() -> ZoneInfo:
    name = Organisation.objects.values_list("time_zone", flat=True).first()
    return ZoneInfo(name or "UTC")
