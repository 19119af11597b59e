"""Checks of head commits: few requests, whole lists, asked for again until all has finished."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from graphql import OperationDefinitionNode, parse, validate

from backend.delivery.models import CheckRun, CheckSuite, CommitStatus, HeadCommit, Repository
from backend.delivery.records import CheckRunRecord, CheckSuiteRecord, CommitStatusRecord
from backend.sources.errors import NotFound, SourceError
from backend.sources.github import checks
from backend.sources.github.checks import collect_checks, is_settled
from backend.sources.github.client import GitHub
from backend.sources.models import Cursor, Hint
from tests.factories import MONDAY, History
from tests.simulators import github as simulated
from tests.simulators.github import PullRequest, Simulator, World
from tests.simulators.github.graph.limits import complexity
from tests.simulators.github.graph.schema import load_schema
from tests.sources.github.test_queries import queries


@pytest.fixture
def clock(world: World, app: simulated.Repository) -> Iterator[time_machine.Traveller]:
    """It is a minute after what happened in the world."""
    with time_machine.travel(datetime.fromtimestamp(world.now, UTC) + timedelta(minutes=1)) as it:
        yield it


def a_head(world: World, app: simulated.Repository, stored: Repository) -> PullRequest:
    """A pull request at the server and here."""
    pr = world.open_pull_request(app, world.create_user("dev0001"))
    opened = datetime.fromtimestamp(pr.created_at, UTC)
    History(stored).pull(None, opened=opened, head_sha=sha(pr))
    return pr


def sha(pr: PullRequest) -> str:
    assert pr.head_commit is not None
    return pr.head_commit.oid


def ledger() -> Cursor:
    return Cursor.objects.get(kind=Hint.Kind.CHECKS)


def test_all_that_was_checked_is_stored(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    pr = a_head(world, app, stored)
    world.check(pr, "lint", "FAILURE")
    world.check(pr, "build")
    world.check(pr, "scan", app="scanner")
    bot = world.create_user("builder", kind="Bot")
    for state in ("PENDING", "FAILURE"):
        world.set_status(pr, "ci/unit", state, creator=bot)
    assert collect_checks(stored, github).stored == 1
    suites = CheckSuite.objects.order_by("app").values_list("head_sha", "app", "conclusion")
    assert list(suites) == [(sha(pr), "ci", "failure"), (sha(pr), "scanner", "success")]
    assert set(CheckRun.objects.values_list("name", "status", "conclusion")) == {
        ("lint", "completed", "failure"),
        ("build", "completed", "success"),
        ("scan", "completed", "success"),
    }
    status = CommitStatus.objects.get()
    assert (status.context, status.state) == ("ci/unit", "failure")
    assert status.creator is not None
    assert (status.creator.login, status.creator.kind) == ("builder", "bot")
    assert (ledger().expected, ledger().held, ledger().gap, ledger().unavailable) == (1, 1, "", "")


def test_one_request_reads_25_head_commits(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    for _ in range(260):
        world.check(a_head(world, app, stored))
    server.ledger.clear()
    first = collect_checks(stored, github)
    assert (first.stored, first.more) == (200, True)
    newest = stored.pull_requests.order_by("-created_at")[:200].values_list("head_sha", flat=True)
    assert set(HeadCommit.objects.values_list("sha", flat=True)) == set(newest)
    second = collect_checks(stored, github)
    assert (second.stored, second.more) == (60, False)
    assert server.ledger.counts["checks"] == -(-260 // 25)
    assert CheckSuite.objects.count() == HeadCommit.objects.count() == 260
    assert (ledger().expected, ledger().held, ledger().pass_top) == (260, 260, None)
    assert (collect_checks(stored, github).stored, server.ledger.counts["checks"]) == (0, 11)


def test_what_it_was_merged_as_is_a_head_too(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    pr = world.open_pull_request(app, world.create_user("dev0001"))
    world.merge(pr)
    assert pr.merge_commit is not None
    merged = pr.merge_commit.oid
    History(stored).pull(None, merged=2, head_sha=sha(pr), merge_sha=merged)
    world.check(app, commit=pr.merge_commit)
    assert collect_checks(stored, github).stored == 2
    assert CheckSuite.objects.get().head_sha == merged


def test_the_default_branchs_head_is_one_too(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    tip = app.branches["main"].oid
    world.check(app)
    Cursor.objects.create(
        connection=stored.connection, repository=stored, kind=Hint.Kind.COMMITS, mark=tip
    )
    assert collect_checks(stored, github).stored == 1
    assert (CheckSuite.objects.get().head_sha, ledger().expected, ledger().held) == (tip, 1, 1)


def test_every_list_is_read_to_its_end(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    pr = a_head(world, app, stored)
    for number in range(75):
        world.check(pr, app=f"app-{number}")
    for number in range(205):
        world.check(pr, f"job {number}", app="app-0")
    collect_checks(stored, github)
    assert CheckSuite.objects.count() == 75
    assert CheckRun.objects.count() == 75 + 205
    # 20 suites, then 50, then the rest; 100 runs, then twice more.
    assert (server.ledger.counts["checks"], server.ledger.counts["nested"]) == (1, 2 + 2)


def test_what_goes_on_is_asked_for_again_until_it_has_finished(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    pr = a_head(world, app, stored)
    run = world.check(pr, "build", None)
    assert (collect_checks(stored, github).stored, CheckRun.objects.get().conclusion) == (1, "")
    clock.shift(timedelta(hours=2))
    assert collect_checks(stored, github).stored == 1
    world.finish_check(run)
    collect_checks(stored, github)
    assert CheckRun.objects.get().conclusion == "success"
    assert HeadCommit.objects.get().is_settled
    assert collect_checks(stored, github).stored == 0


def test_a_full_pass_finds_what_was_run_anew_in_the_last_days(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    old = a_head(world, app, stored)
    world.check(old)
    stored.pull_requests.update(updated_at=MONDAY)
    pr = a_head(world, app, stored)
    world.check(pr, conclusion="FAILURE")
    clock.shift(timedelta(days=2))
    assert collect_checks(stored, github).stored == 2
    world.check(pr, at=world.now + 24 * 3600)
    assert collect_checks(stored, github).stored == 0
    assert collect_checks(stored, github, full=True).stored == 1
    assert CheckRun.objects.filter(suite__head_sha=sha(pr)).count() == 2


def test_a_word_on_one_commit_reads_that_commit_whatever_was_read(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    pr, _ = a_head(world, app, stored), a_head(world, app, stored)
    collect_checks(stored, github)
    world.check(pr)
    done = collect_checks(stored, github, [sha(pr)])
    assert (done.stored, done.more) == (1, False)
    assert CheckSuite.objects.get().head_sha == sha(pr)


def test_a_commit_that_the_server_no_longer_has_was_never_checked(
    stored: Repository, github: GitHub
) -> None:
    History(stored).pull(None, head_sha="d" * 40)
    assert collect_checks(stored, github).stored == 1
    assert (HeadCommit.objects.get().sha, CheckSuite.objects.count()) == ("d" * 40, 0)


def test_a_commit_that_is_no_head_any_more_is_followed_to_its_end(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    pr = a_head(world, app, stored)
    run, before = world.check(pr, "build", None), sha(pr)
    collect_checks(stored, github)
    stored.pull_requests.update(head_sha="e" * 40)
    world.finish_check(run)
    clock.shift(timedelta(hours=2))
    assert collect_checks(stored, github).stored == 2
    assert CheckRun.objects.get(suite__head_sha=before).conclusion == "success"
    assert collect_checks(stored, github).stored == 0


def test_a_batch_that_is_too_large_for_the_server_is_halved(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    for _ in range(25):
        world.check(a_head(world, app, stored))
    assert github.queries
    server.faults.arm("bad_gateway", on="graphql", times=2)
    assert collect_checks(stored, github).stored == 25
    sizes = server.ledger.operations["Checks"]
    assert sizes == 3  # 12, 12 and 1; the ledger knows no operation of what failed


@contextmanager
def allowed(world: World, server: Simulator, *permissions: str) -> Iterator[GitHub]:
    """A session that may read these and metadata."""
    opened = dict.fromkeys(("metadata", "contents", *permissions), "read")
    world.add_token(" ".join(permissions) or "none", scopes=None, permissions=opened)
    with GitHub(url=server.url, token=" ".join(permissions) or "none") as session:
        yield session


@pytest.mark.parametrize("missing", ["checks", "statuses"])
def test_a_missing_permission_keeps_only_its_own_part_away(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    missing: str,
) -> None:
    a_head(world, app, stored)
    pr = a_head(world, app, stored)
    world.run_workflow(pr, jobs={"build": "SUCCESS"})
    world.set_status(pr)
    given = {"checks", "statuses", "actions"} - {missing}
    with allowed(world, server, *given) as session:
        (note,) = collect_checks(stored, session).notes
    assert note.startswith(f"No {missing}: 127.0.0.1")
    assert ledger().unavailable == note
    counts = (CheckSuite.objects.count(), CommitStatus.objects.count())
    assert counts == ((0, 1) if missing == "checks" else (1, 0))
    a_head(world, app, stored)
    assert collect_checks(stored, github).more
    assert not collect_checks(stored, github).more
    assert (CheckSuite.objects.count(), CommitStatus.objects.count()) == (1, 1)
    assert ledger().unavailable == ""


def test_checks_do_not_need_the_permission_for_workflow_runs(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator
) -> None:
    pr = a_head(world, app, stored)
    run = world.run_workflow(pr, jobs={"build": "SUCCESS"})
    with allowed(world, server, "checks", "statuses") as session:
        (note,) = collect_checks(stored, session).notes
        assert note.startswith("No workflow runs of checks: 127.0.0.1")
        assert (ledger().unavailable, CheckSuite.objects.get().workflow_run_external_id) == (
            "",
            None,
        )
    with allowed(world, server, "checks", "statuses", "actions") as session:
        collect_checks(stored, session, [sha(pr)])
    assert CheckSuite.objects.get().workflow_run_external_id == run.database_id


def test_where_nothing_may_be_read_the_ledger_says_so_and_nothing_counts_as_read(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator
) -> None:
    pr = a_head(world, app, stored)
    world.check(pr)
    world.set_status(pr)
    with allowed(world, server) as session:
        (note,) = collect_checks(stored, session).notes
    assert "forbids" in note
    assert (ledger().unavailable, HeadCommit.objects.count()) == (note, 0)


def test_a_repository_out_of_reach_is_no_matter_of_checks(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    a_head(world, app, stored)
    server.faults.arm("vanished", repository="forge/app", times=None)
    with pytest.raises(NotFound):
        collect_checks(stored, github)
    assert ledger().unavailable == ""


@pytest.mark.parametrize("after", range(5))
def test_a_fault_in_the_middle_ends_in_the_same_state(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    after: int,
) -> None:
    for number in range(60):
        world.check(a_head(world, app, stored), f"job {number}")
    server.faults.arm("rate_limited", on="graphql", after=after)
    try:
        more = collect_checks(stored, github).more
    except SourceError:
        more = True
    assert more == (after < 4)  # one introspection and three batches
    collect_checks(stored, github)
    assert (CheckRun.objects.count(), ledger().held, ledger().gap) == (60, 60, "")


AT = MONDAY


def a_suite(status: str = "completed", *, began: float = 0, runs: int = 1) -> CheckSuiteRecord:
    at = AT + timedelta(hours=began)
    run = CheckRunRecord(1, "build", status, "", at, None)
    return CheckSuiteRecord(1, "topic", "ci", status, "", None, at, at, (run,) * runs)


@pytest.mark.parametrize(
    ("suites", "states", "hours", "settled"),
    [
        ([a_suite()], [], 0.5, False),  # another service may still report
        ([a_suite()], [], 2, True),
        ([], [], 2, True),
        ([a_suite("in_progress")], [], 2, False),
        ([a_suite("in_progress")], [], 36 * 24, True),  # it never will
        ([a_suite("queued", runs=0)], [], 0.5, False),
        ([a_suite("queued", runs=0)], [], 2, True),  # an app that reports nothing
        ([a_suite()], ["success", "pending"], 2, False),
        ([a_suite()], ["success", "failure"], 2, True),
    ],
)
def test_when_nothing_more_is_to_be_expected(
    suites: list[CheckSuiteRecord],
    states: list[str],
    hours: float,
    settled: bool,  # noqa: FBT001
) -> None:
    statuses = [CommitStatusRecord(f"ci/{state}", state, None, AT) for state in states]
    asked_at = AT + timedelta(hours=hours)
    assert is_settled(suites, statuses, since=AT, asked_at=asked_at) is settled


@pytest.mark.parametrize("reduced", [False, True])
@pytest.mark.parametrize("rate_limit", [False, True])
def test_every_query_is_valid(reduced: bool, rate_limit: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=rate_limit)
    fit = queries(new=not reduced, rate_limit=rate_limit).fit
    texts = [checks.query(1), checks.query(25), checks.more_suites(), checks.MORE_RUNS]
    texts += [checks.query(2, [part]) for part in checks.PARTS]
    for text in texts:
        assert validate(schema, parse(fit(text))) == []


def test_a_full_batch_costs_five_points() -> None:
    document = parse(queries().fit(checks.query(25)))
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    measured = complexity(document, operation, {})
    assert measured.points == 5
    assert not measured.too_many
