"""A million results of tests a day for ninety days: what the Tests page's queries take, and the disk.

Made set by set in SQL, into the same tables and with the same sums as uploads leave. With them a million runs over
three years, about as many a day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.console import Console

from tests import servers
from tests.bench.asking import ROUNDS, asker, p95, seconds
from tests.bench.database import empty
from tests.bench.figures import Figure

MILLISECONDS = 150
ROUTES = (
    *("figures", "choices", "heatmap", "workflows", "jobs", "branches", "teams"),
    *("flaky", "failing", "slowest"),
)
TABLES = (
    *("delivery_dailyresults", "delivery_notableresult", "delivery_commitresults"),
    *("delivery_resultupload", "delivery_automatedtest"),
)


@dataclass(frozen=True)
class Size:
    """Results a day: repositories times tests times uploads."""

    repositories: int = 100
    tests: int = 1_000
    uploads: int = 10
    days: int = 90
    runs: int = 1_000_000
    teams: int = 20

    @property
    def results(self) -> int:
        return self.repositories * self.tests * self.uploads


TESTS = """
INSERT INTO delivery_automatedtest
    (repository_id, number, suite, name, file, digest, first_seen_on, last_seen_on)
SELECT repository.id, number, 'tests.area_' || number / 20, 'test_what_is_wanted_' || number,
    'tests/area_' || number / 20 || '.py', md5(repository.id || ' ' || number)::uuid, %(first)s, %(last)s
FROM delivery_repository AS repository, generate_series(1, %(tests)s) AS number
"""
UPLOADS = """
INSERT INTO delivery_resultupload (repository_id, key, digest, sha, branch, run_external_id, attempt, job, started_at,
    received_at, tests, passed, failed, skipped, seconds, totals_differ)
SELECT repository.id, day || ' ' || number, '', md5(repository.id || ' ' || day || ' ' || number) || '00000000',
    'main', NULL, NULL, 'tests', day + number * interval '1 hour', day + number * interval '1 hour',
    %(tests)s, %(tests)s, 3, 0, 90, false
FROM delivery_repository AS repository,
    generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') AS day,
    generate_series(1, %(uploads)s) AS number
"""
# A few tests fail much more often than the others; of three failures one passes when it is tried again.
FAILURES = """
CREATE TEMPORARY TABLE failure AS
SELECT DISTINCT ON (upload.id, number) upload.id AS upload_id, upload.repository_id, upload.sha,
    (upload.started_at AT TIME ZONE 'UTC')::date AS day, upload.started_at, drawn.number, random() < 0.33 AS is_flaky
FROM delivery_resultupload AS upload, LATERAL (
    SELECT 1 + floor(%(tests)s * power(random(), 4))::integer AS number, upload.id
    FROM generate_series(1, 3)
) AS drawn
"""
NOTABLE = """
INSERT INTO delivery_notableresult
    (test_id, day, upload_id, position, repository_id, sha, at, outcome, milliseconds)
SELECT test.id, day, upload_id, position, failure.repository_id, sha, started_at,
    CASE position WHEN 0 THEN 'failed' ELSE 'passed' END, 40
FROM failure
JOIN delivery_automatedtest AS test USING (repository_id, number)
JOIN generate_series(0, 1) AS position ON position = 0 OR is_flaky
"""
COMMITS = """
INSERT INTO delivery_commitresults (repository_id, sha, day, passed, failed)
SELECT repository_id, sha, day,
    int4multirange(int4range(1, %(tests)s + 1)) - coalesce(
        range_agg(int4range(number, number, '[]')) FILTER (WHERE NOT is_flaky), '{}'),
    range_agg(int4range(number, number, '[]'))
FROM failure GROUP BY repository_id, sha, day ORDER BY day
"""
A_DAY = """
INSERT INTO delivery_dailyresults (test_id, day, repository_id, passed, failed, skipped, timed, milliseconds, slowest,
    commits, flaky_commits)
SELECT test.id, %(day)s, test.repository_id, %(uploads)s - coalesce(found.failed - found.flaky, 0),
    coalesce(found.failed, 0), 0, %(uploads)s, %(uploads)s * span.milliseconds, span.milliseconds * 3 / 2,
    %(uploads)s, coalesce(found.flaky, 0)
