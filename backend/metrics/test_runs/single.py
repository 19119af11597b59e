"""Answers about single tests, of the results that were uploaded. Days are days in UTC, as the results are kept.

Tests belong to repositories. Of a team they are those of the repositories that it worked on in the range; they are
about code, so that nothing is kept back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from django.db.models import Exists, QuerySet

from backend.delivery.models import AutomatedTest, Repository
from backend.metrics.formulas import test_runs as formula
from backend.metrics.models import PullRequestTeam, RunTeam
from backend.metrics.scope import Scope
from backend.metrics.test_runs import results
from backend.metrics.test_runs.aggregates import Row, fetched
from backend.metrics.test_runs.narrowing import Narrowing
from backend.metrics.test_runs.owners import owners_of
from backend.people.models import Team

NOTE = (
    "A test is known by its suite and name: a renamed or moved one is another test, whose history begins anew. "
    "Results are kept a test and day, so that they are not told apart by workflow or branch."
)
NO_RESULTS = (
    "No test results are known of these repositories in this range. Have their pipelines send JUnit XML to "
    "POST /api/v1/test-results."
)
MAXIMUM_TESTS = 200
"""Of more, the ones with the most flaky commits, the most failures or the longest slow executions, day by day, are
listed: nobody mends more, and each costs a row a day to sum.
"""
PROOFS_SHOWN, PROOFS_OF_ONE = 3, 20

Kind = Literal["flaky", "failing", "slowest"]
# Of each sort the SQL it goes by. Null, which is not measurable, comes last both ways.
SORTS = {
    "flake_rate": "flaky_commits::float8 / NULLIF(commits, 0)",
    "flaky_commits": "flaky_commits",
    "last_flaky": "last_flaky_on",
    "failure_rate": "failed::float8 / NULLIF(failed + passed, 0)",
    "failed": "failed",
    "mean": "milliseconds::float8 / NULLIF(timed, 0)",
    "slowest": "slowest",
    "seconds": "NULLIF(milliseconds, 0)",
    "commits": "commits",
    "last_seen": "last_seen_on",
    "name": "suite || ' ' || name",
    "repository": "repository",
}

_REPOSITORIES_OF_TEAM = """
    SELECT DISTINCT run.repository_id
    FROM metrics_runteam bridge JOIN metrics_runfact run ON run.id = bridge.run_id
    WHERE bridge.team_id = %(team)s
        AND bridge.finished_at >= %(low)s AND bridge.finished_at < %(high)s
    UNION
    SELECT DISTINCT pull.repository_id
    FROM metrics_pullrequestteam bridge JOIN delivery_pullrequest pull ON pull.id = bridge.fact_id
    WHERE bridge.team_id = %(team)s AND bridge.merged_at >= %(low)s AND bridge.merged_at < %(high)s
"""
_REPOSITORIES = """
    SELECT id FROM delivery_repository
    WHERE (%(repository)s = '' OR name_with_owner = %(repository)s) {of_team}
        AND EXISTS (SELECT FROM delivery_automatedtest test WHERE test.repository_id = delivery_repository.id)
"""
_COUNTS = """
    WITH flaky AS MATERIALIZED (
        SELECT DISTINCT test_id FROM delivery_dailyresults day
        WHERE repository_id = ANY(%(repositories)s) AND flaky_commits > 0
            AND day.day >= %(start)s AND day.day < %(end)s
    )
    SELECT (
        SELECT count(*) FROM delivery_automatedtest test
        WHERE test.repository_id = ANY(%(repositories)s)
            AND test.last_seen_on >= %(start)s AND test.first_seen_on < %(end)s
    ) AS tests, (SELECT count(*) FROM flaky) AS flaky, (
        SELECT count(*) FROM flaky JOIN delivery_mutedtest muted USING (test_id)
        WHERE muted.until >= %(today)s
    ) AS muted
"""
_SUMS = """
    COALESCE(sum(day.passed), 0)::bigint AS passed,
    COALESCE(sum(day.failed), 0)::bigint AS failed,
    COALESCE(sum(day.skipped), 0)::bigint AS skipped,
    COALESCE(sum(day.commits), 0)::bigint AS commits,
    COALESCE(sum(day.flaky_commits), 0)::bigint AS flaky_commits,
    COALESCE(sum(day.timed), 0)::bigint AS timed,
    COALESCE(sum(day.milliseconds), 0)::bigint AS milliseconds,
    max(day.slowest) AS slowest,
    max(day.day) FILTER (WHERE day.flaky_commits > 0) AS last_flaky_on
