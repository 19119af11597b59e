"""The database while it is upgraded: its size, its rows, its copy and the way back."""

from __future__ import annotations

from typing import Callable, Final, Mapping

from host.composition import Composition
from host.ending import Refused

DATABASE: Final = "plumbline"
FORMER: Final = "plumbline_former"
FAILED: Final = "plumbline_failed"
_ROOM: Final = 1 << 30

Psql = Callable[..., str]
"""Composition.psql, or whatever else hands statements to the server as its superuser."""

_ROWS: Final = """\
SELECT format('SELECT %L, count(*) FROM %I', relname, relname)
FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
\\gexec
"""


def must_have_room(compose: Composition) -> None:
    """A copy must fit beside the database, with a gigabyte to work in. Raises Refused."""
    size = int(compose.psql(f"SELECT pg_database_size('{DATABASE}')"))
    told = compose("exec", "-T", "postgres", "df", "-B1", "--output=avail", "/var/lib/postgresql")
    free = int(told.split()[-1])
    if free < size + _ROOM:
        raise Refused(
            f"the database's disk has {free / 1e9:.1f} GB free, and a copy of the database needs"
            f" {(size + _ROOM) / 1e9:.1f} GB."
        )


def rows(psql: Psql, database: str = DATABASE) -> dict[str, int]:
    """How many rows each table has."""
    lines = psql(_ROWS, database).splitlines()
    return {table: int(count) for table, _, count in (line.partition("|") for line in lines)}


def must_not_have_lost(
    before: Mapping[str, int], after: Mapping[str, int], meant: frozenset[str]
) -> None:
    lost = [
        f"{table} had {count} rows and has {after.get(table, 0)}"
        for table, count in sorted(before.items())
        if after.get(table, 0) < count and table not in meant
    ]
    if lost:
        raise Refused(f"rows are missing after the migrations: {'; '.join(lost)}.")


def copy(psql: Psql) -> None:
    """Beside the database, made anew. Nobody may be using it."""
    drop(psql, FORMER)
    _end_sessions(psql, DATABASE)
    psql(f"CREATE DATABASE {FORMER} TEMPLATE {DATABASE} OWNER migrate STRATEGY file_copy")


def put_back(psql: Psql) -> None:
    """The copy becomes the database again, in one transaction; without a copy nothing was changed."""
    if exists(psql, FORMER):
        _end_sessions(psql, DATABASE)
        _end_sessions(psql, FORMER)
        psql(
            "BEGIN;"
            f" ALTER DATABASE {DATABASE} RENAME TO {FAILED};"
            f" ALTER DATABASE {FORMER} RENAME TO {DATABASE};"
            " COMMIT;"
        )
    drop(psql, FAILED)


def exists(psql: Psql, database: str) -> bool:
    return bool(psql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"))  # noqa: S608 - names above


def drop(psql: Psql, database: str) -> None:
    psql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _end_sessions(psql: Psql, database: str) -> None:
    psql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"  # noqa: S608 - names above
        f" WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    )
