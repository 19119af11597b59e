"""Incidents to begin a test with, and what leads one to its closing."""

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from backend.accounts.models import User
from backend.audit.sealing import sign_documents
from backend.governance.incidents import affected, register, report
from backend.governance.models import SecurityIncident
from tests.audit.chained import a_head
from tests.sign_in import an_account


def an_incident(acting_user: User, *, at: datetime | None = None, **facts: Any) -> SecurityIncident:
    known = {
        "title": "A laptop was lost",
        "what_happened": "It was left in a train.",
        "detected_at": at or timezone.now(),
    }
    return register.enter(acting_user=acting_user, facts=known | facts)


def close(incident: SecurityIncident, acting_user: User) -> SecurityIncident:
    """By the shortest way."""
    facts = {"personal_data": True, "confidentiality": True}
    register.describe(incident=incident, acting_user=acting_user, facts=facts)
    exposed = affected.Exposed(start=incident.detected_at, tables=["people.person"])
    affected.expose(incident=incident, exposed=exposed, acting_user=acting_user)
    register.authority_told(
        incident=incident, at=timezone.now(), delay_reason="", acting_user=acting_user
    )
    register.decide_on_people(
        incident=incident, tell=False, reason="The disk is encrypted.", acting_user=acting_user
    )
    report.close(
        incident=incident,
        root_cause="Nobody watched it.",
        measures="The disk was wiped.",
        lessons="Lock it.",
        acting_user=acting_user,
    )
    incident.refresh_from_db()
    return incident


def in_the_register() -> dict[str, int]:
    """One that is open since long, and one that is closed with a signed report; all that is typed begins with zz."""
    owner = an_account(User.Role.OWNER)
    words: dict[str, Any] = {"title": "zzlaptop", "what_happened": "zzlost", "contact": "zzcontact"}
    incident = an_incident(owner, at=datetime(2026, 3, 2, 12, tzinfo=UTC), **words)
    closed = close(an_incident(owner, **words), owner)
    report.write_down()
    sign_documents(head=a_head())
    return {"incident": incident.pk, "reported": closed.pk}
