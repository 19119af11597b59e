"""Figures of automated test runs, and single tests with who muted them."""

from datetime import timedelta

from django.db import transaction
from django.http import Http404, HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from backend import clock
from backend.accounts import access
from backend.accounts.models import User
from backend.api import run_schemas, schemas
from backend.api.completeness import behind
from backend.api.errors import ERRORS, Unprocessable
from backend.api.export import csv_answer, downloads
from backend.api.rules import ADMINISTERS, READS_FIGURES, READS_PULL_REQUESTS, caller
from backend.api.scoped import names_for_reader, scope_for, searched, seen_by
from backend.audit.events import record
from backend.delivery.models import AutomatedTest
from backend.delivery.store import muting
from backend.delivery.store.horizons import Kind
from backend.metrics.scope import InvalidRange, Scope, scope_of
from backend.metrics.test_runs import groups, queries, results, single
from backend.metrics.test_runs.narrowing import Narrowing

router = Router(tags=["tests"])
MUTED_FOR_AT_MOST = timedelta(days=366)
CSV = downloads("text/csv")
DEFAULT_SORTS: dict[single.Kind, str] = {
    "flaky": "-flake_rate",
    "failing": "-failed",
    "slowest": "-mean",
}


def _narrowing(filters: run_schemas.RunFilters) -> Narrowing:
    return Narrowing(
        repository=filters.repository,
        source=filters.source,
        workflow=filters.workflow,
        branch=filters.branch,
        branches=filters.branches,
    )


@router.get(
    "/tests/figures",
    response={200: run_schemas.RunFigures, ERRORS: schemas.Error},
    by_alias=True,
    auth=READS_FIGURES,
    operation_id="run_figures",
)
def figures(request: HttpRequest, filters: Query[run_schemas.RunFilters]) -> run_schemas.RunFigures:
    """What ran in a range: how often it failed, how long it took, and what of that was wasted."""
    scope = scope_for(caller(request), filters)
    found = queries.figures(scope, _narrowing(filters))
    return run_schemas.RunFigures(**dict(found), completeness=behind(scope, kept=[Kind.TEST_RUNS]))


