"""What a reader asks of the inventory: tables and fields that match, and where a column's values come from. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from backend.inventory import AREAS
from backend.inventory.entering import SOURCES
from backend.inventory.entering.terms import Entering, Source
from backend.inventory.terms import Area, Column, DataClass, Table


def matching_areas(
    *, area: str = "", data_class: DataClass | None = None, words: str = ""
) -> Iterator[tuple[Area, list[tuple[Table, list[Column]]]]]:
    """Areas with their tables, cut down to the columns that match; a table that matches by its name has all of them."""
    wanted = words.casefold()
    for one in AREAS:
        if area and one.key != area:
            continue
        tables = []
        for table in one.tables:
            whole = wanted in f"{table.label} {table.purpose} {one.name}".casefold()
            columns = [
                column
                for column in table.columns
                if (data_class is None or column.data_class is data_class)
                and (whole or wanted in f"{column.name} {column.note}".casefold())
            ]
            if columns:
                tables.append((table, columns))
        if tables:
            yield one, tables


def matching_sources(words: str = "") -> Iterator[Source]:
    """Sources, cut down to the fields that match; an object that matches by its name has all of them."""
    wanted = words.casefold()
    for source in SOURCES:
        if found := tuple(_matching_objects(source, wanted)):
            yield replace(source, objects=found)


def _matching_objects(source: Source, wanted: str) -> Iterator[Entering]:
    for one in source.objects:
        named = f"{source.name} {name_of(one)}".casefold()
        if one.fields and (
            wanted in named
            or any(
                wanted in f"{field.name} {' '.join(field.stored)} {field.read}".casefold()
                for field in one.fields
            )
        ):
            yield one


def name_of(one: Entering) -> str:
    """What a reader knows the object by."""
    return one.model or ("body" if one.of == "*" else one.of)


@cache
def origins() -> Mapping[str, tuple[str, ...]]:
    """By `app.table.column`, the fields that its values come from, as `GitHub: PullRequest.title`."""
    found: dict[str, list[str]] = {}
    for source in SOURCES:
        for one in source.objects:
            for field in one.fields:
                for place in field.stored:
                    found.setdefault(place, []).append(
                        f"{source.name}: {name_of(one)}.{field.name}"
                    )
    return MappingProxyType({place: tuple(names) for place, names in found.items()})
