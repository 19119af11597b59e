"""Figures and rows of pull requests."""

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.accounts import access
from backend.accounts.models import User
from backend.api import schemas
from backend.api.completeness import behind
from backend.api.errors import ERRORS, Unprocessable
from backend.api.export import csv_answer
from backend.api.rules import READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.audit.events import record
from backend.metrics import queries, results, rows
from backend.metrics.scope import InvalidRange, Scope, scope_of

router = Router(tags=["pull requests"])
MAXIMUM_ROWS = 50_000
MAXIMUM_WORDS = 8


def _scope(user: User, filters: schemas.Filters) -> Scope:
    """What the caller asks about. Raises access.Denied and Unprocessable."""
    if filters.team:
        team = access.require_team(user, filters.team)
    elif access.may_see_all_teams(user):
        team = None
    else:
        raise access.Denied
    try:
        return scope_of(team=team, start=filters.from_, end=filters.to, with_bots=filters.bots)
    except InvalidRange as error:
        raise Unprocessable(str(error)) from error


def _asked(filters: schemas.TableFilters) -> rows.Table:
    """Raises Unprocessable: each word is a search of its own through every title."""
    if len(filters.search.split()) > MAXIMUM_WORDS:
        raise Unprocessable(f"Search for at most {MAXIMUM_WORDS} words.")
    return rows.Table(state=filters.state, search=filters.search, sort=filters.sort)


@router.get(
    "/pull-requests/figures",
    response={200: schemas.Figures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="pull_request_figures",
)
def figures(request: HttpRequest, filters: Query[schemas.Filters]) -> schemas.Figures:
    scope = _scope(caller(request), filters)
    found = queries.figures(scope)
    return schemas.Figures(**dict(found), completeness=behind(scope))


@router.get(
    "/pull-requests/scatter",
    response={200: schemas.Scatter, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="pull_request_scatter",
)
def scatter(request: HttpRequest, filters: Query[schemas.Filters]) -> schemas.Scatter:
    scope = _scope(caller(request), filters)
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
    scope = _scope(caller(request), filters)
    found = rows.page(scope, _asked(filters), page=filters.page, page_size=filters.page_size)
    return schemas.Page(**dict(found), completeness=behind(scope))


@router.get(
    "/pull-requests.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="pull_requests_csv",
    openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
)
def export(request: HttpRequest, filters: Query[schemas.TableFilters]) -> StreamingHttpResponse:
    user = caller(request)
    scope = _scope(user, filters)
    asked = _asked(filters)
    total = rows.count(scope, asked)
    if total > MAXIMUM_ROWS:
        raise Unprocessable(f"{total} rows are more than an export holds: choose a shorter range.")
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
    """One pull request with what happened to it. 404 where it is in no team that the caller sees."""
    user = caller(request)
    seen = None if access.may_see_all_teams(user) else access.visible_teams(user)
    found = rows.detail(pull_request_id, within=seen)
    if found is None:
        raise Http404
    return found
