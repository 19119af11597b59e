"""From stored rows to facts of deployments: what is written, what is left alone, and what is measured again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from backend.delivery.models import (
    DeploymentRule,
    PendingDeployments,
    PendingMeasurement,
    ReportedDeployment,
    Repository,
    WorkflowRun,
)
from backend.delivery.store import note_all_deployments, note_deployments
from backend.delivery.store.pending import take_note
from backend.metrics import compute as pull_requests
from backend.metrics.deployments import compute, contents, facts
from backend.metrics.formulas import dora
from backend.metrics.models import (
    DeployedChange,
    DeploymentFix,
    DeploymentTeam,
    PullRequestFact,
    ServiceDeployment,
)
from backend.people.models import Identity, Membership
from tests.factories import MONDAY, a_repository, a_team, an_identity
from tests.metrics.deployments.telling import Telling, hour, sha_of

pytestmark = pytest.mark.django_db

HISTORY = (
    "#1 b started 0 merged 2",
    "#2 c started 1 merged 3",
    "commit d reverts b",
    "deploy D1 a 1",
    "deploy D2 c 5",
    "deploy D3 d 8",
    "deploy D4 d 9 failed",
)


def told(*lines: str, repository: Repository | None = None) -> Telling:
    telling = Telling(repository)
    telling.draw("a--b--c--d")
    for line in lines:
        telling.tell(line)
    return telling


@pytest.fixture
def telling() -> Telling:
    found = told(*HISTORY)
    found.measure()
    return found


def versions() -> dict[str, list[Any]]:
    """Every row of the facts with the transaction that wrote it."""
    found = {}
    with connection.cursor() as cursor:
        for model in (ServiceDeployment, DeployedChange, DeploymentTeam, DeploymentFix):
            table = model._meta.db_table
            cursor.execute(f"SELECT t.xmin::text, t::text FROM {table} t ORDER BY 2")  # noqa: S608
            found[table] = cursor.fetchall()
    return found


def pending() -> set[int]:
    return set(PendingDeployments.objects.values_list("pk", flat=True))


def authored_by(telling: Telling, number: int, author: Identity) -> None:
    pull = telling.repository.pull_requests.get(number=number)
    pull.author = author
    pull.save()
    PendingMeasurement.objects.create(pull_request=pull)
    telling.measure()


def test_measuring_again_without_a_change_writes_nothing(telling: Telling) -> None:
    author = an_identity(telling.repository.connection)
    a_team(author, slug="team")
    authored_by(telling, 1, author)
    before = versions()
    assert all(before.values())
    assert compute.measure_deployments(telling.repository.pk) == 4
    assert versions() == before


def test_another_repository_changes_nothing(telling: Telling) -> None:
    before = versions()
    other = told(*HISTORY)
    other.measure()
    stored = set(ServiceDeployment.objects.filter(repository=other.repository))
    assert len(stored) == 4
    after = versions()
    for table, rows in before.items():
        assert set(rows) <= set(after[table])
    assert telling.found() == other.found()


def test_what_is_no_deployment_any_more_is_gone_with_all_that_hangs_on_it(
    telling: Telling,
) -> None:
    DeploymentRule.objects.create(source="api", pattern="production", environment="none")
    telling.measure()
    assert not any(versions().values())


def test_a_deployment_that_is_gone_leaves_its_changes_to_the_next(telling: Telling) -> None:
    assert telling.found()[1] == "D2 forward 2 0 #1:5/3 #2:4/2"
    ReportedDeployment.objects.filter(external_id="D2").delete()
    telling.measure()
    assert telling.found() == [
        "D1 baseline",
        "D3 forward 3 1 #1:8/6 #2:7/5",
        "D4 -",
        "rate 0/2",
    ]


def test_one_that_is_told_late_takes_what_it_was_first_to_bring(telling: Telling) -> None:
    telling.tell("deploy D0 b 4")
    telling.measure()
    assert telling.found() == [
        "D1 baseline",
        "D0 forward 1 0 #1:4/2",
        "D2 forward 1 0 #2:4/2",
        "D3 forward 1 1",
        "D4 -",
        "D0 < D3 revert 4",
        "rate 1/4",
    ]


def test_where_each_merge_is_a_deployment_nothing_waits_for_one() -> None:
    telling = told("#1 b started 0 merged 2", "#2 c started 1 merged 3", "#3 d started 2 merged 9")
    DeploymentRule.objects.create(source="merge", pattern="main", environment="production")
    telling.measure()
    assert telling.found() == [
        "1 baseline",
        "2 forward 1 0 #2:2/0",
        "3 forward 1 0 #3:7/0",
        "rate 0/3",
    ]


def test_an_old_run_that_is_started_again_is_a_rollback() -> None:
    telling = told()
    DeploymentRule.objects.create(source="workflow", pattern="Deploy", environment="production")
    for run, attempt, name, at in ((1, 1, "a", 1), (2, 1, "b", 3), (3, 1, "c", 5), (2, 2, "b", 7)):
        WorkflowRun.objects.create(
            repository=telling.repository,
            external_id=run,
            attempt=attempt,
            workflow_external_id=1,
            workflow="Deploy",
            run_number=run,
            event="push",
            head_sha=sha_of(name),
            status="completed",
            conclusion="success",
            created_at=hour(at),
            started_at=hour(at),
            updated_at=hour(at + 0.5),
        )
    telling.measure()
    assert telling.found() == [
        "1.1 baseline",
        "2.1 forward 1 1",
        "3.1 forward 1 1",
        "2.2 rollback 0 0",
        "3.1 < 2.2 rollback 2",
        "rate 1/4",
    ]


def test_a_correction_survives_measuring_again_from_nothing(telling: Telling) -> None:
    telling.tell("person D2 not_fixed_by D3")
    telling.tell("person D1 fixed_by D2")
    telling.measure()
    ServiceDeployment.objects.all().delete()
    telling.measure()
    assert telling.found()[-2:] == ["D1 < D2 person 4", "rate 1/3"]


def test_a_change_counts_as_its_author_does(telling: Telling) -> None:
    bot = an_identity(telling.repository.connection, is_bot=True, person=False)
    person = an_identity(telling.repository.connection)
    authored_by(telling, 1, bot)
    authored_by(telling, 2, person)
    found = DeployedChange.objects.order_by("pull_request__number")
    assert list(found.values_list("is_bot", "author_key")) == [
        (True, -bot.pk),
        (False, person.person_id),
    ]


def test_a_deployment_is_in_the_teams_of_its_changes_and_those_above_once_each(
    telling: Telling,
) -> None:
    author, other = (an_identity(telling.repository.connection) for _ in range(2))
    top = a_team(slug="top")
    a_team(author, other, slug="one", parent=top)
    a_team(other, slug="two", parent=top)
    authored_by(telling, 1, author)
    authored_by(telling, 2, other)
    deployed = ServiceDeployment.objects.get(key="D2")
    bridge = DeploymentTeam.objects.order_by("team__slug")
    assert list(bridge.values_list("deployment", "team__slug", "finished_at")) == [
        (deployed.pk, slug, deployed.finished_at) for slug in ("one", "top", "two")
    ]


def test_a_changed_membership_is_noted_and_moves_deployments(telling: Telling) -> None:
    author = an_identity(telling.repository.connection)
    a_team(author, slug="old")
    authored_by(telling, 1, author)
    pull_requests.catch_up()
    compute.measure_pending_deployments()
    told("deploy D1 a 1")  # A repository that has no deployment measured rests on no team.
    Membership.objects.update(team=a_team(slug="new"))
    assert pull_requests.catch_up()
    pull_requests.measure()
    assert pending() == {telling.repository.pk}
    assert compute.measure_pending_deployments() == 1
    assert set(DeploymentTeam.objects.values_list("team__slug", flat=True)) == {"new"}


def test_a_pull_request_that_is_measured_late_or_otherwise_has_its_repository_noted() -> None:
    telling = told(*HISTORY)
    compute.measure_deployments(telling.repository.pk)
    assert not DeployedChange.objects.exists()
    pull_requests.measure()
    assert pending() == {telling.repository.pk}
    compute.measure_pending_deployments()
    assert DeployedChange.objects.count() == 2
    assert not pending()


def test_an_open_pull_request_is_of_no_deployment(telling: Telling) -> None:
    telling.history.pull(None)
    pull_requests.measure()
    assert not pending()


@pytest.mark.parametrize(
    "what", ["backend.metrics.compute.RULES_VERSION", "backend.metrics.formulas.dora.VERSION"]
)
def test_another_version_of_rules_or_formulas_has_all_measured_again(
    telling: Telling, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_requests.catch_up()
    compute.measure_pending_deployments()
    assert not pull_requests.catch_up()
    measured = PullRequestFact.objects.values_list("pk", "version")
    before = list(measured)
    monkeypatch.setattr(what, 99)
    other = a_repository()
    assert pull_requests.catch_up()
    assert pending() == {telling.repository.pk, other.pk}
    assert list(measured) == before
    compute.measure_pending_deployments()
    assert set(ServiceDeployment.objects.values_list("version", flat=True)) == {dora.VERSION}
    assert not pull_requests.catch_up()


def test_no_more_than_the_limit_is_measured_at_once() -> None:
    for _ in range(3):
        note_deployments(repository_ids=[told(*HISTORY).repository.pk])
    assert [compute.measure_pending_deployments(limit=2) for _ in range(3)] == [2, 1, 0]
    assert ServiceDeployment.objects.count() == 12


def test_one_that_cannot_be_stored_does_not_keep_the_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken, whole = told(*HISTORY).repository, told(*HISTORY).repository
    note_deployments(repository_ids=[broken.pk, whole.pk])
    store: Callable[..., None] = facts.store

    def fail(repository_id: int, *rest: Any) -> None:
        store(repository_id, *rest)
        if repository_id == broken.pk:
            raise DatabaseError("the connection broke")

    with monkeypatch.context() as breaking:
        breaking.setattr(facts, "store", fail)
        assert compute.measure_pending_deployments() == 1
    assert pending() == {broken.pk}
    assert set(ServiceDeployment.objects.values_list("repository", flat=True)) == {whole.pk}
    a_moment_passes()
    assert compute.measure_pending_deployments() == 1
    assert not pending()


def a_moment_passes(delay: timedelta = compute.FIRST_DELAY) -> None:
    PendingDeployments.objects.update(not_before=F("not_before") - delay)


@pytest.mark.parametrize("error", [DatabaseError, contents.TooMuch])
def test_one_that_cannot_be_measured_is_put_off_for_longer_each_time(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, tried = told(*HISTORY).repository, list[int]()

    def fail(repository_id: int, *_: Any) -> None:
        tried.append(repository_id)
        raise error("it is too large")

    note_deployments(repository_ids=[repository.pk])
    with monkeypatch.context() as breaking:
        breaking.setattr(facts, "store", fail)
        for time in range(1, 4):
            assert compute.measure_pending_deployments() == 0
            assert len(tried) == time
            assert compute.measure_pending_deployments() == 0
            a_moment_passes(compute.FIRST_DELAY * 2 ** (time - 1))
        PendingDeployments.objects.update(tries=compute.MOST_TRIES)
        assert compute.measure_pending_deployments() == 0
        a_moment_passes(compute.LONGEST_DELAY)
        assert compute.measure_pending_deployments() == 0
        assert len(tried) == 5
    note_deployments(repository_ids=[repository.pk])
    assert compute.measure_pending_deployments() == 0, "news do not hurry it"
    note_all_deployments()
    assert compute.measure_pending_deployments() == 1
    assert not pending()


def test_what_the_process_dies_of_does_not_stay_first(monkeypatch: pytest.MonkeyPatch) -> None:
    deadly, other = told(*HISTORY).repository, told(*HISTORY).repository
    note_deployments(repository_ids=[deadly.pk])
    PendingDeployments.objects.update(since=MONDAY)
    note_deployments(repository_ids=[other.pk])

    def die(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as breaking:
        breaking.setattr(facts, "store", die)
        with pytest.raises(MemoryError):
            compute.measure_pending_deployments()
    assert compute.measure_pending_deployments() == 1
    assert pending() == {deadly.pk}


@pytest.mark.parametrize("number", [1, 20])
def test_statements_do_not_grow_with_the_deployments(number: int) -> None:
    telling = told(*HISTORY)
    DeploymentRule.objects.create(source="api", environment="production", paths=["src/"])
    for index in range(number):
        telling.tell(f"deploy E{index} {'abcd'[index % 4]} {10 + index} of s{index}")
    pull_requests.measure()
    with CaptureQueriesContext(connection) as captured:
        compute.measure_deployments(telling.repository.pk)
    assert len(captured) == 27


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["stored before it ends", "stored after it ended"])
def test_a_change_that_comes_while_its_repository_is_measured_waits_for_nothing_and_is_not_lost(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = told(*HISTORY)
    repository = telling.repository.pk
    note_deployments(repository_ids=[repository])
    store: Callable[..., None] = facts.store
    noted, ended = Event(), Event()
    with ThreadPoolExecutor(1) as threads:

        def change() -> None:
            try:
                with transaction.atomic():
                    telling.tell("deploy D9 d 9")
                    note_deployments(repository_ids=[repository])
                    noted.set()
                    if when == "stored after it ended":
                        assert ended.wait(timeout=30)
            finally:
                connection.close()

        def meanwhile(*found: Any) -> None:
            """Everything is read. The change comes now, and is not seen."""
            changing = threads.submit(change)
            assert noted.wait(timeout=30)
            if when == "stored before it ends":
                changing.result(timeout=30)
            store(*found)

        with monkeypatch.context() as changed:
            changed.setattr(facts, "store", meanwhile)
            assert compute.measure_pending_deployments(limit=1) == 1
        ended.set()
    assert not ServiceDeployment.objects.filter(key="D9").exists()
    assert pending() == {repository}
    a_moment_passes()
    assert compute.measure_pending_deployments() == 1
    assert ServiceDeployment.objects.filter(key="D9").exists()
    assert not pending()


@pytest.mark.django_db(transaction=True)
def test_a_measuring_that_ends_late_takes_no_note_of_what_came_after_another() -> None:
    repository = told(*HISTORY).repository
    note_deployments(repository_ids=[repository.pk])
    early = PendingDeployments.objects.get().noted_by
    compute.measure_deployments(repository.pk)
    note_deployments(repository_ids=[repository.pk])
    take_note(repository_id=repository.pk, noted_by=early)
    assert pending() == {repository.pk}
