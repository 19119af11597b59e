"""One deployment: what it brought, what it fixed and what fixed it, and what people said of that."""

from typing import Any

from django.db.models import Q, QuerySet

from backend.delivery import candidates
from backend.delivery.models import FixCorrection, Incident, Issue, PendingDeployments
from backend.delivery.store.deployment_rules import deployment_rules
from backend.metrics.deployments import results
from backend.metrics.deployments.issue_incidents import PRODUCTION, of_repository
from backend.metrics.deployments.links import address
from backend.metrics.deployments.queries import versions
from backend.metrics.deployments.rows import FIELDS, measured, told, visible
from backend.metrics.issues.rows import address_of
from backend.metrics.models import DeployedChange, DeploymentFix, PullRequestTeam, ServiceDeployment
from backend.people.models import Identity, Team
from backend.people.names import Names

GONE = "Its source no longer has it: it will be measured again in a moment."
LATER = 20
"""How many deployments and incidents are offered as what may have fixed it."""


def detail(
    deployment_id: int, *, within: QuerySet[Team] | None, names: Names, may_correct: bool
) -> results.DeploymentDetail | None:
    """One deployment; None where there is none that those who see these teams may look at."""
    of_it = DeployedChange.objects.filter(deployment=deployment_id)
    listed = of_it if within is None else of_it.filter(_seen(within))
    found = measured(visible(within).filter(pk=deployment_id), listed)
    values = found.values(*FIELDS, "repository_id", "commit_count").first()
    if values is None:
        return None
    site = f"{values['repository__connection__url']}/{values['repository__name_with_owner']}"
    changes = [_change(site, one, names) for one in _changes(listed)]
    name, why = _why(values)
    return results.DeploymentDetail(
        **told(values),
        name=name,
        why=why,
        listed=changes,
        elsewhere=0 if within is None else of_it.count() - len(changes),
        commits=values["commit_count"],
        fixes=[_fix(site, one) for one in _fixes(failed=deployment_id)],
        fixed=[_fixed(site, one) for one in _fixes(fixed_by=deployment_id)],
        corrections=list(_corrections(site, values, names)),
        later=[_name(site, one) for one in _later(values)],
        # Offered to be chosen from: of whatever team they are.
        incidents=_incidents(values) if may_correct else [],
        may_correct=may_correct,
        is_pending=PendingDeployments.objects.filter(pk=values["repository_id"]).exists(),
        versions=versions(),
    )


def _why(values: dict[str, Any]) -> tuple[str, str]:
    """What its source calls it, and why it is a deployment by the rules as they are now."""
    it = candidates.Asked(
        repository_ids=[values["repository_id"]], sources=(values["source"],), key=values["key"]
    )
    found = candidates.explain(it, deployment_rules(), limit=1).items
    return (found[0].name, found[0].verdict.reason) if found else ("", GONE)


def _seen(within: QuerySet[Team]) -> Q:
    bridge = PullRequestTeam.objects.filter(team__in=within)
    return Q(pull_request__in=bridge.values("fact"))


def _changes(listed: QuerySet[DeployedChange]) -> QuerySet[DeployedChange]:
    related = ("pull_request__author", "pull_request__fact")
    return listed.select_related(*related).order_by("-lead_seconds", "-pk")


def _author(author: Identity | None, names: Names) -> str | None:
    if author is None:
        return None
    return names.of(author.login, identity=author.pk, person=author.person_id, is_bot=author.is_bot)


def _change(site: str, change: DeployedChange, names: Names) -> results.Change:
    pull = change.pull_request
    return results.Change(
        id=pull.pk,
        number=pull.number,
        title=pull.title,
        author=_author(pull.author, names),
        url=f"{site}/pull/{pull.number}",
        merged_at=pull.merged_at,
        cycle_seconds=pull.fact.cycle_seconds,
        merge_to_deploy_seconds=change.merge_to_deploy_seconds,
        lead_seconds=change.lead_seconds,
        is_cherry_pick=change.is_cherry_pick,
        is_bot=change.is_bot,
    )


def _fixes(**which: int) -> QuerySet[DeploymentFix]:
    found = DeploymentFix.objects.filter(**which)
    related = ("failed", "fixed_by", "incident", "issue__connection__jira", "issue__fact")
    return found.select_related(*related).order_by("restored_at", "pk")


def _fix(site: str, fix: DeploymentFix) -> results.Fix:
    return results.Fix(
        kind=fix.kind,
        deployment=_name(site, fix.fixed_by) if fix.fixed_by else None,
        incident=_cause(fix),
        is_inferred=fix.is_inferred,
        restored_at=fix.restored_at,
        restore_seconds=fix.restore_seconds,
    )


