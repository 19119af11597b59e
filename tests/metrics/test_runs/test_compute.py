"""Facts of runs, their teams and feedback, from what is stored of commits."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.delivery.models import PendingTestRuns
from backend.delivery.records import (
    CheckRunRecord,
    ChecksRecord,
    CheckSuiteRecord,
    CommitStatusRecord,
    WorkflowRunRecord,
)
from backend.delivery.store import store_checks, store_workflow_runs
from backend.delivery.store.pending_runs import note_test_runs
from backend.metrics import compute as all_figures
from backend.metrics.formulas import test_runs as formula
from backend.metrics.models import HeadFeedback, RunFact, RunTeam
from backend.metrics.test_runs import compute
from tests.factories import MONDAY, History, a_team, an_identity
from tests.tested import Machines

pytestmark = pytest.mark.django_db


@pytest.fixture
def machines() -> Machines:
    return Machines()


def measure(machines: Machines, *shas: str) -> None:
    note_test_runs(repository_id=machines.repository.pk, shas=shas or ["a"])
    compute.measure()


def test_a_run_is_measured_by_its_jobs(machines: Machines) -> None:
    jobs = [("build", "success", 10, 70), ("test", "failure", 20, 130)]
    run = machines.run("a", "failure", jobs=jobs)
    measure(machines)
    fact = RunFact.objects.get()
    assert (fact.source, fact.origin, fact.name, fact.outcome) == (
        "workflow",
        run.pk,
        "CI",
        "failed",
    )
    assert (fact.queue_seconds, fact.duration_seconds, fact.machine_seconds) == (10, 120, 170)
    assert (fact.asked_at, fact.finished_at) == (machines.at(0), machines.at(130))
    assert fact.wasted_seconds is None
    assert (fact.branch, fact.is_default_branch) == ("main", True)


def test_a_failed_attempt_that_passed_when_rerun_was_wasted(machines: Machines) -> None:
    build = ("build", "success", 10, 70)
    first = machines.run("a", "failure", jobs=[build, ("test", "failure", 20, 130)])
    machines.run(
        "a",
        external_id=first.external_id,
        attempt=2,
        asked=200,
        jobs=[build, ("test", "success", 210, 300)],
    )
    measure(machines)
    facts = {fact.origin: fact for fact in RunFact.objects.all()}
    assert len(facts) == 2
    assert facts.pop(first.pk).wasted_seconds == 170
    (again,) = facts.values()
    assert (again.wasted_seconds, again.queue_seconds, again.machine_seconds) == (None, 10, 90)


def test_what_goes_on_is_no_fact_yet(machines: Machines) -> None:
    machines.run("a", "", jobs=[("build", "", 10, None)])
    machines.check("a", "lint", "", (5, None))
    machines.status("a", "jenkins", "pending", 5)
    measure(machines)
    assert not RunFact.objects.exists()


def test_checks_of_other_apps_and_statuses_are_runs_but_jobs_are_not_twice(
    machines: Machines,
) -> None:
    run = machines.run("a", jobs=[("build", "success", 10, 70)])
    machines.check("a", "build", "success", (10, 70), workflow_run_external_id=run.external_id)
    machines.check("a", "lint", "failure", (5, 65))
    machines.status("a", "jenkins", "error", 90)
    measure(machines)
    told = RunFact.objects.order_by("source").values_list(
        "source", "name", "outcome", "duration_seconds", "queue_seconds", "machine_seconds"
    )
    assert list(told) == [
        ("check", "lint", "failed", 60, None, None),
        ("status", "jenkins", "failed", None, None, None),
        ("workflow", "CI", "succeeded", 60, 10, 60),
    ]


def test_measuring_again_writes_no_row(machines: Machines) -> None:
    history = History(machines.repository)
    author = an_identity(machines.repository.connection)
    a_team(author)
    pull = history.pull(author)
    all_figures.measure()
    machines.run(pull.head_sha, jobs=[("build", "success", 10, 70)])
    measure(machines, pull.head_sha)
    before = _row_versions()
    measure(machines, pull.head_sha)
    assert len(before) == 3
    assert _row_versions() == before
    assert not PendingTestRuns.objects.exists()


_ROW_VERSIONS = """
    SELECT 'fact', id, xmin::text FROM metrics_runfact
    UNION ALL SELECT 'team', id, xmin::text FROM metrics_runteam
    UNION ALL SELECT 'feedback', id, xmin::text FROM metrics_headfeedback