@router.get(
    "/tests/choices",
    response={200: results.RunChoices, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_choices",
)
def choices(request: HttpRequest, filters: Query[schemas.Filters]) -> results.RunChoices:
    """Workflows, checks and contexts that ran in a range, to narrow it by."""
    return queries.choices(scope_for(caller(request), filters))


@router.get(
    "/tests/heatmap",
    response={200: results.Heatmap, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_heatmap",
)
def heatmap(request: HttpRequest, filters: Query[run_schemas.RunFilters]) -> results.Heatmap:
    """Workflows by days: runs, failures and durations."""
    return groups.heatmap(scope_for(caller(request), filters), _narrowing(filters))


def _table(user: User, filters: run_schemas.GroupFilters, by: groups.By) -> groups.Table:
    seen = access.visible_teams(user).values_list("pk", flat=True) if by == "team" else ()
    return groups.Table(
        by=by, search=searched(filters.search), sort=filters.sort, teams=tuple(seen)
    )


def _groups(
    request: HttpRequest, filters: run_schemas.GroupPageFilters, by: groups.By
) -> results.RunGroups:
    user = caller(request)
    return groups.page(
        scope_for(user, filters),
        _narrowing(filters),
        _table(user, filters, by),
        page=filters.page,
        page_size=filters.page_size,
    )


@router.get(
    "/tests/workflows",
    response={200: results.RunGroups, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_workflows",
)
def workflows(
    request: HttpRequest, filters: Query[run_schemas.GroupPageFilters]
) -> results.RunGroups:
    """Runs by workflow, check and context."""
    return _groups(request, filters, "workflow")


@router.get(
    "/tests/jobs",
    response={200: results.RunGroups, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_jobs",
)
def jobs(request: HttpRequest, filters: Query[run_schemas.GroupPageFilters]) -> results.RunGroups:
    """Jobs of workflow runs, by repository and name."""
    return _groups(request, filters, "job")


@router.get(
    "/tests/branches",
    response={200: results.RunGroups, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_branches",
)
def branches(
    request: HttpRequest, filters: Query[run_schemas.GroupPageFilters]
) -> results.RunGroups:
    """Runs by repository and branch; those whose branch is not told are left out."""
    return _groups(request, filters, "branch")


@router.get(
    "/tests/teams",
    response={200: results.RunGroups, ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_teams",
)
def teams(request: HttpRequest, filters: Query[run_schemas.GroupPageFilters]) -> results.RunGroups:
    """Runs by team, of the teams that the caller sees; a run counts for each of its teams."""
    return _groups(request, filters, "team")


@router.get(
    "/tests/workflows.csv",
    response={ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_workflows_csv",
    openapi_extra=CSV,
)
def workflows_csv(
    request: HttpRequest, filters: Query[run_schemas.GroupFilters]
) -> StreamingHttpResponse:
    return _groups_csv(request, filters, "workflow", name="workflows")


@router.get(
    "/tests/jobs.csv",
    response={ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_jobs_csv",
    openapi_extra=CSV,
)
def jobs_csv(
    request: HttpRequest, filters: Query[run_schemas.GroupFilters]
) -> StreamingHttpResponse:
    return _groups_csv(request, filters, "job", name="jobs")


@router.get(
    "/tests/branches.csv",
    response={ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_branches_csv",
    openapi_extra=CSV,
)
def branches_csv(
    request: HttpRequest, filters: Query[run_schemas.GroupFilters]
) -> StreamingHttpResponse:
    return _groups_csv(request, filters, "branch", name="branches")


@router.get(
    "/tests/teams.csv",
    response={ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="run_teams_csv",
    openapi_extra=CSV,
)
def teams_csv(
    request: HttpRequest, filters: Query[run_schemas.GroupFilters]
) -> StreamingHttpResponse:
    return _groups_csv(request, filters, "team", name="teams")


def _groups_csv(
    request: HttpRequest, filters: run_schemas.GroupFilters, by: groups.By, *, name: str
) -> StreamingHttpResponse:
    user = caller(request)
    scope = scope_for(user, filters)
    found = groups.everything(scope, _narrowing(filters), _table(user, filters, by))
    _exported(user, scope, what=name, rows=len(found))
    return csv_answer(found, kind=results.RunGroup, name=f"{name}-{filters.from_}-{filters.to}.csv")


def _exported(user: User, scope: Scope, *, what: str, rows: int) -> None:
    record(
        name=f"{what}_exported",
        actor=user,
        subject=scope.team,
        detail={"from": str(scope.start), "to": str(scope.end), "rows": rows},
    )


def _listed(filters: run_schemas.TestFilters, kind: single.Kind) -> single.Table:
    return single.Table(
        kind=kind,
        show=filters.show,
        search=searched(filters.search),
        sort=filters.sort or DEFAULT_SORTS[kind],
    )


def _tests(
    request: HttpRequest, filters: run_schemas.TestPageFilters, kind: single.Kind
) -> results.Tests:
    return single.page(
        scope_for(caller(request), filters),
        Narrowing(repository=filters.repository),
        _listed(filters, kind),
        page=filters.page,
        page_size=filters.page_size,
    )


def _tests_csv(
    request: HttpRequest, filters: run_schemas.TestFilters, kind: single.Kind
) -> StreamingHttpResponse:
    user = caller(request)
    scope = scope_for(user, filters)
    found = single.everything(
        scope, Narrowing(repository=filters.repository), _listed(filters, kind)
    )
    _exported(user, scope, what=f"{kind}_tests", rows=len(found))
    return csv_answer(
        [results.TestLine.of(test) for test in found],
        kind=results.TestLine,
        name=f"{kind}-tests-{filters.from_}-{filters.to}.csv",
    )


@router.get(
    "/tests/flaky",
    response={200: results.Tests, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="flaky_tests",
)
def flaky(request: HttpRequest, filters: Query[run_schemas.TestPageFilters]) -> results.Tests:
    """Tests with both outcomes on a commit of the range, with the commits that prove it."""
    return _tests(request, filters, "flaky")


@router.get(
    "/tests/failing",
    response={200: results.Tests, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="failing_tests",
)
def failing(request: HttpRequest, filters: Query[run_schemas.TestPageFilters]) -> results.Tests:
    """Tests that failed in the range."""
    return _tests(request, filters, "failing")


@router.get(
    "/tests/slowest",
    response={200: results.Tests, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="slowest_tests",
)
def slowest(request: HttpRequest, filters: Query[run_schemas.TestPageFilters]) -> results.Tests:
    """Tests by the time that they take."""
    return _tests(request, filters, "slowest")


@router.get(
    "/tests/flaky.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="flaky_tests_csv",
    openapi_extra=CSV,
)
def flaky_csv(
    request: HttpRequest, filters: Query[run_schemas.TestFilters]
) -> StreamingHttpResponse:
    return _tests_csv(request, filters, "flaky")


@router.get(
    "/tests/failing.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="failing_tests_csv",
    openapi_extra=CSV,
)
def failing_csv(
    request: HttpRequest, filters: Query[run_schemas.TestFilters]
) -> StreamingHttpResponse:
    return _tests_csv(request, filters, "failing")


@router.get(
    "/tests/slowest.csv",
    response={ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="slowest_tests_csv",
    openapi_extra=CSV,
)
def slowest_csv(
    request: HttpRequest, filters: Query[run_schemas.TestFilters]
) -> StreamingHttpResponse:
    return _tests_csv(request, filters, "slowest")


@router.get(
    "/tests/{int:test_id}",
    response={200: results.TestDetail, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="test",
)
def one(request: HttpRequest, test_id: int, days: Query[run_schemas.Days]) -> results.TestDetail:
    """One test over a range. 404 where no team that the caller sees has worked on its repository."""
    if not single.may_be_seen(test_id, within=seen_by(caller(request))):
        raise Http404
    try:
        scope = scope_of(team=None, start=days.from_, end=days.to, reader=caller(request))
    except InvalidRange as error:
        raise Unprocessable(str(error)) from error
    found = single.detail(scope, test_id)
    if found is None:
        raise Http404
    return found


@router.post(
    "/tests/{int:test_id}/mute",
    response={200: run_schemas.MuteAnswer, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="mute_test",
)
@transaction.atomic
def mute(request: HttpRequest, test_id: int, wish: run_schemas.Mute) -> run_schemas.MuteAnswer:
    """Mute a flaky test for a reason and until a day. Its results count as before."""
    user, test = caller(request), _test(test_id)
    _check_end(wish)
    muted = muting.mute(test=test, reason=wish.reason.strip(), until=wish.until, by=user)
    record(
        name="test_muted",
        actor=user,
        subject=test,
        detail={"until": str(muted.until)},
    )
    return run_schemas.MuteAnswer(
        muted=results.MutedUntil(
            reason=muted.reason,
            until=muted.until,
            by=names_for_reader(user).of_account(
                user.get_short_name(), account=user.pk, person=user.person_id
            ),
            at=muted.muted_at,
        )
    )


@router.delete(
    "/tests/{int:test_id}/mute",
    response={200: run_schemas.MuteAnswer, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="unmute_test",
)
@transaction.atomic
def unmute(request: HttpRequest, test_id: int) -> run_schemas.MuteAnswer:
    """Take the word back; of a test that is not muted nothing happens."""
    test = _test(test_id)
    if muting.unmute(test=test):
        record(name="test_unmuted", actor=caller(request), subject=test)
    return run_schemas.MuteAnswer(muted=None)


def _test(test_id: int) -> AutomatedTest:
    found = AutomatedTest.objects.filter(pk=test_id).first()
    if found is None:
        raise Http404
    return found


def _check_end(wish: run_schemas.Mute) -> None:
    today = clock.now().date()
    if not today <= wish.until <= today + MUTED_FOR_AT_MOST:
        raise Unprocessable(
            f"The last day must be from {today} to {today + MUTED_FOR_AT_MOST}: what is muted for longer is forgotten."
        )
