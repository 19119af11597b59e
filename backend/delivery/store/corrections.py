"""What a person says of what fixed a failing deployment: audited, and kept by what both are called outside."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import FixCorrection
from backend.delivery.store.pending import note_deployments


@dataclass(frozen=True)
class Link:
    """From a deployment to what is said of it: both as they are known outside, so that recomputing keeps it."""

    repository_id: int
    service: str
    environment: str
    source: str
    key: str
    fix_source: str
    """A source of deployments, or "incident"."""
    fix_key: str


@transaction.atomic
def correct_fix(*, link: Link, verdict: str, reason: str, acting_user: User) -> FixCorrection:
    """Said again of the same two, the later word stands."""
    made, _ = FixCorrection.objects.update_or_create(
        **asdict(link),
        defaults={
            "verdict": verdict,
            "reason": reason,
            "made_by": acting_user,
            "made_at": timezone.now(),
        },
    )
    _record("fix_corrected", made, acting_user)
    note_deployments(repository_ids=[made.repository_id])
    return made


@transaction.atomic
def withdraw_correction(*, correction: FixCorrection, acting_user: User) -> None:
    """What was found by itself holds again."""
    _record("fix_correction_withdrawn", correction, acting_user)
    note_deployments(repository_ids=[correction.repository_id])
    correction.delete()


def _record(name: str, correction: FixCorrection, acting_user: User) -> None:
    told = ("service", "environment", "source", "key", "fix_source", "fix_key", "verdict")
    record(
        name=name,
        actor=acting_user,
        subject=correction,
        detail={one: getattr(correction, one) for one in told}
        | {"repository": str(correction.repository)},
    )
