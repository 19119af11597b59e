"""Single deployments: for the table, the export and the page of one. Rows are no aggregates.

A deployment is of the teams whose changes it brought. One that brought none (an attempt, a baseline, a rollback, the
same again) may be looked at by the teams that its service's other deployments are of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    Exists,
    F,
    FloatField,
    Min,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from backend.metrics.deployments import results
from backend.metrics.deployments.asked import Asked
from backend.metrics.deployments.links import address
from backend.metrics.models import DeployedChange, DeploymentFix, DeploymentTeam, ServiceDeployment
from backend.metrics.scope import Scope
from backend.people.models import Team

SORTS = {
    "finished_at": "happened_at",
    "repository": "repository__name_with_owner",
    "service": "service",
    "outcome": "outcome",
    "changes": "changes_n",
    "lead_time": "lead_time_median",
    "restore": "restore_seconds",
}
_FIELDS = {
    "pk": "id",
    "repository__name_with_owner": "repository",
    "repository__connection__url": "server",
    "changes_n": "changes",
    "direct_commit_count": "direct_commits",
}
_OWN = (
    "service", "environment", "source", "key", "sha", "outcome", "role", "started_at",
    "finished_at", "lead_time_median", "failed_in_use", "restore_seconds", "contents_reason",
)  # fmt: skip
FIELDS = (*_FIELDS, *_OWN)


@dataclass(frozen=True)
class Table:
    outcome: str = "all"
    """all, succeeded, failed_in_use (it succeeded, and had to be fixed), failed, in_progress."""
    search: str = ""
    sort: str = "-finished_at"


class _Median(Aggregate):
    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def page(asked: Asked, table: Table, *, page: int, page_size: int) -> results.DeploymentPage:
    """One page of the table. Two statements."""
    found = _found(asked, table)
    begin = (page - 1) * page_size
    return results.DeploymentPage(
        items=[row(values) for values in _sorted(found, asked, table)[begin : begin + page_size]],
        total=found.count(),
        page=page,
        page_size=page_size,
    )


def count(asked: Asked, table: Table) -> int:
    """How many rows the whole table has."""
    return _found(asked, table).count()


def everything(asked: Asked, table: Table) -> Iterator[results.DeploymentRow]:
    """The whole table, read as it is used."""
    for values in _sorted(_found(asked, table), asked, table).iterator(chunk_size=2000):
        yield row(values)


def visible(within: QuerySet[Team] | None) -> QuerySet[ServiceDeployment]:
    """Deployments that those who see these teams may look at; None: all teams, and what is in none."""
    found = ServiceDeployment.objects.all()
    if within is None:
        return found
    return found.filter(
        Exists(DeploymentTeam.objects.filter(deployment=OuterRef("pk"), team__in=within))
        | Q(~Exists(DeploymentTeam.objects.filter(deployment=OuterRef("pk"))))
        & _service_of(DeploymentTeam.objects.filter(team__in=within))
    )


def measured(
    found: QuerySet[ServiceDeployment], changes: QuerySet[DeployedChange]
) -> QuerySet[ServiceDeployment]:
    """With what a row tells of the changes asked about, and of what it took to restore it.

    What a deployment brought is null, not 0, where it is not known.
    """
    of_it = changes.filter(deployment=OuterRef("pk")).order_by().values("deployment")
    fixes = DeploymentFix.objects.filter(failed=OuterRef("pk")).order_by().values("failed")
    return found.annotate(
        changes_n=Case(
            When(
                commit_count__isnull=False,
                then=Coalesce(Subquery(of_it.annotate(n=Count("pk")).values("n")), 0),
            )
        ),
        lead_time_median=Subquery(of_it.annotate(n=_Median("lead_seconds")).values("n")),
        failed_in_use=Exists(DeploymentFix.objects.filter(failed=OuterRef("pk"))),
        restore_seconds=Subquery(fixes.annotate(n=Min("restore_seconds")).values("n")),
    )


def row(values: dict[str, Any]) -> results.DeploymentRow:
    return results.DeploymentRow(**told(values))


def told(values: dict[str, Any]) -> dict[str, Any]:
    """A row's fields by name."""
    found = {_FIELDS.get(name, name): value for name, value in values.items()}
    found["url"] = address(
        f"{found['server']}/{found['repository']}", found["source"], found["key"], found["sha"]
    )
    found["role"] = found["role"] or None
    found["contents_reason"] = found["contents_reason"] or None
    return {name: found[name] for name in results.DeploymentRow.model_fields}


def _found(asked: Asked, table: Table) -> QuerySet[ServiceDeployment]:
    scope = asked.scope
    found = ServiceDeployment.objects.filter(environment=asked.environment)
    if asked.repository:
        found = found.filter(repository__name_with_owner=asked.repository)
    if asked.service:
        found = found.filter(service=asked.service)
    if scope.team:
        found = found.filter(_of_team(scope.team, scope))
    found = found.filter(
        Q(finished_at__gte=scope.begins_at, finished_at__lt=scope.ends_at)
        | Q(finished_at=None, started_at__gte=scope.begins_at, started_at__lt=scope.ends_at)
    )
    return _searched(_with_outcome(found, table.outcome), table.search)


def _of_team(team: Team, scope: Scope) -> Q:
    of_it = DeploymentTeam.objects.filter(team=team)
    in_range = of_it.filter(finished_at__gte=scope.begins_at, finished_at__lt=scope.ends_at)
    return Q(pk__in=in_range.values("deployment")) | (
        ~Q(outcome=ServiceDeployment.Outcome.SUCCEEDED) & _service_of(of_it)
    )


def _service_of(bridge: QuerySet[DeploymentTeam]) -> Q:
    """The deployment's service has others in the bridge."""
    return Q(
        Exists(
            bridge.filter(
                deployment__repository=OuterRef("repository"),
                deployment__service=OuterRef("service"),
                deployment__environment=OuterRef("environment"),
            )
        )
    )


def _with_outcome(found: QuerySet[ServiceDeployment], outcome: str) -> QuerySet[ServiceDeployment]:
    if outcome == "all":
        return found
    if outcome == "failed_in_use":
        return found.filter(Exists(DeploymentFix.objects.filter(failed=OuterRef("pk"))))
    return found.filter(outcome=outcome)


def _searched(found: QuerySet[ServiceDeployment], search: str) -> QuerySet[ServiceDeployment]:
    """Every word must be in the repository, the service or the key, or begin the commit's sha."""
    for word in search.split():
        found = found.filter(
            Q(repository__name_with_owner__icontains=word)
            | Q(service__icontains=word)
            | Q(key__icontains=word)
            | Q(sha__startswith=word.lower())
        )
    return found


def _sorted(
    found: QuerySet[ServiceDeployment], asked: Asked, table: Table
) -> QuerySet[ServiceDeployment, dict[str, Any]]:
    rows = measured(found, _changes(asked.scope)).annotate(
        happened_at=Coalesce("finished_at", "started_at")
    )
    ordered = rows.order_by(_order(table.sort), "-pk")
    told_of: QuerySet[ServiceDeployment, dict[str, Any]] = ordered.values(*FIELDS)
    return told_of


def _changes(scope: Scope) -> QuerySet[DeployedChange]:
    found = DeployedChange.objects.all()
    if not scope.with_bots:
        found = found.filter(is_bot=False)
    if scope.team:
        found = found.filter(pull_request__fact__teams__team=scope.team)
    return found


def _order(sort: str) -> OrderBy:
    field = F(SORTS[sort.removeprefix("-")])
    return field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
