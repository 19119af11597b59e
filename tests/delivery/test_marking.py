"""A changed rule on generated files marks the past anew, and nothing but what it changes is written."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.db import connection as database
from psycopg.pq import TransactionStatus

from backend.delivery.attributes import read
from backend.delivery.generated_files import Judge, OrganisationRule
from backend.delivery.models import (
    CommitFile,
    GeneratedFileRule,
    PendingMeasurement,
    PullRequest,
    PullRequestFile,
    Repository,
)
from backend.delivery.records import CommitRecord, FileChangeRecord
from backend.delivery.store import marking, store_commits
from backend.delivery.store.marking import Progress, mark_again, outdated, progress, to_mark
from backend.delivery.store.rules import keep_attribute_patterns, set_generated_file_rules
from tests.factories import History, a_repository

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def store(repository: Repository, sha: str, *paths: str) -> None:
    files = tuple(FileChangeRecord(path, 3, 1) for path in paths)
    commit = CommitRecord(
        sha=sha * 40, parents=(), author=None, authored_at=NOON, committed_at=NOON, files=files
    )
    store_commits(repository=repository, commits=[commit])


def generated(repository: Repository) -> set[str]:
    found = CommitFile.objects.filter(commit__repository=repository, is_generated=True)
    return set(found.values_list("path", flat=True))


def rule(pattern: str, *, is_generated: bool = True) -> OrganisationRule:
    return OrganisationRule(pattern, is_generated)


def row_versions(pulls: list[PullRequest]) -> list[tuple[int, str]]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id, xmin::text FROM delivery_pullrequestfile WHERE pull_request_id = ANY(%s) ORDER BY id",
            [[pull.pk for pull in pulls]],
        )
        return list(cursor.fetchall())


def test_a_rule_of_the_organisation_marks_the_past_anew() -> None:
    history = History()
    touched, other = history.pull(None), history.pull(None)
    PullRequestFile.objects.filter(pull_request=touched).update(path="reports/q1.txt")
    PendingMeasurement.objects.all().delete()
    store(history.repository, "a", "reports/q1.txt", "go.sum", "main.py")
    mark_again(repository=history.repository)
    assert generated(history.repository) == {"go.sum"}
    before = row_versions([other])

    set_generated_file_rules(rules=[rule("reports/"), rule("go.sum", is_generated=False)])
    assert list(outdated()) == [history.repository]
    assert progress() == Progress(done=0, total=1)
    done = mark_again(repository=history.repository)

    assert (done.commit_files, done.pull_requests) == (2, 1)
    assert generated(history.repository) == {"reports/q1.txt"}
    assert list(PendingMeasurement.objects.values_list("pull_request", flat=True)) == [touched.pk]
    assert row_versions([other]) == before
    assert progress() == Progress(done=1, total=1)
    assert mark_again(repository=history.repository) == marking.Marked(0, 0)


def test_what_is_stored_next_is_marked_by_the_new_rules() -> None:
    repository, other = a_repository(), a_repository()
    keep_attribute_patterns(
        repository=repository, patterns=read({"": b"*.sql linguist-generated\n"})
    )
    set_generated_file_rules(rules=[rule("reports/")])
    for one in (repository, other):
        store(one, "a", "a.sql", "reports/x", "main.py")
    assert generated(repository) == {"a.sql", "reports/x"}
    assert generated(other) == {"reports/x"}


def test_other_attributes_mark_one_repository_anew() -> None:
    repository, other = a_repository(), a_repository()
    for one in (repository, other):
        store(one, "a", "a.sql", "vendor/a.c")
        mark_again(repository=one)
    patterns = read({"": b"*.sql linguist-generated\nvendor/** -linguist-vendored\n"})
    assert keep_attribute_patterns(repository=repository, patterns=patterns)
    assert list(outdated()) == [repository]
    mark_again(repository=repository)
    assert (generated(repository), generated(other)) == ({"a.sql"}, {"vendor/a.c"})
    assert not keep_attribute_patterns(repository=repository, patterns=patterns)
    assert list(outdated()) == []
    assert keep_attribute_patterns(repository=repository, patterns=[])
    mark_again(repository=repository)
    assert generated(repository) == {"vendor/a.c"}


def test_attributes_that_change_while_it_is_marked_are_not_lost() -> None:
    repository = a_repository()
    store(repository, "a", "a.sql")
    patterns = read({"": b"*.sql linguist-generated\n"})
    original = marking._differing

    def and_then(*arguments: object) -> Iterator[dict[str, bool]]:
        keep_attribute_patterns(repository=repository, patterns=patterns)
        return original(*arguments)  # type: ignore[arg-type]

    with patch.object(marking, "_differing", and_then):
        mark_again(repository=repository)
    assert list(outdated()) == [repository]
    mark_again(repository=repository)
    assert generated(repository) == {"a.sql"}
    assert list(outdated()) == []


def test_many_paths_are_marked_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "PATHS_AT_ONCE", 7)
    repository = a_repository()
    store(repository, "a", *(f"gen/{number}" for number in range(50)), "main.py")
    set_generated_file_rules(rules=[rule("gen/")])
    assert mark_again(repository=repository).commit_files == 50
    assert len(generated(repository)) == 50


def test_a_repository_that_was_cut_short_goes_behind_the_others() -> None:
    first, second, third = a_repository(), a_repository(), a_repository()
    mark_again(repository=third)
    with (
        patch.object(marking, "_differing", side_effect=DatabaseError("statement timeout")),
        pytest.raises(DatabaseError),
    ):
        mark_again(repository=first)
    assert list(to_mark()) == [second, first]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_paths_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "PATHS_AT_ONCE", 2)
    repository = a_repository()
    store(repository, "a", *(f"gen/{number}" for number in range(5)))
    set_generated_file_rules(rules=[rule("gen/")])
    states: set[int] = set()
    original = Judge.is_generated

    def judged(self: Judge, path: str) -> bool:
        wrapped = database.connection
        assert wrapped is not None
        states.add(wrapped.info.transaction_status)
        return original(self, path)

    monkeypatch.setattr(Judge, "is_generated", judged)
    assert mark_again(repository=repository).commit_files == 5
    assert states == {TransactionStatus.IDLE}


def test_rules_are_replaced_in_their_order() -> None:
    set_generated_file_rules(rules=[rule("a/"), rule("b/")])
    kept = GeneratedFileRule.objects.get(pattern="b/").pk
    set_generated_file_rules(rules=[rule("b/"), rule("c/", is_generated=False)])
    found = GeneratedFileRule.objects.values_list("pk", "pattern", "is_generated", "position")
    assert [row[1:] for row in found] == [("b/", True, 0), ("c/", False, 1)]
    assert found[0][0] == kept
