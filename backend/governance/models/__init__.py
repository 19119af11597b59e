"""Erasures, each with what was approved, how far it came, and the certificate of its end; and what documents on data
protection are filled from.
"""

from backend.governance.models.erasures import Erasure
from backend.governance.models.particulars import Particulars

__all__ = ["Erasure", "Particulars"]
