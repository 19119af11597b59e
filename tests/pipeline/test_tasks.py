"""What runs in the background: every scheduled name is a task with a queue that is listened to, and rows drive it."""

import time
from datetime import timedelta

import pytest
from celery import Celery
from django.db import DatabaseError
from django.utils import timezone

from backend.config.celery import app
from backend.connections.models import Connection
from backend.delivery.generated_files import OrganisationRule
from backend.delivery.models import (
    PendingMeasurement,
    PullRequest,
    Repository,
)
from backend.delivery.records import ActorRecord
from backend.delivery.store import marking
from backend.delivery.store.rules import set_generated_file_rules
from backend.delivery.store.test_partitions import make_partitions
from backend.governance.retention.engine import begin, due
from backend.metrics.measuring import anything_waits
from backend.metrics.models import PullRequestFact, RunFact, ServiceDeployment
from backend.people.models import Identity
from backend.people.store import resolve_identities
from backend.pipeline import bell, tasks
from backend.sources import hints
from backend.sources.github.repositories import LISTING, READ
from backend.sources.models import Hint, SyncRun
from tests.factories import History, a_connection, a_repository, an_identity
from tests.pipeline.conftest import Source
from tests.pipeline.state import time_passes
from tests.servers import free_port

pytestmark = pytest.mark.django_db
QUEUES = {"collect", "measure", "default"}


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []

    def ring(task: str = bell.COLLECT, *_: int) -> bool:
        heard.append(task)
        return True

    monkeypatch.setattr(bell, "ring", ring)
    return heard


def test_what_is_scheduled_and_rung_for_exists() -> None:
    app.loader.import_default_modules()
    entries = app.conf.beat_schedule.values()
    assert {entry["task"] for entry in entries} <= set(app.tasks)
    assert {entry["options"]["queue"] for entry in entries} <= QUEUES
    assert bell.QUEUES.keys() <= set(app.tasks)
    assert set(bell.QUEUES.values()) <= QUEUES


def test_a_sweep_of_nothing_is_silent(rung: list[str]) -> None:
    tasks.sweep()
    assert rung == []


def test_a_sweep_finds_what_a_lost_bell_rang_for(rung: list[str]) -> None:
    history = History()
    history.pull(an_identity(history.repository.connection), merged=3)
    hints.arm(connection=history.repository.connection, kind=Hint.Kind.CONNECTION)
    tasks.sweep()
    assert rung == [bell.COLLECT, bell.MEASURE, bell.MARK, bell.MATCH]


def test_a_changed_rule_marks_files_anew_and_measures_again(rung: list[str]) -> None:
    history = History()
    pull = history.pull(None, merged=3)
    tasks.mark()
    PendingMeasurement.objects.all().delete()
    rung.clear()
    tasks.sweep()
    assert rung == []
    set_generated_file_rules(rules=[OrganisationRule("src/", is_generated=True)])
    tasks.sweep()
    tasks.mark()
    assert rung == [bell.MARK, bell.MEASURE]
    assert pull.files.filter(path="src/main.py", is_generated=True).exists()
    assert list(PendingMeasurement.objects.values_list("pull_request", flat=True)) == [pull.pk]


def test_a_repository_that_cannot_be_marked_does_not_keep_others_from_it(
    rung: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = a_repository()
    a_repository()
    mark_again = marking.mark_again

    def failing(*, repository: Repository) -> marking.Marked:
        if repository == broken:
            raise DatabaseError("statement timeout")
        return mark_again(repository=repository)

    monkeypatch.setattr(marking, "mark_again", failing)
    tasks.mark()
    assert list(marking.outdated()) == [broken]
    assert rung == [bell.MEASURE]
    (record,) = (one for one in caplog.records if one.name == tasks.__name__)
    assert f"repository {broken.pk} " in record.getMessage()
    assert record.exc_info is not None


def test_a_sweep_finds_what_a_dead_worker_left(rung: list[str]) -> None:
    connection = a_connection()
    hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)
    assert hints.claim()
    tasks.sweep()
    assert rung == []
    time_passes()
    tasks.sweep()
    assert rung == [bell.COLLECT]