"""
_IN_RANGE = "day.day >= %(start)s AND day.day < %(end)s"
SLOW_FROM = 1000
"""Milliseconds; shorter executions make no test slow. The index of slow days knows this number too."""
# Of each list the days that are looked at, each by an index of its own, and what its tests are chosen by.
_CANDIDATES: dict[Kind, tuple[str, str]] = {
    "flaky": ("flaky_commits > 0", "sum(flaky_commits)"),
    "failing": ("failed > 0", "sum(failed)"),
    "slowest": (f"slowest >= {SLOW_FROM}", "sum(slowest)"),
}
_CHOSEN = """
    SELECT test_id, count(*) OVER () AS found FROM delivery_dailyresults day
    WHERE repository_id = ANY(%(repositories)s) AND {condition}
        AND day.day >= %(start)s AND day.day < %(end)s
    GROUP BY test_id ORDER BY {order} DESC, test_id LIMIT %(limit)s
"""
_ROWS = f"""
    WITH candidates AS MATERIALIZED ({{candidates}}), sums AS MATERIALIZED (
        SELECT candidates.*, sums.* FROM candidates CROSS JOIN LATERAL (
            SELECT {_SUMS} FROM delivery_dailyresults day
            WHERE day.test_id = candidates.test_id AND {_IN_RANGE}
        ) sums
    ), tests AS (
        SELECT test.id, test.repository_id, test.number, test.suite, test.name, test.file,
            test.first_seen_on, test.last_seen_on, repository.name_with_owner AS repository,
            repository.default_branch, connection.url, sums.*,
            muted.reason AS muted_reason, muted.until AS muted_until, muted.muted_at,
            COALESCE(NULLIF(muter.name, ''), muter.email) AS muted_by
        FROM sums
        JOIN delivery_automatedtest test ON test.id = sums.test_id
        JOIN delivery_repository repository ON repository.id = test.repository_id
        JOIN connections_connection connection ON connection.id = repository.connection_id
        LEFT JOIN delivery_mutedtest muted ON muted.test_id = test.id AND muted.until >= %(today)s
        LEFT JOIN accounts_user muter ON muter.id = muted.muted_by_id
    )
    SELECT tests.*, count(*) OVER () AS total FROM tests
    WHERE (%(show)s = 'all' OR (muted_at IS NOT NULL) = (%(show)s = 'muted'))
        AND (suite || ' ' || name || ' ' || file || ' ' || repository) ILIKE ALL (%(words)s)
    ORDER BY {{order}} NULLS LAST, id
    LIMIT %(rows)s OFFSET %(begin)s
"""  # noqa: S608
# A row is kept of each failure, so that a commit with both outcomes has one; whether it has is told by its sets.
_PROOF = """
    SELECT test.id AS test_id, proof.sha, proof.day
    FROM delivery_automatedtest test CROSS JOIN LATERAL (
        SELECT results.sha, results.day
        FROM delivery_commitresults results
        WHERE results.repository_id = test.repository_id
            AND results.day >= %(start)s AND results.day < %(end)s
            AND results.passed @> test.number AND results.failed @> test.number
            AND results.sha IN (
                SELECT notable.sha FROM delivery_notableresult notable
                WHERE notable.test_id = test.id AND notable.outcome = 'failed'
                    AND notable.day >= %(start)s
            )
        ORDER BY results.day DESC, results.id DESC LIMIT %(proofs)s
    ) proof
    WHERE test.id = ANY(%(tests)s)
    ORDER BY proof.day DESC, proof.sha
"""
_OUTCOMES = """
    SELECT notable.sha, notable.at, notable.outcome, notable.milliseconds,
        upload.run_external_id, upload.attempt, upload.job
    FROM delivery_notableresult notable
    JOIN delivery_resultupload upload ON upload.id = notable.upload_id
    WHERE notable.test_id = %(test)s AND notable.day >= %(start)s AND notable.sha = ANY(%(shas)s)
    ORDER BY notable.at, notable.upload_id, notable.position
"""
_DAYS = f"""
    SELECT * FROM delivery_dailyresults day WHERE test_id = %(test)s AND {_IN_RANGE} ORDER BY day.day
