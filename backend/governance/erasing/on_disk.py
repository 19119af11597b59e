"""What erasing leaves in files: versions of rows that nobody sees any more, and the write-ahead log.

A table is written anew only when no transaction is left that could still see the former rows: otherwise they would be
taken along. Those that write in other databases of the server count too: a snapshot taken here reaches back to them.
The lock on a table lasts as long as the writing: it is not done to large ones.
"""

import time
from collections.abc import Callable
from typing import Final

from django.db import connection as database

from backend.governance.erasing.steps import NotYet, Step

WAITS_SECONDS: Final = 20.0
"""For others' transactions, which last a minute at most, or as long as a backup. Then the erasure tries again later."""
_TRIES: Final = 50
_PAUSE_SECONDS: Final = 0.2
_WRITES: Final = (
    "lock.pid IN (SELECT pid FROM pg_locks WHERE locktype = 'transactionid' AND granted)"
)
_OTHERS: Final = """
    SELECT lock.virtualxid FROM pg_locks lock JOIN pg_stat_activity activity USING (pid)
    WHERE lock.locktype = 'virtualxid' AND lock.pid <> pg_backend_pid()
        AND (activity.datname = current_database() OR {elsewhere})
"""


class StillInUse(NotYet):
    """Somebody else's transaction, such as a backup's, is not at its end: the erasure goes on when it is."""


def until_others_end(*, table: str) -> Step:
    """Whoever has not seen by now what was committed before, sees it in their next transaction."""

    def run(_: int) -> int:
        waiting = _others()
        deadline = time.monotonic() + WAITS_SECONDS
        while waiting and time.monotonic() < deadline:
            time.sleep(0.05)
            waiting &= _others()
        if waiting:
            raise StillInUse(
                "Somebody else's work in the database, such as a backup, has not ended: this goes on when it has."
            )
        return 0

    return Step(table, run)


def rewrite(table: str) -> Step:
    """Once. Of a large table what is left stays until it is vacuumed and its pages are used again."""
    return Step(table, _once(lambda: _rewrite(table)))


def renew_log() -> Step:
    """End the write-ahead log's segment, so that former ones are removed; where the role may not, time does."""

    def run() -> None:
        with database.cursor() as cursor:
            cursor.execute("SELECT governance_renew_log()")

    return Step("pg_wal", _once(run))


def _rewrite(table: str) -> None:
    for _ in range(_TRIES):
        with database.cursor() as cursor:
            cursor.execute("SELECT governance_rewrite(%s)", [table])
            if cursor.fetchone()[0] != "in use":
                return
        time.sleep(_PAUSE_SECONDS)
    message = f"The table {table} is in use all the time: this goes on later."
    raise StillInUse(message)


def _once(act: Callable[[], None]) -> Callable[[int], int]:
    def run(_: int) -> int:
        act()
        return 0

    return run


def _others() -> set[str]:
    with database.cursor() as cursor:
        cursor.execute(_OTHERS.format(elsewhere=_WRITES))
        return {name for (name,) in cursor.fetchall()}
