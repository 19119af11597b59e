"""A person's word on what fixed a deployment: which two it is about, and whether it makes sense."""

from dataclasses import dataclass
from datetime import datetime

from backend.accounts.models import User
from backend.delivery.models import FixCorrection, Incident
from backend.delivery.store.corrections import Link, correct_fix, withdraw_correction
from backend.metrics.deployments.fixes import INCIDENT, ISSUE
from backend.metrics.deployments.issue_incidents import of_repository
from backend.metrics.models import ServiceDeployment


class InvalidCorrection(ValueError):
    """The message says why the two cannot be linked."""


@dataclass(frozen=True)
class Word:
    """`deployment`, `incident` or `issue` is the id of what fixed it, or did not."""

    verdict: str
    deployment: int | None
    incident: int | None
    issue: int | None
    reason: str


def correct(failed: ServiceDeployment, word: Word, *, acting_user: User) -> FixCorrection:
    """Raises InvalidCorrection."""
    if failed.outcome != ServiceDeployment.Outcome.SUCCEEDED or failed.finished_at is None:
        raise InvalidCorrection("Only a deployment that succeeded can have failed in use.")
    source, key = _named(failed, word)
    link = Link(
        repository_id=failed.repository_id,
        service=failed.service,
        environment=failed.environment,
        source=failed.source,
        key=failed.key,
        fix_source=source,
        fix_key=key,
    )
    return correct_fix(link=link, verdict=word.verdict, reason=word.reason, acting_user=acting_user)


def withdraw(failed: ServiceDeployment, correction_id: int, *, acting_user: User) -> bool:
    """Whether there was such a word on it."""
    found = FixCorrection.objects.filter(
        pk=correction_id,
        repository=failed.repository_id,
        service=failed.service,
        environment=failed.environment,
        source=failed.source,
        key=failed.key,
    ).first()
    if found is None:
        return False
    withdraw_correction(correction=found, acting_user=acting_user)
    return True


def _named(failed: ServiceDeployment, word: Word) -> tuple[str, str]:
    """What the word is about, as it is called outside."""
    match word.deployment, word.incident, word.issue:
        case int(named), None, None:
            return _deployment(failed, named)
        case None, int(named), None:
            return _incident(failed, named)
        case None, None, int(named):
            return _issue(failed, named)
    raise InvalidCorrection("Name a deployment, an incident or an issue, one of the three.")


def _deployment(failed: ServiceDeployment, deployment_id: int) -> tuple[str, str]:
    found = (
        ServiceDeployment.objects.filter(
            pk=deployment_id,
            repository=failed.repository_id,
            service=failed.service,
            environment=failed.environment,
            outcome=ServiceDeployment.Outcome.SUCCEEDED,
            finished_at__gte=failed.finished_at,
        )
        .exclude(pk=failed.pk)
        .first()
    )
    if found is None:
        raise InvalidCorrection(
            "What fixed it is a later successful deployment of the same service and environment."
        )
    return found.source, found.key


def _incident(failed: ServiceDeployment, incident_id: int) -> tuple[str, str]:
    found = Incident.objects.filter(pk=incident_id, repository=failed.repository_id).first()
    if found is None:
        raise InvalidCorrection("There is no such incident of its repository.")
    _in_order(failed, found.resolved_at)
    return INCIDENT, found.external_id


def _issue(failed: ServiceDeployment, issue_id: int) -> tuple[str, str]:
    by_rule = (
        facts.filter(pk=issue_id).first() for _, facts in of_repository(failed.repository_id)
    )
    found = next(filter(None, by_rule), None)
    if found is None:
        raise InvalidCorrection("By no rule is this issue an incident of its repository.")
    _in_order(failed, found.done_at)
    return ISSUE, str(found.pk)


def _in_order(failed: ServiceDeployment, resolved_at: datetime | None) -> None:
    if resolved_at and failed.finished_at and resolved_at < failed.finished_at:
        raise InvalidCorrection("The incident was resolved before it was deployed.")
