"""The store: whole records in, only what differs is written, nothing older wins, nothing is lost on the way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from backend.connections.models import RepositoryRule
from backend.delivery import store
from backend.delivery.models import (
    Commit,
    CommitFile,
    PendingDeployments,
    PendingMeasurement,
    PullRequest,
    PullRequestFile,
    Repository,
)
from backend.delivery.records import (
    ActorRecord,
    CommitRecord,
    EventRecord,
    FileChangeRecord,
    OwnerRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    RepositoryRecord,
    ReviewRecord,
)
from backend.people.models import Identity
from tests.factories import a_connection, a_repository

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
AUTHOR = ActorRecord("user", "dev0001", 1)
REVIEWER = ActorRecord("user", "dev0002", 2)
BOT = ActorRecord("bot", "bot0001", 3)


def hour(number: float) -> datetime:
    return AT + timedelta(hours=number)


def a_pull_request(number: int = 1, **values: Any) -> PullRequestRecord:
    defaults: dict[str, Any] = {
        "external_id": 2**40 + number,
        "node_id": f"PR_{number}",
        "number": number,
        "title": "Add a page — naïve, 日本語, \N{GRINNING FACE}",
        "state": "merged",
        "is_draft": False,
        "author": AUTHOR,
        "created_at": AT,
        "updated_at": hour(5),
        "merged_at": hour(5),
        "closed_at": hour(5),
        "base_ref": "main",
        "head_ref": "topic",
        "head_sha": "a" * 40,
        "merge_sha": "b" * 40,
        "labels": ('with "quotes", {braces}', "back\\slash", "NULL", ""),
        "additions": 12,
        "deletions": 3,
        "changed_files": 2,
        "commit_count": 1,
        "reviews": (
            ReviewRecord(f"R{number}.1", "commented", BOT, hour(1), "a" * 40),
            ReviewRecord(f"R{number}.2", "approved", REVIEWER, hour(2), "a" * 40),
        ),
        "events": (
            EventRecord(f"E{number}.1", "review_requested", hour(1), AUTHOR, REVIEWER),
            EventRecord(f"E{number}.2", "merged", hour(5), None, None),
        ),
        "commits": (PullRequestCommitRecord("a" * 40, 0, hour(-1), hour(-1), AUTHOR, 12, 3),),
        "files": (
            PullRequestFileRecord("src/page.py", 10, 3, "modified"),
            PullRequestFileRecord("uv.lock", 2, 0, "added"),
        ),
    }
    return PullRequestRecord(**defaults | values)


def versions() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the domain and of people, with its version."""
    found = {}
    with database.cursor() as cursor:
        for label in ("delivery", "people"):
            for model in apps.get_app_config(label).get_models():
                if model in {PendingMeasurement, PendingDeployments}:
                    continue
                table = model._meta.db_table
                cursor.execute(f"SELECT xmin::text, t::text FROM {table} AS t ORDER BY 2")  # noqa: S608
                found[table] = cursor.fetchall()
    return found


@pytest.fixture
def repository() -> Repository:
    return a_repository()


def test_a_pull_request_is_stored_whole(repository: Repository) -> None:
    record = a_pull_request()
    assert store.store_pull_requests(repository=repository, pull_requests=[record]) == 1
    pull = PullRequest.objects.get()
    plain = {"title", "number", "external_id", "state", "updated_at", "merged_at", "additions"}
    assert {name: getattr(pull, name) for name in plain} == {
        name: getattr(record, name) for name in plain
    }
    assert tuple(pull.labels) == record.labels
    assert pull.author is not None
    assert pull.author.login == "dev0001"
    assert list(
        pull.reviews.order_by("submitted_at").values_list(
            "state", "author__login", "author__is_bot"
        )
    ) == [("commented", "bot0001", True), ("approved", "dev0002", False)]
    assert list(
        pull.events.order_by("occurred_at").values_list("kind", "actor__login", "reviewer__login")
    ) == [("review_requested", "dev0001", "dev0002"), ("merged", None, None)]
    assert list(pull.files.order_by("path").values_list("path", "is_generated")) == [
        ("src/page.py", False),
        ("uv.lock", True),
    ]
    assert pull.commits.get().authored_at == hour(-1)
    assert PendingMeasurement.objects.get().pull_request == pull


