"""What is kept of people, and for how long."""

from backend.governance.asvs.checks import RESTORE, Weak, check
from backend.governance.retention.kept import KEPT
from backend.governance.retention.policies import POLICIES
from backend.inventory import TABLES


@check
def every_table_has_an_end() -> str:
    """Every table is under a period, or says why it is kept."""
    without = [label for label, table in TABLES.items() if not table.keep.says]
    if without or not POLICIES or not KEPT:
        raise Weak(f"of {', '.join(without) or 'all'} nothing is said", todo=RESTORE)
    return f"{len(POLICIES)} periods, {len(KEPT)} reasons"
