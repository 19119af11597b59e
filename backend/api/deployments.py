"""Figures and rows of deployments, reports of new ones, and what people say of what fixed one."""

from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router, Status

from backend.accounts import access
from backend.accounts.models import User
from backend.api import deployment_schemas, reports, schemas
from backend.api.completeness import behind
from backend.api.errors import ERRORS, Unprocessable
from backend.api.export import csv_answer, downloads
from backend.api.ingest import reporter, reporting, sent_with
from backend.api.rules import ADMINISTERS, READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import exportable, names_for_reader, scope_for, searched, seen_by, team_for
from backend.audit.events import record
from backend.delivery.store import reported
from backend.delivery.store.horizons import Kind
from backend.metrics.deployments import choices, corrections, queries, results, rows
from backend.metrics.deployments.asked import Asked
from backend.metrics.deployments.detail import detail
from backend.metrics.deployments.explained import Wanted, explained
from backend.metrics.formulas import weeks
from backend.metrics.models import ServiceDeployment
from backend.people.models import Team
from backend.pipeline import bell
from backend.sources.models import Hint

router = Router(tags=["deployments"])
RESTS_ON = (Hint.Kind.COMMITS, Hint.Kind.DEPLOYMENTS)
KEPT = (Kind.DEPLOYMENTS, Kind.PULL_REQUESTS)
"""Besides pull requests."""


def _asked(user: User, filters: deployment_schemas.DeploymentFilters) -> Asked:
    """Raises access.Denied and Unprocessable."""
    return Asked(
        scope=scope_for(user, filters),
        environment=filters.environment,
        repository=filters.repository,
        service=filters.service,
    )


def _table(filters: deployment_schemas.DeploymentTableFilters) -> rows.Table:
    return rows.Table(outcome=filters.outcome, search=searched(filters.search), sort=filters.sort)


