"""What a source may send and should not: it is stored rightly, and nothing is lost by it."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from backend.delivery.models import Commit, CommitFile, PullRequest, PullRequestFile, Repository
from backend.sources.github.pull_requests import OVERLAP
from backend.sources.models import Cursor, Hint, SyncRun
from tests.pipeline.conftest import Source
from tests.simulators.github import Account
from tests.simulators.github import Repository as Served

IN_2099 = int(datetime(2099, 1, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def dev(source: Source) -> Account:
    return source.world.create_user("dev0001")


@pytest.fixture
def repository(source: Source) -> Served:
    return source.world.create_repository(source.world.organizations["forge"], "app")


def succeeded() -> bool:
    return set(SyncRun.objects.values_list("outcome", flat=True)) == {"succeeded"}


def test_a_time_in_the_future_stops_no_later_pass(
    source: Source, repository: Served, dev: Account
) -> None:
    """One that was changed in 2099 stands on top for ever, and what changes today stands below it."""
    source.without_git()
    world = source.world
    first = world.open_pull_request(repository, dev)
    others = [world.open_pull_request(repository, dev, title="Before") for _ in range(60)]
    first.updated_at = IN_2099
    repository.revision += 1
    source.collect()
    cursor = Cursor.objects.get(kind=Hint.Kind.PULL_REQUESTS)
    assert cursor.complete_to is not None
    assert cursor.complete_to <= timezone.now()
    assert cursor.complete_to == datetime.fromtimestamp(others[-1].updated_at, UTC)

    for pr in others:
        world.rename_title(pr, "After")
    source.collect()
    assert PullRequest.objects.filter(title="After").count() == 60
    assert PullRequest.objects.get(number=1).updated_at.year == 2099
    assert succeeded()


def test_only_what_changed_is_asked_for_again(
    source: Source, repository: Served, dev: Account
) -> None:
    """An overlap is read again, and not the rest."""
    source.without_git()
    world = source.world
    for _ in range(200):
        world.open_pull_request(repository, dev)
    source.collect()
    pr = world.open_pull_request(repository, dev)
    assert pr.updated_at - 60 > world.now - OVERLAP.total_seconds()
    source.github.ledger.clear()
    source.collect()
    assert PullRequest.objects.count() == 201
    assert source.github.ledger.counts["base"] == 1


@pytest.mark.parametrize(
    ("title", "stored"),
    [
        ("a\0b", "a\ufffdb"),
        ("\u202eright to left \u05d0\u05d1\u05d2\u202c", None),
        ("\U0001f680 up \U0001f469\u200d\U0001f4bb", None),
        ("=1+1\t\r\n'\";--", None),
        ("", None),
        ("x" * 100_000, None),
    ],
    ids=["nul", "rtl", "emoji", "controls", "empty", "long"],
)
def test_odd_titles(
    source: Source, repository: Served, dev: Account, title: str, stored: str | None
) -> None:
    source.without_git()
    source.world.open_pull_request(repository, dev, title=title)
    source.world.open_pull_request(repository, dev, title="An ordinary one")
    source.collect()
    wanted = title if stored is None else stored
    assert PullRequest.objects.get(number=1).title == wanted
    assert PullRequest.objects.get(number=2).title == "An ordinary one"


def test_odd_names_of_branches_labels_and_files(
    source: Source, repository: Served, dev: Account
) -> None:
    paths = ["src/naïve файл.py", "dir with\ttab/new\nline", '"quoted"', "back\\slash"]
    source.world.open_pull_request(
        repository,
        dev,
        head="feature/\u00e9t\u00e9",
        labels=["\U0001f41b bug", "a,b", '{"x"}'],
        commits=[[(path, 1, 0) for path in paths]],
    )
    source.collect()
    stored = PullRequest.objects.get()
    assert stored.head_ref == "feature/\u00e9t\u00e9"
    assert stored.labels == ["\U0001f41b bug", "a,b", '{"x"}']
    assert set(PullRequestFile.objects.values_list("path", flat=True)) == set(paths)
    assert succeeded()


def test_a_commit_with_30000_files(source: Source, repository: Served, dev: Account) -> None:
    files = [(f"dir{number % 300}/file{number}", 1, 0) for number in range(30_000)]
    commit = source.world.push(repository, dev, files)
    source.collect()
    assert Commit.objects.get().sha == commit.oid
    assert CommitFile.objects.count() == 30_000
    assert succeeded()


def test_a_history_that_was_rewritten_keeps_the_superseded_commits(
    source: Source, repository: Served, dev: Account
) -> None:
    world = source.world
    world.push(repository, dev, [("a", 1, 0)])
    old = world.push(repository, dev, [("b", 1, 0)])
    source.collect()
    root = repository.commits[0]
    repository.branches["main"] = root
    repository.commits.remove(old)
    new = world.push(repository, dev, [("c", 1, 0)])
    source.collect()
    assert set(Commit.objects.values_list("sha", flat=True)) == {root.oid, old.oid, new.oid}
    assert succeeded()


def test_a_server_restored_from_an_old_backup_is_believed_in_the_end(
    source: Source, repository: Served, dev: Account
) -> None:
    """An older answer changes nothing by itself; the nightly pass over everything believes the source."""
    from backend.pipeline.tasks import reconcile  # noqa: PLC0415 - only here

    pr = source.world.open_pull_request(repository, dev, title="Before the backup")
    backup = pr.updated_at
    source.world.rename_title(pr, "After the backup")
    source.collect()
    pr.title, pr.updated_at = "Before the backup", backup
    repository.revision += 1
    source.collect()
    assert PullRequest.objects.get().title == "After the backup"
    reconcile()
    source.collect()
    assert PullRequest.objects.get().title == "Before the backup"
    assert Repository.objects.get().state == "active"
