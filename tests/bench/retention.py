"""A million rows are removed while pages are read and pull requests stored: how long anybody waits for a lock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg
from rich.console import Console

from tests import servers
from tests.bench.database import NAME, empty
from tests.bench.figures import Figure
from tests.bench.locks import Probe, while_asked

OUTDATED = 40_000
"""Pull requests; with what hangs on each they are ROWS."""
ROWS = 25 * OUTDATED
YOUNG = 40_000
DAYS = 400
_MADE = (
    """
    INSERT INTO people_identity (connection_id, kind, external_id, login, name, is_bot, is_bot_by_hand)
    SELECT %(connection)s, 'user', number, 'dev' || number, '', false, false FROM generate_series(1, 500) AS number
    """,
    """
    INSERT INTO delivery_pullrequest (repository_id, external_id, node_id, number, title, state, is_draft, author_id,
        created_at, updated_at, merged_at, closed_at, base_ref, head_ref, head_sha, merge_sha, labels, additions,
        deletions, changed_files, commit_count, is_cross_repository, reverts)
    SELECT %(repository)s, number, 'PR_' || number, number, 'Change ' || number, 'merged', false,
        (SELECT min(id) FROM people_identity) + number %% 500, at - interval '1 day', at, at, at, 'main', 'topic',
        lpad(to_hex(number), 40, '0'), lpad(to_hex(number), 40, '1'), '{}', 10, 5, 5, 5, false, '{}'
    FROM (SELECT number, now() - CASE WHEN number <= %(outdated)s THEN interval '401 days' ELSE interval '10 days' END
        - number %% 300 * interval '1 day' * (number <= %(outdated)s)::int AS at
        FROM generate_series(1, %(outdated)s + %(young)s) AS number) AS made
    """,
    """
    INSERT INTO delivery_review (pull_request_id, external_id, state, author_id, submitted_at, commit_sha)
    SELECT id, 'R' || id || '.' || part, 'approved', author_id, merged_at, head_sha
    FROM delivery_pullrequest, generate_series(1, 3) AS part
    """,
    """
    INSERT INTO delivery_pullrequestevent (pull_request_id, external_id, kind, occurred_at, actor_id, before, after)
    SELECT id, 'E' || id || '.' || part, 'ready_for_review', merged_at, author_id, '', ''
    FROM delivery_pullrequest, generate_series(1, 8) AS part
    """,
    """
    INSERT INTO delivery_pullrequestcommit (pull_request_id, sha, position, authored_at, committed_at, author_id,
        is_superseded, additions, deletions)
    SELECT id, lpad(to_hex(id * 10 + part), 40, '2'), part, created_at, created_at, author_id, false, 1, 1
    FROM delivery_pullrequest, generate_series(1, 5) AS part
    """,
    """
    INSERT INTO delivery_pullrequestfile (pull_request_id, path, additions, deletions, change, is_generated)
    SELECT id, 'src/part' || id || '/' || part || '.py', 2, 1, 'modified', false
    FROM delivery_pullrequest, generate_series(1, 5) AS part
    """,
    """
    INSERT INTO metrics_pullrequestfact (pull_request_id, author_id, author_key, is_bot, excluded, state, opened_at,
        started_at, merged_at, closed_at, cycle_seconds, commits_known, review_count, draft_seconds, rework_rounds,
        rework_seconds, size_lines, stage, flags, version)
    SELECT id, author_id, author_id, false, '', 'merged', created_at, created_at, merged_at, merged_at, 86400, true, 3,
        0, 0, 0, 15, '', '{}', 1
    FROM delivery_pullrequest
    """,
    """
    INSERT INTO people_team (slug, name, time_zone) VALUES ('one', 'One', ''), ('two', 'Two', '')
    """,
    """
    INSERT INTO metrics_pullrequestteam (fact_id, team_id, merged_at)
    SELECT pull_request_id, team.id, merged_at FROM metrics_pullrequestfact, people_team AS team
    """,
)
_WORKER = """
import django
django.setup()
from backend.governance.models import RetentionRun
from backend.governance.retention.engine import go_on
while RetentionRun.objects.filter(finished_at=None).exists():
    RetentionRun.objects.update(not_before=None)
    go_on(seconds=5)
"""
_PAGE = """
    SELECT fact.pull_request_id, fact.cycle_seconds, one.title FROM metrics_pullrequestteam bridge
    JOIN metrics_pullrequestfact fact ON fact.pull_request_id = bridge.fact_id
    JOIN delivery_pullrequest one ON one.id = fact.pull_request_id
    WHERE bridge.team_id = (SELECT min(id) FROM people_team) AND bridge.merged_at > now() - interval '30 days'
    ORDER BY bridge.merged_at DESC LIMIT 50
"""
_STORE = """
    WITH one AS (UPDATE delivery_pullrequest SET updated_at = now() WHERE repository_id = %s AND number = %s
        RETURNING id)
    INSERT INTO delivery_pullrequestfile (pull_request_id, path, additions, deletions, change, is_generated)
    SELECT id, 'new' || %s::int, 1, 1, 'added', false FROM one
"""


def run(console: Console, found: servers.Servers) -> list[Figure]:
    empty(found)
    with console.status(f"Filling: {ROWS:,} outdated rows and as many young ones"):
        repository = _fill()
    from backend.governance.models import RetentionPeriod, RetentionRun  # noqa: PLC0415 - needs django.setup()
    from backend.governance.retention.engine import begin  # noqa: PLC0415

    RetentionPeriod.objects.create(policy="pull_requests", days=DAYS, set_at=_now())
    begin()
    RetentionRun.objects.exclude(policy="pull_requests").delete()
    conninfo = f"host={found.database_host} user=postgres dbname={NAME}"
    with console.status("Removing, while pages are read and pull requests stored"):
        asked = while_asked(conninfo, _probes(repository), _WORKER)
    gone = sum(RetentionRun.objects.get(finished_at__isnull=False).deleted.values())
    return [
        Figure("rows removed", gone, at_least=ROWS),
        Figure("outdated pull requests left", _left(), at_most=0),
        Figure("rows a second, others at work", gone / asked.seconds),
        *asked.felt,
    ]


def _probes(repository: int) -> Sequence[Probe]:
    """Pages; stores of young ones; and one of an outdated one, that comes too late or holds what is to go."""

    def page(connection: psycopg.Connection, number: int) -> None:
        connection.execute(_PAGE).fetchall()

    def store(connection: psycopg.Connection, number: int) -> None:
        connection.execute(_STORE, [repository, OUTDATED + 1 + number % YOUNG, number])

    def late(connection: psycopg.Connection, number: int) -> None:
        connection.execute(_STORE, [repository, 1 + number * 7919 % OUTDATED, number])

    return [page, page, store, late]


def _left() -> int:
    from backend.delivery.models import PullRequest  # noqa: PLC0415 - needs django.setup()

    before = _now() - timedelta(days=DAYS + 1)
    return PullRequest.objects.filter(merged_at__lt=before).count()


def _now() -> datetime:
    return datetime.now(UTC)


def _fill() -> int:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from tests.factories import a_connection, a_repository  # noqa: PLC0415

    repository = a_repository(a_connection(url="https://ghes.example"))
    values = {
        "connection": repository.connection_id,
        "repository": repository.pk,
        "outdated": OUTDATED,
        "young": YOUNG,
    }
    with connection.cursor() as cursor:
        for statement in _MADE:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    return int(repository.pk)
