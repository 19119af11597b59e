"""Closing an incident, and its report: what the appliance vouches for, in numbers, times and keys.

What people typed is not in it, since it can name somebody who is erased later: the report has its digest, and stands
beside it. Web says what the report is to hold, and cannot have anything signed; the worker writes it down to be signed,
as the report of that incident and as nothing else.
"""

import json
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.accounts.models import User
from backend.audit import documents
from backend.audit.events import record
from backend.governance.incidents import deadline
from backend.governance.incidents.register import (
    NotPossible,
    is_open,
    standing,
    why_not_closed,
)
from backend.governance.incidents.timeline import timeline
from backend.governance.models import SecurityIncident
from backend.governance.models.incidents import TEXTS

KIND: Final = "closing report of an incident"


@transaction.atomic
def close(
    *, incident: SecurityIncident, root_cause: str, measures: str, lessons: str, acting_user: User
) -> None:
    """For good. Raises NotPossible, with all that is missing."""
    locked = is_open(incident)
    said = {"root_cause": root_cause, "measures": measures, "lessons": lessons}
    missing = why_not_closed(locked)
    if not all(text.strip() for text in said.values()):
        missing.append(
            "Say what the root cause was, which measures were taken, and what was learnt."
        )
    if missing:
        raise NotPossible(" ".join(missing))
    for name, text in said.items():
        setattr(locked, name, text.strip())
    locked.closed_at, locked.closed_by = timezone.now(), acting_user
    # First, so that the report's timeline ends with it.
    record(name="security_incident_closed", actor=acting_user, subject=locked)
    locked.closing = content(locked)
    locked.save(update_fields=[*said, "closed_at", "closed_by", "closing"])


def content(incident: SecurityIncident) -> dict[str, Any]:
    now = incident.closed_at or timezone.now()
    return {
        "incident": incident.pk,
        "opened": {"at": _told(incident.opened_at), "by_account": incident.opened_by_id},
        "closed": {"at": _told(incident.closed_at), "by_account": incident.closed_by_id},
        "detected_at": _told(incident.detected_at),
        "nature": natures(incident),
        "personal_data": incident.personal_data,
        "authority": {
            "due_at": _told(deadline.due_at(incident.detected_at)),
            "standing": standing(incident, now=now),
            "notified_at": _told(incident.notified_at),
            "not_notified_at": _told(incident.not_notified_at),
        },
        "people": {
            "decided_at": _told(incident.people_decided_at),
            "to_be_told": incident.tell_people,
            "told_at": _told(incident.people_told_at),
        },
        "exposed": {
            "from": _told(incident.exposed_from),
            "until": _told(incident.exposed_until),
            "tables": incident.exposed_tables,
            "connections": incident.exposed_connections,
            "accounts": incident.exposed_accounts,
        },
        "counted_at": _told(incident.counted_at),
        "counted": incident.figures,
        "reminders": [
            {
                "hours": one.hours,
                "to_account": one.to_id,
                "sent_at": _told(one.sent_at),
                "passed_at": _told(one.passed_at),
            }
            for one in incident.reminders.order_by("hours", "pk")
        ],
        "timeline": [
            {
                "at": _told(one.at),
                "act": one.act or "row_changed",
                "by_account": one.account,
                "changed": list(one.changed),
            }
            for one in timeline(incident)
        ],
        "words_hmac": words_digest(incident),
    }


def natures(incident: SecurityIncident) -> list[str]:
    names = ("confidentiality", "integrity", "availability")
    return [name for name in names if getattr(incident, name)]


def words_digest(incident: SecurityIncident) -> str:
    """Of all texts together, under the appliance's own key: who reads the others cannot try which name was erased."""
    words = {name: getattr(incident, name) for name in TEXTS}
    text = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return salted_hmac("incident.words", text, algorithm="sha256").hexdigest()


def words_are_as_signed(incident: SecurityIncident) -> bool:
    """Whether they are those of the closing; an erasure may have taken a name out of them since."""
    return bool((incident.closing or {}).get("words_hmac") == words_digest(incident))


def unwritten() -> QuerySet[SecurityIncident]:
    """Closed, with a report that does not wait for its signature yet."""
    return SecurityIncident.objects.filter(closed_at__isnull=False, report=None)


def write_down() -> int:
    """By the worker: what is closed waits for the sealer now; how many there were."""
    return sum(_write_one(pk) for pk in unwritten().values_list("pk", flat=True))


@transaction.atomic
def _write_one(pk: int) -> int:
    rows = unwritten().select_for_update(of=("self",), skip_locked=True)
    incident = rows.only("pk", "closing").filter(pk=pk).first()
    if incident is None or incident.closing is None:
        return 0
    made = documents.prepare(kind=KIND, content=incident.closing)
    record(name="security_incident_reported", subject=incident, detail={"document": made.pk})
    return SecurityIncident.objects.filter(pk=pk).update(report=made)


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
