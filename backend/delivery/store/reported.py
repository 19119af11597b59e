"""What the organisation's own systems report: deployments and incidents.

Reports may be repeated, and may arrive in any order: what is told again changes nothing, and an older word does not
undo a later one. The same id always means the same thing. What is stored names the token that it came with, so that
what somebody wrote who should not have a token can be told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from django.db import transaction
from django.utils import timezone

from backend.delivery.models import Incident, IngestToken, ReportedDeployment, Repository
from backend.delivery.store.pending import note_deployments

News = Literal["created", "updated", "unchanged"]


class InvalidReport(ValueError):
    """The message says what does not fit together."""


class Conflict(ValueError):
    """The id was used for something else already; the message says for what."""


class TooMany(ValueError):
    """The repository has as many as it may have; the message says of what."""


@dataclass(frozen=True)
class DeploymentReport:
    external_id: str
    service: str
    environment: str
    sha: str
    outcome: str
    started_at: datetime | None
    finished_at: datetime | None
    """Of one that has ended, None: now, or as it was told before."""


@dataclass(frozen=True)
class IncidentReport:
    external_id: str
    service: str
    environment: str
    caused_by: str
    started_at: datetime
    resolved_at: datetime | None


MOST_SERVICES: Final = 200
"""Of one repository: each is measured by itself, so that whoever may report could let measuring never end."""
MOST_INCIDENTS: Final = 10_000
"""Of one repository."""

_IN_PROGRESS = ReportedDeployment.Outcome.IN_PROGRESS
_DEPLOYMENT = ("outcome", "started_at", "finished_at")
_INCIDENT = ("caused_by", "started_at", "resolved_at")


@transaction.atomic
def report_deployment(
    *, repository: Repository, told: DeploymentReport, token: IngestToken | None = None
) -> tuple[ReportedDeployment, News]:
    """Raises InvalidReport, Conflict and TooMany."""
    now = timezone.now()
    first = (
        told if told.outcome == _IN_PROGRESS else replace(told, finished_at=told.finished_at or now)
    )
    _in_order(first.started_at, first.finished_at, "finished_at")
    stored, is_new = ReportedDeployment.objects.get_or_create(
        repository=repository,
        external_id=told.external_id,
        defaults={
            **{
                name: getattr(first, name)
                for name in ("service", "environment", "sha", *_DEPLOYMENT)
            },
            "reported_at": now,
            "token": token,
        },
    )
    if is_new:
        _is_room_for_service(stored)
        note_deployments(repository_ids=[repository.pk])
        return stored, "created"
    stored = ReportedDeployment.objects.select_for_update().get(pk=stored.pk)
    _same(stored, told, ("sha", "environment", "service"))
    if not _is_later_deployment(stored, told):
        return stored, "unchanged"
    said = replace(
        told,
        started_at=told.started_at or stored.started_at,
        finished_at=_end(stored, told, now),
    )
    _in_order(said.started_at, said.finished_at, "finished_at")
    return stored, _brought_up_to_date(stored, said, _DEPLOYMENT, now, token)


@transaction.atomic
def report_incident(
    *, repository: Repository, told: IncidentReport, token: IngestToken | None = None
) -> tuple[Incident, News]:
    """Raises InvalidReport, Conflict and TooMany."""
    now = timezone.now()
    _in_order(told.started_at, told.resolved_at, "resolved_at")
    stored, is_new = Incident.objects.get_or_create(
        repository=repository,
        external_id=told.external_id,
        defaults={
            **{name: getattr(told, name) for name in ("service", "environment", *_INCIDENT)},
            "reported_at": now,
            "token": token,
        },
    )
    if is_new:
        if repository.incidents.count() > MOST_INCIDENTS:
            raise TooMany(f"{repository} has {MOST_INCIDENTS:,} incidents, and may have no more.")
        note_deployments(repository_ids=[repository.pk])
        return stored, "created"
    stored = Incident.objects.select_for_update().get(pk=stored.pk)
    _same(stored, told, ("environment", "service"))
    if not _is_later_incident(stored, told):
        return stored, "unchanged"
    said = replace(told, caused_by=told.caused_by or stored.caused_by)
    return stored, _brought_up_to_date(stored, said, _INCIDENT, now, token)


def _is_room_for_service(stored: ReportedDeployment) -> None:
    """Raises TooMany where it is the first of a service too much."""
    reported = stored.repository.reported_deployments
    if reported.filter(service=stored.service).exclude(pk=stored.pk).exists():
        return
    if reported.values("service").distinct().count() > MOST_SERVICES:
        raise TooMany(
            f"{stored.repository} has deployments of {MOST_SERVICES} services, and may have no more."
        )


def _is_later_deployment(stored: ReportedDeployment, told: DeploymentReport) -> bool:
    """One that has ended does not go on again, and does not end earlier."""
    if stored.outcome == _IN_PROGRESS:
        return True
    if told.outcome == _IN_PROGRESS:
        return False
    return told.finished_at is None or told.finished_at >= (stored.finished_at or told.finished_at)


def _end(stored: ReportedDeployment, told: DeploymentReport, now: datetime) -> datetime | None:
    """Without a time of its own a repeated outcome keeps its time, and a new one has come about now."""
    if told.outcome == _IN_PROGRESS or told.finished_at:
        return told.finished_at
    return stored.finished_at if told.outcome == stored.outcome else now


def _is_later_incident(stored: Incident, told: IncidentReport) -> bool:
    """One that is resolved does not begin again, and is not resolved earlier."""
    if stored.resolved_at is None:
        return True
    return told.resolved_at is not None and told.resolved_at >= stored.resolved_at


def _in_order(started_at: datetime | None, ended_at: datetime | None, name: str) -> None:
    if started_at and ended_at and ended_at < started_at:
        raise InvalidReport(f"{name} is before started_at.")


def _same(
    stored: ReportedDeployment | Incident,
    told: DeploymentReport | IncidentReport,
    names: tuple[str, ...],
) -> None:
    for name in names:
        before = getattr(stored, name)
        if before != getattr(told, name):
            raise Conflict(f"The id {told.external_id} was told before, with {name} “{before}”.")


def _brought_up_to_date(
    stored: ReportedDeployment | Incident,
    said: DeploymentReport | IncidentReport,
    names: tuple[str, ...],
    now: datetime,
    token: IngestToken | None,
) -> News:
    changed = [name for name in names if getattr(stored, name) != getattr(said, name)]
    if not changed:
        return "unchanged"
    for name in changed:
        setattr(stored, name, getattr(said, name))
    stored.reported_at, stored.token = now, token
    stored.save(update_fields=[*changed, "reported_at", "token"])
    note_deployments(repository_ids=[stored.repository_id])
    return "updated"
