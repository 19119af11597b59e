"""Commits: added once, streamed in batches, whole or not at all."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.delivery import store
from backend.delivery.models import (
    Commit,
    CommitFile,
    PendingMeasurement,
    PullRequest,
    Repository,
)
from backend.delivery.records import (
    ActorRecord,
    CommitRecord,
    FileChangeRecord,
)
from tests.delivery.records import a_pull_request, hour, versions

pytestmark = pytest.mark.django_db


def a_commit(number: int, files: int = 1) -> CommitRecord:
    return CommitRecord(
        sha=f"{number:040x}",
        parents=(f"{number - 1:040x}",) if number else (),
        author=ActorRecord("git", "dev0001@ghes.example", None),
        authored_at=hour(number),
        committed_at=hour(number),
        files=tuple(FileChangeRecord(f"src/{n}.py", n, 0) for n in range(files)),
    )


def test_commits_are_added_once(repository: Repository) -> None:
    first = [a_commit(number) for number in range(5)]
    assert store.store_commits(repository=repository, commits=iter(first)) == 5
    before = versions()
    assert store.store_commits(repository=repository, commits=iter(first)) == 0
    assert versions() == before
    assert store.store_commits(repository=repository, commits=[*first, a_commit(9)]) == 1
    assert Commit.objects.count() == 6


def test_what_led_to_a_deployment_may_come_to_be_on_the_default_branch(
    repository: Repository,
) -> None:
    whole = replace(a_commit(3, files=2), reverts=("a" * 40,), picked_from=())
    aside = replace(whole, files=(), is_on_default_branch=False)
    assert store.store_commits(repository=repository, commits=[aside]) == 1
    stored = Commit.objects.get()
    assert (stored.is_on_default_branch, stored.files.count()) == (False, 0)
    assert (stored.reverts, stored.picked_from) == (["a" * 40], [])
    assert store.store_commits(repository=repository, commits=[whole]) == 1
    assert Commit.objects.get().is_on_default_branch
    assert stored.files.count() == 2
    before = versions()
    assert store.store_commits(repository=repository, commits=[aside, whole]) == 0
    assert versions() == before


def test_a_message_is_read_for_what_was_stored_without(repository: Repository) -> None:
    store.store_commits(repository=repository, commits=[a_commit(3)])
    assert Commit.objects.get().reverts is None
    read = replace(a_commit(3), reverts=(), picked_from=("b" * 40,))
    assert store.store_commits(repository=repository, commits=[read]) == 1
    stored = Commit.objects.get()
    assert (stored.reverts, stored.picked_from, stored.files.count()) == ([], ["b" * 40], 1)


def test_a_commit_of_thirty_thousand_files(repository: Repository) -> None:
    assert store.store_commits(repository=repository, commits=[a_commit(1, files=30_000)]) == 1
    assert CommitFile.objects.count() == 30_000


def test_a_binary_file_has_no_counts(repository: Repository) -> None:
    binary = replace(a_commit(1), author=None, files=(FileChangeRecord("logo.png", None, None),))
    store.store_commits(repository=repository, commits=[binary])
    assert CommitFile.objects.values_list("additions", "deletions").get() == (None, None)


def test_no_more_than_a_batch_is_held(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.delivery.store.commits.COMMITS_AT_ONCE", 10)
    held: list[int] = []

    def told() -> Iterator[CommitRecord]:
        for number in range(35):
            held.append(number - Commit.objects.count())
            yield a_commit(number)

    assert store.store_commits(repository=repository, commits=told()) == 35
    assert max(held) <= 10


def test_a_broken_off_stream_stores_nothing(repository: Repository) -> None:
    def told() -> Iterator[CommitRecord]:
        yield a_commit(1)
        raise RuntimeError("git died")

    with pytest.raises(RuntimeError, match="git died"):
        store.store_commits(repository=repository, commits=told())
    assert not Commit.objects.exists()


def test_a_commit_that_comes_back_is_superseded_no_longer(repository: Repository) -> None:
    whole = a_pull_request(1)
    (sha,) = (commit.sha for commit in whole.commits)
    for commits, superseded in ((whole.commits, False), ((), True), (whole.commits, False)):
        told = a_pull_request(1, commits=commits)
        store.store_pull_requests(repository=repository, pull_requests=[told])
        assert PullRequest.objects.get().commits.get(sha=sha).is_superseded is superseded
        assert PendingMeasurement.objects.exists()
        PendingMeasurement.objects.all().delete()
