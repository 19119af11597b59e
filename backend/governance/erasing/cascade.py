"""What belongs to a row, found from the models' own relations, and how it goes: children first, a few at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Final

from django.apps import apps
from django.db import connection as database
from django.db.models import CASCADE, ForeignKey, Model

from backend.governance.erasing.steps import Step, counted

Key = tuple[Any, ...]
Path = tuple["ForeignKey[Any, Any]", ...]
"""From a table up to the root, by its keys; empty: the table is the root's own."""
Around = Mapping[str, Callable[[Sequence[Key]], AbstractContextManager[None]]]
"""By table: what is done within the transaction around the going of these rows."""
KEYS_AT_ONCE: Final = 50_000


@dataclass(frozen=True)
class Reach:
    """One table and every way by which its rows belong to the root. No way at all: all of its rows are meant."""

    model: type[Model]
    paths: tuple[Path, ...] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> list[str]:
        fields = self.model._meta.pk_fields
        return [database.ops.quote_name(one.column or one.name) for one in fields]

    @property
    def types(self) -> list[str]:
        fields = self.model._meta.pk_fields
        return [one.rel_db_type(database) or "" for one in fields]


@cache
def tables() -> tuple[type[Model], ...]:
    """Every table, whatever refers to another one before that one."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    graph: TopologicalSorter[type[Model]] = TopologicalSorter(dict.fromkeys(found, ()))
    for one in references():
        if one.related_model is not one.model:
            graph.add(_table(one.related_model), one.model)
    return tuple(graph.static_order())


def references() -> Iterator["ForeignKey[Any, Any]"]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for one in model._meta.local_fields:
                if isinstance(one, ForeignKey):
                    yield one


def _table(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model or model


def reached(root: type[Model]) -> tuple[Reach, ...]:
    """All that goes with a row of `root`, itself last: what Django would cascade to."""
    paths: dict[type[Model], list[Path]] = {root: [()]}
    for path in _paths(root, ()):
        paths.setdefault(path[0].model, []).append(path)
    return tuple(
        Reach(model, tuple(path for path in paths[model] if all(map(_leads, path))))
        for model in tables()
        if model in paths
    )


def _leads(one: "ForeignKey[Any, Any]") -> bool:
    """Whether an index leads from what is referred to: else each look would read the whole table.

    Such a table has another way, which a test asserts.
    """
    options = one.model._meta
    first = [
        *(each.fields[0] for each in options.indexes if each.condition is None),
        *(each.fields[0] for each in options.total_unique_constraints),
        options.pk_fields[0].name,
    ]
    is_indexed = bool(getattr(one, "db_index", False))  # unknown to the stubs
    return is_indexed or one.unique or one.name in first


def _paths(parent: type[Model], above: Path) -> Iterator[Path]:
    passed = {one.model for one in above}
    for one in references():
        cascades = one.remote_field.on_delete is CASCADE
        if cascades and _table(one.related_model) is parent and one.model not in passed:
            yield (one, *above)
            yield from _paths(one.model, (one, *above))


def all_of(models: Sequence[type[Model]]) -> tuple[Reach, ...]:
    """Every row of these tables, children first."""
    return tuple(Reach(model) for model in tables() if model in models)


def _selects(reach: Reach) -> Iterator[str]:
    """The keys of what belongs to the root, way by way; `%(id)s` is the root's own."""
    quote = database.ops.quote_name
    begin = f"SELECT {', '.join(f't0.{one}' for one in reach.key)} FROM {quote(reach.table)} t0"  # noqa: S608
    if not reach.paths:
        yield begin
    for path in reach.paths:
        joins = "".join(
            f" JOIN {quote(_table(one.related_model)._meta.db_table)} t{number}"
            f" ON t{number}.{quote(one.target_field.column or 'id')} = t{number - 1}.{quote(one.column or one.name)}"
            for number, one in enumerate(path[:-1], start=1)
        )
        last = quote(path[-1].column or path[-1].name) if path else reach.key[0]
        yield f"{begin}{joins} WHERE t{max(len(path) - 1, 0)}.{last} = %(id)s"


def count(reaches: Sequence[Reach], root_id: int | None) -> dict[str, int]:
    """Rows by table, each once, and no table that has none."""
    return counted({one.table: " UNION ".join(_selects(one)) for one in reaches}, {"id": root_id})


def steps_of(
    reaches: Sequence[Reach], root_id: int | None, *, around: Around | None = None
) -> list[Step]:
    wrapped = around or {}
    return [
        Step(one.table, _Going(one, root_id, wrapped.get(one.table, _nothing)).some)
        for one in reaches
    ]


def _nothing(_: Sequence[Key]) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class _Going:
    """Keys are looked for in great numbers, under no lock of a row, and deleted in small ones."""

    reach: Reach
    root_id: int | None
    around: Callable[[Sequence[Key]], AbstractContextManager[None]]
    keys: list[Key] = field(default_factory=list)

    def some(self, limit: int) -> int:
        while self.keys or self._find():
            batch, self.keys = self.keys[:limit], self.keys[limit:]
            with self.around(batch):
                gone = delete(self.reach, batch)
            if gone:
                return gone
        return 0

    def _find(self) -> bool:
        with database.cursor() as cursor:
            for sql in _selects(self.reach):
                cursor.execute(f"{sql} LIMIT {KEYS_AT_ONCE}", {"id": self.root_id})
                self.keys = cursor.fetchall()
                if self.keys:
                    return True
        return False


def delete(reach: Reach, keys: Sequence[Key]) -> int:
    """These rows alone, in one statement."""
    columns = [f"k{number}" for number in range(len(reach.key))]
    arrays = ", ".join(f"%s::{one}[]" for one in reach.types)
    matches = " AND ".join(
        f"t.{column} = doomed.{name}" for column, name in zip(reach.key, columns, strict=True)
    )
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {database.ops.quote_name(reach.table)} t"  # noqa: S608 - models' own names
            f" USING unnest({arrays}) AS doomed ({', '.join(columns)}) WHERE {matches}",
            [list(column) for column in zip(*keys, strict=True)],
        )
        return int(cursor.rowcount)