def _fixed(site: str, fix: DeploymentFix) -> results.Fixed:
    return results.Fixed(
        kind=fix.kind,
        deployment=_name(site, fix.failed),
        restore_seconds=fix.restore_seconds,
    )


def _name(site: str, deployment: ServiceDeployment) -> results.DeploymentName:
    return results.DeploymentName(
        id=deployment.pk,
        sha=deployment.sha,
        source=deployment.source,
        key=deployment.key,
        role=deployment.role or None,
        finished_at=deployment.finished_at,
        url=address(site, deployment.source, deployment.key, deployment.sha),
    )


def _cause(fix: DeploymentFix) -> results.IncidentName | None:
    if fix.issue:
        return _issue(fix.issue)
    return _incident(fix.incident) if fix.incident else None


def _issue(issue: Issue) -> results.IncidentName:
    return results.IncidentName(
        source="jira",
        id=issue.pk,
        external_id=issue.key,
        url=address_of(issue),
        started_at=issue.fact.created_at,
        resolved_at=issue.fact.done_at,
    )


def _incident(incident: Incident) -> results.IncidentName:
    return results.IncidentName(
        source="api",
        id=incident.pk,
        external_id=incident.external_id,
        url=None,
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
    )


def _service(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("repository_id", "service", "environment")}


def _later(values: dict[str, Any]) -> QuerySet[ServiceDeployment]:
    if values["finished_at"] is None:
        return ServiceDeployment.objects.none()
    found = ServiceDeployment.objects.filter(
        **_service(values),
        outcome=ServiceDeployment.Outcome.SUCCEEDED,
        finished_at__gte=values["finished_at"],
    )
    return found.exclude(pk=values["pk"]).order_by("finished_at", "pk")[:LATER]


def _incidents(values: dict[str, Any]) -> list[results.IncidentName]:
    """An incident that names no service is the repository's."""
    if values["finished_at"] is None:
        return []
    names = {values["service"]}
    if values["service"] == values["repository__name_with_owner"].rpartition("/")[2]:
        names.add("")
    reported = Incident.objects.filter(
        repository=values["repository_id"],
        environment=values["environment"],
        service__in=names,
        started_at__gte=values["finished_at"],
    )
    found = [_incident(one) for one in reported.order_by("started_at", "pk")[:LATER]]
    if values["environment"] == PRODUCTION:
        found += map(_issue, _issues(values, names))
    return sorted(found, key=lambda one: (one.started_at, one.source, one.id))[:LATER]


def _issues(values: dict[str, Any], names: set[str]) -> QuerySet[Issue]:
    """The first by each rule, without those that came before it was deployed."""
    first = set[int]()
    for service, facts in of_repository(values["repository_id"]):
        if service in names:
            since = facts.filter(created_at__gte=values["finished_at"])
            first.update(since.order_by("created_at", "pk").values_list("pk", flat=True)[:LATER])
    return Issue.objects.filter(pk__in=first).select_related("connection__jira", "fact")


def _corrections(site: str, values: dict[str, Any], names: Names) -> list[results.Correction]:
    """Each with what it names, where that is still known."""
    found = list(
        FixCorrection.objects.filter(**_service(values), source=values["source"], key=values["key"])
        .select_related("made_by")
        .order_by("made_at", "pk")
    )
    if not found:
        return []
    keys = [one.fix_key for one in found]
    deployments = {
        (one.source, one.key): one
        for one in ServiceDeployment.objects.filter(**_service(values), key__in=keys)
    }
    incidents = {
        ("incident", one.external_id): _incident(one)
        for one in Incident.objects.filter(repository=values["repository_id"], external_id__in=keys)
    }
    issues = [int(one.fix_key) for one in found if one.fix_source == "issue"]
    for issue in Issue.objects.filter(pk__in=issues).select_related("connection__jira", "fact"):
        incidents["issue", str(issue.pk)] = _issue(issue)
    return [_correction(site, one, deployments, incidents, names) for one in found]


def _correction(
    site: str,
    said: FixCorrection,
    deployments: dict[tuple[str, str], ServiceDeployment],
    incidents: dict[tuple[str, str], results.IncidentName],
    names: Names,
) -> results.Correction:
    named, by = deployments.get((said.fix_source, said.fix_key)), said.made_by
    return results.Correction(
        id=said.pk,
        verdict=said.verdict,
        deployment=_name(site, named) if named else None,
        incident=incidents.get((said.fix_source, said.fix_key)),
        fix_key=said.fix_key,
        reason=said.reason,
        made_by=by and names.of_account(by.get_short_name(), account=by.pk, person=by.person_id),
        made_at=said.made_at,
    )
