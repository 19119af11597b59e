"""Figures and rows of issues."""

from dataclasses import replace

from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend.accounts import access
from backend.accounts.models import User
from backend.api import issue_schemas, schemas
from backend.api.errors import ERRORS
from backend.api.export import csv_answer, downloads
from backend.api.rules import READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import exportable, names_for_reader, scope_for, searched, seen_by
from backend.api.status import HELD_BACK
from backend.audit.events import record
from backend.delivery.store.horizons import Kind
from backend.metrics.issues import queries, results, rows, sprints
from backend.metrics.issues.asked import Asked
from backend.metrics.scope import Scope
from backend.sources.issue_completeness import of_issues

router = Router(tags=["issues"])


def _asked(user: User, filters: issue_schemas.IssueFilters) -> Asked:
    """Raises access.Denied and Unprocessable."""
    return Asked(
        scope=scope_for(user, filters),
        project=filters.project,
        issue_type=filters.issue_type,
        with_subtasks=filters.subtasks,
    )


def _table(filters: issue_schemas.IssueTableFilters) -> rows.Table:
    return rows.Table(state=filters.state, search=searched(filters.search), sort=filters.sort)


def _behind(user: User, scope: Scope) -> issue_schemas.IssueCompleteness:
    """What a Jira says may name what the caller must not know of."""
    found = of_issues()
    if found.source.reason is not None and not access.may_see_all_teams(user):
        reason, action = HELD_BACK
        found = replace(found, source=replace(found.source, reason=reason, action=action))
    gone = scope.horizons.not_kept(Kind.ISSUES, begins_at=scope.begins_at)
    if gone:
        found = replace(found, complete=False, reason=f"{found.reason or ''} {gone}".strip())
    return issue_schemas.IssueCompleteness.from_orm(found)


@router.get(
    "/issues/figures",
    response={200: issue_schemas.IssueFigures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="issue_figures",
)
def figures(
    request: HttpRequest, filters: Query[issue_schemas.IssueFilters]
) -> issue_schemas.IssueFigures:
    """Cycle time, flow efficiency, throughput and work in progress of a range."""
    user = caller(request)
    asked = _asked(user, filters)
    found = queries.figures(asked)
    return issue_schemas.IssueFigures(**dict(found), completeness=_behind(user, asked.scope))


@router.get(
    "/issues/scatter",
    response={200: issue_schemas.IssueScatter, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="issue_scatter",
)
def scatter(
    request: HttpRequest, filters: Query[issue_schemas.IssueFilters]
) -> issue_schemas.IssueScatter:
    user = caller(request)
    asked = _asked(user, filters)
    found = rows.scatter(asked)
    return issue_schemas.IssueScatter(**dict(found), completeness=_behind(user, asked.scope))


@router.get(
    "/issues/choices",
    response={200: results.IssueChoices, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="issue_choices",
)
def list_choices(request: HttpRequest) -> results.IssueChoices:
    """Projects and types of the issues of teams that the caller sees."""
    return rows.choices(seen_by(caller(request)))


@router.get(
    "/issues",
    response={200: issue_schemas.IssuePage, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="issues",
)
def table(
    request: HttpRequest, filters: Query[issue_schemas.IssuePageFilters]
) -> issue_schemas.IssuePage:
    user = caller(request)
    asked = _asked(user, filters)
    found = rows.page(asked, _table(filters), page=filters.page, page_size=filters.page_size)
    return issue_schemas.IssuePage(**dict(found), completeness=_behind(user, asked.scope))


@router.get(
    "/issues.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="issues_csv",
    openapi_extra=downloads("text/csv"),
)
def export(
    request: HttpRequest, filters: Query[issue_schemas.IssueTableFilters]
) -> StreamingHttpResponse:
    user = caller(request)
    asked, wanted = _asked(user, filters), _table(filters)
    total = exportable(rows.count(asked, wanted))
    record(
        name="issues_exported",
        actor=user,
        subject=asked.scope.team,
        detail={"from": str(filters.from_), "to": str(filters.to), "rows": total},
    )
    return csv_answer(
        rows.everything(asked, wanted),
        kind=results.IssueRow,
        name=f"issues-{filters.from_}-{filters.to}.csv",
    )


@router.get(
    "/issues/{int:issue_id}",
    response={200: results.IssueDetail, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="issue",
)
def detail(request: HttpRequest, issue_id: int) -> results.IssueDetail:
    """One issue with what happened to it. 404 where it is in no team that the caller sees."""
    found = rows.detail(
        issue_id, within=seen_by(caller(request)), names=names_for_reader(caller(request))
    )
    if found is None:
        raise Http404
    return found


@router.get(
    "/sprints",
    response={200: results.SprintList, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="sprints",
)
def list_sprints(
    request: HttpRequest, filters: Query[issue_schemas.IssueFilters]
) -> results.SprintList:
    """The latest sprints that went on in the range, each with what it took on and what became of it."""
    return results.SprintList(items=sprints.listed(_asked(caller(request), filters)))


@router.get(
    "/sprints.csv",
    response={ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="sprints_csv",
    openapi_extra=downloads("text/csv"),
)
def export_sprints(
    request: HttpRequest, filters: Query[issue_schemas.IssueFilters]
) -> StreamingHttpResponse:
    user = caller(request)
    asked = _asked(user, filters)
    found = sprints.listed(asked)
    record(
        name="sprints_exported",
        actor=user,
        subject=asked.scope.team,
        detail={"from": str(filters.from_), "to": str(filters.to), "rows": len(found)},
    )
    return csv_answer(
        map(sprints.line, found),
        kind=results.SprintLine,
        name=f"sprints-{filters.from_}-{filters.to}.csv",
    )


@router.get(
    "/sprints/{int:sprint_id}",
    response={200: results.SprintDetail, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="sprint",
)
def one_sprint(
    request: HttpRequest, sprint_id: int, filters: Query[issue_schemas.IssueFilters]
) -> results.SprintDetail:
    """One sprint with its burn-up, of the issues of the team."""
    found = sprints.detail(_asked(caller(request), filters), sprint_id)
    if found is None:
        raise Http404
    return found