"""


def _row_versions() -> list[tuple[str, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_ROW_VERSIONS)
        return list(cursor.fetchall())


def test_what_is_gone_leaves_no_fact(machines: Machines) -> None:
    machines.status("a", "jenkins", "error", 90)
    status = machines.status("a", "other", "error", 90)
    measure(machines)
    assert RunFact.objects.count() == 2
    status.delete()
    measure(machines)
    assert [fact.name for fact in RunFact.objects.all()] == ["jenkins"]


def test_a_run_on_a_pull_requests_head_counts_for_its_author(machines: Machines) -> None:
    connection_ = machines.repository.connection
    author, other = an_identity(connection_), an_identity(connection_)
    of_author, _ = a_team(author, slug="author"), a_team(other, slug="other")
    pull = History(machines.repository).pull(author)
    all_figures.measure()
    machines.run(pull.head_sha, actor=other, event="pull_request", head_branch=pull.head_ref)
    measure(machines, pull.head_sha)
    fact = RunFact.objects.get()
    assert (fact.author_key, fact.pull_request_id) == (author.person_id, pull.pk)
    assert [bridge.team for bridge in RunTeam.objects.all()] == [of_author]


def test_a_run_on_a_pull_request_stays_with_the_teams_of_its_opening(machines: Machines) -> None:
    author = an_identity(machines.repository.connection)
    before = a_team(author, slug="before", until=date(2026, 3, 3))
    a_team(author, slug="after", since=date(2026, 3, 3))
    pull = History(machines.repository).pull(author)
    all_figures.measure()
    machines.run(pull.head_sha, asked=10 * 24 * 3600)
    measure(machines, pull.head_sha)
    assert [bridge.team for bridge in RunTeam.objects.all()] == [before]


def test_any_other_run_counts_for_who_began_it_and_the_teams_of_that_day(
    machines: Machines,
) -> None:
    actor = an_identity(machines.repository.connection)
    above = a_team(slug="above")
    now = a_team(actor, slug="now", parent=above, since=date(2026, 3, 2))
    a_team(actor, slug="before", until=date(2026, 3, 2))
    machines.run("a", actor=actor)
    measure(machines)
    assert {bridge.team for bridge in RunTeam.objects.all()} == {now, above}


def test_a_scheduled_run_is_nobodys(machines: Machines) -> None:
    actor = an_identity(machines.repository.connection)
    a_team(actor)
    machines.run("a", actor=actor, event="schedule")
    measure(machines)
    assert RunFact.objects.get().author_key is None
    assert not RunTeam.objects.exists()


def test_a_branch_of_a_fork_that_is_called_main_is_not_the_default_branch(
    machines: Machines,
) -> None:
    pull = History(machines.repository).pull(None, is_cross_repository=True, head_ref="main")
    machines.run(pull.head_sha, event="pull_request", head_branch="main")
    machines.check(pull.head_sha, "lint", "success", (0, 10), branch="main")
    measure(machines, pull.head_sha)
    assert [fact.is_default_branch for fact in RunFact.objects.all()] == [False, False]


def test_feedback_is_from_the_push_to_the_last_check(machines: Machines) -> None:
    author = an_identity(machines.repository.connection)
    pull = History(machines.repository).pull(author)
    sha = pull.head_sha
    run = machines.run(sha, asked=3, jobs=[("build", "success", 10, 70)], created_at=machines.at(2))
    machines.check(sha, "build", "success", (10, 70), workflow_run_external_id=run.external_id)
    machines.check(sha, "lint", "failure", (1, 95))
    machines.status(sha, "jenkins", "success", 90)
    measure(machines, sha)
    found = HeadFeedback.objects.get()
    assert (found.pull_request, found.sha, found.seconds) == (pull, sha, 94)
    assert (found.pushed_at, found.finished_at) == (machines.at(1), machines.at(95))


def test_a_rerun_does_not_make_feedback_later(machines: Machines) -> None:
    pull = History(machines.repository).pull(None)
    first = machines.run(pull.head_sha, "failure", jobs=[("test", "failure", 10, 70)])
    machines.run(
        pull.head_sha,
        external_id=first.external_id,
        attempt=2,
        asked=5000,
        created_at=first.created_at,
        jobs=[("test", "success", 5010, 5090)],
    )
    measure(machines, pull.head_sha)
    assert HeadFeedback.objects.get().seconds == 70


def test_what_runs_after_the_merge_is_no_feedback(machines: Machines) -> None:
    pull = History(machines.repository).pull(None, merged=1)
    machines.run(pull.head_sha, jobs=[("test", "success", 10, 70)])
    machines.run(
        pull.head_sha, "", workflow="Deploy", asked=4000, jobs=[("deploy", "", 4010, None)]
    )
    machines.status(pull.head_sha, "deployed", "success", 4100)
    measure(machines, pull.head_sha)
    assert HeadFeedback.objects.get().seconds == 70
    assert RunFact.objects.count() == 2


def test_a_force_push_tells_its_time_itself(machines: Machines) -> None:
    pull = History(machines.repository).pull(None, events=((0.5, "head_force_pushed"),))
    pull.events.update(after=pull.head_sha)
    machines.run(pull.head_sha, asked=1860, jobs=[("test", "success", 1870, 1900)])
    measure(machines, pull.head_sha)
    found = HeadFeedback.objects.get()
    assert (found.pushed_at, found.seconds) == (MONDAY + timedelta(minutes=30), 100)


def test_a_head_that_was_replaced_keeps_its_feedback(machines: Machines) -> None:
    pull = History(machines.repository).pull(None)
    earlier = pull.commits.get()
    machines.run(earlier.sha, jobs=[("test", "success", 10, 70)])
    measure(machines, earlier.sha)
    assert HeadFeedback.objects.get().pull_request == pull


def test_feedback_that_has_not_come_is_kept_as_such(machines: Machines) -> None:
    pull = History(machines.repository).pull(None)
    machines.run(pull.head_sha, jobs=[("test", "success", 10, 70)])
    machines.status(pull.head_sha, "jenkins", "pending", 5)
    measure(machines, pull.head_sha)
    found = HeadFeedback.objects.get()
    assert (found.finished_at, found.seconds) == (None, None)


def test_a_pull_request_that_is_known_later_gets_the_runs_of_its_head(machines: Machines) -> None:
    """Webhooks come in any order: the run may be measured before its pull request is stored."""
    author = an_identity(machines.repository.connection)
    team = a_team(author)
    machines.run("f" * 40)
    measure(machines, "f" * 40)
    pull = History(machines.repository).pull(author, head_sha="f" * 40)
    all_figures.measure()
    compute.measure()
    assert RunFact.objects.get().pull_request == pull
    assert [bridge.team for bridge in RunTeam.objects.all()] == [team]


def test_a_changed_membership_moves_runs_to_other_teams(machines: Machines) -> None:
    actor = an_identity(machines.repository.connection)
    pull = History(machines.repository).pull(actor)
    all_figures.measure()
    machines.run("a", actor=actor)
    machines.run(pull.head_sha)
    measure(machines, "a", pull.head_sha)
    assert not RunTeam.objects.exists()
    team = a_team(actor)
    assert all_figures.catch_up()
    all_figures.measure()
    compute.measure()
    assert [bridge.team for bridge in RunTeam.objects.all()] == [team, team]


def test_an_account_that_turns_out_to_be_a_bot_is_counted_as_one(machines: Machines) -> None:
    actor = an_identity(machines.repository.connection)
    History(machines.repository).pull(actor)
    all_figures.measure()
    machines.run("a", actor=actor)
    measure(machines)
    actor.is_bot = True
    actor.save()
    all_figures.catch_up()
    assert compute.measure() == 1
    assert RunFact.objects.get().is_bot


def test_another_version_of_the_formulas_measures_everything_again(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    History(machines.repository).pull(None)
    all_figures.measure()
    machines.run("a")
    machines.check("b", "lint", "success", (0, 10))
    machines.status("c", "jenkins", "success", 5)
    monkeypatch.setattr(formula, "VERSION", formula.VERSION + 1)
    assert all_figures.catch_up()
    assert compute.measure() == 3
    assert set(RunFact.objects.values_list("version", flat=True)) == {formula.VERSION}
    assert not all_figures.catch_up()


def test_what_is_stored_is_noted_and_what_stands_is_not(machines: Machines) -> None:
    run = WorkflowRunRecord(
        external_id=7,
        attempt=1,
        workflow_external_id=1,
        workflow="CI",
        run_number=1,
        event="push",
        head_branch="main",
        head_sha="a",
        status="completed",
        conclusion="success",
        actor=None,
        created_at=MONDAY,
        started_at=MONDAY,
        updated_at=MONDAY,
        jobs=(),
    )
    store_workflow_runs(repository=machines.repository, runs=[run])
    assert compute.measure() == 1
    store_workflow_runs(repository=machines.repository, runs=[run])
    assert compute.measure() == 0


def test_only_commits_of_which_a_check_changed_are_noted(machines: Machines) -> None:
    def said(sha: str, number: int, conclusion: str) -> ChecksRecord:
        run = CheckRunRecord(
            external_id=number,
            name="lint",
            status="completed",
            conclusion=conclusion,
            started_at=MONDAY,
            completed_at=MONDAY,
        )
        suite = CheckSuiteRecord(
            external_id=number,
            branch="main",
            app="builder",
            status="completed",
            conclusion="success",
            workflow_run_external_id=None,
            created_at=MONDAY,
            updated_at=MONDAY,
            runs=(run,),
        )
        status = CommitStatusRecord(
            context="jenkins", state=conclusion, creator=None, created_at=MONDAY
        )
        return ChecksRecord(sha=sha, is_settled=True, suites=(suite,), statuses=(status,))

    def store(*checks: ChecksRecord) -> int:
        store_checks(repository=machines.repository, checks=checks, read_at=timezone.now())
        return compute.measure()

    assert store(said("a", 1, "success"), said("b", 2, "success")) == 2
    assert store(said("a", 1, "success"), said("b", 2, "failure")) == 1
    assert store(said("a", 1, "success"), said("b", 2, "failure")) == 0


@pytest.mark.parametrize("commits", [1, 20])
def test_statements_do_not_grow_with_the_number_of_commits(
    machines: Machines, commits: int
) -> None:
    for number in range(commits):
        pull = History(machines.repository).pull(None)
        machines.run(pull.head_sha, jobs=[("test", "success", 10, 70)])
        note_test_runs(repository_id=machines.repository.pk, shas=[pull.head_sha, f"x{number}"])
    with CaptureQueriesContext(connection) as captured:
        compute.measure()
    assert len(captured) == 15
    assert HeadFeedback.objects.count() == commits


def test_of_stacked_pull_requests_a_commit_is_of_the_one_whose_head_it_is(
    machines: Machines,
) -> None:
    history = History(machines.repository)
    above, below = history.pull(None), history.pull(None)
    above.commits.update(sha=below.head_sha)
    machines.run(below.head_sha)
    machines.run(above.head_sha)
    measure(machines, below.head_sha, above.head_sha)
    told = {fact.sha: fact.pull_request for fact in RunFact.objects.all()}
    assert told == {below.head_sha: below, above.head_sha: above}
    elsewhere = History().pull(None, head_sha="e" * 40)
    machines.run(elsewhere.head_sha)
    measure(machines, elsewhere.head_sha)
    assert RunFact.objects.get(sha=elsewhere.head_sha).pull_request is None
