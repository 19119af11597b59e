"""Results of tests go by whole months, and never make anybody wait behind them."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection as database
from django.db import connections, transaction
from django.utils import timezone

from backend.delivery.models import (
    AutomatedTest,
    CommitResults,
    DailyResults,
    MutedTest,
    NotableResult,
    ResultUpload,
)
from backend.delivery.store.test_partitions import drop_a_month, outdated_months
from backend.governance.models import RetentionRun
from backend.governance.retention.engine import begin, due, go_on
from tests.delivery.test_test_results import store
from tests.factories import a_repository
from tests.governance.retention.conftest import finish, keep, purge

TODAY = datetime(2026, 5, 30, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def tonight() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.mark.django_db
def test_whole_months_are_dropped_and_what_refers_to_them() -> None:
    repository = a_repository()
    january, march = datetime(2026, 1, 30, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    store(repository, {"old": "f", "muted": "p"}, "a" * 40, at=january)
    store(repository, {"new": "f"}, "b" * 40, at=march)
    muted = AutomatedTest.objects.get(name="muted")
    MutedTest.objects.create(test=muted, reason="known", until=date(2026, 9, 1), muted_at=TODAY)

    done = purge(test_results=90, test_counts=100)

    assert done["test_results"]["delivery_notableresult"] == 1
    assert done["test_results"]["delivery_resultupload"] == 1
    assert done["test_counts"]["delivery_dailyresults"] == 2
    assert done["test_counts"]["delivery_commitresults"] == 1
    assert done["test_counts"]["delivery_automatedtest"] == 1
    assert list(NotableResult.objects.values_list("test__name", flat=True)) == ["new"]
    assert list(DailyResults.objects.values_list("test__name", flat=True)) == ["new"]
    assert list(ResultUpload.objects.values_list("sha", flat=True)) == ["b" * 40]
    assert set(AutomatedTest.objects.values_list("name", flat=True)) == {"muted", "new"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "stays"),
    [
        pytest.param(
            datetime(2026, 6, 29, 23, 59, tzinfo=UTC), True, id="90 days back is in March"
        ),
        pytest.param(datetime(2026, 6, 30, 0, 0, tzinfo=UTC), False, id="90 days back is April 1"),
    ],
)
def test_a_month_goes_once_its_last_day_is_too_old(today: datetime, stays: bool) -> None:  # noqa: FBT001
    store(a_repository(), {"one": "f"}, at=datetime(2026, 3, 1, tzinfo=UTC))
    with time_machine.travel(today, tick=False):
        purge(test_results=90)
    assert NotableResult.objects.exists() is stays
    assert ResultUpload.objects.exists() is stays
    assert CommitResults.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_is_not_forgotten_while_a_report_of_its_repository_is_stored() -> None:
    repository = a_repository()
    store(repository, {"one": "p"}, at=datetime(2026, 1, 30, tzinfo=UTC))
    keep(test_counts=60)
    begin()
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s::integer)", [_lock(), repository.pk])
        go_on(seconds=5)
        assert AutomatedTest.objects.exists()
        assert RetentionRun.objects.get(policy="test_counts").finished_at is None
    finally:
        other.close()
    finish()
    assert not AutomatedTest.objects.exists()


def _lock() -> int:
    from backend.delivery.store import test_results  # noqa: PLC0415 - its own name of the lock

    return test_results._LOCK


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_long_behind_a_month_that_somebody_reads_just_now() -> None:
    """The reader holds its lock for seconds; another reader, come later, must not stand in line behind the drop."""
    store(a_repository(), {"one": "f"}, at=datetime(2026, 1, 30, tzinfo=UTC))
    keep(test_results=90)
    begin()
    reads, may_end, waits = threading.Event(), threading.Event(), list[float]()

    def long_reader() -> None:
        with transaction.atomic():
            NotableResult.objects.count()
            reads.set()
            may_end.wait(20)
        connections.close_all()

    def pages() -> None:
        while not may_end.is_set():
            began = time.perf_counter()
            NotableResult.objects.count()
            waits.append(time.perf_counter() - began)
        connections.close_all()

    threads = [threading.Thread(target=long_reader)]
    threads[0].start()
    assert reads.wait(20)
    threads.append(threading.Thread(target=pages))
    threads[1].start()
    for _ in range(6):
        RetentionRun.objects.update(not_before=None)
        go_on(seconds=1)
    run = RetentionRun.objects.get(policy="test_results")
    assert (run.finished_at, run.error) == (None, "Something else held it; it is tried again.")
    assert outdated_months(table="delivery_notableresult", before=date(2026, 3, 1))
    may_end.set()
    for thread in threads:
        thread.join(20)
    assert max(waits) < 0.5
    finish()
    assert not NotableResult.objects.exists()
    assert not due().exists()


@pytest.mark.django_db
def test_months_go_one_by_one_the_oldest_first() -> None:
    repository = a_repository()
    for month in (1, 2):
        at = datetime(2026, month, 10, tzinfo=UTC)
        store(repository, {f"of {month}": "f"}, f"{month}" * 40, at=at)
    before = timezone.now().date() - timedelta(days=60)
    assert drop_a_month(table="delivery_notableresult", before=before) == 1
    assert NotableResult.objects.get().day == date(2026, 2, 10)
