"""Erasures, each with what was approved, how far it came and the certificate of its end; and how long data is kept."""

from backend.governance.models.erasures import Erasure
from backend.governance.models.retention import RetentionPeriod, RetentionRun

__all__ = ["Erasure", "RetentionPeriod", "RetentionRun"]
