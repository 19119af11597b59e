"""How rows are written: set-based, by the source's ids, and only where they differ."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.apps import apps
from django.db import connection as database
from django.db.models import CharField

from backend.delivery.models import Repository

Row = dict[str, Any]

TIME: Final = "timestamptz"
TEXT: Final = "text"
INT: Final = "bigint"


@dataclass(frozen=True, eq=False)
class Table:
    """A table to upsert into: its columns with their SQL types, and those that make the natural key."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, str]

    def upsert(self, returning: str) -> str:
        """One statement for any number of rows, which come as one JSON parameter."""
        names = ", ".join(self.columns)
        typed = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        rest = [name for name in self.columns if name not in self.key]
        return (
            f"INSERT INTO {self.name} AS old ({names}) SELECT {names}"
            f" FROM jsonb_to_recordset(%s) AS new ({typed}) ORDER BY {', '.join(self.key)}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE"
            f" SET {', '.join(f'{name} = excluded.{name}' for name in rest)}"
            f" WHERE ({', '.join(f'old.{name}' for name in rest)})"
            f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in rest)})"
            f" RETURNING {returning}"
        )

    @cached_property
    def limits(self) -> dict[str, int]:
        """How many characters each column holds, of those that have a limit."""
        model = next(one for one in apps.get_models() if one._meta.db_table == self.name)
        return {
            field.column: field.max_length
            for field in model._meta.concrete_fields
            if field.column in self.columns and isinstance(field, CharField) and field.max_length
        }

    def fitted(self, row: Row) -> Row:
        """Names that outsiders choose can be of any length: what does not fit is cut, so that the rest is stored."""
        long = {
            name: f"{row[name][: limit - 1]}…"
            for name, limit in self.limits.items()
            if row[name] is not None and len(row[name]) > limit
        }
        return row | long if long else row

    def remove_missing(self) -> str:
        """Delete the children, of the parents given, that are not among the rows given."""
        parent, child = self.key
        return (
            f"DELETE FROM {self.name} AS old WHERE old.{parent} = ANY(%s) AND NOT EXISTS ("
            f"SELECT FROM jsonb_to_recordset(%s) AS new ({parent} bigint, {child} {self.columns[child]})"
            f" WHERE new.{parent} = old.{parent} AND new.{child} = old.{child}) RETURNING old.{parent}"
        )


def row(table: Table, record: object, **more: object) -> Row:
    """A record's values under the table's names; `more` is what the store knows by ids of its own."""
    return {name: getattr(record, name) for name in table.columns if name not in more} | more


def one_writer(repository: Repository) -> None:
    """Of two that bring the same news of a repository, the second must see the first one's."""
    Repository.objects.select_for_update(no_key=True).get(pk=repository.pk)


def upsert(table: Table, rows: Sequence[Row], *, returning: str) -> list[int]:
    """Write the rows that are new or differ; returns one id for each that was written."""
    if not rows:
        return []
    unique = {tuple(row[name] for name in table.key): row for row in map(table.fitted, rows)}
    with database.cursor() as cursor:
        cursor.execute(table.upsert(returning), [_json(list(unique.values()), table.columns)])
        return [pk for (pk,) in cursor.fetchall()]


def remove_missing(table: Table, rows: Sequence[Row], parents: list[int]) -> set[int]:
    with database.cursor() as cursor:
        cursor.execute(
            table.remove_missing(), [parents, _json([table.fitted(row) for row in rows], table.key)]
        )
        return {pk for (pk,) in cursor.fetchall()}


def _json(rows: Sequence[Row], names: Iterable[str]) -> str:
    wanted = tuple(names)
    return json.dumps([{name: row[name] for name in wanted} for row in rows], default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")
