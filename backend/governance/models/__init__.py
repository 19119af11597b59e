"""Erasures; each with what was approved, how far it came, and the certificate of its end."""

from backend.governance.models.erasures import Erasure

__all__ = ["Erasure"]
