"""How long results of tests are kept. Whole months go at once, with their partitions, and what refers to them.

Raw rows and uploads go after `rows_kept`, counts a day after `days_kept`: both with the end of the month that they are
of, so up to 31 days later. An upload that is gone can no longer be told from a new one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection as database
from django.db import transaction

from backend.delivery.models import AutomatedTest
from backend.delivery.store.test_results import one_writer_of_results

AHEAD: Final = timedelta(days=62)
ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Outdated:
    """What is gone: partitions, uploads, commits' sets of tests, and tests that nothing is known of any more."""

    partitions: int
    uploads: int
    commits: int
    tests: int


def make_partitions(*, today: date) -> int:
    """For today and two months to come; returns how many were made. Whoever stores of another month makes its own."""
    with database.cursor() as cursor:
        cursor.execute("SELECT delivery_make_test_partitions(%s, %s)", [today, today + AHEAD])
        ((made,),) = cursor.fetchall()
    return int(made)


def drop_outdated(*, today: date, rows_kept: timedelta, days_kept: timedelta) -> Outdated:
    rows_before, days_before = _month(today - rows_kept), _month(today - days_kept)
    with database.cursor() as cursor:
        cursor.execute("SELECT delivery_drop_test_partitions(%s, %s)", [days_before, rows_before])
        ((partitions,),) = cursor.fetchall()
    return Outdated(
        partitions=int(partitions),
        uploads=_delete("delivery_resultupload", "started_at < %s", rows_before),
        commits=_delete("delivery_commitresults", "day < %s", days_before),
        tests=_forget_tests(days_before),
    )


def _forget_tests(before: date) -> int:
    """Repository by repository, and never while a report is stored of it."""
    outdated = AutomatedTest.objects.filter(last_seen_on__lt=before, muted=None)
    forgotten = 0
    for repository_id in outdated.order_by().values_list("repository", flat=True).distinct():
        with transaction.atomic(), database.cursor() as cursor:
            one_writer_of_results(cursor, repository_id)
            cursor.execute(
                "DELETE FROM delivery_automatedtest AS test WHERE repository_id = %s AND last_seen_on < %s"
                " AND NOT EXISTS (SELECT FROM delivery_mutedtest AS muted WHERE muted.test_id = test.id)",
                [repository_id, before],
            )
            forgotten += int(cursor.rowcount)
    return forgotten


def _month(day: date) -> date:
    return day.replace(day=1)


def _delete(table: str, condition: str, before: date) -> int:
    """A few at a time, so that nobody waits long for a lock."""
    deleted = 0
    while True:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE id IN"  # noqa: S608 - of constants above
                f" (SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT {ROWS_AT_ONCE}"
                " FOR UPDATE SKIP LOCKED)",
                [before],
            )
            found = int(cursor.rowcount)
        deleted += found
        if found < ROWS_AT_ONCE:
            return deleted
