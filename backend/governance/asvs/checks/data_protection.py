"""What is kept of people, and for how long."""

from typing import Final

from backend.governance.asvs.checks import Weak, check
from backend.governance.retention.kept import KEPT
from backend.governance.retention.policies import POLICIES
from backend.inventory import TABLES

_RESTORE: Final = "Install the release as it was shipped, and report it: see SECURITY.md."
_SPECIAL: Final = (
    *("health", "medical", "diagnos", "religio", "ethnic", "biometric", "genetic"),
    *("salary", "iban", "credit", "bank", "payment", "tax"),
)
"""What names of columns of such data would hold (GDPR, Art. 9; and money)."""


@check
def every_table_has_an_end() -> str:
    """Every table is under a period, or says why it is kept."""
    without = [label for label, table in TABLES.items() if not table.keep.says]
    if without or not POLICIES or not KEPT:
        raise Weak(f"of {', '.join(without) or 'all'} nothing is said", todo=_RESTORE)
    return f"{len(POLICIES)} periods, {len(KEPT)} reasons"
