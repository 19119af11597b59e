"""Erasures, each with what was approved, how far it came, and its certificate; requests of people; particulars."""

from backend.governance.models.erasures import Erasure
from backend.governance.models.particulars import Particulars
from backend.governance.models.requests import SubjectRequest

__all__ = ["Erasure", "Particulars", "SubjectRequest"]
