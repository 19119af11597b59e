"""Rows that several tests begin with: made by the first of them, put back for each other one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database
from django.db.backends.utils import CursorWrapper

Rows = dict[str, bytes]
"""By table, as COPY writes them."""


def all_rows() -> Rows:
    with database.cursor() as cursor:
        found = {}
        for table in database.introspection.table_names(cursor):
            with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:  # noqa: S608 - the database's own names
                found[table] = b"".join(copy)
    return found


def added(before: Rows, after: Rows) -> Rows:
    """Of the tables that were empty before."""
    return {table: rows for table, rows in after.items() if rows and not before[table]}


def put_back(rows: Rows) -> None:
    """As they were, under the same keys, which no sequence gives again."""
    with database.cursor() as cursor, _without_triggers(cursor):
        for table, text in rows.items():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(text)


@contextmanager
def _without_triggers(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    cursor.execute("SET LOCAL session_replication_role = origin")