def test_the_same_again_changes_no_row(repository: Repository) -> None:
    records = [a_pull_request(number) for number in range(1, 4)]
    store.store_pull_requests(repository=repository, pull_requests=records)
    before = versions()
    PendingMeasurement.objects.all().delete()
    for reconcile in (False, True):
        stored = store.store_pull_requests(
            repository=repository, pull_requests=records, reconcile=reconcile
        )
        assert stored == 0
    assert versions() == before
    assert not PendingMeasurement.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"labels": ()},
        {"author": None},
        {"reviews": ()},
        {"reviews": (ReviewRecord("R1.2", "dismissed", REVIEWER, hour(2), "a" * 40),)},
        {"events": (EventRecord("E1.2", "merged", hour(5), REVIEWER, None),)},
        {"commits": (PullRequestCommitRecord("c" * 40, 0, hour(0), hour(0), None, 1, 1),)},
        {"files": (PullRequestFileRecord("src/page.py", 11, 3, "modified"),)},
    ],
)
def test_only_what_changed_is_written_and_to_be_measured(
    repository: Repository, change: dict[str, Any]
) -> None:
    first, second = a_pull_request(1), a_pull_request(2)
    store.store_pull_requests(repository=repository, pull_requests=[first, second])
    PendingMeasurement.objects.all().delete()
    before = versions()
    changed = replace(first, **change)
    assert store.store_pull_requests(repository=repository, pull_requests=[changed, second]) == 1
    assert PendingMeasurement.objects.get().pull_request.number == 1
    after = versions()
    (name,) = change
    table = {
        "reviews": "delivery_review",
        "events": "delivery_pullrequestevent",
        "commits": "delivery_pullrequestcommit",
        "files": "delivery_pullrequestfile",
    }.get(name, "delivery_pullrequest")
    assert {key for key in before if before[key] != after[key]} == {table}


def test_what_is_no_longer_told_is_gone(repository: Repository) -> None:
    store.store_pull_requests(
        repository=repository, pull_requests=[a_pull_request(1), a_pull_request(2)]
    )
    bare = a_pull_request(1, reviews=(), events=(), commits=(), files=())
    store.store_pull_requests(repository=repository, pull_requests=[bare])
    one, two = PullRequest.objects.order_by("number")
    assert [one.reviews.count(), one.events.count(), one.files.count()] == [0] * 3
    assert {commit.is_superseded for commit in one.commits.all()} == {True}
    assert [two.reviews.count(), two.events.count(), two.commits.count(), two.files.count()] == [
        *(2, 2, 1, 2)
    ]


def test_older_news_is_no_news(repository: Repository) -> None:
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request(title="New")])
    before = versions()
    older = a_pull_request(title="Old", updated_at=hour(4), reviews=())
    assert store.store_pull_requests(repository=repository, pull_requests=[older]) == 0
    assert versions() == before


def test_equally_old_news_is_taken(repository: Repository) -> None:
    """GitHub's times are whole seconds: two changes can share one."""
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request(title="One")])
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request(title="Two")])
    assert PullRequest.objects.get().title == "Two"


def test_reconciling_goes_back_in_time(repository: Repository) -> None:
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request(title="New")])
    older = a_pull_request(title="Restored", updated_at=hour(1), merged_at=None, state="open")
    store.store_pull_requests(repository=repository, pull_requests=[older], reconcile=True)
    pull = PullRequest.objects.get()
    assert (pull.title, pull.state, pull.merged_at) == ("Restored", "open", None)


def test_a_pull_request_told_twice_is_stored_once(repository: Repository) -> None:
    """Pages shift while they are read: the newer of two on one page counts."""
    older, newer = a_pull_request(title="Older"), a_pull_request(title="Newer", updated_at=hour(9))
    for order in ([older, newer], [newer, older]):
        PullRequest.objects.all().delete()
        store.store_pull_requests(repository=repository, pull_requests=order)
        assert PullRequest.objects.get().title == "Newer"


def test_an_account_deleted_at_the_source_is_unknown(repository: Repository) -> None:
    review = ReviewRecord("R1", "approved", None, hour(2), "")
    record = a_pull_request(author=None, reviews=(review,), events=(), commits=())
    store.store_pull_requests(repository=repository, pull_requests=[record])
    assert PullRequest.objects.get().author is None
    assert not Identity.objects.exists()


def test_a_renamed_account_stays_the_same(repository: Repository) -> None:
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request()])
    identity = Identity.objects.get(external_id=1)
    renamed = a_pull_request(2, author=replace(AUTHOR, login="dev0009"), events=(), commits=())
    store.store_pull_requests(repository=repository, pull_requests=[renamed])
    identity.refresh_from_db()
    assert identity.login == "dev0009"
    assert set(PullRequest.objects.values_list("author", flat=True)) == {identity.pk}


