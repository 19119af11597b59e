"""How complete the collected data is: the ledger, and what was given up, to be tried again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, cast

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from ninja import Query, Router

from backend.accounts import access
from backend.api import schemas
from backend.api.errors import ERRORS
from backend.api.rules import ADMINISTERS, READS_STATUS, caller
from backend.audit.events import record
from backend.connections.store import JIRA_KINDS
from backend.delivery.store.horizons import Kind
from backend.metrics.models import PullRequestFact, PullRequestTeam
from backend.metrics.scope import Scope
from backend.people.models import Identity
from backend.pipeline import bell
from backend.sources import activity, completeness, issue_completeness
from backend.sources.completeness import Entry, Line
from backend.sources.issue_completeness import ProjectLine
from backend.sources.models import Hint, SyncRun

router = Router(tags=["completeness"])
PARKED_SHOWN = 100
T = TypeVar("T")


@router.get(
    "/completeness",
    response={200: schemas.Quality, ERRORS: schemas.Error},
    auth=READS_STATUS,
    operation_id="completeness",
)
def quality(request: HttpRequest, filters: Query[schemas.QualityFilters]) -> schemas.Quality:
    """Connections, repositories and parked work by name are for those who read the administration."""
    user = caller(request)
    lines = completeness.ledger()
    named = access.may_read_administration(user)
    connections = activity.connections() if named else []
    slugs = {one.connection.pk: one.connection.slug for one in connections}
    left = _left(lines, filters, slugs) if named else []
    projects = issue_completeness.projects()
    read = [project.issues for project in projects if project.is_read]
    kinds = completeness.totals(lines) if lines or not projects else []
    if projects:
        kinds.append(completeness.total_of(Hint.Kind.ISSUES, read))
    # Those that need somebody first.
    shown = sorted(projects, key=lambda one: (one.is_whole, not one.is_read)) if named else []
    size = filters.page_size
    parked, parked_total = activity.parked(PARKED_SHOWN) if named else ([], 0)
    return schemas.Quality(
        complete=bool(lines or projects)
        and all(line.is_whole for line in lines)
        and all(line.is_whole for line in projects),
        fresh_to=completeness.fresh_to(),
        kinds=[schemas.KindTotal.from_orm(total) for total in kinds],
        connections=[_connection(one) for one in connections],
        repositories=_repositories(_page(left, filters.page, size), slugs),
        total=len(left),
        page=filters.page,
        page_size=size,
        projects=_projects(_page(shown, filters.projects_page, size), slugs),
        projects_total=len(shown),
        projects_page=filters.projects_page,
        parked=[_parked(one) for one in parked],
        parked_total=parked_total,
        unmatched=_unmatched() if named else None,
        left_out=_left_out() if named else [],
        sees_all=named,
        may_retry=access.may_administer(user),
    )


@router.post(
    "/completeness/retry",
    response={200: schemas.Retried, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="retry_parked",
)
@transaction.atomic
def retry(request: HttpRequest, asked: schemas.Retry) -> schemas.Retried:
    """Try parked work again, as if it were new. What is not parked any more is passed over."""
    found = activity.retry(asked.work)
    for hint in found:
        record(name="retry_asked_for", actor=caller(request), subject=hint)
    if found:
        transaction.on_commit(bell.ring)
    return schemas.Retried(retried=len(found))


def behind(
    scope: Scope, *, also: Sequence[str] = (), kept: Sequence[str] = (Kind.PULL_REQUESTS,)
) -> schemas.Completeness:
    """Whether the figures of a scope rest on all there is: pull requests, and further kinds; and on all there was, of
    what is `kept` for a time. Two statements, or three.
    """
    concerns: Combinable = Value(value=True)
    if scope.team is not None:
        concerns = Exists(
            PullRequestTeam.objects.filter(
                team=scope.team, fact__pull_request__repository=OuterRef("pk")
            )
        )
    found = completeness.of_figures(ends_at=scope.ends_at, concerns=concerns)
    lacking = completeness.lacking(also, concerns=concerns) if also else None
    gone = scope.horizons.not_kept(*kept, begins_at=scope.begins_at)
    reasons = [reason for reason in (found.reason, lacking, gone) if reason]
    if reasons:
        found = replace(found, complete=False, reason=" ".join(reasons))
    return schemas.Completeness.from_orm(found)


def _left(lines: list[Line], filters: schemas.QualityFilters, slugs: dict[int, str]) -> list[Line]:
    wanted = filters.search.casefold()
    return [
        line
        for line in lines
        if wanted in line.name.casefold()
        and filters.connection in {"", slugs.get(line.connection_id)}
        and not (filters.show == "incomplete" and line.is_whole)
    ]


def _repositories(lines: list[Line], slugs: dict[int, str]) -> list[schemas.RepositoryCompleteness]:
    runs = activity.last_runs([line.id for line in lines])
    return [
        schemas.RepositoryCompleteness(
            id=line.id,
            name=line.name,
            connection=slugs.get(line.connection_id, ""),
            state=line.state,
            reason=line.reason or None,
            kinds=[_entry(entry) for entry in line.entries],
            last_run=last_run(runs.get(line.id)),
        )
        for line in lines
    ]


def _page(rows: list[T], page: int, size: int) -> list[T]:
    return rows[(page - 1) * size : page * size]


def _projects(lines: list[ProjectLine], slugs: dict[int, str]) -> list[schemas.ProjectCompleteness]:
    runs = activity.last_runs_of_projects([line.id for line in lines])
    return [
        schemas.ProjectCompleteness(
            id=line.id,
            key=line.key,
            name=line.name,
            connection=slugs.get(line.connection_id, ""),
            state=line.state,
            reason=line.reason or None,
            issues=_entry(line.issues),
            last_run=last_run(runs.get(line.id)),
        )
        for line in lines
    ]


def _entry(entry: Entry) -> schemas.KindEntry:
    return schemas.KindEntry.from_orm(entry)


def last_run(run: SyncRun | None) -> schemas.LastRun | None:
    if run is None:
        return None
    return schemas.LastRun(
        outcome=run.outcome or "running",
        reason=run.reason or None,
        action=run.action or None,
        finished_at=run.finished_at,
    )


def _connection(one: activity.ConnectionActivity) -> schemas.ConnectionQuality:
    connection = one.connection
    return schemas.ConnectionQuality(
        slug=connection.slug,
        name=connection.name,
        url=connection.url,
        state=cast("schemas.ConnectionState", connection.state),
        reason=connection.state_reason or None,
        action=connection.state_action or None,
        server_version=connection.server_version or None,
        repositories=one.repositories,
        projects=one.projects if connection.kind in JIRA_KINDS else None,
        last_synced_at=one.last_synced_at,
        waiting_until=one.waiting_until,
        requests_per_hour=connection.requests_per_hour,
        this_hour=schemas.Asked.from_orm(one.this_hour),
        last_day=schemas.Asked.from_orm(one.last_day),
        quiet_from=connection.quiet_from,
        quiet_to=connection.quiet_to,
    )


def _parked(one: activity.Parked) -> schemas.ParkedWork:
    hint = one.hint
    what = hint.get_kind_display()
    return schemas.ParkedWork(
        id=hint.pk,
        connection=hint.connection.name,
        repository=one.repository,
        what=f"{what}: {hint.key}" if hint.key else what,
        reason=hint.last_error,
        attempts=hint.attempts,
        parked_at=one.since,
    )


def _unmatched() -> schemas.Unmatched:
    found = Identity.objects.filter(person=None, is_bot=False).aggregate(
        accounts=Count("pk", filter=Q(kind=Identity.Kind.USER)),
        git_addresses=Count("pk", filter=Q(kind=Identity.Kind.GIT)),
    )
    return schemas.Unmatched(**found)


def _left_out() -> list[schemas.LeftOut]:
    found = PullRequestFact.objects.aggregate(
        bot_author=Count("pk", filter=Q(is_bot=True)),
        **{
            reason: Count("pk", filter=Q(excluded=reason, is_bot=False))
            for reason in PullRequestFact.Excluded.values
        },
    )
    return [schemas.LeftOut(reason=reason, n=n) for reason, n in found.items() if n]
