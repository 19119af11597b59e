"""Counts a test and day, the exact flake rate, and raw rows of what stands out, over uploads in any order."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, Literal

import pytest
from django.db import DatabaseError, transaction
from django.db import connection as database
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.delivery.models import (
    AutomatedTest,
    CommitResults,
    DailyResults,
    NotableResult,
    Repository,
    ResultUpload,
)
from backend.delivery.result_records import Execution, ReportRecord, TestRecord, UploadRecord
from backend.delivery.store import test_results
from backend.delivery.store.test_partitions import make_partitions
from tests.factories import MONDAY, a_repository

pytestmark = pytest.mark.django_db
Letter = Literal["p", "f", "s"]
OUTCOMES = {"p": "passed", "f": "failed", "s": "skipped"}
FIRST = MONDAY.date()
_numbers = count(1)


def a_report(tests: dict[str, str], *, milliseconds: int | None = 40) -> ReportRecord:
    """Tests by name with the outcomes of their executions, as in fp: failed, then passed."""
    made = {
        sha256(name.encode()).digest()[:16]: TestRecord(
            "suite",
            name,
            "",
            tuple(Execution(OUTCOMES[letter], milliseconds) for letter in letters),  # type: ignore[arg-type] # by a table
        )
        for name, letters in tests.items()
    }
    return ReportRecord(
        made, 1.5, totals_differ=False, digest=sha256(repr(tests).encode()).hexdigest()
    )


def an_upload(
    sha: str = "a" * 40, *, at: datetime = MONDAY, key: str | None = None
) -> UploadRecord:
    return UploadRecord(
        sha=sha,
        started_at=at,
        received_at=at,
        key=f"upload {next(_numbers)}" if key is None else key,
    )


def store(
    repository: Repository,
    tests: dict[str, str],
    sha: str = "a" * 40,
    *,
    at: datetime = MONDAY,
    milliseconds: int | None = 40,
) -> ResultUpload:
    return test_results.store_results(
        repository=repository,
        upload=an_upload(sha, at=at),
        report=a_report(tests, milliseconds=milliseconds),
    ).upload


def days(name: str) -> list[dict[str, Any]]:
    rows = DailyResults.objects.filter(test__name=name).order_by("day")
    names = ("day", "passed", "failed", "skipped", "commits", "flaky_commits")
    return [dict(zip(names, row, strict=True)) for row in rows.values_list(*names)]


def a_day(day: date = FIRST, **values: int) -> dict[str, Any]:
    return {
        "day": day,
        **dict.fromkeys(("passed", "failed", "skipped", "commits", "flaky_commits"), 0),
        **values,
    }


def test_a_test_that_passes_leaves_a_count_and_no_row_of_its_own() -> None:
    upload = store(a_repository(), {"one": "p", "two": "s"})
    assert days("one") == [a_day(passed=1, commits=1)]
    assert days("two") == [a_day(skipped=1)]
    assert not NotableResult.objects.exists()
    assert (upload.tests, upload.passed, upload.failed, upload.skipped) == (2, 1, 0, 1)


def test_durations_are_counted_where_they_are_known() -> None:
    repository = a_repository()
    store(repository, {"one": "p"}, milliseconds=40)
    store(repository, {"one": "p"}, milliseconds=70)
    store(repository, {"one": "p"}, milliseconds=None)
    (day,) = DailyResults.objects.values("timed", "milliseconds", "slowest")
    assert day == {"timed": 2, "milliseconds": 110, "slowest": 70}


def test_a_time_that_is_never_told_is_absent_and_not_nothing() -> None:
    store(a_repository(), {"one": "p"}, milliseconds=None)
    assert DailyResults.objects.get().slowest is None


def test_a_retry_within_a_report_is_flaky() -> None:
    store(a_repository(), {"one": "fp"})
    assert days("one") == [a_day(passed=1, failed=1, commits=1, flaky_commits=1)]
    assert list(NotableResult.objects.order_by("position").values_list("outcome", flat=True)) == [
        "failed",
        "passed",
    ]


def test_a_rerun_of_the_same_commit_is_flaky_and_counts_the_commit_once() -> None:
    repository = a_repository()
    store(repository, {"one": "f", "two": "p"})
    store(repository, {"one": "p", "two": "p"}, at=MONDAY + timedelta(hours=1))
    assert days("one") == [a_day(passed=1, failed=1, commits=1, flaky_commits=1)]
    assert days("two") == [a_day(passed=2, commits=1)]
    assert [(row.outcome, row.sha) for row in NotableResult.objects.order_by("at")] == [
        ("failed", "a" * 40),
        ("passed", "a" * 40),
    ]


def test_a_rerun_a_day_later_counts_its_runs_there_and_the_commit_where_it_began() -> None:
    """Or the rate of a day could be more than one, and that of two days less than it is."""
    repository, tuesday = a_repository(), MONDAY + timedelta(days=1)
    store(repository, {"one": "p"})
    store(repository, {"one": "f", "new": "p"}, at=tuesday)
    assert days("one") == [
        a_day(passed=1, commits=1, flaky_commits=1),
        a_day(tuesday.date(), failed=1),
    ]
    assert days("new") == [a_day(commits=1), a_day(tuesday.date(), passed=1)]


def test_the_same_outcome_on_other_commits_is_not_flaky() -> None:
    repository = a_repository()
    store(repository, {"one": "f"}, "a" * 40)
    store(repository, {"one": "p"}, "b" * 40)
    assert days("one") == [a_day(passed=1, failed=1, commits=2)]


def test_a_report_that_comes_again_is_stored_once() -> None:
    repository, upload, report = a_repository(), an_upload(key=""), a_report({"one": "f"})
    first = test_results.store_results(repository=repository, upload=upload, report=report)
    again = test_results.store_results(repository=repository, upload=upload, report=report)
    assert (first.is_new, again.is_new, again.upload) == (True, False, first.upload)
    assert days("one") == [a_day(failed=1, commits=1)]


def test_a_key_stands_for_one_report() -> None:
    repository, upload = a_repository(), an_upload(key="build 7")
    test_results.store_results(repository=repository, upload=upload, report=a_report({"one": "f"}))
    with pytest.raises(test_results.KeyReused):
        test_results.store_results(
            repository=repository, upload=upload, report=a_report({"one": "p"})
        )
    elsewhere = test_results.store_results(
        repository=a_repository(), upload=upload, report=a_report({"one": "p"})
    )
    assert elsewhere.is_new


def test_tests_are_numbered_in_the_order_of_the_report_and_keep_their_numbers() -> None:
    repository = a_repository()
    store(repository, {"one": "p", "two": "p", "three": "p"})
    store(repository, {"four": "p", "two": "p"}, "b" * 40)
    numbers = dict(AutomatedTest.objects.values_list("name", "number"))
    assert numbers == {"one": 1, "two": 2, "three": 3, "four": 4}
    with database.cursor() as cursor:
        cursor.execute("SELECT passed::text FROM delivery_commitresults ORDER BY sha")
        assert cursor.fetchall() == [("{[1,4)}",), ("{[2,3),[4,5)}",)]


def test_a_test_is_known_from_its_first_day_to_its_last() -> None:
    repository = a_repository()
    for day in (1, 0, 2):
        store(repository, {"one": "p"}, at=MONDAY + timedelta(days=day))
    test = AutomatedTest.objects.get()
    assert (test.first_seen_on, test.last_seen_on) == (FIRST, FIRST + timedelta(days=2))


def test_more_tests_than_are_stored_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_results, "TESTS_AT_ONCE", 3)
    monkeypatch.setattr(test_results, "ROWS_AT_ONCE", 2)
    repository = a_repository()
    store(repository, {str(number): "f" if number % 2 else "p" for number in range(10)})
    store(repository, {str(number): "p" for number in range(10)})
    totals = DailyResults.objects.aggregate(Sum("commits"), Sum("flaky_commits"), Sum("failed"))
    assert totals == {"commits__sum": 10, "flaky_commits__sum": 5, "failed__sum": 5}
    assert NotableResult.objects.count() == 10


UPLOADS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 40),
        st.dictionaries(
            st.sampled_from(["one", "two", "three", "four"]),
            st.text("pfs", min_size=1, max_size=3),
            min_size=1,
        ),
    ),
    min_size=1,
    max_size=8,
)


@given(UPLOADS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_flake_rate_is_exact_whatever_comes_in_whichever_order(
    uploads: Sequence[tuple[str, int, dict[str, str]]],
) -> None:
    """Against counting by hand: commits where a test ran, and those where it had both outcomes."""
    repository = a_repository()
    for commit, day, tests in uploads:
        store(repository, tests, commit * 40, at=MONDAY + timedelta(days=day))
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    executions: Counter[tuple[str, date, str]] = Counter()
    for commit, day, tests in uploads:
        for name, letters in tests.items():
            seen[name, commit] |= set(letters) - {"s"}
            for letter in letters:
                executions[name, (MONDAY + timedelta(days=day)).date(), letter] += 1
    first_day = {commit: day for commit, day, _ in reversed(uploads)}
    ran: Counter[tuple[str, date]] = Counter()
    flaky: Counter[tuple[str, date]] = Counter()
    for (name, commit), outcomes in seen.items():
        of_commit = (MONDAY + timedelta(days=first_day[commit])).date()
        ran[name, of_commit] += bool(outcomes)
        flaky[name, of_commit] += len(outcomes) == 2
    rows = DailyResults.objects.filter(repository=repository).values_list(
        *("test__name", "day", "passed", "failed", "skipped", "commits", "flaky_commits")
    )
    stored = {(name, on): tuple(counts) for name, on, *counts in rows}
    keys = {(name, on) for name, on, _ in executions} | {key for key in ran if ran[key]}
    assert stored == {
        (name, on): (
            *(executions[name, on, letter] for letter in "pfs"),
            ran[name, on],
            flaky[name, on],
        )
        for name, on in keys
    }


def test_no_partition_is_made_far_away() -> None:
    with pytest.raises(DatabaseError, match="no partitions are made"), transaction.atomic():
        store(a_repository(), {"one": "p"}, at=datetime(2019, 1, 1, tzinfo=UTC))
    assert not CommitResults.objects.exists()


def test_partitions_stand_ready_for_months_to_come() -> None:
    today = timezone.now().date()
    make_partitions(today=today)
    assert make_partitions(today=today) == 0
    assert make_partitions(today=today + timedelta(days=95)) > 0