def test_odd_paths_and_very_many_files(repository: Repository) -> None:
    odd = ("tab\there", "new\nline", 'quote"d', "back\\slash", "ü/é", "\\xff", "a" * 4000)
    files = tuple(PullRequestFileRecord(path, 1, 0, "added") for path in odd) + tuple(
        PullRequestFileRecord(f"src/{number}.py", 1, 0, "added") for number in range(3000)
    )
    record = a_pull_request(files=files)
    store.store_pull_requests(repository=repository, pull_requests=[record])
    stored = set(PullRequestFile.objects.values_list("path", flat=True))
    assert stored == {file.path for file in files}


def test_statements_do_not_grow_with_the_rows(repository: Repository) -> None:
    def count(*records: PullRequestRecord) -> int:
        with CaptureQueriesContext(database) as queries:
            store.store_pull_requests(repository=repository, pull_requests=records)
        return len(queries)

    assert count(a_pull_request(1)) == count(*map(a_pull_request, range(2, 60)))


# -- repositories --------------------------------------------------------------------------------------------------


def a_repository_record(**values: Any) -> RepositoryRecord:
    defaults: dict[str, Any] = {
        "external_id": 7,
        "node_id": "R_7",
        "name_with_owner": "forge/app",
        "default_branch": "main",
        "visibility": "private",
        "is_archived": False,
        "is_fork": False,
        "pushed_at": AT,
        "updated_at": AT,
    }
    return RepositoryRecord(**defaults | values)


def test_a_rename_keeps_the_repository() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    pk = Repository.objects.get().pk
    renamed = a_repository_record(name_with_owner="forge/renamed")
    store.store_repositories(connection=connection, repositories=[renamed])
    assert Repository.objects.get().pk == pk
    assert Repository.objects.get().name_with_owner == "forge/renamed"


def test_the_same_repositories_again_change_no_row() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    before = versions()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    assert versions() == before


def test_lost_access_deletes_nothing_and_passes(repository: Repository) -> None:
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request()])
    store.mark_unreachable(repository=repository, gone=False)
    assert Repository.objects.get().state == Repository.State.LOST_ACCESS
    assert PullRequest.objects.count() == 1
    back = a_repository_record(external_id=repository.external_id)
    store.store_repositories(connection=repository.connection, repositories=[back])
    assert Repository.objects.get().state == Repository.State.ACTIVE


# -- commits -------------------------------------------------------------------------------------------------------


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


def a_record(external_id: int = 1, name: str = "forge/app", **values: object) -> RepositoryRecord:
    defaults: dict[str, Any] = {
        "external_id": external_id,
        "node_id": f"R_{external_id}",
        "name_with_owner": name,
        "default_branch": "main",
        "visibility": "private",
        "is_archived": False,
        "is_fork": False,
        "pushed_at": AT,
        "updated_at": AT,
        "owner": OwnerRecord(7, "organization", name.partition("/")[0]),
    }
    return RepositoryRecord(**defaults | values)


def test_rules_are_applied_without_asking_the_source() -> None:
    connection = a_connection()
    told = [
        a_record(1, "forge/app", topics=("billing",)),
        a_record(2, "forge/old", is_archived=True),
    ]
    store.store_repositories(connection=connection, repositories=told)
    RepositoryRule.objects.create(connection=connection, effect="exclude", test="archived")
    store.judge_repositories(connection=connection)
    states = dict(Repository.objects.values_list("name_with_owner", "state"))
    assert states == {"forge/app": "active", "forge/old": "excluded"}
    RepositoryRule.objects.all().delete()
    Repository.objects.filter(external_id=1).update(state="gone")
    store.judge_repositories(connection=connection)
    states = dict(Repository.objects.values_list("name_with_owner", "state"))
    assert states == {"forge/app": "gone", "forge/old": "active"}


def test_an_owner_that_was_renamed_is_the_same_one() -> None:
    connection = a_connection()
    for name in ("forge/app", "foundry/app"):
        store.store_repositories(connection=connection, repositories=[a_record(name=name)])
    stored = Repository.objects.get()
    assert stored.owner is not None
    assert (stored.owner.login, stored.former_names) == ("foundry", ["forge/app"])
    assert connection.owners.count() == 1


def test_a_repository_whose_owner_is_not_told_keeps_it() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_record()])
    store.store_repositories(connection=connection, repositories=[a_record(owner=None)])
    stored = Repository.objects.get()
    assert stored.owner is not None
    assert stored.owner.login == "forge"
