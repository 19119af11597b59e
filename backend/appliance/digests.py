"""What every table holds, as a count and a digest each: to say whether a restored database is the one backed up.

A row's digest is the SHA-256 of its text; a table's is their sum, so that no order of rows counts and equal rows do not
cancel each other out. It tells of damage and of what is missing; that nobody made it fit is for a signature to say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


class TableDigest(NamedTuple):
    rows: int
    digest: str


@contextmanager
def steady() -> Iterator[CursorWrapper]:
    """One snapshot for all that is read in it, for as long as it takes. To be entered outside a transaction."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield cursor


def of_every_table(cursor: CursorWrapper) -> dict[str, TableDigest]:
    """By table; of a table with parts as one. A statement a table, of which one row comes back."""
    cursor.execute(_TABLES)
    tables = [str(name) for (name,) in cursor.fetchall()]
    return {name: of(cursor, name) for name in tables}


def of(cursor: CursorWrapper, table: str) -> TableDigest:
    for setting in _TEXT:
        cursor.execute(f"SET LOCAL {setting}")
    cursor.execute(_DIGEST.format(table=connection.ops.quote_name(table)))
    rows, *sums = cursor.fetchone()
    return TableDigest(int(rows), "".join(f"{int(one) % 2**64:016x}" for one in sums))


_TEXT: Final = (
    "datestyle = 'ISO, YMD'",
    "intervalstyle = 'iso_8601'",
    "timezone = 'UTC'",
    "bytea_output = 'hex'",
    "extra_float_digits = 1",
)
"""By which a value has one text, whatever the server and the role are set to."""
_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
"""
_DIGEST: Final = """
    SELECT count(*),
        coalesce(sum(('x' || left(text, 15))::bit(60)::bigint), 0),
        coalesce(sum(('x' || substr(text, 16, 15))::bit(60)::bigint), 0)
    FROM (
        SELECT encode(sha256(convert_to((this_row.*)::text, 'UTF8')), 'hex') AS text
        FROM public.{table} AS this_row
    ) AS digests
"""
