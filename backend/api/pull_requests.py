"""Figures and rows of pull requests."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.api import schemas
from backend.api.completeness import behind
from backend.api.errors import ERRORS
from backend.api.export import csv_answer, downloads
from backend.api.rules import READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import exportable, names_for_reader, scope_for, searched, seen_by
from backend.audit import hourly
from backend.audit.events import record
from backend.metrics import queries, results, rows

router = Router(tags=["pull requests"])


def _asked(filters: schemas.TableFilters) -> rows.Table:
    return rows.Table(state=filters.state, search=searched(filters.search), sort=filters.sort)


@router.get(
    "/pull-requests/figures",
    response={200: schemas.Figures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="pull_request_figures",
)
def figures(request: HttpRequest, filters: Query[schemas.PullRequestFilters]) -> schemas.Figures:
    scope = scope_for(caller(request), filters)
    found = queries.figures(scope)
    return schemas.Figures(**dict(found), completeness=behind(scope))


@router.get(
    "/pull-requests/scatter",
    response={200: schemas.Scatter, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="pull_request_scatter",
)
def scatter(request: HttpRequest, filters: Query[schemas.PullRequestFilters]) -> schemas.Scatter:
    scope = scope_for(caller(request), filters)
    found = rows.scatter(scope)
    return schemas.Scatter(**dict(found), completeness=behind(scope))


@router.get(
    "/pull-requests",
    response={200: schemas.Page, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="pull_requests",
)
def table(request: HttpRequest, filters: Query[schemas.PageFilters]) -> schemas.Page:
    scope = scope_for(caller(request), filters)
    found = rows.page(scope, _asked(filters), page=filters.page, page_size=filters.page_size)
    return schemas.Page(**dict(found), completeness=behind(scope))


@router.get(
    "/pull-requests.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="pull_requests_csv",
    openapi_extra=downloads("text/csv"),
)
def export(request: HttpRequest, filters: Query[schemas.TableFilters]) -> StreamingHttpResponse:
    user = caller(request)
    scope = scope_for(user, filters)
    asked = _asked(filters)
    total = exportable(rows.count(scope, asked))
    record(
        name="pull_requests_exported",
        actor=user,
        subject=scope.team,
        detail={"from": str(filters.from_), "to": str(filters.to), "rows": total},
    )
    found = rows.everything(scope, asked)
    return csv_answer(
        found, kind=results.Row, name=f"pull-requests-{filters.from_}-{filters.to}.csv"
    )


@router.get(
    "/pull-requests/{int:pull_request_id}",
    response={200: results.Detail, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="pull_request",
)
def detail(request: HttpRequest, pull_request_id: int) -> results.Detail:
    """One pull request with what happened to it. 404 where it is neither of a team that the caller sees nor theirs."""
    hourly.note(name="pull_request_read", actor=caller(request))
    found = rows.detail(
        pull_request_id, within=seen_by(caller(request)), names=names_for_reader(caller(request))
    )
    if found is None:
        raise Http404
    return found
