"""Erasures, requests of people, retention, incidents, self-assessments, particulars for documents."""

from backend.governance.models.assessments import Assessment, AssessmentFile, HostLook
from backend.governance.models.erasures import Erasure
from backend.governance.models.incidents import IncidentReminder, SecurityIncident
from backend.governance.models.particulars import Particulars
from backend.governance.models.requests import SubjectRequest
from backend.governance.models.retention import ConfirmedDate, RetentionPeriod, RetentionRun

__all__ = [
    "Assessment",
    "AssessmentFile",
    "ConfirmedDate",
    "Erasure",
    "HostLook",
    "IncidentReminder",
    "Particulars",
    "RetentionPeriod",
    "RetentionRun",
    "SecurityIncident",
    "SubjectRequest",
]
