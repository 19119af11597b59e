"""A million rows are removed while pages are read and pull requests stored: how long anybody waits for a lock."""

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from tests import servers
from tests.bench.asking import asker
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.bench.memory import Peak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.delivery.records import PullRequestRecord

OUTDATED = 40_000
"""Pull requests; with what hangs on each they are ROWS."""
ROWS = 25 * OUTDATED
YOUNG = 40_000
DAYS = 400
MILLISECONDS = 200
_RANGE = "from=2026-08-01&to=2026-11-01"
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
_WAITS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE NOT granted
"""


@dataclass
class Probe:
    """Somebody who works on the same tables meanwhile."""

    work: Callable[[], float]
    """Once; seconds that are worth noting."""
    pause: float
    """Seconds from one time to the next."""
    took: list[float] = field(default_factory=list)


def run(console: Console, found: servers.Servers) -> list[Figure]:
    empty(found)
    with console.status(f"Filling: {ROWS:,} outdated rows and as many young ones"):
        repository_id = _fill()
    from backend.governance.models import RetentionPeriod, RetentionRun  # noqa: PLC0415 - needs django.setup()
    from backend.governance.retention.engine import begin, go_on  # noqa: PLC0415

    ask = asker()
    pages = Probe(
        lambda: _seconds(lambda: ask(f"/api/v1/pull-requests/figures?{_RANGE}")), pause=0.2
    )
    alone = [pages.work() for _ in range(20)]
    storing = Probe(lambda: _store(repository_id), pause=0.05)
    locks = Probe(_longest_wait, pause=0.01)
    RetentionPeriod.objects.create(policy="pull_requests", days=DAYS, set_at=_now())
    begin()
    RetentionRun.objects.exclude(policy="pull_requests").delete()
    with (
        console.status("Removing, while pages are read and pull requests stored"),
        Peak(os.getpid()) as peak,
        _working(pages, storing, locks),
    ):
        began = time.perf_counter()
        while RetentionRun.objects.filter(finished_at=None).exists():
            RetentionRun.objects.update(not_before=None)
            go_on(seconds=5)
        took = time.perf_counter() - began
    gone = sum(RetentionRun.objects.get().deleted.values())
    return [
        Figure("rows removed", gone),
        Figure("outdated pull requests left", _left(), at_most=0),
        Figure("rows a second, others at work", gone / took),
        Figure(
            "longest wait for a lock, of anybody",
            1000 * max(locks.took),
            "ms",
            at_most=MILLISECONDS,
        ),
        Figure("looks at who waits", len(locks.took)),
        Figure("figures of three months, alone, longest", 1000 * max(alone), "ms"),
        Figure("meanwhile, longest", 1000 * max(pages.took), "ms"),
        Figure("storing a dozen pull requests meanwhile, longest", 1000 * max(storing.took), "ms"),
        Figure("times stored meanwhile", len(storing.took)),
        Figure("memory, with the pages' and the storing", peak.python, "MB"),
    ]


@contextmanager
def _working(*probes: Probe) -> "Iterator[None]":
    over = threading.Event()
    failed: list[BaseException] = []

    def go_on(probe: Probe) -> None:
        from django.db import connections  # noqa: PLC0415 - needs django.setup()

        try:
            while not over.is_set():
                probe.took.append(probe.work())
                over.wait(probe.pause)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            failed.append(error)
        connections.close_all()

    threads = [threading.Thread(target=go_on, args=[one]) for one in probes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failed:
        raise RuntimeError("Somebody could not work meanwhile.") from failed[0]


def _longest_wait() -> float:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    with connection.cursor() as cursor:
        cursor.execute(_WAITS)
        return float(cursor.fetchone()[0])


def _left() -> int:
    from backend.delivery.models import PullRequest  # noqa: PLC0415 - needs django.setup()

    before = _now() - timedelta(days=DAYS + 1)
    return PullRequest.objects.filter(merged_at__lt=before).count()


def _store(repository_id: int) -> float:
    """Two young ones that changed, and outdated ones that are just being removed; and measure them."""
    from backend.delivery.models import Repository  # noqa: PLC0415 - needs django.setup()
    from backend.delivery.store import store_pull_requests  # noqa: PLC0415
    from backend.governance.models import RetentionRun  # noqa: PLC0415
    from backend.metrics.compute import measure  # noqa: PLC0415
    from tests.delivery.records import a_pull_request  # noqa: PLC0415

    repository = Repository.objects.get(pk=repository_id)
    now = _now()
    young = random.sample(range(OUTDATED + 1, OUTDATED + YOUNG), 2)
    times = dict.fromkeys(("created_at", "updated_at", "merged_at", "closed_at"), now)
    records = [a_pull_request(n, external_id=n, title=f"At {now}", **times) for n in young]
    place = RetentionRun.objects.values_list("place", flat=True).get()
    records += [_outdated(n) for n in range(place + 1, min(place + 40, OUTDATED), 4)]
    took = _seconds(lambda: store_pull_requests(repository=repository, pull_requests=records))
    while measure():
        pass
    return took


def _outdated(number: int) -> "PullRequestRecord":
    from tests.delivery.records import a_pull_request  # noqa: PLC0415

    at = _now() - timedelta(days=500)
    times = dict.fromkeys(("created_at", "merged_at", "closed_at"), at)
    return a_pull_request(number, external_id=number, updated_at=_now(), **times)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


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
    return repository.pk