FROM delivery_automatedtest AS test
CROSS JOIN LATERAL (
    SELECT CASE WHEN test.number %% 33 = 0 THEN 1000 + test.number * 3 ELSE 5 + test.number %% 300 END AS milliseconds
) AS span
LEFT JOIN (
    SELECT repository_id, number, count(*) AS failed, count(*) FILTER (WHERE is_flaky) AS flaky
    FROM failure WHERE day = %(day)s GROUP BY repository_id, number
) AS found USING (repository_id, number)
ORDER BY test.id
"""
RUNS = """
INSERT INTO metrics_runfact (source, origin, repository_id, name, sha, branch, is_default_branch, outcome, finished_at,
    queue_seconds, duration_seconds, machine_seconds, wasted_seconds, asked_at, author_key, is_bot, version)
SELECT 'workflow', number, repository.id, 'Workflow ' || number %% 5, md5(number::text), 'branch-' || number %% 500,
    number %% 3 = 0, CASE WHEN number %% 11 = 0 THEN 'failed' WHEN number %% 17 = 0 THEN 'neither' ELSE 'succeeded' END,
    %(last)s::timestamptz - number * interval '1096 days' / %(runs)s, number %% 120, 60 + number %% 900,
    200 + number %% 2000, CASE WHEN number %% 110 = 0 THEN 200 END,
    %(last)s::timestamptz - number * interval '1096 days' / %(runs)s - interval '20 minutes', number %% 300, false, 1
FROM generate_series(1, %(runs)s) AS number
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM delivery_repository) AS repository
    ON repository.place = 1 + number %% %(repositories)s
"""
RUN_TEAMS = """
INSERT INTO metrics_runteam (run_id, team_id, finished_at)
SELECT run.id, team.id, run.finished_at FROM metrics_runfact AS run
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM people_team) AS team
    ON team.place = 1 + run.repository_id %% %(teams)s
"""


def run(console: Console, found: servers.Servers, size: Size) -> list[Figure]:
    empty(found)
    from django.utils import timezone  # noqa: PLC0415 - needs django.setup()

    last = timezone.now().date()
    with console.status("Filling") as status:
        took = seconds(lambda: _fill(size, last, status.update))
    ask = asker()
    figures = [
        Figure("results a day", size.results),
        Figure("days", size.days),
        Figure("made in", took, "s"),
        *_disk(size),
    ]
    with console.status("Asking"):
        figures += [_asked(ask, route, team, last) for team in ("", "team-1") for route in ROUTES]
    return figures


def _fill(size: Size, last: date, tell: Callable[[str], None]) -> None:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from tests.factories import a_connection, a_repository, a_team  # noqa: PLC0415

    first = last - timedelta(days=size.days - 1)
    github = a_connection()
    for _ in range(size.repositories):
        a_repository(github)
    for number in range(size.teams):
        a_team(slug=f"team-{number}")
    sizes: dict[str, Any] = {**vars(size), "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT delivery_make_test_partitions(%s, %s)", [first, last])
        for what, statement in (
            ("tests", TESTS), ("uploads", UPLOADS), ("failures", FAILURES), ("rows", NOTABLE),
            ("commits", COMMITS), ("runs", RUNS), ("teams", RUN_TEAMS),
        ):  # fmt: skip
            tell(f"Filling: {what}")
            cursor.execute(statement, sizes)
        for number in range(size.days):
            tell(f"Filling: day {number + 1} of {size.days}")
            cursor.execute(A_DAY, sizes | {"day": first + timedelta(days=number)})
        tell("Filling: statistics")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")  # what was filled in is written before anything is asked


def _disk(size: Size) -> list[Figure]:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_total_relation_size(name::regclass)"
            " + (SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0) FROM pg_inherits"
            " WHERE inhparent = name::regclass) FROM unnest(%s::text[]) AS name",
            [list(TABLES)],
        )
        told = {name: float(taken) for name, taken in cursor.fetchall()}
    whole = sum(told.values())
    return [
        *(Figure(name, taken / 2**20, "MB") for name, taken in told.items()),
        Figure("disk of all results", whole / 2**20, "MB"),
        Figure("of one result", whole / (size.results * size.days), "bytes"),
    ]


def _asked(ask: Callable[[str], None], route: str, team: str, last: date) -> Figure:
    """Of ranges that begin on different days."""
    after = last + timedelta(days=1)
    days = [last - timedelta(days=89 - number % 7) for number in range(ROUNDS + 1)]
    return p95(
        ask,
        f"/tests/{route}, 90 days, {'one team' if team else 'all teams'}",
        [f"/api/v1/tests/{route}?from={first}&to={after}&team={team}" for first in days],
        at_most=MILLISECONDS,
    )
