"""The inventory as Markdown, for docs/inventory.md. Pure."""

from collections.abc import Iterator

from backend.inventory import AREAS
from backend.inventory.answers import name_of
from backend.inventory.entering import NEVER, SOURCES
from backend.inventory.entering.terms import Source
from backend.inventory.retention import RETENTIONS
from backend.inventory.roles import ROLES
from backend.inventory.terms import MEANINGS, Area, Table


def prose() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Data inventory"
    yield ""
    yield "Made of `backend/inventory` by `manage.py inventory`. What is not in it fails the build."
    yield from ("", "## Classes of data", "")
    yield from (f"- **{one.capitalize()}.** {says}" for one, says in MEANINGS.items())
    yield from ("", "## How long", "")
    yield from (f"- **{one.name}.** {one.says}" for one in RETENTIONS)
    yield from ("", "## Database roles", "")
    yield from (f"- **{role}.** {says}" for role, says in ROLES.items())
    yield from ("", "## What never enters", "")
    yield from (f"- {one}" for one in NEVER)
    yield from ("", "# What is stored")
    for area in AREAS:
        yield from _area(area)
    yield from ("", "# What may enter")
    for source in SOURCES:
        yield from _source(source)


def _area(area: Area) -> Iterator[str]:
    people = f" Personal data of: {area.people[0].lower()}{area.people[1:]}" if area.people else ""
    yield from ("", f"## {area.name}", "", f"{area.says}{people}")
    for table in area.tables:
        yield from ("", f"### {table.label}", "", table.purpose, "")
        yield f"- How long: {table.keep.name}"
        yield f"- Who may: {_rights(table)}"
        if table.about:
            yield f"- About whom: {', '.join(f'`{path}`' for path in table.about.split())}"
        for data_class in MEANINGS:
            names = [one for one in table.columns if one.data_class is data_class]
            if names:
                told = (f"`{one.name}`" + (f" ({one.note})" if one.note else "") for one in names)
                yield f"- {data_class.capitalize()}: {', '.join(told)}"


def _rights(table: Table) -> str:
    given = (f"{role} `{', '.join(rights)}`" for role, rights in table.grants.items() if rights)
    return "; ".join(given) or "nobody"


def _source(source: Source) -> Iterator[str]:
    yield from ("", f"## {source.name}", "", source.says, "")
    for one in source.objects:
        for field in one.fields:
            places = ", ".join(f"`{place}`" for place in field.stored)
            yield f"- `{name_of(one)}.{field.name}`: {places or field.read}"
