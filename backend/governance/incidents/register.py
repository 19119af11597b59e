"""What is done with a security incident: opened, described, told of, and closed. Nothing of it changes afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.governance.incidents import deadline
from backend.governance.incidents.deadline import Facts, Standing
from backend.governance.models import SecurityIncident

DESCRIBED: Final = frozenset(
    {
        *("title", "what_happened", "detected_at", "confidentiality", "integrity"),
        *("availability", "personal_data", "causes", "consequences", "measures", "contact"),
    }
)
"""What can be corrected for as long as it is open."""


class NotPossible(ValueError):
    """It cannot be done as the incident stands; the message says why, and what to do."""


def incidents() -> QuerySet[SecurityIncident]:
    return SecurityIncident.objects.select_related("opened_by", "closed_by", "report")


def waiting() -> QuerySet[SecurityIncident]:
    """Those for which the 72 hours run or are over: nobody was told, and nothing was decided."""
    is_about_people = Q(personal_data=None) | Q(personal_data=True)
    return SecurityIncident.objects.filter(
        is_about_people, closed_at=None, notified_at=None, not_notified_at=None
    )


def facts_of(incident: SecurityIncident) -> Facts:
    return Facts(
        detected_at=incident.detected_at,
        personal_data=incident.personal_data,
        notified_at=incident.notified_at,
        not_notified_at=incident.not_notified_at,
    )


def standing(incident: SecurityIncident, *, now: datetime) -> Standing:
    return deadline.standing(facts_of(incident), now=now)


@transaction.atomic
def enter(*, acting_user: User, facts: Mapping[str, Any]) -> SecurityIncident:
    """`facts` by the names in DESCRIBED: title, what_happened and detected_at at least. Raises NotPossible."""
    incident = SecurityIncident(opened_at=timezone.now(), opened_by=acting_user)
    _describe(incident, facts)
    incident.save()
    _record("security_incident_opened", incident, acting_user)
    return incident


@transaction.atomic
def describe(
    *, incident: SecurityIncident, acting_user: User, facts: Mapping[str, Any]
) -> SecurityIncident:
    """What is given is as it is known now; what is not given stays. Raises NotPossible."""
    locked = is_open(incident)
    before = {name: getattr(locked, name) for name in facts}
    _describe(locked, facts)
    changed = sorted(name for name, value in before.items() if getattr(locked, name) != value)
    if changed:
        locked.save(update_fields=changed)
        _record("security_incident_described", locked, acting_user, fields=changed)
    return locked


def _describe(incident: SecurityIncident, facts: Mapping[str, Any]) -> None:
    if unknown := facts.keys() - DESCRIBED:
        message = f"Not a fact of an incident: {', '.join(sorted(unknown))}."
        raise ValueError(message)
    for name, value in facts.items():
        setattr(incident, name, value.strip() if isinstance(value, str) else value)
    if not incident.title or not incident.what_happened:
        raise NotPossible("Give it a title, and say in a sentence or two what happened.")
    _not_to_come(incident.detected_at, "It was detected")
    if incident.notified_at is not None:
        _in_order(incident.detected_at, incident.notified_at, "The authority was told")
        if (
            deadline.is_late(incident.detected_at, incident.notified_at)
            and not incident.delay_reason
        ):
            raise NotPossible(
                "By that time the authority was told more than 72 hours after, without a reason. "
                "Enter the notice again with the reason first."
            )
    if incident.people_told_at is not None:
        _in_order(incident.detected_at, incident.people_told_at, "People were told")


@transaction.atomic
def authority_told(
    *, incident: SecurityIncident, at: datetime, delay_reason: str, acting_user: User
) -> None:
    """When the notice left, and after 72 hours why no sooner (Art. 33(1)); again to correct it. Raises NotPossible."""
    locked = is_open(incident)
    _not_to_come(at, "The notice left")
    _in_order(locked.detected_at, at, "The notice left")
    is_late = deadline.is_late(locked.detected_at, at)
    if is_late and not delay_reason.strip():
        raise NotPossible(
            "That is more than 72 hours after it was detected: say why it took so long, "
            "as the authority has to be told (Art. 33(1))."
        )
    locked.notified_at, locked.delay_reason = at, delay_reason.strip() if is_late else ""
    locked.save(update_fields=["notified_at", "delay_reason"])
    _record(
        "security_incident_authority_told", locked, acting_user, at=at.isoformat(), late=is_late
    )


@transaction.atomic
def not_to_notify(*, incident: SecurityIncident, reason: str, acting_user: User) -> None:
    """That a risk to people is unlikely, so that no authority need be told. Raises NotPossible."""
    locked = is_open(incident)
    if locked.notified_at is not None:
        raise NotPossible("The authority was told already, so there is nothing to decide.")
    locked.not_notified_at = timezone.now()
    locked.not_notified_reason = _said(reason, "why a risk to people is unlikely")
    locked.save(update_fields=["not_notified_at", "not_notified_reason"])
    _record("security_incident_not_notified", locked, acting_user)


@transaction.atomic
def decide_on_people(
    *, incident: SecurityIncident, tell: bool, reason: str, acting_user: User
) -> None:
    """Whether people are told, with the reason (Art. 34(1) and (3)). Raises NotPossible."""
    locked = is_open(incident)
    if locked.people_told_at is not None and not tell:
        raise NotPossible("People were told already, which cannot be taken back.")
    locked.tell_people, locked.people_decided_at = tell, timezone.now()
    locked.people_reason = _said(reason, "why people are told, or why they need not be")
    locked.save(update_fields=["tell_people", "people_decided_at", "people_reason"])
    _record("security_incident_people_decided", locked, acting_user, tell=tell)


@transaction.atomic
def people_told(*, incident: SecurityIncident, at: datetime, acting_user: User) -> None:
    """Raises NotPossible where it was not decided, or is still to come."""
    locked = is_open(incident)
    if not locked.tell_people:
        raise NotPossible("Decide first that people are told, with the reason.")
    _not_to_come(at, "People were told")
    _in_order(locked.detected_at, at, "People were told")
    locked.people_told_at = at
    locked.save(update_fields=["people_told_at"])
    _record("security_incident_people_told", locked, acting_user, at=at.isoformat())


def is_open(incident: SecurityIncident) -> SecurityIncident:
    """Locked. Raises NotPossible where it is closed."""
    locked = SecurityIncident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    if locked.closed_at is not None:
        raise NotPossible("The incident is closed: nothing of it changes any more.")
    return locked


def why_not_closed(incident: SecurityIncident) -> list[str]:
    """What is missing besides the words that closing asks for; nothing: it can be closed."""
    missing = []
    if incident.personal_data is None:
        missing.append("Say whether it is about personal data.")
    if incident.personal_data:
        if not (incident.confidentiality or incident.integrity or incident.availability):
            missing.append("Say what was breached: confidentiality, integrity or availability.")
        if incident.notified_at is None and incident.not_notified_at is None:
            missing.append("Tell the authority, or decide with a reason that it need not be told.")
        if incident.tell_people is None:
            missing.append("Decide with a reason whether people are told.")
        if incident.tell_people and incident.people_told_at is None:
            missing.append("Tell people, as was decided, and enter when they were told.")
        if incident.counted_at is None:
            missing.append("Say what was exposed, so that people and records are counted.")
    return missing


def _not_to_come(at: datetime, what: str) -> None:
    if at > timezone.now():
        message = f"{what} at a time that is still to come: correct the day or the time."
        raise NotPossible(message)


def _in_order(detected_at: datetime, at: datetime, what: str) -> None:
    if at < detected_at:
        message = f"{what} before the incident was detected: correct one of the two times."
        raise NotPossible(message)


def _said(text: str, what: str) -> str:
    if not text.strip():
        message = f"Say {what}."
        raise NotPossible(message)
    return text.strip()


def _record(name: str, incident: SecurityIncident, actor: User, **detail: object) -> None:
    record(name=name, actor=actor, subject=incident, detail=detail or None)