"""  # noqa: S608


@dataclass(frozen=True)
class Table:
    kind: Kind
    show: Literal["all", "muted", "unmuted"] = "all"
    search: str = ""
    sort: str = "-flake_rate"


@dataclass(frozen=True)
class Counts:
    """None where nothing is known, with a reason."""

    tests: int | None
    flaky: int | None
    muted: int | None
    reason: str | None


def counts(scope: Scope, narrowing: Narrowing) -> Counts:
    """Tests in the range, how many of them were flaky, and of these are muted today. Two statements."""
    (row,) = fetched(_COUNTS, _bounds(scope, repositories(scope, narrowing)))
    if not row["tests"]:
        return Counts(None, None, None, NO_RESULTS)
    return Counts(row["tests"], row["flaky"], row["muted"], None)


def page(
    scope: Scope, narrowing: Narrowing, table: Table, *, page: int, page_size: int
) -> results.Tests:
    """One page of a table of tests. Four statements."""
    rows = _rows(scope, narrowing, table, begin=(page - 1) * page_size, rows=page_size)
    return results.Tests(
        items=_tests(scope, rows),
        total=rows[0]["total"] if rows else 0,
        found=rows[0]["found"] if rows else 0,
        page=page,
        page_size=page_size,
        note=NOTE,
    )


def everything(scope: Scope, narrowing: Narrowing, table: Table) -> list[results.Test]:
    """The whole table, up to MAXIMUM_TESTS. Four statements."""
    return _tests(scope, _rows(scope, narrowing, table, begin=0, rows=MAXIMUM_TESTS))


def detail(scope: Scope, test_id: int) -> results.TestDetail | None:
    """One test over a range, whoever asks; None where there is none. Five statements."""
    bounds = _bounds(scope, []) | {"test": test_id}
    candidates = "SELECT %(test)s::bigint AS test_id, 1 AS found"
    rows = fetched(_ROWS.format(candidates=candidates, order="id"), bounds | _ALL_ROWS)
    if not rows:
        return None
    proof = _proof(scope, rows, PROOFS_OF_ONE)
    (test,) = _tests(scope, rows, proof=proof)
    return results.TestDetail(
        **dict(test.model_copy(update={"proof": test.proof[:PROOFS_SHOWN]})),
        proofs=_proofs(rows[0], bounds, test.proof),
        days=[_day(row) for row in fetched(_DAYS, bounds)],
        note=NOTE,
    )


def repositories(scope: Scope, narrowing: Narrowing) -> list[int]:
    """Ids of those with tests that a question is about. One statement."""
    of_team = "" if scope.team is None else f"AND id IN ({_REPOSITORIES_OF_TEAM})"
    rows = fetched(
        _REPOSITORIES.format(of_team=of_team),
        {
            "repository": narrowing.repository,
            "team": scope.team.pk if scope.team else None,
            "low": scope.begins_at,
            "high": scope.ends_at,
        },
    )
    return [row["id"] for row in rows]


def may_be_seen(test_id: int, *, within: QuerySet[Team] | None) -> bool:
    """Whether there is such a test, and one of these teams has worked on its repository, whenever. One statement."""
    if within is None:
        return AutomatedTest.objects.filter(pk=test_id).exists()
    repository = Repository.objects.filter(automated_tests=test_id)
    worked = PullRequestTeam.objects.filter(
        team__in=within, fact__pull_request__repository__in=repository
    )
    ran = RunTeam.objects.filter(team__in=within, run__repository__in=repository)
    return Team.objects.filter(Exists(worked) | Exists(ran)).exists()


_ALL_ROWS: Row = {"show": "all", "words": [], "rows": 1, "begin": 0}


def _rows(scope: Scope, narrowing: Narrowing, table: Table, *, begin: int, rows: int) -> list[Row]:
    condition, order = _CANDIDATES[table.kind]
    direction = "DESC" if table.sort.startswith("-") else "ASC"
    return fetched(
        _ROWS.format(
            candidates=_CHOSEN.format(condition=condition, order=order),
            order=f"{SORTS[table.sort.removeprefix('-')]} {direction}",
        ),
        _bounds(scope, repositories(scope, narrowing))
        | {
            "limit": MAXIMUM_TESTS,
            "show": table.show,
            "words": [f"%{_literal(word)}%" for word in table.search.split()],
            "rows": rows,
            "begin": begin,
        },
    )


def _literal(word: str) -> str:
    """As ILIKE takes it for itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _bounds(scope: Scope, chosen: Sequence[int]) -> Row:
    return {
        "repositories": list(chosen),
        "start": scope.start,
        "end": scope.end,
        "today": scope.today,
    }


