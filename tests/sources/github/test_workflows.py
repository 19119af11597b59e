"""Workflow runs: every attempt with its jobs, each asked for once, however many there are and whatever happens."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.delivery import store
from backend.delivery.models import HeadCommit, Repository, WorkflowJob, WorkflowRun
from backend.delivery.records import ChecksRecord
from backend.sources.answers import Answer
from backend.sources.collected import Collected
from backend.sources.errors import NotFound, SourceError
from backend.sources.github.client import GitHub
from backend.sources.github.workflows import collect_workflow_run, collect_workflow_runs
from backend.sources.http import TRIES
from backend.sources.models import Cursor, Hint
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World

LIST, RUN, JOBS, ATTEMPT = (
    f"GET /repos/*/*/actions/runs{rest}" for rest in ("", "/*", "/*/jobs", "/*/attempts/*")
)


@pytest.fixture(autouse=True)
def clock(world: World, app: simulated.Repository) -> Iterator[time_machine.Traveller]:
    """It is some days after what happened in the world."""
    with time_machine.travel(datetime.fromtimestamp(world.now, UTC) + timedelta(days=3)) as it:
        yield it


def whole_pass(repository: Repository, github: GitHub, *, full: bool = False) -> Collected:
    done = Collected(more=True)
    while done.more:
        slice_ = collect_workflow_runs(repository, github, full=full)
        done = Collected(done.stored + slice_.stored, slice_.more, done.notes + slice_.notes)
    return done


def a_page_later(world: World, app: simulated.Repository, *, days: int) -> None:
    """So many new runs that a pass has no reason to look at older ones."""
    then = world.now + days * 24 * 3600
    for minute in range(100):
        world.run_workflow(app, at=then + 60 * minute, jobs={"build": "SUCCESS"})


def ledger() -> Cursor:
    return Cursor.objects.get(kind=Hint.Kind.WORKFLOW_RUNS)


def test_every_attempt_is_stored_with_its_own_jobs(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    bot = world.create_user("starter", kind="Bot")
    run = world.run_workflow(app, "CI", {"build": "SUCCESS", "test": "FAILURE"}, event="schedule")
    world.rerun(run, {"test": "SUCCESS"}, actor=bot)
    assert whole_pass(stored, github).stored == 2
    first, second = WorkflowRun.objects.order_by("attempt")
    assert (first.workflow, first.event, first.run_number) == ("CI", "schedule", 1)
    assert (first.head_sha, first.head_branch) == (run.commit.oid, "main")
    assert (first.status, first.conclusion) == ("completed", "failure")
    assert (second.status, second.conclusion) == ("completed", "success")
    assert first.created_at == second.created_at == first.started_at < second.started_at
    assert second.actor is not None
    assert (second.actor.login, second.actor.kind) == ("starter", "bot")
    assert [set(one.jobs.values_list("name", "conclusion")) for one in (first, second)] == [
        {("build", "success"), ("test", "failure")},
        {("build", "success"), ("test", "success")},
    ]
    job = first.jobs.get(name="test")
    assert job.created_at is not None
    assert job.started_at is not None
    assert job.completed_at is not None
    assert job.created_at < job.started_at < job.completed_at
    assert (server.ledger.routes[JOBS], server.ledger.routes[ATTEMPT]) == (1, 1)


def test_at_most_one_request_an_attempt_for_jobs_and_none_for_what_is_stored(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    runs = [world.run_workflow(app) for _ in range(230)]
    for run in runs[::10]:
        world.rerun(run)
    assert whole_pass(stored, github).stored == 230 + 23
    routes = server.ledger.routes
    assert (routes[LIST], routes[JOBS], routes[ATTEMPT]) == (3, 230, 23)
    assert routes[JOBS] + routes[ATTEMPT] <= WorkflowRun.objects.count() == 253
    assert WorkflowJob.objects.count() == 2 * 253
    assert (ledger().expected, ledger().held, ledger().gap) == (230, 230, "")
    server.ledger.clear()
    world.run_workflow(app)
    assert whole_pass(stored, github).stored == 1
    assert (server.ledger.routes[LIST], server.ledger.routes[JOBS]) == (1, 1)
    assert (ledger().expected, ledger().held) == (231, 231)


def test_newest_first_with_the_ledger_at_every_slice(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    runs = [world.run_workflow(app) for _ in range(150)]
    assert collect_workflow_runs(stored, github).more
    numbers = set(WorkflowRun.objects.values_list("run_number", flat=True))
    assert numbers == {run.run_number for run in runs[50:]}
    row = ledger()
    assert (row.expected, row.held, row.complete_to) == (150, 100, None)
    assert not collect_workflow_runs(stored, github).more
    assert (ledger().held, ledger().page) == (150, "")
    assert ledger().complete_to is not None


def test_a_second_look_without_news_is_free(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    """One that finds news is none, nor one after a pass of several pages, or one that looks further back."""

    def free_looks() -> int:
        clock.shift(timedelta(minutes=10))
        before = github.usage.not_modified
        whole_pass(stored, github)
        return github.usage.not_modified - before

    for _ in range(3):
        world.run_workflow(app, jobs={"build": "SUCCESS"})
    assert [free_looks() for _ in range(3)] == [0, 1, 1]
    assert ledger().complete_to == ledger().counted_at
    run = world.run_workflow(app, jobs={"build": None})
    assert [free_looks(), free_looks()] == [0, 1]
    world.finish_job(run.latest.jobs[0])
    assert [free_looks(), free_looks()] == [0, 1]
    assert WorkflowRun.objects.filter(status="completed").count() == 4
    whole_pass(stored, github, full=True)
    assert github.usage.not_modified == 4


def test_more_than_a_thousand_and_many_within_one_second(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    """A search shows a thousand; and where a page begins and ends in one second, its links are followed."""
    then = world.now
    for _ in range(120):
        world.run_workflow(app, jobs={"build": "SUCCESS"}, at=then)
    for _ in range(890):
        world.run_workflow(app, jobs={"build": "SUCCESS"})
    assert whole_pass(stored, github).stored == 1010
    assert server.ledger.routes[JOBS] == 1010
    assert (ledger().expected, ledger().held, ledger().gap) == (1010, 1010, "")


def test_what_has_not_finished_is_followed_to_its_end(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    run = world.run_workflow(app, jobs={"build": None})
    whole_pass(stored, github)
    assert WorkflowRun.objects.get().conclusion == ""
    clock.shift(timedelta(days=2))
    a_page_later(world, app, days=1)
    whole_pass(stored, github)
    world.finish_job(run.latest.jobs[0], "FAILURE")
    whole_pass(stored, github)
    assert WorkflowRun.objects.get(external_id=run.database_id).conclusion == "failure"
    assert WorkflowJob.objects.get(run__external_id=run.database_id).conclusion == "failure"


def test_a_run_that_was_started_again_is_found_by_a_full_pass(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    github: GitHub,
    clock: time_machine.Traveller,
) -> None:
    run = world.run_workflow(app)
    whole_pass(stored, github)
    read = ChecksRecord(run.commit.oid, (), ())
    store.store_checks(repository=stored, checks=[read], read_at=datetime.now(UTC))
    a_page_later(world, app, days=10)
    clock.shift(timedelta(days=11))
    whole_pass(stored, github)
    world.rerun(run)
    assert whole_pass(stored, github).stored == 0
    assert whole_pass(stored, github, full=True).stored == 1
    attempts = WorkflowRun.objects.filter(external_id=run.database_id)
    assert list(attempts.order_by("attempt").values_list("attempt", flat=True)) == [1, 2]
    assert not HeadCommit.objects.get().is_settled


def test_one_run_after_a_word_on_it(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    run = world.run_workflow(app, jobs={"build": None})
    assert collect_workflow_run(stored, github, run.database_id).stored == 1
    world.finish_job(run.latest.jobs[0])
    world.rerun(run)
    assert collect_workflow_run(stored, github, run.database_id).stored == 2
    server.ledger.clear()
    assert collect_workflow_run(stored, github, run.database_id).stored == 0
    assert (server.ledger.routes[RUN], server.ledger.routes[JOBS]) == (1, 0)


def test_a_run_that_is_gone_at_the_source_stays(
    world: World, app: simulated.Repository, stored: Repository, github: GitHub
) -> None:
    run = world.run_workflow(app)
    whole_pass(stored, github)
    del app.workflow_runs[run.database_id]
    done = collect_workflow_run(stored, github, run.database_id)
    assert done.notes == [f"The source no longer has workflow run {run.database_id}."]
    whole_pass(stored, github)
    assert (WorkflowRun.objects.count(), ledger().expected, ledger().held) == (1, 0, 1)
    assert ledger().gap == ""


def test_an_attempt_that_the_source_forgot_keeps_none_of_the_others_away(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.rerun(world.run_workflow(app))
    real = github.get

    def get(
        path: str, parameters: Mapping[str, str | int] | None = None, *, unless: str = ""
    ) -> Answer:
        if path.endswith("/attempts/1"):
            raise NotFound("Not there.", "Nothing.", permanent=True)
        return real(path, parameters, unless=unless)

    monkeypatch.setattr(github, "get", get)
    assert whole_pass(stored, github).stored == 1
    assert WorkflowRun.objects.get().attempt == 2
    server.ledger.clear()
    assert whole_pass(stored, github).stored == 0
    assert server.ledger.routes[JOBS] == 0


def test_a_page_that_is_too_large_for_the_server_is_halved(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    for _ in range(60):
        world.run_workflow(app, jobs={"build": "SUCCESS"})
    server.faults.arm("bad_gateway", on="rest", times=TRIES)
    assert whole_pass(stored, github).stored == 60
    assert (ledger().expected, ledger().held) == (60, 60)


def test_a_missing_permission_is_written_down_and_taken_back(
    world: World, app: simulated.Repository, stored: Repository, server: Simulator, github: GitHub
) -> None:
    world.run_workflow(app)
    server.faults.arm("forbidden", on="rest")
    (note,) = whole_pass(stored, github).notes
    assert "forbids" in note
    assert ledger().unavailable == note
    assert whole_pass(stored, github).stored == 1
    assert ledger().unavailable == ""


def test_a_repository_out_of_reach_is_no_matter_of_workflows(
    stored: Repository, server: Simulator, github: GitHub
) -> None:
    server.faults.arm("vanished", repository="forge/app", times=None)
    with pytest.raises(NotFound):
        collect_workflow_runs(stored, github)
    assert ledger().unavailable == ""


@pytest.mark.parametrize("after", [0, 30, 101, 120])
@pytest.mark.parametrize("kind", ["too_many_requests", "truncated", "closed", "error"])
def test_a_fault_in_the_middle_ends_in_the_same_state(
    world: World,
    app: simulated.Repository,
    stored: Repository,
    server: Simulator,
    github: GitHub,
    kind: str,
    after: int,
) -> None:
    for _ in range(130):
        world.run_workflow(app)
    server.faults.arm(kind, on="rest", after=after)
    done = Collected(more=True)
    while done.more:
        try:
            done = collect_workflow_runs(stored, github)
        except SourceError as error:
            assert error.retry_at  # noqa: PT017 - the others pass at the second try
    assert (WorkflowRun.objects.count(), WorkflowJob.objects.count()) == (130, 260)
    assert (ledger().expected, ledger().held, ledger().gap) == (130, 130, "")
    # What was stored before the fault is not asked for again.
    assert server.ledger.routes[JOBS] <= 130 + 21
