"""Muting tests: a person's word, which is audited by whoever takes it."""

from datetime import date

from django.utils import timezone

from backend.accounts.models import User
from backend.delivery.models import AutomatedTest, MutedTest


def mute(*, test: AutomatedTest, reason: str, until: date, by: User) -> MutedTest:
    """Mute it through the day `until`; what was said of it before is replaced."""
    muted, _ = MutedTest.objects.update_or_create(
        test=test,
        defaults={
            "reason": reason,
            "until": until,
            "muted_by": by,
            "muted_at": timezone.now(),
        },
    )
    return muted


def unmute(*, test: AutomatedTest) -> bool:
    """Whether it was muted."""
    deleted, _ = MutedTest.objects.filter(test=test).delete()
    return deleted > 0
