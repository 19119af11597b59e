"""Pull requests: whole records in, only what differs is written, nothing older wins."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from backend.delivery import store
from backend.delivery.models import (
    PendingMeasurement,
    PullRequest,
    PullRequestFile,
    Repository,
)
from backend.delivery.records import (
    EventRecord,
    PullRequestCommitRecord,
    PullRequestFileRecord,
    PullRequestRecord,
    ReviewRecord,
)
from backend.people.models import Identity
from tests.delivery.records import AUTHOR, REVIEWER, a_pull_request, hour, versions

pytestmark = pytest.mark.django_db


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
