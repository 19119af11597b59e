"""The register of security incidents. For sessions alone: administrators write, and auditors look on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from backend.accounts import access
from backend.api import schemas
from backend.api import security_incident_schemas as shapes
from backend.api.errors import ERRORS, Refused
from backend.api.export import downloads, file
from backend.api.rules import ADMINISTERS, READS_PEOPLE, caller
from backend.api.scoped import names_for_reader
from backend.api.security_incidents_told import choices, detail, line, summary
from backend.audit import documents
from backend.audit.events import record
from backend.governance.documents.pdf import pdf_of
from backend.governance.incidents import affected, notices, register, report
from backend.governance.models import SecurityIncident
from backend.inventory import AREAS
from backend.people.store import organisation

router = Router(tags=["security incidents"])
_ANSWERS: Final[Any] = {ERRORS: schemas.Error, 409: schemas.Error}
_DETAIL: Final[Any] = {200: shapes.SecurityIncidentDetail, **_ANSWERS}
_KNOWN: Final = {"yes": True, "no": False, "unknown": None}


@router.get(
    "/security-incidents",
    response={200: shapes.SecurityIncidents, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="security_incidents",
)
def list_incidents(
    request: HttpRequest, filters: Query[shapes.IncidentFilters]
) -> shapes.SecurityIncidents:
    """What is open first, each by when it was detected."""
    found = register.incidents().order_by(
        F("closed_at").desc(nulls_first=True), "detected_at", "pk"
    )
    if filters.show != "all":
        found = found.filter(closed_at__isnull=filters.show == "open")
    user = caller(request)
    names = names_for_reader(user)
    told = summary(names) | filters.counts(found)
    return shapes.SecurityIncidents(
        items=[shapes.SecurityIncident(**line(one, names)) for one in filters.shown(found)],
        may_handle=access.may_administer(user),
        **told,
    )


@router.post(
    "/security-incidents",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="enter_security_incident",
)
def enter(request: HttpRequest, facts: shapes.NewIncident) -> shapes.SecurityIncidentDetail:
    with _refusing():
        made = register.enter(acting_user=caller(request), facts=_given(facts))
    return _detail(request, made.pk)


@router.get(
    "/security-incidents/choices",
    response={200: shapes.IncidentChoices, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="security_incident_choices",
)
def list_choices(request: HttpRequest) -> shapes.IncidentChoices:
    """What can be said to have been exposed."""
    return choices(names_for_reader(caller(request)))


@router.get(
    "/security-incidents/{int:incident_id}",
    response={200: shapes.SecurityIncidentDetail, ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="security_incident",
)
def read(request: HttpRequest, incident_id: int) -> shapes.SecurityIncidentDetail:
    return _detail(request, incident_id)


@router.post(
    "/security-incidents/{int:incident_id}/facts",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="describe_security_incident",
)
def describe(
    request: HttpRequest, incident_id: int, facts: shapes.IncidentFacts
) -> shapes.SecurityIncidentDetail:
    """What is known of it now."""
    return _act(request, incident_id, register.describe, facts=_given(facts))


@router.post(
    "/security-incidents/{int:incident_id}/scope",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="scope_security_incident",
)
def scope(
    request: HttpRequest, incident_id: int, chosen: shapes.IncidentScope
) -> shapes.SecurityIncidentDetail:
    """What was exposed; people and records are counted at once."""
    of_areas = [table.label for area in AREAS if area.key in chosen.areas for table in area.tables]
    exposed = affected.Exposed(
        start=chosen.start,
        end=chosen.end,
        tables=[*chosen.tables, *of_areas],
        connections=chosen.connections,
        accounts=chosen.accounts,
    )
    return _act(request, incident_id, affected.expose, exposed=exposed)


@router.post(
    "/security-incidents/{int:incident_id}/count",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="count_security_incident",
)
def count(request: HttpRequest, incident_id: int) -> shapes.SecurityIncidentDetail:
    """The same again, as it is now."""
    return _act(request, incident_id, affected.recount)


@router.post(
    "/security-incidents/{int:incident_id}/authority-told",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="tell_authority_of_security_incident",
)
def authority_told(
    request: HttpRequest, incident_id: int, told: shapes.AuthorityTold
) -> shapes.SecurityIncidentDetail:
    """When the notice left; the product sends none itself."""
    said = {"at": told.at, "delay_reason": told.delay_reason}
    return _act(request, incident_id, register.authority_told, **said)


@router.post(
    "/security-incidents/{int:incident_id}/not-to-notify",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="not_to_notify_of_security_incident",
)
def not_to_notify(
    request: HttpRequest, incident_id: int, said: shapes.NotToNotify
) -> shapes.SecurityIncidentDetail:
    """That a risk to people is unlikely."""
    return _act(request, incident_id, register.not_to_notify, reason=said.reason)


@router.post(
    "/security-incidents/{int:incident_id}/people-decision",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="decide_on_people_of_security_incident",
)
def decide_on_people(
    request: HttpRequest, incident_id: int, said: shapes.PeopleDecision
) -> shapes.SecurityIncidentDetail:
    decided = {"tell": said.tell, "reason": said.reason}
    return _act(request, incident_id, register.decide_on_people, **decided)


@router.post(
    "/security-incidents/{int:incident_id}/people-told",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="tell_people_of_security_incident",
)
def people_told(
    request: HttpRequest, incident_id: int, told: shapes.PeopleTold
) -> shapes.SecurityIncidentDetail:
    """When they were told; the product writes to nobody itself."""
    return _act(request, incident_id, register.people_told, at=told.at)


@router.post(
    "/security-incidents/{int:incident_id}/close",
    response=_DETAIL,
    auth=ADMINISTERS,
    operation_id="close_security_incident",
)
def close(
    request: HttpRequest, incident_id: int, said: shapes.IncidentClosing
) -> shapes.SecurityIncidentDetail:
    """For good."""
    words = {
        "root_cause": said.root_cause,
        "measures": said.measures,
        "lessons": said.lessons,
    }
    return _act(request, incident_id, report.close, **words)


@router.get(
    "/security-incidents/{int:incident_id}/notices/{key}/{form}",
    response={ERRORS: schemas.Error},
    auth=READS_PEOPLE,
    operation_id="security_incident_notice",
    openapi_extra=downloads("text/markdown", "application/pdf"),
)
def notice(
    request: HttpRequest,
    incident_id: int,
    key: shapes.NoticeKey,
    form: Literal["md", "pdf"],
) -> HttpResponse:
    """A draft, filled in from what is known now."""
    found = get_object_or_404(register.incidents(), pk=incident_id)
    return _document(request, found, notices.NOTICES[key], form)


@router.get(
    "/security-incidents/{int:incident_id}/report.pdf",
    response=_ANSWERS,
    auth=READS_PEOPLE,
    operation_id="security_incident_report_pdf",
    openapi_extra=downloads("application/pdf"),
)
def report_pdf(request: HttpRequest, incident_id: int) -> HttpResponse:
    """To read, with what people wrote."""
    return _document(request, _closed(incident_id), notices.REPORT, "pdf")


@router.get(
    "/security-incidents/{int:incident_id}/report.json",
    response=_ANSWERS,
    auth=READS_PEOPLE,
    operation_id="security_incident_report_json",
    openapi_extra=downloads("application/json"),
)
def report_json(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What was signed, as a file that anybody can check, by `scripts/verify-audit --document`."""
    found = _closed(incident_id)
    try:
        if found.report is None:
            raise _waits()
        text = documents.portable(found.report)
    except documents.Unsigned as error:
        raise Refused(409, "not_signed", str(error), "Try again in a moment.") from error
    _note(request, found, "report", "json")
    name = f"closing-report-of-incident-{incident_id}.json"
    return file(text, kind="application/json", name=name)


