"""Why each thing is a deployment, or is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from backend.delivery import candidates
from backend.delivery.candidates import Explained
from backend.delivery.deployment_rules import SOURCES
from backend.delivery.models import Repository
from backend.delivery.store.deployment_rules import deployment_rules
from backend.metrics.deployments import results
from backend.metrics.deployments.choices import concerned
from backend.metrics.deployments.links import address
from backend.people.models import Team


@dataclass(frozen=True)
class Wanted:
    repository: str = ""
    """Its name with owner; empty: all."""
    source: str = ""
    """Empty: all."""
    environment: str | None = None
    """Those that are deployments to it."""
    counts: bool | None = None
    """Those that are deployments, or that are none."""
    search: str = ""
    since: datetime | None = None


def explained(
    wanted: Wanted, *, within: QuerySet[Team] | None, page: int, page_size: int
) -> results.CandidatePage:
    """Things of repositories that those who see these teams have to do with, newest first."""
    sites = _sites(wanted.repository, within)
    it = candidates.Asked(
        repository_ids=list(sites),
        sources=(wanted.source,) if wanted.source else tuple(SOURCES),
        since=wanted.since,
        search=wanted.search,
    )
    found = candidates.explain(
        it,
        deployment_rules(),
        counts=wanted.counts,
        environment=wanted.environment,
        limit=page_size,
        offset=(page - 1) * page_size,
    )
    return results.CandidatePage(
        items=[_row(sites[one.repository_id], one) for one in found.items],
        total=found.total,
        page=page,
        page_size=page_size,
    )


def _sites(repository: str, within: QuerySet[Team] | None) -> dict[int, str]:
    """Addresses of the repositories, by id."""
    found: QuerySet[Repository] = concerned(within)
    if repository:
        found = found.filter(name_with_owner=repository)
    rows = found.values_list("pk", "connection__url", "name_with_owner")
    return {pk: f"{server}/{name}" for pk, server, name in rows}


def _row(site: str, one: Explained) -> results.CandidateRow:
    told: dict[str, Any] = {
        name: getattr(one, name) or None
        for name in ("service", "sha", "outcome", "started_at", "finished_at")
    }
    return results.CandidateRow(
        repository=one.repository,
        source=one.source,
        key=one.key,
        name=one.name,
        url=address(site, one.source, one.key, one.sha),
        counts_as=[
            results.CountsAs(service=to.service, environment=to.environment)
            for to in one.verdict.deployments
        ],
        is_unmapped=one.verdict.is_unmapped,
        reason=one.verdict.reason,
        **told,
    )
