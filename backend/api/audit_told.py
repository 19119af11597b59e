"""Events as the API tells them: in words for a page, and with values as they are in the log for lines to take along.

Where people have pseudonyms, what an event about one says is left out, and what somebody typed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db.models import Model

from backend.accounts.models import User
from backend.api import audit_schemas as shapes
from backend.audit import names, searching, values
from backend.audit.models import Event
from backend.audit.reading import Told, changes, details, opened
from backend.audit.values import Reference, Shown
from backend.inventory import TABLES
from backend.people.models import Identity, Person
from backend.people.names import Names

LEFT_OUT: Final = "left out: people are shown under pseudonyms"
_SUBJECTS: Final[Mapping[str, type[Model]]] = {
    "user": User,
    "person": Person,
    "identity": Identity,
}


def in_words(events: Iterable[Event], called: Names) -> list[shapes.AuditEvent]:
    """One statement for each kind of thing that they refer to, however many events."""
    told = _readable(events, called)
    said = [(changes(one), details(one)) for one in told]
    shown = [
        *(value for changed, _ in said for one in changed for value in (one.before, one.after)),
        *(one.value for _, besides in said for one in besides),
    ]
    unnamed = filter(None, map(_unnamed, told))
    naming = _Naming.of_all((*_people(told, called), *_references(shown), *unnamed), called)
    return [
        shapes.AuditEvent(
            **_fact(one, naming) | _about(one, naming),
            changes=[
                shapes.AuditChange(
                    field=change.name,
                    name=change.label,
                    before=_value(change.before, naming),
                    after=_value(change.after, naming),
                )
                for change in changed
            ],
            detail=[
                shapes.AuditDetail(name=detail.label, value=_value(detail.value, naming))
                for detail in besides
            ],
        )
        for one, (changed, besides) in zip(told, said, strict=True)
    ]


def as_written(events: Iterable[Event], called: Names) -> list[shapes.AuditLine]:
    told = _readable(events, called)
    naming = _Naming.of_all(_people(told, called), called)
    return [
        shapes.AuditLine(**_fact(one, naming), changes=one.changes, detail=one.detail)
        for one in told
    ]


def act_in_words(name: str) -> str:
    return name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class _Naming:
    """What rows are called to the reader."""

    called: Names
    rows: Mapping[Reference, Model]

    @classmethod
    def of_all(cls, references: Iterable[Reference], called: Names) -> "_Naming":
        keys = defaultdict[type[Model], set[Any]](set)
        for one in references:
            keys[one.model].add(one.key)
        # With what their names are made of.
        found = (
            kind._base_manager.select_related().filter(pk__in=wanted)
            for kind, wanted in keys.items()
            if _may_be_read(kind)
        )
        return cls(called, {Reference(rows.model, row.pk): row for rows in found for row in rows})

    def name(self, one: Reference) -> str:
        row, kind = self.rows.get(one), one.model._meta
        if self.called.are_pseudonyms and kind.label in settings.AUDIT_SUBJECTS:
            return self.pseudonym(one) or f"{kind.verbose_name} {one.key}"
        if row is not None:
            return str(row)
        gone = ", not stored any more" if _may_be_read(one.model) else ""
        return f"{kind.verbose_name} {one.key}{gone}"

    def pseudonym(self, one: Reference) -> str | None:
        if one.model is Person:
            return self.called.of("", person=one.key)
        if one.model is User:
            return self.account("", key=one.key)
        if one.model is Identity:
            return self.called.of("", identity=one.key, person=self._person(one))
        return None

    def account(self, email: str | None, *, key: int) -> str | None:
        person = self._person(Reference(User, key))
        return self.called.of_account(email, account=key, person=person)

    def _person(self, one: Reference) -> int | None:
        row = self.rows.get(one)
        return row.person_id if isinstance(row, User | Identity) else None


def _may_be_read(kind: type[Model]) -> bool:
    """Some tables are for other processes than web."""
    return "web" in TABLES[kind._meta.label_lower].holders("SELECT")


def _readable(events: Iterable[Event], called: Names) -> list[Told]:
    return [_for(called, one) for one in opened(events)]


def _for(called: Names, told: Told) -> Told:
    if not called.are_pseudonyms:
        return told
    if told.event.subject:
        return replace(told, about="", changes={}, detail={})
    return replace(told, detail=told.event.additional_data or {})


def _people(told: Iterable[Told], called: Names) -> Iterator[Reference]:
    """Who did it and whom it is about, where what they are called depends on who they are."""
    if called.are_pseudonyms:
        for one in told:
            yield from filter(None, (_person_of(one.event.subject), _person_of(one.event.holder)))


def _unnamed(told: Told) -> Reference | None:
    """The row that a trigger told of, which writes no names."""
    model, key = told.model, told.event.object_pk
    if model is None or told.event.name != names.ROW_CHANGED or not key:
        return None
    return values.reference(model, key)


def _about(told: Told, naming: _Naming) -> dict[str, str]:
    row = _unnamed(told)
    return {"about": naming.name(row)} if row and row in naming.rows else {}


def _references(shown: Iterable[Shown | None]) -> Iterator[Reference]:
    return (one for value in shown if value for one in value.says if isinstance(one, Reference))


def _person_of(subject: str) -> Reference | None:
    kind, _, key = subject.partition("/")
    return values.reference(_SUBJECTS[kind], key) if kind in _SUBJECTS else None


def _fact(told: Told, naming: _Naming) -> dict[str, Any]:
    """What page and line both tell."""
    event, about, who_kind = told.event, told.about, _who_kind(told.event)
    whom = _person_of(event.subject)
    if whom and naming.called.are_pseudonyms:
        about = naming.pseudonym(whom) or ""
    who = event.operator or None
    if event.actor_id is not None:
        who = naming.account(told.email, key=event.actor_id)
    return {
        "id": event.pk,
        "at": event.timestamp,
        "act": event.name or _row_act(event),
        "says": act_in_words(event.name or _row_act(event)),
        "meaning": names.ACTS[event.name].meaning if event.name in names.ACTS else "",
        "who": who,
        "who_kind": who_kind,
        "actor": event.actor_id,
        "who_erased": told.actor_erased,
        "kind": event.content_type.name if event.content_type else None,
        "about": about,
        "about_key": event.object_pk,
        "about_erased": told.subject_erased,
        "address": told.address,
        "withheld": _withheld(told, naming.called),
    }


def _withheld(told: Told, called: Names) -> str | None:
    if called.are_pseudonyms and told.event.subject:
        return LEFT_OUT
    is_lost = told.subject_erased and told.event.sealed_subject is not None
    return values.ERASED if is_lost else None


def _who_kind(event: Event) -> shapes.WhoKind:
    if event.actor_id is not None:
        return "account"
    if event.operator:
        return "operator"
    if event.name == names.ROW_CHANGED:
        return "database"
    return "nobody" if event.name in names.BY_NOBODY else "plumbline"


def _row_act(event: Event) -> str:
    return {value: name for name, value in searching.CHANGES.items()}.get(event.action, "noted")


def _value(shown: Shown | None, naming: _Naming) -> shapes.AuditValue | None:
    if shown is None:
        return None
    return shapes.AuditValue(
        kind=shown.kind,
        says=[naming.name(one) if isinstance(one, Reference) else one for one in shown.says],
    )
