"""Incidents as the organisation's own systems report them."""

from django.http import HttpRequest
from ninja import Router, Status

from backend.api import reports, schemas
from backend.api.errors import ERRORS
from backend.api.ingest import reporter, reporting, sent_with
from backend.delivery.store import reported

router = Router(tags=["reports"])


@router.post(
    "/incidents",
    response={
        frozenset({200, 201}): reports.ReportedIncident,
        ERRORS | {409}: schemas.Error,
    },
    auth=reporting("incidents"),
    operation_id="report_incident",
)
def report(request: HttpRequest, told: reports.IncidentReport) -> Status[reports.ReportedIncident]:
    """Tell of an incident, with an ingest token: when it begins, and again when it is resolved.

    201 the first time, 200 after that. A resolved incident does not begin again.
    """
    repository = reporter(request, named=told.repository)
    with reports.taking():
        stored, news = reported.report_incident(
            repository=repository,
            token=sent_with(request),
            told=reported.IncidentReport(
                external_id=told.id,
                service=told.service,
                environment=told.environment,
                caused_by=told.caused_by,
                started_at=told.started_at,
                resolved_at=told.resolved_at,
            ),
        )
    answer = reports.ReportedIncident(
        id=stored.external_id,
        status=news,
        caused_by=stored.caused_by,
        started_at=stored.started_at,
        resolved_at=stored.resolved_at,
    )
    return Status(reports.status_of(news), answer)
