"""Which services and environments there are to choose from, and which environments count nowhere."""

from django.db.models import Case, Count, Exists, F, Max, OuterRef, QuerySet, Value, When

from backend.delivery.deployment_rules import API, GITHUB_DEPLOYMENT, judge_name
from backend.delivery.models import Deployment, ReportedDeployment, Repository
from backend.delivery.store.deployment_rules import deployment_rules
from backend.metrics.deployments import results
from backend.metrics.deployments.rows import visible
from backend.metrics.models import PullRequestTeam
from backend.people.models import Team


def choices(within: QuerySet[Team] | None) -> results.Choices:
    """For those who see these teams; None: all, and what is in none. Five statements."""
    return results.Choices(
        services=_services(within), environments=_environments(within), unmapped=_unmapped(within)
    )


def concerned(within: QuerySet[Team] | None) -> QuerySet[Repository]:
    """Repositories that those who see these teams have to do with: they hold pull requests of the teams."""
    found = Repository.objects.all()
    if within is None:
        return found
    bridge = PullRequestTeam.objects.filter(team__in=within)
    return found.filter(Exists(bridge.filter(fact__pull_request__repository=OuterRef("pk"))))


def _services(within: QuerySet[Team] | None) -> list[results.Service]:
    found = visible(within).values("repository__name_with_owner", "service")
    return [
        results.Service(
            repository=one["repository__name_with_owner"],
            service=one["service"],
            deployments=one["n"],
        )
        for one in found.annotate(n=Count("pk")).order_by("repository__name_with_owner", "service")
    ]


def _environments(within: QuerySet[Team] | None) -> list[results.EnvironmentChoice]:
    """In the order of their tiers."""
    found = dict(visible(within).values_list("environment").annotate(n=Count("pk")))
    return [
        results.EnvironmentChoice(environment=tier, deployments=found[tier])
        for tier in results.TIERS
        if tier in found
    ]


def _unmapped(within: QuerySet[Team] | None) -> list[results.Unmapped]:
    """Environments of deployments that neither a rule nor a built-in name maps, the latest first."""
    rules = deployment_rules()
    latest = Case(When(latest_environment="", then=F("environment")), default="latest_environment")
    of_github = Deployment.objects.annotate(called=latest, at=F("created_at"), of=Value(""))
    reported = ReportedDeployment.objects.annotate(
        called=F("environment"), at=F("reported_at"), of=F("service")
    )
    found: list[results.Unmapped] = []
    for source, rows in ((GITHUB_DEPLOYMENT, of_github), (API, reported)):
        named = (
            rows.filter(repository__in=concerned(within))
            .values_list("repository__name_with_owner", "called", "of")
            .annotate(n=Count("pk"), latest_at=Max("at"))
        )
        for repository, name, service, n, latest_at in named:
            verdict = judge_name(repository, source, name, service, rules)
            if verdict.is_unmapped:
                found.append(
                    results.Unmapped(
                        repository=repository,
                        source=source,
                        name=name,
                        n=n,
                        latest_at=latest_at,
                        reason=verdict.reason,
                    )
                )
    return sorted(found, key=lambda one: (one.latest_at, one.repository, one.name), reverse=True)