@router.get(
    "/deployments/figures",
    response={200: deployment_schemas.DeploymentFigures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="deployment_figures",
)
def figures(
    request: HttpRequest, filters: Query[deployment_schemas.DeploymentFilters]
) -> deployment_schemas.DeploymentFigures:
    """The four keys of a range, with their distributions, weeks and bands."""
    asked = _asked(caller(request), filters)
    found = queries.figures(asked)
    return deployment_schemas.DeploymentFigures(
        **dict(found), completeness=behind(asked.scope, also=RESTS_ON, kept=KEPT)
    )


@router.get(
    "/deployments/choices",
    response={200: results.Choices, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="deployment_choices",
)
def list_choices(request: HttpRequest) -> results.Choices:
    """Services and environments of the teams that the caller sees, and environments that no rule maps."""
    return choices.choices(seen_by(caller(request)))


@router.get(
    "/deployments",
    response={200: deployment_schemas.DeploymentPage, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="deployments",
)
def table(
    request: HttpRequest, filters: Query[deployment_schemas.DeploymentPageFilters]
) -> deployment_schemas.DeploymentPage:
    """Deployments that finished in the range, and those that began in it and go on."""
    asked = _asked(caller(request), filters)
    found = rows.page(asked, _table(filters), page=filters.page, page_size=filters.page_size)
    return deployment_schemas.DeploymentPage(
        **dict(found), completeness=behind(asked.scope, also=RESTS_ON, kept=KEPT)
    )


@router.post(
    "/deployments",
    response={
        frozenset({200, 201}): reports.ReportedDeployment,
        ERRORS | {409}: schemas.Error,
    },
    auth=reporting("deployments"),
    operation_id="report_deployment",
)
def report(
    request: HttpRequest, told: reports.DeploymentReport
) -> Status[reports.ReportedDeployment]:
    """Tell of a deployment, with an ingest token: once it has ended, or when it begins and again when it ends.

    201 the first time, 200 after that. One that has ended does not go on again.
    """
    repository = reporter(request, named=told.repository)
    with reports.taking():
        stored, news = reported.report_deployment(
            repository=repository,
            token=sent_with(request),
            told=reported.DeploymentReport(
                external_id=told.id,
                service=told.service,
                environment=told.environment,
                sha=told.sha,
                outcome=told.outcome,
                started_at=told.started_at,
                finished_at=told.finished_at,
            ),
        )
    counts_as, why = reports.counts_as(repository, told.environment, told.service)
    answer = reports.ReportedDeployment(
        id=stored.external_id,
        status=news,
        outcome=cast("results.OutcomeName", stored.outcome),
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        counts_as=counts_as,
        why=why,
    )
    return Status(reports.status_of(news), answer)


@router.get(
    "/deployments.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="deployments_csv",
    openapi_extra=downloads("text/csv"),
)
def export(
    request: HttpRequest, filters: Query[deployment_schemas.DeploymentTableFilters]
) -> StreamingHttpResponse:
    user = caller(request)
    asked, wanted = _asked(user, filters), _table(filters)
    total = exportable(rows.count(asked, wanted))
    record(
        name="deployments_exported",
        actor=user,
        subject=asked.scope.team,
        detail={"from": str(filters.from_), "to": str(filters.to), "rows": total},
    )
    return csv_answer(
        rows.everything(asked, wanted),
        kind=results.DeploymentRow,
        name=f"deployments-{filters.from_}-{filters.to}.csv",
    )


@router.get(
    "/deployments/candidates",
    response={200: results.CandidatePage, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="deployment_candidates",
)
def list_candidates(
    request: HttpRequest, filters: Query[deployment_schemas.CandidateFilters]
) -> results.CandidatePage:
    """Everything that may be a deployment, newest first, and why it is one or none.

    Of a team: of the repositories that hold its pull requests.
    """
    team = team_for(caller(request), filters.team)
    return explained(
        Wanted(
            repository=filters.repository,
            source=filters.source,
            environment=filters.environment or None,
            counts={"all": None, "yes": True, "no": False}[filters.counts],
            search=filters.search,
            since=weeks.midnight(filters.since, ZoneInfo("UTC")) if filters.since else None,
        ),
        within=None if team is None else Team.objects.filter(pk=team.pk),
        page=filters.page,
        page_size=filters.page_size,
    )


@router.get(
    "/deployments/{int:deployment_id}",
    response={200: results.DeploymentDetail, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_PULL_REQUESTS,
    operation_id="deployment",
)
def one(request: HttpRequest, deployment_id: int) -> results.DeploymentDetail:
    """One deployment with its changes and its fixes. 404 where it is of no team that the caller sees."""
    return _detail(caller(request), deployment_id)


@router.post(
    "/deployments/{int:deployment_id}/fixes",
    response={200: results.DeploymentDetail, ERRORS: schemas.Error},
    by_alias=True,
    auth=ADMINISTERS,
    operation_id="correct_fix",
)
def correct(
    request: HttpRequest, deployment_id: int, said: deployment_schemas.FixCorrection
) -> results.DeploymentDetail:
    """Say that something fixed it, or did not. It is recorded, and the figures follow in a moment."""
    user = caller(request)
    word = corrections.Word(**said.model_dump())
    try:
        with transaction.atomic():
            corrections.correct(_stored(deployment_id), word, acting_user=user)
            transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    except corrections.InvalidCorrection as error:
        raise Unprocessable(str(error)) from error
    return _detail(user, deployment_id)


@router.delete(
    "/deployments/{int:deployment_id}/fixes/{int:correction_id}",
    response={200: results.DeploymentDetail, ERRORS: schemas.Error},
    by_alias=True,
    auth=ADMINISTERS,
    operation_id="withdraw_correction",
)
def withdraw(
    request: HttpRequest, deployment_id: int, correction_id: int
) -> results.DeploymentDetail:
    """Take such a word back: what was found by itself holds again."""
    user = caller(request)
    with transaction.atomic():
        if not corrections.withdraw(_stored(deployment_id), correction_id, acting_user=user):
            raise Http404
        transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    return _detail(user, deployment_id)


def _stored(deployment_id: int) -> ServiceDeployment:
    found = ServiceDeployment.objects.filter(pk=deployment_id).first()
    if found is None:
        raise Http404
    return found


def _detail(user: User, deployment_id: int) -> results.DeploymentDetail:
    found = detail(
        deployment_id,
        within=seen_by(user),
        names=names_for_reader(user),
        may_correct=access.may_administer(user),
    )
    if found is None:
        raise Http404
    return found
