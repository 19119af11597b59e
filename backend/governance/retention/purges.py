"""How rows of one kind are found and removed: a few at a time, in the caller's transaction, again after any crash."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, Protocol

from django.apps import apps
from django.db import connection as database
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from backend.delivery.store.test_partitions import drop_a_month, outdated_months
from backend.governance.retention import hanging

WINDOW: Final = 4_000
"""So many keys are looked at in one statement, whatever it finds: rows that it has locked wait for no scan."""


class Busy(Exception):
    """Something else goes on that this must not come between."""


@dataclass(frozen=True)
class Batch:
    """`place` is where the next one goes on; None: this was the last."""

    deleted: Mapping[str, int]
    place: int | None


@dataclass(frozen=True)
class Outdated:
    """Rows (of partitions: an estimate of theirs) and the time of the oldest."""

    rows: int
    oldest: datetime | date | None
    estimated: bool = False


class Purge(Protocol):
    """`before`: what is older goes, and what is not stays."""

    @property
    def table(self) -> str: ...

    @property
    def tables(self) -> Sequence[str]:
        """All that it deletes from, itself first."""

    def batch(self, *, before: datetime, place: int, at_most: int) -> Batch: ...

    def left(self, before: datetime) -> bool:
        """Whether there is anything outdated, as what somebody else held when its turn came."""

    def outdated(self, before: datetime) -> Outdated: ...


@dataclass(frozen=True)
class Rows:
    """Rows of a model, with all that hangs on them. Whoever holds one of them just now is not waited for.

    `time` is an expression over `one`, the row; `only` narrows. With `by_month` what is of one month goes together.
    """

    label: str
    time: str
    only: str = "true"
    waits: str = "false"
    """Where this holds, a row is left for later in the same night."""
    by_month: bool = False
    alone: bool = False
    """Nothing hangs on them that is not removed by a step of its own."""
    blanked: str = ""
    """An assignment: the rows themselves stay, with these values."""
    free: Callable[[CursorWrapper, Collection[int]], set[int]] | None = None
    """Of repositories those that nobody writes into just now, to the end of the transaction."""
    gate: Callable[[CursorWrapper], bool] | None = None
    """Whether it may be done just now, to the end of the transaction; where not, Busy is raised."""
    changed: Callable[[Collection[int]], None] | None = None
    """Is told the repositories that lost something."""

    @cached_property
    def _model(self) -> type[Model]:
        return apps.get_model(self.label)

    @property
    def table(self) -> str:
        name: str = self._model._meta.db_table
        return name

    @property
    def tables(self) -> Sequence[str]:
        below = [] if self.alone else hanging.statements(self._model)
        deleted = [one.table for one in below if one.deletes]
        return list(dict.fromkeys([*([] if self.blanked else [self.table]), *reversed(deleted)]))

    def batch(self, *, before: datetime, place: int, at_most: int) -> Batch:
        with database.cursor() as cursor:
            begin, end = self._window(cursor, place)
            if end is None:
                return Batch({}, None)
            if self.gate is not None and not self.gate(cursor):
                raise Busy
            found = self._lock(cursor, begin, end, self._limit(before), at_most)
            keys = self._freed(cursor, found)
            deleted = self._delete(cursor, keys) if keys else {}
        return Batch(deleted, found[-1][0] if len(found) == at_most else end)

    def left(self, before: datetime) -> bool:
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT EXISTS (SELECT FROM {self.table} AS one WHERE {self._outdated})",  # noqa: S608 - constants
                {"before": self._limit(before)},
            )
            return bool(cursor.fetchone()[0])

    def outdated(self, before: datetime) -> Outdated:
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), min({self.time}) FROM {self.table} AS one WHERE {self._outdated}",  # noqa: S608
                {"before": self._limit(before)},
            )
            return Outdated(*cursor.fetchone())

    @property
    def _outdated(self) -> str:
        return f"({self.time}) < %(before)s AND ({self.only})"

    @property
    def _key(self) -> str:
        key = self._model._meta.pk
        if key is None or key.column is None:
            raise TypeError(f"{self.label} has no key.")
        return key.column

    def _limit(self, before: datetime) -> datetime | date:
        return before.date().replace(day=1) if self.by_month else before

    def _window(self, cursor: CursorWrapper, place: int) -> tuple[int, int | None]:
        """Keys are given out with gaps, so it is so many rows and not numbers. None: there are no more."""
        cursor.execute(
            f"SELECT max(key) FROM (SELECT {self._key} AS key FROM {self.table}"  # noqa: S608 - models' own names
            f" WHERE {self._key} > %s ORDER BY {self._key} LIMIT {WINDOW}) AS rows",
            [place],
        )
        return place, cursor.fetchone()[0]

    def _lock(
        self, cursor: CursorWrapper, begin: int, end: int, limit: datetime | date, at_most: int
    ) -> list[tuple[int, int]]:
        """Keys, each with its repository's where that is asked for."""
        whose = "one.repository_id" if self._of_repositories else "0"
        cursor.execute(
            f"SELECT one.{self._key}, {whose} FROM {self.table} AS one"  # noqa: S608 - models' own names
            f" WHERE one.{self._key} > %(begin)s AND one.{self._key} <= %(end)s"
            f" AND {self._outdated} AND NOT ({self.waits})"
            f" ORDER BY one.{self._key} LIMIT {at_most} FOR UPDATE OF one SKIP LOCKED",
            {"begin": begin, "end": end, "before": limit},
        )
        return list(cursor.fetchall())

    @property
    def _of_repositories(self) -> bool:
        return self.free is not None or self.changed is not None

    def _freed(self, cursor: CursorWrapper, found: Sequence[tuple[int, int]]) -> list[int]:
        if self.free is not None:
            free = self.free(cursor, {repository for _, repository in found})
            found = [one for one in found if one[1] in free]
        if self.changed is not None:
            self.changed({repository for _, repository in found})
        return [key for key, _ in found]

    def _delete(self, cursor: CursorWrapper, keys: list[int]) -> dict[str, int]:
        deleted: dict[str, int] = {}
        for one in () if self.alone else hanging.statements(self._model):
            cursor.execute(one.sql, [keys])
            if one.deletes and cursor.rowcount:
                deleted[one.table] = deleted.get(one.table, 0) + cursor.rowcount
        sql = "DELETE FROM {table} WHERE {key} = ANY(%s)"
        if self.blanked:
            sql = "UPDATE {table} SET {blanked} WHERE {key} = ANY(%s)"
        cursor.execute(sql.format(table=self.table, key=self._key, blanked=self.blanked), [keys])
        if not self.blanked:
            deleted[self.table] = cursor.rowcount
        return deleted


