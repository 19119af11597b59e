"""A repository of a million rows, erased while pages are read and stores go on: who waits for whom, and how long."""

import time
from typing import Any

import psycopg
from rich.console import Console

from tests import servers
from tests.bench.database import NAME, empty
from tests.bench.figures import Figure
from tests.bench.locks import while_asked

PULL_REQUESTS = 20_000
COMMITS = 40_000
ROWS = 1_000_000
_WORKER = """
import time
import django
django.setup()
from backend.governance.erasing import engine
while engine.work(deadline=time.monotonic() + 5):
    pass
"""
_OF_PULLS = (
    """
    INSERT INTO delivery_pullrequest (repository_id, external_id, node_id, number, title, state, is_draft, author_id,
        created_at, updated_at, merged_at, closed_at, base_ref, head_ref, head_sha, merge_sha, labels, additions,
        deletions, changed_files, commit_count, is_cross_repository)
    SELECT %(repository)s, n, 'PR_' || n, n, 'Change ' || n, 'merged', false, %(author)s + n %% %(people)s, at, at,
        at + '1 day', at + '1 day', 'main', 'branch-' || n, md5(n::text), md5(n::text), '{}', 10, 2, 10, 5, false
    FROM (SELECT n, timestamptz '2024-01-01' + n * interval '1 hour' AS at
        FROM generate_series(1, %(pulls)s) n) made
    """,
    """
    INSERT INTO delivery_pullrequestfile (pull_request_id, path, additions, deletions, change, is_generated)
    SELECT id, 'src/part' || part || '.py', 5, 1, 'modified', false
    FROM delivery_pullrequest, generate_series(1, 14) part WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO delivery_pullrequestevent (pull_request_id, external_id, kind, occurred_at, before, after)
    SELECT id, 'E_' || part, 'review_requested', created_at, '', ''
    FROM delivery_pullrequest, generate_series(1, 8) part WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO delivery_pullrequestcommit (pull_request_id, sha, position, authored_at, committed_at, additions,
        deletions)
    SELECT id, md5(id || '-' || part), part, created_at, created_at, 1, 1
    FROM delivery_pullrequest, generate_series(1, 5) part WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO delivery_review (pull_request_id, external_id, state, submitted_at, commit_sha)
    SELECT id, 'R_' || part, 'approved', created_at + '2 hours', ''
    FROM delivery_pullrequest, generate_series(1, 3) part WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO delivery_pullrequestissuekey (pull_request_id, key, found_in)
    SELECT id, 'KEY-' || number, '{title}' FROM delivery_pullrequest WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO delivery_commit (repository_id, sha, parents, authored_at, committed_at, is_truncated,
        is_on_default_branch, generation, reverts, picked_from)
    SELECT %(repository)s, md5('commit' || n), '{}', now(), now(), false, true, n, '{}', '{}'
    FROM generate_series(1, 2 * %(pulls)s) n
    """,
    """
    INSERT INTO delivery_commitfile (commit_id, path, additions, deletions, is_generated)
    SELECT id, 'src/part' || part || '.py', 5, 1, false
    FROM delivery_commit, generate_series(1, 7) part WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO metrics_pullrequestfact (pull_request_id, author_id, author_key, is_bot, excluded, state, opened_at,
        started_at, merged_at, first_review_at, closed_at, cycle_seconds, coding_seconds, pickup_seconds,
        review_seconds, merge_seconds, first_review_seconds, commits_known, review_count, draft_seconds,
        rework_rounds, rework_seconds,
        size_lines, size_files, stage, flags, version)
    SELECT id, author_id, author_id, false, '', 'merged', created_at, created_at, merged_at,
        created_at + '2 hours', merged_at,
        86400, 0, 7200, 0, 79200, 7200, true, 1, 0, 0, 0, 12, 10, '', '{}', 1
    FROM delivery_pullrequest WHERE repository_id = %(repository)s
    """,
    """
    INSERT INTO metrics_pullrequestteam (fact_id, team_id, merged_at, first_review_at)
    SELECT pull_request_id, %(team)s + fact.author_id %% %(teams)s, fact.merged_at, first_review_at
    FROM metrics_pullrequestfact fact
    JOIN delivery_pullrequest one ON one.id = pull_request_id WHERE one.repository_id = %(repository)s
    """,
)
_PAGE = """
    SELECT fact.pull_request_id, fact.cycle_seconds, one.title FROM metrics_pullrequestteam bridge
    JOIN metrics_pullrequestfact fact ON fact.pull_request_id = bridge.fact_id
    JOIN delivery_pullrequest one ON one.id = fact.pull_request_id
    WHERE bridge.team_id = %s AND bridge.merged_at > '2025-01-01' ORDER BY bridge.merged_at DESC LIMIT 50
"""
_CELLS = "SELECT * FROM metrics_pullrequestcell WHERE period = 'month' AND team_id IS NULL"
PEOPLE, TEAMS = 50, 10


