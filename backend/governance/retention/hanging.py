"""What hangs on a row by its model's foreign keys, deepest first, so that a new table cannot be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.db.models import CASCADE, SET_NULL, Model


@dataclass(frozen=True)
class Statement:
    """SQL with one parameter, the keys of rows; it deletes from `table`, or only lets go of them."""

    table: str
    sql: str
    deletes: bool = True


@cache
def statements(model: type[Model]) -> tuple[Statement, ...]:
    """To run before the rows themselves go. Raises TypeError for a reference that forbids it."""
    return tuple(_below(model, "= ANY(%s)"))


def _below(model: type[Model], keys: str) -> Iterator[Statement]:
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        child, column = relation.related_model, relation.field.column  # type: ignore[union-attr] # reverse ones
        options = child._meta  # type: ignore[union-attr]
        if options.proxy:
            continue
        found = f"{column} {keys}"
        if relation.on_delete is SET_NULL:  # type: ignore[union-attr]
            sql = f"UPDATE {options.db_table} SET {column} = NULL WHERE {found}"  # noqa: S608 - of models alone
            yield Statement(options.db_table, sql, deletes=False)
            continue
        if relation.on_delete is not CASCADE:  # type: ignore[union-attr]
            raise TypeError(f"{options.label}.{column} forbids to delete {model.__name__}.")
        rows = f"SELECT {options.pk.column} FROM {options.db_table} WHERE {found}"  # noqa: S608 - models' own names
        yield from _below(child, f"IN ({rows})")  # type: ignore[arg-type]
        yield Statement(options.db_table, f"DELETE FROM {options.db_table} WHERE {found}")  # noqa: S608 - constants