@dataclass(frozen=True)
class Owned:
    """Rows that are web's business: whoever runs retention cannot read them, and asks a function of the owner's.

    The function knows what is outdated by itself; `time` and `only` say the same, for the preview.
    """

    table: str
    time: str
    only: str = "true"
    child: str = ""

    @property
    def tables(self) -> Sequence[str]:
        return [self.table, self.child] if self.child else [self.table]

    def batch(self, *, before: datetime, place: int, at_most: int) -> Batch:
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT name, gone FROM governance_purge(%s, %s, %s)", [self.table, before, at_most]
            )
            gone = {name: n for name, n in cursor.fetchall() if n}
        return Batch(gone, place if gone else None)

    def left(self, before: datetime) -> bool:  # noqa: ARG002 - what is held just now goes tomorrow
        return False

    def outdated(self, before: datetime) -> Outdated:
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), min({self.time}) FROM {self.table} AS one"  # noqa: S608 - of constants
                f" WHERE ({self.time}) < %s AND {self.only}",
                [before],
            )
            return Outdated(*cursor.fetchone())


@dataclass(frozen=True)
class Months:
    """Whole partitions of a table that is cut by month: one in a transaction, and never after a wait."""

    table: str

    @property
    def tables(self) -> Sequence[str]:
        return [self.table]

    def batch(self, *, before: datetime, place: int, at_most: int) -> Batch:  # noqa: ARG002 - one month
        rows = drop_a_month(table=self.table, before=before.date())
        return Batch({}, None) if rows is None else Batch({self.table: rows}, place)

    def left(self, before: datetime) -> bool:
        return bool(outdated_months(table=self.table, before=before.date()))

    def outdated(self, before: datetime) -> Outdated:
        months = outdated_months(table=self.table, before=before.date())
        oldest = min((month for month, _ in months), default=None)
        return Outdated(sum(rows for _, rows in months), oldest, estimated=True)
