"""Mails that remind of the 72 hours: to each owner and administrator, each once, without a detail of the incident."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.governance.incidents.deadline import due_at, reminders_due
from backend.governance.incidents.register import waiting
from backend.governance.models import IncidentReminder, SecurityIncident
from backend.outbound.mail import NotSent, send
from backend.people.store import organisation

logger = logging.getLogger(__name__)
SENDING: Final = timedelta(minutes=5)
"""After so long a claim is of a process that has ended: a server is waited for much less."""
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(minutes=30)
_READ: Final = ("pk", "detected_at")
"""What the worker may read of an incident."""

State = Literal["waiting", "failing", "sending", "unknown", "sent", "passed"]


def remind() -> int:
    """Send what is due, outside any transaction; how many were sent. Any number of processes may do so at once."""
    now = timezone.now()
    for incident in waiting().only(*_READ).order_by("pk"):
        hours = reminders_due(incident.detected_at, now=now)
        if hours:
            _write_down(incident, hours, now)
    return sum(_send_one(pk) for pk in _ready(now).values_list("pk", flat=True))


def state(reminder: IncidentReminder, *, now: datetime) -> State:
    if reminder.sent_at is not None:
        return "sent"
    if reminder.claimed_at is not None:
        return "sending" if now - reminder.claimed_at < SENDING else "unknown"
    if reminder.passed_at is not None:
        return "passed"
    return "failing" if reminder.error else "waiting"


def recipients() -> "QuerySet[User]":
    """Active owners and administrators; programs read no mail."""
    roles = (User.Role.OWNER, User.Role.ADMINISTRATOR)
    return User.objects.filter(role__in=roles, is_active=True, is_service=False)


@transaction.atomic
def _write_down(incident: SecurityIncident, hours: Collection[int], now: datetime) -> None:
    """A row an account and reminder; all but the newest have passed, whether they were ever tried or not."""
    newest = max(hours)
    rows = IncidentReminder.objects.filter(incident=incident)
    known = set(rows.values_list("hours", "to"))
    IncidentReminder.objects.bulk_create(
        (
            IncidentReminder(
                incident=incident, hours=each, to_id=to, passed_at=None if each == newest else now
            )
            for to in recipients().values_list("pk", flat=True)
            for each in hours
            if (each, to) not in known
        ),
        ignore_conflicts=True,  # another process was as quick
    )
    rows.filter(hours__lt=newest, sent_at=None, claimed_at=None, passed_at=None).update(
        passed_at=now
    )


def _ready(now: datetime) -> "QuerySet[IncidentReminder]":
    return IncidentReminder.objects.filter(
        Q(not_before=None) | Q(not_before__lte=now),
        claimed_at=None,
        passed_at=None,
        incident__in=waiting(),
    ).order_by("pk")


def _send_one(pk: int) -> int:
    claimed = _claim(pk)
    if claimed is None:
        return 0
    reminder, address = claimed
    incident = SecurityIncident.objects.only(*_READ).get(pk=reminder.incident_id)
    try:
        send(address, *_mail(incident, reminder.hours))
    except NotSent as error:
        _give_back(reminder, f"{error.reason} {error.action}")
        return 0
    except DatabaseError:
        # The ledger of what leaves took nothing, and so nothing left.
        logger.exception("A reminder of incident %s could not be sent.", incident.pk)
        _give_back(
            reminder, "The ledger of what leaves could not be written: look at the database."
        )
        return 0
    with transaction.atomic():
        reminder.sent_at, reminder.error = timezone.now(), ""
        reminder.save(update_fields=["sent_at", "error"])
        _record("security_incident_reminded", incident, reminder)
    return 1


@transaction.atomic
def _claim(pk: int) -> tuple[IncidentReminder, str] | None:
    """With the address; None: another process has it, or it is due no more. Committed before anything is sent."""
    found = IncidentReminder.objects.select_for_update(of=("self",), skip_locked=True)
    reminder = found.filter(pk=pk, claimed_at=None, sent_at=None, passed_at=None).first()
    if reminder is None or not waiting().filter(pk=reminder.incident_id).exists():
        return None
    now = timezone.now()
    if reminder.not_before is not None and reminder.not_before > now:
        return None  # another process has just tried
    address = recipients().filter(pk=reminder.to_id or 0).values_list("email", flat=True).first()
    if address is None:
        reminder.passed_at = now
        reminder.error = "The account was closed, or administers no more."
        reminder.save(update_fields=["passed_at", "error"])
        return None
    reminder.claimed_at, reminder.attempts = now, reminder.attempts + 1
    reminder.save(update_fields=["claimed_at", "attempts"])
    return reminder, address


@transaction.atomic
def _give_back(reminder: IncidentReminder, why: str) -> None:
    """Nothing was taken by the server: it is tried again, after a pause that grows."""
    pause = min(_FIRST_PAUSE * 2 ** (reminder.attempts - 1), _LONGEST_PAUSE)
    reminder.claimed_at, reminder.error = None, why[:500]
    reminder.not_before = timezone.now() + pause
    reminder.save(update_fields=["claimed_at", "error", "not_before"])
    if reminder.attempts == 1:
        incident = SecurityIncident.objects.only("pk").get(pk=reminder.incident_id)
        _record("security_incident_not_reminded", incident, reminder, reason=why)


def _mail(incident: SecurityIncident, hours: int) -> tuple[str, str]:
    """Subject and text."""
    due = due_at(incident.detected_at).astimezone(ZoneInfo(organisation().time_zone))
    is_over = timezone.now() > due
    subject = f"Plumbline: incident {incident.pk}, {hours} hours after it was detected"
    text = (
        f"Incident {incident.pk} of the register was detected more than {hours} hours ago. Neither a notice to the "
        "supervisory authority is entered, nor a decision that it need not be told (GDPR Art. 33).\n\n"
        f"The 72 hours {'ended' if is_over else 'end'} on {due.day} {due:%B %Y at %H:%M %Z}.\n\n"
        f"{settings.PUBLIC_URL.rstrip('/')}/governance/incidents?incident={incident.pk}\n\n"
        "What is known of it is told there, and in no mail.\n"
    )
    return subject, text


def _record(name: str, incident: SecurityIncident, reminder: IncidentReminder, **more: str) -> None:
    record(name=name, subject=incident, detail={"hours": reminder.hours, **more})
