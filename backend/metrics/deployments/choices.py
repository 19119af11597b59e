"""Which services and environments there are to choose from, and which environments count nowhere."""

from datetime import datetime
from heapq import nlargest
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet

from backend.delivery import candidates
from backend.delivery.models import Repository
from backend.delivery.store.deployment_rules import deployment_rules
from backend.metrics.deployments import results
from backend.metrics.models import DeploymentTeam, PullRequestTeam, ServiceDeployment
from backend.people.models import Team

AT_MOST: Final = 200
"""Of services and of unmapped environments: reporters name both. Those with the most deployments are told."""


def choices(within: QuerySet[Team] | None) -> results.Choices:
    """For those who see these teams; None: all, and what is in none. Five statements."""
    services, unmapped = _services(within), _unmapped(within)
    most = nlargest(AT_MOST, services, key=lambda one: one.deployments)
    usual = nlargest(AT_MOST, unmapped, key=lambda one: one.n)
    return results.Choices(
        services=sorted(most, key=lambda one: (one.repository, one.service)),
        services_in_all=len(services),
        environments=_environments(within),
        unmapped=sorted(usual, key=_latest, reverse=True),
        unmapped_in_all=len(unmapped),
    )


def _latest(one: results.Unmapped) -> tuple[datetime, str, str]:
    return one.latest_at, one.repository, one.name


def concerned(within: QuerySet[Team] | None) -> QuerySet[Repository]:
    """Repositories that those who see these teams have to do with: they hold pull requests of the teams."""
    found = Repository.objects.all()
    if within is None:
        return found
    bridge = PullRequestTeam.objects.filter(team__in=within)
    return found.filter(Exists(bridge.filter(fact__pull_request__repository=OuterRef("pk"))))


def _known(within: QuerySet[Team] | None) -> QuerySet[ServiceDeployment]:
    found = ServiceDeployment.objects.all()
    if within is None:
        return found
    return found.filter(pk__in=DeploymentTeam.objects.filter(team__in=within).values("deployment"))


def _services(within: QuerySet[Team] | None) -> list[results.Service]:
    found = _known(within).values("repository__name_with_owner", "service")
    return [
        results.Service(
            repository=one["repository__name_with_owner"],
            service=one["service"],
            deployments=one["n"],
        )
        for one in found.annotate(n=Count("pk"))
    ]


def _environments(within: QuerySet[Team] | None) -> list[results.EnvironmentChoice]:
    """In the order of their tiers."""
    found = dict(_known(within).values_list("environment").annotate(n=Count("pk")))
    return [
        results.EnvironmentChoice(environment=tier, deployments=found[tier])
        for tier in results.TIERS
        if tier in found
    ]


def _unmapped(within: QuerySet[Team] | None) -> list[results.Unmapped]:
    """Environments of deployments that neither a rule nor a built-in name maps."""
    rules = deployment_rules()
    return [
        results.Unmapped(
            repository=kind.repository,
            source=kind.source,
            name=kind.name,
            n=kind.possible,
            latest_at=kind.latest_at,
            reason=candidates.verdict(kind, rules).reason,
        )
        for kind in candidates.unmapped(candidates.Asked(_ids(within)), rules)
    ]


def _ids(within: QuerySet[Team] | None) -> list[int] | None:
    return None if within is None else list(concerned(within).values_list("pk", flat=True))
