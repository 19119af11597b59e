"""The inventory against what there is: every column of every model has a line, and no line is too many.

Each complaint says which line to write and where.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import BigIntegerField, Field, JSONField, Model

from backend.accounts.models import User
from backend.governance.asvs.checks import Weak, check
from backend.inventory import AREAS, TABLES
from backend.inventory.roles import ROLES
from backend.inventory.terms import DataClass, Table, columns_of
from backend.people.models import DirectoryUser, Identity, Person

_PEOPLE: Final = (User, Person, Identity, DirectoryUser)
"""A reference to one of these tells who a person is."""
_CLASSES: Final = "identifier, personal, work, secret or operational"


def managed_models() -> dict[str, type[Model]]:
    """Every model that has a table, those of libraries and of many-to-many relations among them, by label."""
    models: list[type[Model]] = [
        MigrationRecorder.Migration,
        *apps.get_models(include_auto_created=True),
    ]
    return {
        model._meta.label_lower: model
        for model in models
        if model._meta.managed and not model._meta.proxy
    }


def columns_of_model(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    """Its columns, in their order, with the fields that they are of."""
    return {str(field.column): field for field in model._meta.concrete_fields}


def complaints() -> list[str]:
    """What the inventory does not say, or says of what there is not; empty where all is well."""
    models = managed_models()
    found = [_missing_table(label, models[label]) for label in models.keys() - TABLES.keys()]
    found += [
        f"{table.label} is in {_place(table)}, and there is no such table: delete its lines."
        for label, table in TABLES.items()
        if label not in models
    ]
    for label in models.keys() & TABLES.keys():
        found += _of_table(TABLES[label], models[label])
    found += [
        f"Area “{area.name}” holds personal data: say by people= whose."
        for area in AREAS
        if not area.people and any(table.personal for table in area.tables)
    ]
    twice = len([table for area in AREAS for table in area.tables]) - len(TABLES)
    if twice:
        found.append("A table stands in the inventory twice.")
    return sorted(found)


@check
def every_column_has_a_class() -> str:
    """Every column of every table has a class, a purpose and a period."""
    if found := complaints():
        raise Weak(
            f"{len(found)} have not: {found[0]}", todo="Install the release as it was shipped."
        )
    columns = sum(len(table.columns) for table in TABLES.values())
    return f"{columns:,} columns of {len(TABLES)} tables"


def _place(table: Table) -> str:
    area = next(area for area in AREAS if table in area.tables)
    return f"area “{area.name}” of backend/inventory"


def _missing_table(label: str, model: type[Model]) -> str:
    names = " ".join(columns_of_model(model))
    return (
        f"{label} is in no area of backend/inventory: decide about it there, as "
        f'Table(label="{label}", purpose="…", keep=retention.…, grants={{…}}, …), with a class for each of: {names}'
    )


def _of_table(table: Table, model: type[Model]) -> Iterator[str]:
    fields = columns_of_model(model)
    names = [column.name for column in table.columns]
    for name in fields.keys() - set(names):
        yield (
            f"{table.label}.{name} has no class: add “{name}” to {_CLASSES} of "
            f'Table(label="{table.label}"), {_place(table)}.'
        )
    for name in set(names) - fields.keys():
        yield f"{table.label}.{name} is in {_place(table)}, and there is no such column: delete it."
    for name in {name for name in names if names.count(name) > 1}:
        yield f"{table.label}.{name} has two classes: leave one, {_place(table)}."
    for name in table.notes.keys() - set(names):
        yield f"{table.label}.{name} has a note and no class, {_place(table)}."
    for column in table.columns:
        if field := fields.get(column.name):
            yield from _of_column(table, column.data_class, field)
    yield from _of_people(table, model)
    yield from _of_grants(table, fields.keys())


def _of_column(table: Table, data_class: DataClass, field: "Field[Any, Any]") -> Iterator[str]:
    name = f"{table.label}.{field.column}"
    if isinstance(field, JSONField | ArrayField) and not table.notes.get(str(field.column)):
        yield f"{name} holds several values: say in its note what they are, {_place(table)}."
    if field.related_model in _PEOPLE and data_class is not DataClass.PERSONAL:
        yield f"{name} refers to a person: its class is personal, {_place(table)}."


def _of_people(table: Table, model: type[Model]) -> Iterator[str]:
    unexplained = [one for one in table.personal.split() if not table.notes.get(one)]
    if not table.about and unexplained:
        yield (
            f"{table.label} holds personal data: say by about= how to come to the person, or by a note on "
            f"{', '.join(unexplained)} why one cannot, {_place(table)}."
        )
    for path in table.about.split():
        if not _leads_to_a_person(model, path):
            yield f"about=“{path}” of {table.label} leads to no person, {_place(table)}."


def _leads_to_a_person(model: type[Model], path: str) -> bool:
    if path == "pk":
        return model in {User, Person}
    end: object = model
    for step in path.split("__"):
        try:
            field = end._meta.get_field(step)  # type: ignore[attr-defined]
        except (AttributeError, FieldDoesNotExist):
            return False
        end = field.related_model or field
    return end in {User, Person} or isinstance(end, BigIntegerField)


def _of_grants(table: Table, columns: AbstractSet[str]) -> Iterator[str]:
    for role, privileges in table.grants.items():
        if role not in ROLES:
            yield f"{table.label} grants something to {role}, which is no role of backend/inventory/roles.py."
        named = {column for each in privileges for column in columns_of(each)[1]}
        for name in named - columns:
            yield f"{table.label} grants {role} the column {name}, which it does not have."
