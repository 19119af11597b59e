"""The face that a kind of subject shows to the engine, and what most steps are made of."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.db import connection as database

from backend.governance.models import Erasure


class NotYet(Exception):
    """Something else must end first, such as a collection that has begun. It is tried again after a moment."""

    def __init__(self, message: str, *, after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(message)
        self.after = after


class NotErasable(ValueError):
    """Something must be done first; the message says what."""


@dataclass(frozen=True)
class Step:
    """Rows of one table, a few at a time. Asked again after a crash it goes on with what is left."""

    table: str
    run: Callable[[int], int]
    """In the caller's transaction: erase at most so many rows, tell how many; 0: none are left. Raises NotYet.

    What it notes for its next turn may be lost: the engine goes through all steps until each has said 0 at once.
    """


def statement(table: str, sql: str, values: Mapping[str, Any]) -> Step:
    """The step of one statement, which erases or changes `%(limit)s` rows at most."""

    def run(limit: int) -> int:
        with database.cursor() as cursor:
            cursor.execute(sql, {**values, "limit": limit})
            return int(cursor.rowcount)

    return Step(table, run)


def counted(selects: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, int]:
    """How many rows each table's query finds; no table of which it finds none."""
    found = {}
    with database.cursor() as cursor:
        for table, sql in selects.items():
            cursor.execute(f"SELECT count(*) FROM ({sql}) found", values)  # noqa: S608 - models' own names
            found[table] = int(cursor.fetchone()[0])
    return {table: rows for table, rows in found.items() if rows}


class Subjects(Protocol):
    """One kind of subject: a module with these functions."""

    def name(self, subject_id: int | None, /) -> str:
        """What it is called. Raises LookupError where there is no such subject."""

    def preview(self, subject_id: int | None, mode: str, /) -> Mapping[str, int]:
        """Rows that would be erased or changed, by table. Raises NotErasable."""

    def known_by(self, subject_id: int | None, /) -> Mapping[str, Collection[str]]:
        """What its source knows it by, by kind of tombstone, to bury before anything is erased."""

    def found_by(self, kind: str, digests: Collection[bytes], /) -> set[int]:
        """Subjects that are in the database now and lie under these tombstones, as after an old backup came back."""

    def steps(self, erasure: Erasure, /) -> Sequence[Step]:
        """In their order. Each step can be run alone, again, and after any crash."""