def run(console: Console, found: servers.Servers) -> list[Figure]:
    empty(found)
    with console.status("Filling: two repositories, one of a million rows"):
        erased, kept = _fill()
    with console.status("Counting what would go"):
        began = time.perf_counter()
        rows = _approve(erased)
        counting = time.perf_counter() - began
    if rows < ROWS:
        raise RuntimeError(f"{rows:,} rows are no million.")
    conninfo = f"host={found.database_host} user=postgres dbname={NAME}"
    with console.status(f"Erasing {rows:,} rows"):
        asked = while_asked(conninfo, _probes(erased, kept), _WORKER)
    gone = _gone()
    return [
        Figure("rows erased", gone),
        Figure("counting them before", counting, "s"),
        Figure("rows a second", gone / asked.seconds),
        *asked.felt,
    ]


def _fill() -> tuple[int, int]:
    from django.db import connection, transaction  # noqa: PLC0415 - needs django.setup()

    from backend.metrics import cells  # noqa: PLC0415
    from backend.people.models import Identity, Team  # noqa: PLC0415
    from tests.factories import a_connection, a_repository  # noqa: PLC0415

    source = a_connection()
    made = [a_repository(source) for _ in range(2)]
    people = Identity.objects.bulk_create(
        Identity(connection=source, kind="user", external_id=n, login=f"dev{n}")
        for n in range(PEOPLE)
    )
    teams = Team.objects.bulk_create(Team(slug=f"team-{n}", name=f"Team {n}") for n in range(TEAMS))
    for repository, pulls in zip(made, (PULL_REQUESTS, PULL_REQUESTS // 5), strict=True):
        values: dict[str, Any] = {
            "repository": repository.pk,
            "pulls": pulls,
            "author": people[0].pk,
            "people": PEOPLE,
            "team": teams[0].pk,
            "teams": TEAMS,
        }
        with connection.cursor() as cursor:
            for statement in _OF_PULLS:
                cursor.execute(statement, values)
    with transaction.atomic():
        for team in (cells.ALL_TEAMS, *(one.pk for one in teams)):
            cells.recompute_team(team, time_zone="UTC")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made[0].pk, made[1].pk


def _approve(repository: int) -> int:
    from backend.governance import erasures  # noqa: PLC0415 - needs django.setup()
    from tests.sign_in import an_account  # noqa: PLC0415

    erasure = erasures.ask(
        kind="repository", subject_id=repository, reason="measured", acting_user=an_account("owner")
    )
    erasures.approve(erasure=erasure, acting_user=an_account("owner"))
    return sum(erasure.preview.values())


def _gone() -> int:
    from backend.governance.models import Erasure  # noqa: PLC0415 - needs django.setup()

    erasure = Erasure.objects.get()
    if erasure.finished_at is None:
        raise RuntimeError(f"It came to no end: {erasure.last_error}")
    return sum(erasure.done.values())


def _probes(erased: int, kept: int) -> list[Any]:
    """Pages of teams that both repositories count for; stores of the other one; and one that comes too late."""

    def page(connection: psycopg.Connection, number: int) -> None:
        connection.execute(_PAGE, [1 + number % TEAMS]).fetchall()
        connection.execute(_CELLS).fetchall()

    def store(connection: psycopg.Connection, number: int) -> None:
        """A pull request that was read again, with a new file."""
        connection.execute(
            "WITH one AS (UPDATE delivery_pullrequest SET updated_at = now()"
            " WHERE repository_id = %s AND number = %s RETURNING id)"
            " INSERT INTO delivery_pullrequestfile (pull_request_id, path, additions, deletions, change, is_generated)"
            " SELECT id, 'new' || %s::int, 1, 1, 'added', false FROM one",
            [kept, 1 + number % (PULL_REQUESTS // 5), number],
        )

    def late(connection: psycopg.Connection, number: int) -> None:
        """A row of what is being erased, where it is still there."""
        connection.execute(
            "UPDATE delivery_pullrequest SET updated_at = now() WHERE repository_id = %s AND number = %s",
            [erased, 1 + number * 7919 % PULL_REQUESTS],
        )

    def note(connection: psycopg.Connection, number: int) -> None:
        """What a webhook leaves."""
        connection.execute(
            "INSERT INTO delivery_pendingmeasurement (pull_request_id, since)"
            " SELECT id, now() FROM delivery_pullrequest WHERE repository_id = %s AND number = %s"
            " ON CONFLICT (pull_request_id) DO UPDATE SET since = excluded.since",
            [kept, 1 + number % (PULL_REQUESTS // 5)],
        )

    return [page, page, store, late, note]
