"""What leads to deployments is asked for where it is not known: once, and no sooner than it can be told apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.delivery.models import Commit, LostCommit, Repository
from backend.metrics.models import ServiceDeployment
from backend.pipeline import bell, tasks
from backend.pipeline.lineage import ask_for_lineage
from backend.sources import hints
from backend.sources.models import Cursor, Hint
from tests.deployed import Deployed
from tests.factories import a_cursor, a_repository
from tests.pipeline.conftest import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository() -> Repository:
    """Whose default branch was read to its end, with one deployment of a commit that is not known."""
    made = a_repository()
    a_cursor(made, "commits", complete_to=timezone.now())
    Deployed(made).at(1)
    return made


def asked() -> list[int | None]:
    return list(Hint.objects.filter(kind="lineage").values_list("container_external_id", flat=True))


def test_it_is_asked_for_once(repository: Repository) -> None:
    assert ask_for_lineage() == 1
    assert asked() == [repository.external_id]
    assert ask_for_lineage() == 0, "one that waits keeps its place"
    Hint.objects.all().delete()
    a_cursor(repository, "lineage", complete_to=timezone.now())
    assert ask_for_lineage() == 0, "what was found lost is not asked for again"


def test_news_since_the_last_look_are_asked_for(repository: Repository) -> None:
    looked = ServiceDeployment.objects.get().started_at - timedelta(minutes=1)
    a_cursor(repository, "lineage", complete_to=looked)
    assert ask_for_lineage() == 1


@pytest.mark.parametrize(
    "why", ["known", "lost", "failed", "filling", "out of reach", "unavailable", "not yet"]
)
def test_where_there_is_nothing_to_ask_for(repository: Repository, why: str) -> None:
    deployments = ServiceDeployment.objects.all()
    match why:
        case "known":
            now = timezone.now()
            Commit.objects.create(
                repository=repository,
                sha=deployments.get().sha,
                parents=[],
                authored_at=now,
                committed_at=now,
            )
        case "lost":
            now = timezone.now()
            LostCommit.objects.create(
                repository=repository, sha=deployments.get().sha, looked_at=now
            )
        case "failed":
            deployments.update(outcome="failed")
        case "filling":
            Cursor.objects.update(complete_to=None)
        case "out of reach":
            Repository.objects.update(state=Repository.State.LOST_ACCESS)
        case "unavailable":
            a_cursor(repository, "lineage", complete_to=None, unavailable="The token may not.")
        case _:
            deployments.update(started_at=timezone.now() + timedelta(days=1))
    assert ask_for_lineage() == 0
    assert asked() == []


def test_from_a_branch_to_production(source: Source) -> None:
    source.without_git()
    world = source.world
    app = world.create_repository(world.organizations["forge"], "app")
    dev = world.create_user("dev0001")
    world.deploy(app, "production", commit=world.merge(world.open_pull_request(app, dev)))
    release = world.open_pull_request(app, dev)
    world.push_commit(release)
    world.deploy(app, "production", commit=release.commits[-1])
    source.collect()
    assert ask_for_lineage() == 1
    source.collect()
    last = ServiceDeployment.objects.order_by("finished_at", "key").last()
    assert last is not None
    assert (last.sha, last.contents_reason) == (release.commits[-1].oid, "")
    assert last.commit_count == 2
    assert ask_for_lineage() == 0


def test_measuring_ends_with_asking(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    tasks.measure()
    tasks.measure()
    assert rung == [bell.COLLECT]
    assert asked() == [repository.external_id]


def test_at_night_all_of_it_is_looked_at_again(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "ring", lambda *_: True)
    tasks.reconcile()
    assert Hint.objects.get(kind="lineage").action == hints.FULL
