"""The audit log, for those who read the administration. Reading and taking it along are recorded as well.

Where the organisation chose pseudonyms, people are called by nothing else here, and what would tell more is left out:
Django's administration shows it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.accounts.models import User
from backend.api import audit_schemas as shapes
from backend.api import schemas
from backend.api.audit_told import act_in_words, as_written, in_words
from backend.api.errors import ERRORS, Unprocessable
from backend.api.export import downloads, streamed
from backend.api.rules import READS_PEOPLE, caller
from backend.api.scoped import names_for_reader, searched
from backend.audit import hourly, names, searching, subjects
from backend.audit.events import record
from backend.audit.models import Event
from backend.audit.triggers import governed
from backend.people.models import Identity, Person
from backend.people.names import Names
from backend.people.store import organisation

router = Router(tags=["audit"])


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
        items=in_words(shown, called), next=str(following) if following else None
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
    (told,) = in_words(rows, names_for_reader(caller(request)))
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
                    shapes.ActChoice(
                        act=act, says=act_in_words(act), meaning=names.ACTS[act].meaning
                    )
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
    """All of them, a line each, newest first, with values as they are in the log."""
    called = names_for_reader(caller(request))
    rows = _asked(filters, called)
    told = filters.model_dump(exclude_defaults=True, mode="json", by_alias=True)
    # What was typed may name somebody, who is to be erased from here as well: that something was, is told.
    told |= dict.fromkeys(told.keys() & {"search", "address"}, "given")
    record(name="audit_exported", actor=caller(request), detail=told)
    return streamed(_lines(rows, called), kind="application/jsonl", name="audit.jsonl")


def _lines(rows: Any, called: Names) -> Iterator[str]:  # noqa: ANN401 - a queryset of an untyped model
    for batch in searching.everything(rows):
        for told in as_written(batch, called):
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
