"""Results of tests are cut by month, so that a month goes at once, with its partition."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

from django.db import connection as database
from django.db.backends.utils import CursorWrapper

from backend.delivery.store.test_results import only_writer_of_results

AHEAD: Final = timedelta(days=62)
_MONTHS: Final = """
    SELECT to_date(right(child.relname, 7), 'YYYY_MM'), greatest(child.reltuples, 0)::bigint
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = to_regclass('public.' || %s)
        AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= date_trunc('month', %s::date)
    ORDER BY 1
"""


def make_partitions(*, today: date) -> int:
    """For today and two months to come; returns how many were made. Whoever stores of another month makes its own."""
    with database.cursor() as cursor:
        cursor.execute("SELECT delivery_make_test_partitions(%s, %s)", [today, today + AHEAD])
        ((made,),) = cursor.fetchall()
    return int(made)


def outdated_months(*, table: str, before: date) -> list[tuple[date, int]]:
    """Months of the table that were over when that day's month began, with about how many rows each has."""
    with database.cursor() as cursor:
        cursor.execute(_MONTHS, [table, before])
        return list(cursor.fetchall())


def drop_a_month(*, table: str, before: date) -> int | None:
    """Drop the oldest of them; returns how many rows it had, or None where there is none.

    Nobody waits behind it for longer than it waits itself, which is the function's own short time; raises
    OperationalError where that was not enough.
    """
    with database.cursor() as cursor:
        cursor.execute("SELECT delivery_drop_a_test_month(%s, %s)", [table, before])
        ((rows,),) = cursor.fetchall()
    return None if rows is None else int(rows)


def free_of_reports(cursor: CursorWrapper, repository_ids: Collection[int]) -> set[int]:
    """Of these repositories those of which no report is just being stored, nor will be in this transaction."""
    return {one for one in sorted(repository_ids) if only_writer_of_results(cursor, one)}