def _tests(
    scope: Scope, rows: Sequence[Row], *, proof: dict[int, list[Row]] | None = None
) -> list[results.Test]:
    owners = owners_of((row["repository_id"], row["file"]) for row in rows)
    if proof is None:
        proof = _proof(scope, [row for row in rows if row["flaky_commits"]], PROOFS_SHOWN)
    return [
        _test(
            row,
            owners=owners.get((row["repository_id"], row["file"]), []),
            proof=proof.get(row["id"], []),
        )
        for row in rows
    ]


def _proof(scope: Scope, rows: Sequence[Row], limit: int) -> dict[int, list[Row]]:
    """The latest commits of each test with both outcomes, as far as what failed is kept. One statement."""
    found: dict[int, list[Row]] = {}
    if rows:
        values = _bounds(scope, []) | {"tests": [row["id"] for row in rows], "proofs": limit}
        for row in fetched(_PROOF, values):
            found.setdefault(row["test_id"], []).append(row)
    return found


def _test(row: Row, *, owners: list[str], proof: Sequence[Row]) -> results.Test:
    address = f"{row['url']}/{row['repository']}"
    branch, file = quote(row["default_branch"]), quote(row["file"])
    return results.Test(
        **{name: row[name] for name in _AS_THEY_ARE},
        file=row["file"] or None,
        file_url=f"{address}/blob/{branch}/{file}" if file and branch else None,
        flake_rate=formula.flake_rate(flaky_commits=row["flaky_commits"], commits=row["commits"]),
        failure_rate=formula.failure_rate(failed=row["failed"], succeeded=row["passed"]),
        seconds=row["milliseconds"] / 1000 if row["timed"] else None,
        mean_seconds=row["milliseconds"] / row["timed"] / 1000 if row["timed"] else None,
        slowest_seconds=None if row["slowest"] is None else row["slowest"] / 1000,
        owners=owners,
        muted=_muted(row),
        proof=[
            results.TestCommit(sha=one["sha"], url=f"{address}/commit/{one['sha']}", day=one["day"])
            for one in proof
        ],
    )


_AS_THEY_ARE = (
    "id", "repository", "suite", "name", "passed", "failed", "skipped", "commits",
    "flaky_commits", "first_seen_on", "last_seen_on", "last_flaky_on",
)  # fmt: skip


def _muted(row: Row) -> results.MutedUntil | None:
    if row["muted_at"] is None:
        return None
    return results.MutedUntil(
        reason=row["muted_reason"],
        until=row["muted_until"],
        by=row["muted_by"],
        at=row["muted_at"],
    )


def _proofs(
    test: Row, bounds: Row, commits: Sequence[results.TestCommit]
) -> list[results.TestProof]:
    """What did not pass on each of these commits, and what ran again after. One statement."""
    rows = fetched(_OUTCOMES, bounds | {"shas": [commit.sha for commit in commits]})
    return [
        results.TestProof(
            **dict(commit),
            outcomes=[_outcome(test, row) for row in rows if row["sha"] == commit.sha],
        )
        for commit in commits
    ]


def _outcome(test: Row, row: Row) -> results.TestOutcome:
    run_url = None
    if row["run_external_id"] is not None:
        run_url = f"{test['url']}/{test['repository']}/actions/runs/{row['run_external_id']}"
        if row["attempt"] is not None:
            run_url += f"/attempts/{row['attempt']}"
    return results.TestOutcome(
        at=row["at"],
        outcome=row["outcome"],
        seconds=None if row["milliseconds"] is None else row["milliseconds"] / 1000,
        run_url=run_url,
        job=row["job"],
    )


def _day(row: Row) -> results.TestDay:
    return results.TestDay(
        **{name: row[name] for name in ("day", "passed", "failed", "skipped")},
        commits=row["commits"],
        flaky_commits=row["flaky_commits"],
        mean_seconds=row["milliseconds"] / row["timed"] / 1000 if row["timed"] else None,
    )
