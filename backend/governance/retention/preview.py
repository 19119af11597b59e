"""What would go: counted where that is quick, and said to be unknown where it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from django.db import OperationalError, transaction
from django.db import connection as database

from backend.governance.retention.policies import Policy
from backend.governance.retention.purges import Purge

PATIENCE: Final = "1500ms"
"""A count that takes longer is not worth the wait."""
_SIZES: Final = (
    "SELECT relname, reltuples FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"
)


@dataclass(frozen=True)
class Rows:
    """`rows` None: not counted in time. `estimated`: by how many rows of the table there are for each of the first."""

    table: str
    rows: int | None
    estimated: bool


@dataclass(frozen=True)
class Preview:
    before: datetime
    rows: Sequence[Rows]
    oldest: datetime | None
    """Of what would go."""


def preview(policy: Policy, before: datetime) -> Preview:
    found = [_of(purge, before) for purge in policy.purges]
    oldest = [one for _, one in found if one is not None]
    rows = [row for rows, _ in found for row in rows]
    return Preview(before=before, rows=rows, oldest=min(oldest, default=None))


def _of(purge: Purge, before: datetime) -> tuple[list[Rows], datetime | None]:
    try:
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
            found = purge.outdated(before)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError:
        return [Rows(table, None, estimated=False) for table in purge.tables], None
    sizes = _sizes(purge)
    counted = [Rows(purge.table, found.rows, found.estimated)]
    hanging = [
        Rows(table, _share(found.rows, sizes, purge.table, table), estimated=True)
        for table in purge.tables
        if table != purge.table
    ]
    rows = [*(counted if purge.table in purge.tables else []), *hanging]
    return rows, _moment(found.oldest)


def _sizes(purge: Purge) -> dict[str, float]:
    with database.cursor() as cursor:
        cursor.execute(_SIZES, [[purge.table, *purge.tables]])
        return dict(cursor.fetchall())


def _share(rows: int, sizes: dict[str, float], parent: str, child: str) -> int | None:
    """As many as a row has on average; None: the database has not looked at the tables yet."""
    of_parent, of_child = sizes.get(parent, -1), sizes.get(child, -1)
    if not rows:
        return 0
    return None if of_parent <= 0 or of_child < 0 else round(rows * of_child / of_parent)


def _moment(told: datetime | date | None) -> datetime | None:
    if told is None or isinstance(told, datetime):
        return told
    return datetime.combine(told, time(), tzinfo=UTC)
