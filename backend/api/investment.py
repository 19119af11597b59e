"""What work is an investment into: figures, and the issues and pull requests behind them."""

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.accounts.models import User
from backend.api import investment_schemas, schemas
from backend.api.completeness import behind
from backend.api.errors import ERRORS
from backend.api.export import csv_answer, downloads
from backend.api.rules import READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import exportable, scope_for, seen_by
from backend.audit.events import record
from backend.delivery.store.horizons import Kind
from backend.metrics.investment import queries, results, rows
from backend.metrics.scope import Scope
from backend.sources.issue_completeness import of_issues as completeness_of_issues

router = Router(tags=["investment"])


def _behind(scope: Scope) -> schemas.Completeness:
    """Of pull requests, and of issues where there is a Jira."""
    of_code = behind(scope, kept=[Kind.PULL_REQUESTS, Kind.ISSUES])
    of_issues = completeness_of_issues()
    if of_issues.source.state == "not_connected":
        return of_code
    times = [one.fresh_to for one in (of_code, of_issues)]
    return schemas.Completeness(
        complete=of_code.complete and of_issues.complete,
        reason=" ".join(one.reason for one in (of_code, of_issues) if one.reason) or None,
        fresh_to=min((at for at in times if at), default=None) if all(times) else None,
    )


def _table(user: User, filters: investment_schemas.InvestmentItemFilters) -> rows.Table:
    seen = seen_by(user)
    teams = None if seen is None else tuple(seen.values_list("pk", flat=True))
    return rows.Table(kind=filters.kind, category=filters.category, seen=teams)


@router.get(
    "/investment/figures",
    response={200: investment_schemas.InvestmentFigures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="investment_figures",
)
def figures(
    request: HttpRequest, filters: Query[investment_schemas.InvestmentFilters]
) -> investment_schemas.InvestmentFigures:
    """Effort and what was finished, by category."""
    scope = scope_for(caller(request), filters)
    found = queries.figures(scope)
    return investment_schemas.InvestmentFigures(**dict(found), completeness=_behind(scope))


@router.get(
    "/investment/items",
    response={200: investment_schemas.InvestmentItems, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="investment_items",
)
def items(
    request: HttpRequest, filters: Query[investment_schemas.InvestmentPageFilters]
) -> investment_schemas.InvestmentItems:
    """Issues done and pull requests merged in the range, each with its category and why."""
    user = caller(request)
    scope, wanted = scope_for(user, filters), _table(user, filters)
    found = rows.page(scope, wanted, page=filters.page, page_size=filters.page_size)
    return investment_schemas.InvestmentItems(**dict(found), completeness=_behind(scope))


@router.get(
    "/investment/items.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="investment_items_csv",
    openapi_extra=downloads("text/csv"),
)
def export(
    request: HttpRequest, filters: Query[investment_schemas.InvestmentItemFilters]
) -> StreamingHttpResponse:
    user = caller(request)
    scope, wanted = scope_for(user, filters), _table(user, filters)
    total = exportable(rows.count(scope, wanted))
    record(
        name="investment_exported",
        actor=user,
        subject=scope.team,
        detail={"from": str(filters.from_), "to": str(filters.to), "rows": total},
    )
    return csv_answer(
        rows.everything(scope, wanted, rows=total),
        kind=results.InvestmentItem,
        name=f"investment-{filters.from_}-{filters.to}.csv",
    )
