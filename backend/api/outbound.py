"""What left the appliance, for those who review it."""

from datetime import timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router

from backend.api import outbound_schemas as shapes
from backend.api import schemas
from backend.api.errors import ERRORS
from backend.api.export import csv_answer, downloads
from backend.api.rules import READS_ADMINISTRATION, caller
from backend.api.scoped import exportable
from backend.audit.events import record
from backend.governance import outbound
from backend.outbound import models

router = Router(tags=["outbound"])


@router.get(
    "/outbound",
    response={200: shapes.Outbound, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="outbound",
)
def show(request: HttpRequest, filters: Query[shapes.RangeFilters]) -> shapes.Outbound:  # noqa: ARG001 - the rule looks at it
    """Each destination that was asked, or may be, and what went there each day."""
    within = _range(filters)
    return shapes.Outbound(
        first=within.first,
        last=within.last,
        destinations=[
            shapes.OutboundDestination.from_orm(one) for one in outbound.destinations(within)
        ],
        days=_days(within),
    )


@router.get(
    "/outbound/queries",
    response={200: shapes.OutboundQueries, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="outbound_queries",
)
def show_queries(
    request: HttpRequest,  # noqa: ARG001 - as above
    filters: Query[shapes.DestinationFilters],
) -> shapes.OutboundQueries:
    """What one destination was asked, by query and field."""
    within = _range(filters)
    found = outbound.queries(within, filters.destination)
    return shapes.OutboundQueries(
        first=within.first,
        last=within.last,
        queries=[shapes.OutboundQuery.from_orm(one) for one in found],
        days=_days(within, filters.destination),
    )


@router.get(
    "/outbound.csv",
    response={ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="outbound_csv",
    openapi_extra=downloads("text/csv"),
)
def export_csv(request: HttpRequest, filters: Query[shapes.HourFilters]) -> StreamingHttpResponse:
    """The ledger's rows, one an hour, destination, purpose and query."""
    within = _exported(request, filters)
    rows = map(_hour, outbound.hours(within, filters.destination))
    return csv_answer(
        rows, kind=shapes.OutboundHour, name=f"outbound-{within.first}-{within.last}.csv"
    )


@router.get(
    "/outbound.json",
    response={200: shapes.OutboundHours, ERRORS: schemas.Error},
    auth=READS_ADMINISTRATION,
    operation_id="outbound_json",
)
def export_json(
    request: HttpRequest, response: HttpResponse, filters: Query[shapes.HourFilters]
) -> shapes.OutboundHours:
    """The same as JSON, with the fields of each query."""
    within = _exported(request, filters)
    rows = list(outbound.hours(within, filters.destination))
    response["Content-Disposition"] = (
        f'attachment; filename="outbound-{within.first}-{within.last}.json"'
    )
    queries = {one.query_id: one.query for one in rows}
    return shapes.OutboundHours(
        queries=[shapes.OutboundQuestion.from_orm(one) for one in queries.values()],
        hours=[_hour(one) for one in rows],
    )


def _range(filters: shapes.RangeFilters) -> outbound.Range:
    last = filters.to or timezone.now().date()
    return outbound.Range(last - timedelta(days=filters.days - 1), last)


def _exported(request: HttpRequest, filters: shapes.HourFilters) -> outbound.Range:
    within = _range(filters)
    rows = exportable(within.traffic(filters.destination).count())
    detail = {"from": str(within.first), "to": str(within.last), "rows": rows}
    record(name="outbound_exported", actor=caller(request), detail=detail)
    return within


def _days(within: outbound.Range, destination: str = "") -> list[shapes.OutboundDay]:
    return [shapes.OutboundDay.from_orm(one) for one in outbound.days(within, destination)]


def _hour(row: models.Traffic) -> shapes.OutboundHour:
    return shapes.OutboundHour(
        hour=row.hour,
        destination=row.destination,
        purpose=cast("shapes.Purpose", row.purpose),
        interface=cast("shapes.Interface", row.query.interface),
        query=row.query.name,
        digest=row.query_id,
        requests=row.requests,
        refused=row.refused,
        failed=row.failed,
        bytes_sent=row.bytes_sent,
        bytes_received=row.bytes_received,
        first_at=row.first_at,
        last_at=row.last_at,
    )
