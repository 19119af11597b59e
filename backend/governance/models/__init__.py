"""Erasures, each with what was approved, how far it came, and its certificate; and requests of people."""

from backend.governance.models.erasures import Erasure
from backend.governance.models.requests import SubjectRequest

__all__ = ["Erasure", "SubjectRequest"]
