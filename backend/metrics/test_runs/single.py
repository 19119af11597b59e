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
from backend.delivery.store import horizons
from backend.metrics.formulas import test_runs as formula
from backend.metrics.models import PullRequestTeam, RunTeam
from backend.metrics.scope import Scope
from backend.metrics.test_runs import results
from backend.metrics.test_runs import single_sql as sql
from backend.metrics.test_runs.aggregates import Row, fetched
from backend.metrics.test_runs.narrowing import Narrowing
from backend.metrics.test_runs.owners import owners_of
from backend.people.models import Team
from backend.people.names import Names

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
    """Tests in the range, how many of them were flaky, and of these are muted today. Two statements, or three."""
    scope = scope.resting_on(horizons.Kind.TEST_COUNTS)
    if scope.not_kept:
        return Counts(None, None, None, scope.not_kept)
    (row,) = fetched(sql.COUNTS, _bounds(scope, repositories(scope, narrowing)))
    if not row["tests"]:
        return Counts(None, None, None, scope.why_nothing(NO_RESULTS))
    return Counts(row["tests"], row["flaky"], row["muted"], None)


def page(
    scope: Scope, narrowing: Narrowing, table: Table, *, page: int, page_size: int
) -> results.Tests:
    """One page of a table of tests. Five statements."""
    rows = _rows(scope, narrowing, table, begin=(page - 1) * page_size, rows=page_size)
    return results.Tests(
        items=_tests(scope, rows),
        total=rows[0]["total"] if rows else 0,
        found=rows[0]["found"] if rows else 0,
        page=page,
        page_size=page_size,
        note=_note(scope),
    )


def everything(scope: Scope, narrowing: Narrowing, table: Table) -> list[results.Test]:
    """The whole table, up to MAXIMUM_TESTS. Four statements."""
    return _tests(scope, _rows(scope, narrowing, table, begin=0, rows=MAXIMUM_TESTS))


def detail(scope: Scope, test_id: int) -> results.TestDetail | None:
    """One test over a range, whoever asks; None where there is none. Six statements."""
    bounds = _bounds(scope, []) | {"test": test_id}
    candidates = "SELECT %(test)s::bigint AS test_id, 1 AS found"
    rows = fetched(sql.ROWS.format(candidates=candidates, order="id"), bounds | _ALL_ROWS)
    if not rows:
        return None
    proof = _proof(scope, rows, PROOFS_OF_ONE)
    (test,) = _tests(scope, rows, proof=proof)
    return results.TestDetail(
        **dict(test.model_copy(update={"proof": test.proof[:PROOFS_SHOWN]})),
        proofs=_proofs(rows[0], bounds, test.proof),
        days=[_day(row) for row in fetched(sql.DAYS, bounds)],
        note=_note(scope),
    )


def _note(scope: Scope) -> str:
    """With what the range lacks, where it begins before what is kept."""
    gone = scope.horizons.not_kept(horizons.Kind.TEST_COUNTS, begins_at=scope.begins_at)
    return f"{NOTE} {gone}" if gone else NOTE


def repositories(scope: Scope, narrowing: Narrowing) -> list[int]:
    """Ids of those with tests that a question is about. One statement."""
    of_team = "" if scope.team is None else f"AND id IN ({sql.REPOSITORIES_OF_TEAM})"
    rows = fetched(
        sql.REPOSITORIES.format(of_team=of_team),
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
    condition, value = sql.CANDIDATES[table.kind]
    direction = "DESC" if table.sort.startswith("-") else "ASC"
    return fetched(
        sql.ROWS.format(
            candidates=sql.CHOSEN.format(condition=condition, value=value),
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
            owners=scope.names.of_owners(owners.get((row["repository_id"], row["file"]), [])),
            names=scope.names,
            proof=proof.get(row["id"], []),
        )
        for row in rows
    ]


def _proof(scope: Scope, rows: Sequence[Row], limit: int) -> dict[int, list[Row]]:
    """The latest commits of each test with both outcomes, as far as what failed is kept. One statement."""
    found: dict[int, list[Row]] = {}
    if rows:
        values = _bounds(scope, []) | {"tests": [row["id"] for row in rows], "proofs": limit}
        for row in fetched(sql.PROOF, values):
            found.setdefault(row["test_id"], []).append(row)
    return found


def _test(row: Row, *, owners: list[str], names: Names, proof: Sequence[Row]) -> results.Test:
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
        muted=_muted(row, names),
        proof=[
            results.TestCommit(sha=one["sha"], url=f"{address}/commit/{one['sha']}", day=one["day"])
            for one in proof
        ],
    )


_AS_THEY_ARE = (
    "id", "repository", "suite", "name", "passed", "failed", "skipped", "commits",
    "flaky_commits", "first_seen_on", "last_seen_on", "last_flaky_on",
)  # fmt: skip


def _muted(row: Row, names: Names) -> results.MutedUntil | None:
    if row["muted_at"] is None:
        return None
    return results.MutedUntil(
        reason=row["muted_reason"],
        until=row["muted_until"],
        by=names.of_account(
            row["muted_by"], account=row["muter_id"], person=row["muter_person_id"]
        ),
        at=row["muted_at"],
    )


def _proofs(
    test: Row, bounds: Row, commits: Sequence[results.TestCommit]
) -> list[results.TestProof]:
    """What did not pass on each of these commits, and what ran again after. One statement."""
    rows = fetched(sql.OUTCOMES, bounds | {"shas": [commit.sha for commit in commits]})
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
        key=f"{row['upload_id']}.{row['position']}",
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
