"""Erasures, requests of people, how long data is kept, and particulars for documents on data protection."""

from backend.governance.models.erasures import Erasure
from backend.governance.models.incidents import IncidentReminder, SecurityIncident
from backend.governance.models.particulars import Particulars
from backend.governance.models.requests import SubjectRequest
from backend.governance.models.retention import ConfirmedDate, RetentionPeriod, RetentionRun

__all__ = [
    "ConfirmedDate",
    "Erasure",
    "IncidentReminder",
    "Particulars",
    "RetentionPeriod",
    "RetentionRun",
    "SecurityIncident",
    "SubjectRequest",
]
