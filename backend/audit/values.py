"""What values of the log say to people: by the column that they are of, or by their own form where they are of none.

A column's name, its choices and what it refers to are the model's own. django-auditlog wrote values as text, triggers
and explicit events wrote them as JSON: both are read here. What a column held when it was another one is told as it is.
"""

import json
import re
from ast import literal_eval
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, ForeignKey, JSONField, Model
from django.utils.dateparse import parse_date, parse_datetime, parse_duration
from django.utils.text import capfirst

from backend.audit.names import MASKED
from backend.inventory import TABLES
from backend.inventory.terms import DataClass

SEALED: Final = "kept sealed"
NOT_KEPT: Final = "not kept: it may name people"
ERASED: Final = "erased with the person's key"
_NOTHING: Final[tuple[Any, ...]] = (None, "", "None", "[]", "{}", [], {})
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_DURATION: Final = re.compile(r"-?P(?=.)(\d+D)?(T(\d+H)?(\d+M)?([\d.]+S)?)?")
_UNREADABLE: Final = (
    ValidationError,
    ValueError,
    TypeError,
    SyntaxError,
    OverflowError,
    RecursionError,
    MemoryError,
)
"""What parsers raise at a text that is not what the column writes; the last two at lists within lists within lists."""
_PYTHON_DATE: Final = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")


class Kind(StrEnum):
    WORDS = "words"
    MOMENT = "moment"
    """ISO 8601, with its offset."""
    DAY = "day"
    DURATION = "duration"
    """In seconds."""
    WITHHELD = "withheld"
    """Says why nothing is told."""


@dataclass(frozen=True)
class Reference:
    """To a row, which stands for what it is called."""

    model: type[Model]
    key: Any


@dataclass(frozen=True)
class Shown:
    """One value, or the items of a list."""

    kind: Kind
    says: tuple[str | Reference, ...]


def column(model: type[Model] | None, name: str) -> "Field[Any, Any] | None":
    """By its name, or by that of its column in the database; None where there is none (any more)."""
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def label(model: type[Model] | None, name: str) -> str:
    """What people know it by."""
    found = column(model, name)
    return capfirst(str(found.verbose_name) if found else name.replace("_", " "))


def shown(found: "Field[Any, Any] | None", value: Any) -> Shown | None:  # noqa: ANN401 - JSON
    """None: there is no value."""
    if found is not None and found.choices:
        chosen = [name for key, name in found.flatchoices if key == value]
        if chosen:
            return _words(str(chosen[0]))
    if value in _NOTHING:
        return None
    if value == MASKED:
        return Shown(Kind.WITHHELD, (NOT_KEPT,))
    try:
        return _by_form(value) if found is None else _by_column(found, value)
    except _UNREADABLE:
        return _words(str(value))


def reference(model: type[Model], key: Any) -> Reference | None:  # noqa: ANN401 - JSON
    """None: no row of it can have such a key."""
    own = model._meta.pk
    try:
        found = own.to_python(key)
        own.run_validators(found)
    except (ValidationError, OverflowError):
        return None
    return Reference(model, found)


def withheld(model: type[Model] | None, name: str) -> Shown:
    """In place of a value that the log does not have though its column was changed."""
    table = TABLES.get(model._meta.label_lower) if model else None
    is_secret = table is not None and any(
        one.name == name and one.data_class is DataClass.SECRET for one in table.columns
    )
    return Shown(Kind.WITHHELD, (SEALED if is_secret else NOT_KEPT,))


def _by_column(found: "Field[Any, Any]", value: Any) -> Shown | None:  # noqa: ANN401 - JSON
    if isinstance(found, ForeignKey):
        return Shown(Kind.WORDS, (reference(found.related_model, value) or str(value),))
    if isinstance(found, ArrayField):
        return _list(found.base_field, _items(value) if isinstance(value, str) else value)
    if isinstance(found, JSONField):
        return _by_form(json.loads(value) if isinstance(value, str) else value)
    return _plain(found.to_python(value))


def _by_form(value: Any) -> Shown | None:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return _words(*(f"{capfirst(_spaced(name))}: {_told(one)}" for name, one in value.items()))
    if isinstance(value, list):
        return _list(None, value)
    return _plain(_read(value) if isinstance(value, str) else value)


def _list(item: "Field[Any, Any] | None", values: list[Any]) -> Shown | None:
    """Its items are of one kind; of mixed ones each is told in words."""
    items = [one for one in (shown(item, value) for value in values) if one]
    if not items:
        return None
    if all(one.kind is items[0].kind and len(one.says) == 1 for one in items):
        return Shown(items[0].kind, tuple(one.says[0] for one in items))
    return _words(*map(_told, values))


def _plain(value: Any) -> Shown:  # noqa: ANN401 - of any type that a column may have
    match value:
        case bool():
            return _words("yes" if value else "no")
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return Shown(Kind.MOMENT, (moment.isoformat(),))
        case date():
            return Shown(Kind.DAY, (value.isoformat(),))
        case time():
            return _words(f"{value:%H:%M}")
        case timedelta():
            return Shown(Kind.DURATION, (f"{value.total_seconds():.0f}",))
    return _words(str(value))


def _read(text: str) -> str | datetime | date | timedelta:
    """As DjangoJSONEncoder and isoformat write them."""
    for form, parse in (
        (_DATE, parse_date),
        (_MOMENT, parse_datetime),
        (_DURATION, parse_duration),
    ):
        if form.fullmatch(text):
            with suppress(ValueError, OverflowError):  # looks like one, and is none, as 31 February
                return parse(text) or text
    return text


def _items(text: str) -> list[Any]:
    """Of a list as Python writes it."""
    dates = _PYTHON_DATE.sub(lambda one: repr("{:0>4}-{:0>2}-{:0>2}".format(*one.groups())), text)
    items: list[Any] = literal_eval(dates)
    return items


def _told(value: Any) -> str:  # noqa: ANN401 - JSON
    """Of what stands within something else."""
    if value in _NOTHING:
        return "not set"
    if isinstance(value, dict):
        return ", ".join(f"{_spaced(name)} {_told(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _words(*says: str) -> Shown:
    return Shown(Kind.WORDS, says)
