"""What the audit log costs: the same ingestion with and without it, in turns, and its page over a million events."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from statistics import median
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from rich.console import Console

from tests import servers
from tests.bench import jira
from tests.bench.asking import ROUNDS as ASKED
from tests.bench.asking import asker, p95, seconds
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.simulators.jira import running

ROUNDS = 5
ISSUES = 2_000
TEAMS = 50
MEMBERS = 20
EVENTS = 1_000_000
MILLISECONDS = 200
_BATCH = 20_000
_EVENTS = """
    INSERT INTO audit_event (name, action, timestamp, content_type_id, object_pk, object_repr, changes_text, actor_id,
        operator, subject, holder, transaction)
    SELECT CASE number %% 5 WHEN 0 THEN '' WHEN 1 THEN 'signed_in' ELSE 'collected' END,
        CASE number %% 5 WHEN 0 THEN 1 ELSE 3 END, now() - number * interval '30 seconds',
        (SELECT id FROM django_content_type WHERE app_label = 'people' AND model = 'team'), number::text,
        'Team ' || number %% 1000, '', CASE WHEN number %% 5 < 2 THEN 1 + number %% 100 END, '', '', '',
        number
    FROM generate_series(%s::bigint, %s::bigint) AS number
"""


def run(console: Console, found: servers.Servers) -> list[Figure]:
    empty(found)
    world = jira.a_world(ISSUES)
    world.add_token("bench-token")
    taken: dict[str, list[float]] = {"with": [], "without": []}
    with running(world) as source, console.status(f"{ROUNDS} rounds of each"):
        ingest = partial(_ingest, source.url)
        ingest()  # what is read for the first time is read slowly
        for turn in range(ROUNDS):
            ways = ("with", "without") if turn % 2 else ("without", "with")
            for way in ways:
                _empty()
                taken[way].append(_timed(ingest, audited=way == "with"))
    written = _count()
    with console.status(f"Filling: {EVENTS:,} events"):
        _fill()
    return [
        Figure("ingestion without the audit log", median(taken["without"]), "s"),
        Figure("ingestion with it", median(taken["with"]), "s"),
        Figure(
            "with, against without",
            median(a / b for a, b in zip(taken["with"], taken["without"], strict=True)),
            "of it",
            at_most=1.05,
        ),
        Figure("events that the last audited round wrote", written),
        *_pages(console),
    ]


def _timed(ingest: Callable[[], None], *, audited: bool) -> float:
    if audited:
        return seconds(ingest)
    with _unaudited():
        return seconds(ingest)


@contextmanager
def _unaudited() -> Iterator[None]:
    """No trigger on any table, and nothing recorded."""
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from backend.audit import triggers  # noqa: PLC0415

    with connection.cursor() as cursor:
        for one in triggers.declared():
            cursor.execute(f"DROP TRIGGER {one.name} ON {one.table}")
    with patch("backend.audit.recording.EventManager.create", lambda *_, **__: None):
        yield
    triggers.install()


def _ingest(url: str) -> None:
    """A Jira's issues, and teams with members that nobody knew."""
    from backend.connections.models import Connection  # noqa: PLC0415 - needs django.setup()
    from backend.connections.store import JiraChoice, add_connection  # noqa: PLC0415
    from backend.delivery.records import ActorRecord  # noqa: PLC0415
    from backend.people.store.source_teams import store_teams  # noqa: PLC0415
    from backend.pipeline.work import check_connection, work  # noqa: PLC0415

    connection: Connection = add_connection(
        kind="jira_dc", url=url, token="bench-token", jira=JiraChoice()
    )
    check_connection(connection)
    while work(connection=connection):
        pass
    store_teams(
        connection=connection,
        teams=[
            SimpleNamespace(
                external_id=team,
                slug=f"team-{team}",
                name=f"Team {team}",
                parent_external_id=None,
                members=[
                    ActorRecord("user", f"dev-{team}-{n}", team * MEMBERS + n)
                    for n in range(MEMBERS)
                ],
            )
            for team in range(1, TEAMS + 1)
        ],
    )


def _empty() -> None:
    from django.apps import apps  # noqa: PLC0415 - needs django.setup()
    from django.db import connection  # noqa: PLC0415

    tables = [
        model._meta.db_table
        for app in ("delivery", "metrics", "sources", "people", "connections")
        for model in apps.get_app_config(app).get_models()
        if model._meta.managed
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}, audit_event CASCADE")
        cursor.execute("VACUUM ANALYZE")


def _count() -> int:
    from backend.audit.models import Event  # noqa: PLC0415 - needs django.setup()

    return int(Event.objects.count())


def _fill() -> None:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    with connection.cursor() as cursor:
        for first in range(1, EVENTS + 1, _BATCH):
            cursor.execute(_EVENTS, [first, first + _BATCH - 1])
        cursor.execute("VACUUM ANALYZE audit_event")


def _pages(console: Console) -> list[Figure]:
    page: Any = partial(p95, asker(), at_most=MILLISECONDS)
    rounds = range(1, ASKED + 1)
    today = datetime.now(UTC).date()
    query = "/api/v1/audit/events?page_size=50"
    with console.status("Asking"):
        return [
            page("the log, its latest page", (query for _ in rounds)),
            page("of one act", (f"{query}&act=signed_in" for _ in rounds)),
            page("of one account", (f"{query}&actor={n}" for n in rounds)),
            page("changes of teams", (f"{query}&act=changed&search=team%20{n}" for n in rounds)),
            page("deletions, of which there are none", (f"{query}&act=deleted" for _ in rounds)),
            page("searched by a word", (f"{query}&search=team%20{900 + n}" for n in rounds)),
            page("searched by a number", (f"{query}&search={n}0001" for n in rounds)),
            page(
                "a range that has gone by",
                (
                    f"{query}&from={today.year - 1}-12-01&to={today.year}-01-0{1 + n % 9}"
                    for n in rounds
                ),
            ),
        ]