def test_polling_asks_every_connection_but_paused_ones(rung: list[str]) -> None:
    working = a_connection()
    a_connection(state=Connection.State.PAUSED)
    tasks.poll()
    assert [(hint.connection, hint.kind) for hint in Hint.objects.all()] == [
        (working, Hint.Kind.CONNECTION)
    ]
    assert rung == [bell.COLLECT, bell.MEASURE]


def test_each_hour_repositories_are_listed_and_teams_read(rung: list[str]) -> None:
    working = a_connection()
    a_connection(state=Connection.State.PAUSED)
    tasks.discover()
    assert [(hint.connection, hint.kind, hint.key) for hint in Hint.objects.order_by("kind")] == [
        (working, Hint.Kind.CONNECTION, LISTING),
        (working, Hint.Kind.TEAMS, ""),
    ]
    assert rung == [bell.COLLECT, bell.MATCH]


def test_matching_has_what_it_changed_measured_again(rung: list[str]) -> None:
    source = a_connection()
    accounts = [
        ActorRecord("user", "jdoe", 1, email="jane@work.example"),
        ActorRecord("git", "jane@work.example", None),
    ]
    resolve_identities(connection=source, accounts=accounts)
    tasks.match()
    tasks.match()
    assert rung == [bell.MEASURE]
    assert Identity.objects.exclude(person=None).count() == 2


def test_each_night_everything_is_read_again(rung: list[str]) -> None:
    repository = a_repository()
    a_repository(repository.connection, state=Repository.State.GONE)
    tasks.reconcile()
    armed = {(hint.kind, hint.container_external_id, hint.action) for hint in Hint.objects.all()}
    assert armed == {
        (kind, repository.external_id, hints.FULL)
        for kind in (Hint.Kind.RECONCILE, *READ, Hint.Kind.LINEAGE)
        if kind != Hint.Kind.PULL_REQUESTS
    }


def test_from_a_check_to_figures(source: Source, rung: list[str]) -> None:
    world = source.world
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    repository = world.create_repository(world.organizations["forge"], "app")
    pr = world.open_pull_request(repository, author)
    world.add_review(pr, reviewer)
    world.run_workflow(pr, jobs={"build": "SUCCESS"})
    world.merge(pr, reviewer)
    world.deploy(repository, "production")
    tasks.check(source.connection.pk)
    assert rung == [bell.COLLECT]
    while hints.any_due():
        tasks.collect()
    assert PullRequest.objects.count() == PendingMeasurement.objects.count() == 1
    tasks.measure()
    assert PullRequestFact.objects.count() == 1
    assert (RunFact.objects.count(), ServiceDeployment.objects.count()) == (1, 1)
    assert not anything_waits()


def test_a_connection_that_was_deleted_meanwhile_is_not_checked(rung: list[str]) -> None:
    tasks.check(404)
    assert rung == []


def test_a_long_task_gives_others_their_turn(
    source: Source, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 0)
    hints.arm(connection=source.connection, kind=Hint.Kind.CONNECTION)
    tasks.collect()
    assert rung == [bell.COLLECT, bell.MEASURE]
    assert Hint.objects.exists()


def test_a_broken_bell_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is down: nothing is raised, and soon enough."""
    deaf = Celery("deaf", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    deaf.conf.broker_transport_options = app.conf.broker_transport_options
    monkeypatch.setattr(bell, "current_app", deaf)
    began = time.monotonic()
    assert bell.ring() is False
    assert time.monotonic() - began < 10


def test_each_night_what_is_older_than_is_kept_goes_and_the_next_month_has_room(
    rung: list[str],
) -> None:
    connection = a_connection()
    for days in (20, 140):
        at = timezone.now() - timedelta(days=days)
        SyncRun.objects.create(
            connection=connection, kind="connection", started_at=at, finished_at=at
        )
    tasks.retain()
    assert rung == [bell.REMOVE]
    for _ in range(20):
        tasks.remove()
    assert not due().exists()
    assert SyncRun.objects.count() == 1
    assert rung[-1] == bell.MEASURE
    assert make_partitions(today=timezone.now().date()) == 0


def test_what_was_cut_short_is_found_by_the_sweeper(rung: list[str]) -> None:
    begin()
    tasks.sweep()
    assert rung == [bell.REMOVE]
