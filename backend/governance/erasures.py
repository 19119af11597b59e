"""Erasures: asked for by one person, approved by another, done in the background."""

from backend import clock
from backend.accounts.models import User
from backend.audit.events import record
from backend.governance.models import Erasure


def ask(
    *, kind: str, subject_id: int | None, mode: str = "", reason: str, acting_user: User
) -> Erasure:
    """Nothing goes yet: somebody else has to approve. Raises LookupError where there is no such subject."""
    erasure = Erasure.objects.create(
        kind=kind,
        mode=mode,
        subject_id=subject_id,
        reason=reason,
        asked_by=acting_user,
        asked_at=clock.now(),
    )
    record(name="erasure_asked_for", actor=acting_user, subject=erasure)
    return erasure
