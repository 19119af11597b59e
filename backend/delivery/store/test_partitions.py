"""How long results of tests are kept. Whole months go at once, with their partitions, and what refers to them.

Raw rows and uploads go after `rows_kept`, counts a day after `days_kept`: both with the end of the month that they are
of, so up to 31 days later. An upload that is gone can no longer be told from a new one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import connection as database
from django.db import transaction

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
        tests=_delete(
            "delivery_automatedtest",
            "last_seen_on < %s AND NOT EXISTS"
            " (SELECT FROM delivery_mutedtest AS muted WHERE muted.test_id = old.id)",
            days_before,
        ),
    )


def _month(day: date) -> date:
    return day.replace(day=1)


def _delete(table: str, condition: str, before: date) -> int:
    """A few at a time, so that nobody waits long for a lock."""
    deleted = 0
    while True:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE id IN"  # noqa: S608 - of constants above
                f" (SELECT id FROM {table} AS old WHERE {condition} ORDER BY id LIMIT {ROWS_AT_ONCE}"
                " FOR UPDATE SKIP LOCKED)",
                [before],
            )
            found = int(cursor.rowcount)
        deleted += found
        if found < ROWS_AT_ONCE:
            return deleted
