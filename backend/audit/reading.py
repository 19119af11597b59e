"""Events as an auditor reads them: what is sealed is opened, as long as its key is there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from backend.audit import subjects, values
from backend.audit.models import Event
from backend.audit.names import REFERS, ROW_CHANGED
from backend.audit.values import Shown


@dataclass(frozen=True)
class Told:
    """What one event says. What was erased, and what was never written, is None or empty."""

    event: Event
    email: str | None = None
    address: str | None = None
    about: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    actor_erased: bool = False
    subject_erased: bool = False

    @property
    def model(self) -> type[Model] | None:
        """Of what it is about; None also where there is no such model any more."""
        kind = self.event.content_type
        return kind.model_class() if kind else None


@dataclass(frozen=True)
class Change:
    """Of one column. None: nothing stood there."""

    name: str
    label: str
    before: Shown | None
    after: Shown | None


@dataclass(frozen=True)
class Detail:
    label: str
    value: Shown | None


def opened(events: Iterable[Event]) -> list[Told]:
    """Two statements, however many events. Raises KeyUnavailable outside web."""
    rows = list(events)
    named = {name for row in rows for name in (row.subject, row.holder) if name}
    keys = subjects.secrets_of(named)
    gone = subjects.forgotten(named - keys.keys()) if named - keys.keys() else set()
    return [_told(row, keys, gone) for row in rows]


def changes(told: Told) -> list[Change]:
    """In words, with those columns too whose values are not in the log."""
    found = [_change(told.model, *one) for one in told.changes.items()]
    if told.event.name == ROW_CHANGED:
        columns = told.detail.get("columns")
        silent = {*map(str, columns if isinstance(columns, list) else ())} - told.changes.keys()
        found += [_withheld(told, name) for name in silent]
    return sorted(found, key=lambda change: change.label.lower())


def details(told: Told) -> list[Detail]:
    """In words, without what the changes say."""
    return [
        Detail(values.label(told.model, name), _detail(told.model, name, value))
        for name, value in told.detail.items()
        if (told.event.name, name) != (ROW_CHANGED, "columns")
    ]


def _told(row: Event, keys: subjects.Secrets, gone: set[str]) -> Told:
    mine = subjects.unseal(row.sealed_actor, subject=row.holder, keys=keys) or {}
    theirs = subjects.unseal(row.sealed_subject, subject=row.subject, keys=keys) or {}
    detail = _named(row.additional_data) | _named(theirs.get("additional_data"))
    return Told(
        event=row,
        email=mine.get("email"),
        address=mine.get("address"),
        about=theirs.get("object_repr") or row.object_repr,
        changes=_named(theirs.get("changes")) or _named(row.changes),
        detail=detail | mine.get("words", {}) | theirs.get("words", {}),
        actor_erased=row.holder in gone,
        subject_erased=row.subject in gone,
    )


def _named(written: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Whoever may write events may write any JSON, and would like the page to fail of it."""
    if isinstance(written, dict):
        return written
    return {"written": written} if written else {}


def _change(model: type[Model] | None, name: str, change: Any) -> Change:  # noqa: ANN401 - as django-auditlog wrote it
    label, column = values.label(model, name), values.column(model, name)
    if isinstance(change, dict):  # of what it has many of: by what they were called
        called = change.get("objects")
        objects = values.shown(None, [*map(str, called if isinstance(called, list) else [called])])
        added = change.get("operation") == "add"
        return Change(name, label, None if added else objects, objects if added else None)
    match change:
        case [before, after]:
            pass
        case _:
            before, after = None, change
    return Change(name, label, values.shown(column, before), values.shown(column, after))


def _withheld(told: Told, name: str) -> Change:
    instead = values.withheld(told.model, name)
    return Change(
        name,
        values.label(told.model, name),
        None if told.event.action == Event.Action.CREATE else instead,
        None if told.event.action == Event.Action.DELETE else instead,
    )


def _detail(model: type[Model] | None, name: str, value: Any) -> Shown | None:  # noqa: ANN401 - JSON
    if name in REFERS and value:
        keys = value if isinstance(value, list) else [value]
        of = apps.get_model(REFERS[name])
        says = (values.reference(of, key) or str(key) for key in keys)
        return Shown(values.Kind.WORDS, tuple(says))
    column = values.column(model, name)
    if isinstance(column, ForeignKey) and isinstance(value, str):
        column = None  # what it is called, and no key
    return values.shown(column, value)
