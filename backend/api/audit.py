"""The audit log, for those who read the administration. Reading and taking it along are recorded as well.

Where the organisation chose pseudonyms, people are called by nothing else here, and what would tell more is left out:
Django's administration shows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.accounts.models import User
from backend.api import audit_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS, Unprocessable
from backend.api.export import downloads, streamed
from backend.api.rules import READS_PEOPLE, caller
from backend.api.scoped import names_for_reader, searched
from backend.audit import hourly, names, searching, subjects
from backend.audit.events import record
from backend.audit.models import Event
from backend.audit.reading import Told, opened
from backend.audit.triggers import governed
from backend.people.models import Identity, Person
from backend.people.names import Names
from backend.people.store import organisation

router = Router(tags=["audit"])
Persons = Mapping[str, int | None]
LEFT_OUT: Final = "left out: people are shown under pseudonyms"


@router.get(
    "/audit/events",
    response={200: shapes.AuditEvents, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="audit_events",
)
def list_events(
    request: HttpRequest, filters: Query[shapes.AuditPageFilters]
) -> shapes.AuditEvents:
    hourly.note(name="audit_read", actor=caller(request))
    called = names_for_reader(caller(request))
    try:
        after = searching.place(filters.after) if filters.after else None
    except ValueError as error:
        raise Unprocessable("after: it is no place in the log") from error
    shown, following = searching.page(_asked(filters, called), after=after, size=filters.page_size)
    return shapes.AuditEvents(
        items=_told(shown, called), next=str(following) if following else None
    )


@router.get(
    "/audit/events/{int:event_id}",
    response={200: shapes.AuditEvent, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="audit_event",
)
def one_event(request: HttpRequest, event_id: int) -> shapes.AuditEvent:
    hourly.note(name="audit_read", actor=caller(request))
    rows = list(Event.objects.select_related("content_type").filter(pk=event_id))
    if not rows:
        raise Http404
    (told,) = _told(rows, names_for_reader(caller(request)))
    return told


@router.get(
    "/audit/choices",
    response={200: shapes.AuditChoices, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="audit_choices",
)
def choices(request: HttpRequest) -> shapes.AuditChoices:  # noqa: ARG001 - ninja's signature
    """What can be asked for."""
    told = {name.lower() for name in governed()}
    kinds = [one for one in ContentType.objects.all() if f"{one.app_label}.{one.model}" in told]
    return shapes.AuditChoices(
        groups=[
            shapes.ActGroup(
                group=group,
                acts=[
                    shapes.ActChoice(act=act, says=_words(act), meaning=names.ACTS[act].meaning)
                    for act in acts
                ],
            )
            for group, acts in names.groups()
        ],
        kinds=sorted(
            (shapes.KindChoice(id=one.pk, name=one.name) for one in kinds),
            key=lambda kind: kind.name,
        ),
    )


@router.get(
    "/audit/events.jsonl",
    response={ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="audit_events_jsonl",
    openapi_extra=downloads("application/jsonl"),
)
def export(request: HttpRequest, filters: Query[shapes.AuditFilters]) -> StreamingHttpResponse:
    """All of them, a line each, newest first."""
    called = names_for_reader(caller(request))
    rows = _asked(filters, called)
    told = filters.model_dump(exclude_defaults=True, mode="json", by_alias=True)
    # What was typed may name somebody, who is to be erased from here as well: that something was, is told.
    told |= dict.fromkeys(told.keys() & {"search", "address"}, "given")
    record(name="audit_exported", actor=caller(request), detail=told)
    return streamed(_lines(rows, called), kind="application/jsonl", name="audit.jsonl")


def _lines(rows: Any, called: Names) -> Iterator[str]:  # noqa: ANN401 - a queryset of an untyped model
    for batch in searching.everything(rows):
        for told in _told(batch, called):
            yield told.model_dump_json() + "\n"


def _asked(filters: shapes.AuditFilters, called: Names) -> Any:  # noqa: ANN401 - as above
    zone = ZoneInfo(organisation().time_zone)
    text = searched(filters.search)
    return searching.found(
        searching.Wanted(
            start=_midnight(filters.from_, zone),
            end=_midnight(filters.to, zone),
            actor=filters.actor,
            act=filters.act,
            group=filters.group,
            kind=filters.kind,
            address=filters.address.strip(),
            text=text,
            people=_meant(text, called) if text else searching.People(),
        )
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None


def _meant(text: str, called: Names) -> searching.People:
    """Whom a word means, by what they are called to the reader."""
    if called.are_pseudonyms:
        whom = Q(person__in=called.people_called(text))
        persons, identities = called.people_called(text), Identity.objects.filter(whom)
        accounts = User.objects.filter(whom)
    else:
        accounts = User.objects.filter(Q(email__icontains=text) | Q(name__icontains=text))
        persons = list(Person.objects.filter(name__icontains=text).values_list("pk", flat=True))
        identities = Identity.objects.filter(login__icontains=text)
    acting = list(accounts.values_list("pk", flat=True))
    return searching.People(
        actors=acting,
        subjects=[
            *map(subjects.user, acting),
            *(f"person/{pk}" for pk in persons),
            *(f"identity/{pk}" for pk in identities.values_list("pk", flat=True)),
        ],
    )


def _told(rows: Iterable[Event], called: Names) -> list[shapes.AuditEvent]:
    told = opened(rows)
    persons: Persons = _persons(told) if called.are_pseudonyms else {}
    return [_event(one, called, persons) for one in told]


def _event(told: Told, called: Names, persons: Persons) -> shapes.AuditEvent:
    event = told.event
    hidden = called.are_pseudonyms and bool(event.subject)
    who_kind = _who_kind(event)
    who = told.email if who_kind == "account" else event.operator or None
    if who_kind == "account":
        person = persons.get(subjects.user(event.actor_id))
        who = called.of_account(who, account=event.actor_id, person=person)
    changes = [] if hidden else [_change(*one) for one in sorted(told.changes.items())]
    detail = {"left out": LEFT_OUT} if hidden else told.detail
    if called.are_pseudonyms and event.sealed_actor is not None:
        detail = detail if hidden else event.additional_data or {}
    return shapes.AuditEvent(
        id=event.pk,
        at=event.timestamp,
        act=event.name or _row_act(event),
        says=_words(event.name) if event.name else _row_act(event).capitalize(),
        meaning=names.ACTS[event.name].meaning if event.name in names.ACTS else "",
        who=who,
        who_kind=who_kind,
        actor=event.actor_id,
        who_erased=told.actor_erased,
        kind=event.content_type.name if event.content_type else None,
        about=_pseudonym(event.subject, called, persons) if hidden else told.about,
        about_key=event.object_pk,
        about_erased=told.subject_erased,
        address=told.address,
        changes=changes,
        detail=[
            shapes.AuditDetail(name=name.replace("_", " "), value=_value(value) or "")
            for name, value in detail.items()
        ],
    )


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


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _change(name: str, change: Any) -> shapes.AuditChange:  # noqa: ANN401 - as django-auditlog wrote it
    if isinstance(change, dict):
        objects = ", ".join(map(str, change.get("objects", ())))
        added = change.get("operation") == "add"
        return shapes.AuditChange(
            field=name, before=None if added else objects, after=objects if added else None
        )
    before, after = change
    return shapes.AuditChange(field=name, before=_value(before), after=_value(after))


def _value(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if value is None or value == "None":
        return None
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _persons(told: Iterable[Told]) -> Persons:
    """Who they are whom events name, by subject: for their pseudonyms."""
    named = {one.event.subject for one in told} | {one.event.holder for one in told}
    keys: dict[str, list[int]] = {"user": [], "identity": []}
    for kind, _, key in (name.partition("/") for name in named):
        if kind in keys:
            keys[kind].append(int(key))
    accounts = User.objects.filter(pk__in=keys["user"]).values_list("pk", "person")
    identities = Identity.objects.filter(pk__in=keys["identity"]).values_list("pk", "person")
    return {f"user/{pk}": person for pk, person in accounts} | {
        f"identity/{pk}": person for pk, person in identities
    }


def _pseudonym(subject: str, called: Names, persons: Persons) -> str:
    kind, _, key = subject.partition("/")
    if kind == "person":
        return called.of("", person=int(key)) or ""
    if kind == "user":
        return called.of_account("", account=int(key), person=persons.get(subject)) or ""
    if kind == "identity":
        return called.of("", identity=int(key), person=persons.get(subject)) or ""
    return ""