def _waits() -> documents.Unsigned:
    return documents.Unsigned("The report is not signed yet: that takes seconds.")


def _closed(incident_id: int) -> SecurityIncident:
    found = get_object_or_404(register.incidents(), pk=incident_id)
    if found.closed_at is None:
        raise Http404
    return found


def _document(
    request: HttpRequest, incident: SecurityIncident, kind: notices.Notice, form: str
) -> HttpResponse:
    now = timezone.now()
    names = names_for_reader(caller(request))
    zone = ZoneInfo(organisation().time_zone)
    text = notices.write(kind, incident, at=now, zone=zone, with_words=not names.are_pseudonyms)
    _note(request, incident, kind.key, form)
    name = f"incident-{incident.pk}-{kind.key}.{form}"
    if form == "pdf":
        pdf = pdf_of(text, title=f"{kind.name} {incident.pk}", at=now)
        return file(pdf, kind="application/pdf", name=name)
    return file(text, kind="text/markdown; charset=utf-8", name=name)


def _note(request: HttpRequest, incident: SecurityIncident, key: str, form: str) -> None:
    told = {"document": key, "form": form}
    record(name="security_incident_exported", actor=caller(request), subject=incident, detail=told)


def _given(facts: shapes.IncidentFacts) -> dict[str, Any]:
    given = facts.dict(exclude_none=True)
    if "personal_data" in given:
        given["personal_data"] = _KNOWN[given["personal_data"]]
    return given


def _act(
    request: HttpRequest, key: int, verb: Callable[..., object], **said: object
) -> shapes.SecurityIncidentDetail:
    found = get_object_or_404(SecurityIncident, pk=key)
    with _refusing():
        verb(incident=found, acting_user=caller(request), **said)
    return _detail(request, key)


def _detail(request: HttpRequest, key: int) -> shapes.SecurityIncidentDetail:
    user = caller(request)
    found = get_object_or_404(register.incidents(), pk=key)
    return detail(found, names_for_reader(user), may_handle=access.may_administer(user))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except register.NotPossible as error:
        raise Refused(409, "not_possible", str(error), None) from error
