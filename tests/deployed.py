"""Deployments as measured, stored for tests of what is told of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from backend.delivery.models import FixCorrection, Incident, PullRequest, Repository
from backend.metrics.models import (
    DeployedChange,
    DeploymentFix,
    DeploymentTeam,
    PullRequestFact,
    PullRequestTeam,
    ServiceDeployment,
)
from tests.factories import MONDAY, a_repository, hours

_numbers = count(1)


@dataclass
class Deployed:
    """Adds deployments of one service. Times are told in hours since MONDAY."""

    repository: Repository = field(default_factory=a_repository)
    service: str = "shop"
    environment: str = "production"

    def at(
        self,
        finished: float | None,
        *pulls: PullRequest,
        outcome: str = "succeeded",
        role: str = "forward",
        **values: Any,
    ) -> ServiceDeployment:
        """One that brought these pull requests, which are measured already."""
        number = next(_numbers)
        at = None if finished is None else MONDAY + hours(finished)
        succeeded = outcome == "succeeded"
        defaults = {
            "repository": self.repository,
            "service": self.service,
            "environment": self.environment,
            "source": "github_deployment",
            "key": str(number),
            "sha": f"{number:040x}",
            "outcome": outcome,
            "started_at": at - timedelta(minutes=10) if at else MONDAY,
            "finished_at": at,
            "role": role if succeeded else "",
            "commit_count": len(pulls) if succeeded else None,
            "direct_commit_count": 0 if succeeded else None,
            "version": 1,
        }
        made = ServiceDeployment.objects.create(**defaults | values)
        for pull in pulls:
            self._brings(made, pull)
        return made

    def _brings(self, deployment: ServiceDeployment, pull: PullRequest) -> None:
        fact = PullRequestFact.objects.get(pk=pull.pk)
        finished, merged = deployment.finished_at, fact.merged_at
        assert finished is not None
        assert merged is not None
        DeployedChange.objects.create(
            deployment=deployment,
            repository=deployment.repository,
            service=deployment.service,
            environment=deployment.environment,
            pull_request=pull,
            lead_seconds=(finished - fact.started_at).total_seconds(),
            merge_to_deploy_seconds=(finished - merged).total_seconds(),
            author_key=fact.author_key,
            is_bot=fact.is_bot,
            finished_at=finished,
        )
        DeploymentTeam.objects.bulk_create(
            [
                DeploymentTeam(deployment=deployment, team_id=team, finished_at=finished)
                for team in PullRequestTeam.objects.filter(fact=fact).values_list("team", flat=True)
            ],
            ignore_conflicts=True,
        )


def fixed(
    failed: ServiceDeployment,
    by: ServiceDeployment | Incident | None,
    *,
    kind: str = "revert",
    **values: Any,
) -> DeploymentFix:
    """What restored it: a later deployment, or an incident's end."""
    incident = by if isinstance(by, Incident) else None
    deployment = by if isinstance(by, ServiceDeployment) else None
    restored = None
    if by is not None:
        restored = by.resolved_at if isinstance(by, Incident) else by.finished_at
    assert failed.finished_at is not None
    return DeploymentFix.objects.create(
        failed=failed,
        kind=kind,
        fixed_by=deployment,
        incident=incident,
        restored_at=restored,
        restore_seconds=(restored - failed.finished_at).total_seconds() if restored else None,
        **values,
    )


def said(
    failed: ServiceDeployment, by: ServiceDeployment | None = None, **values: Any
) -> FixCorrection:
    """A person's word, that something is no fix of it."""
    defaults = {
        **{name: getattr(failed, name) for name in ("repository", "service", "environment")},
        **{name: getattr(failed, name) for name in ("source", "key")},
        "fix_source": by.source if by else "tag",
        "fix_key": by.key if by else "v0",
        "verdict": "not_fixed_by",
        "reason": "They have nothing to do with each other.",
        "made_at": MONDAY,
    }
    return FixCorrection.objects.create(**defaults | values)
