"""A run of retention, as the worker does it."""

import pytest
from django.utils import timezone

from backend.accounts.models import User
from backend.governance.models import RetentionPeriod, RetentionRun
from backend.governance.retention.engine import begin, go_on
from tests.sign_in import an_account


@pytest.fixture
def owner(db: None) -> User:
    return an_account(role="owner")


def finish() -> dict[str, dict[str, int]]:
    """To the end, whatever was put off; what each policy's run deleted."""
    for _ in range(200):
        if not RetentionRun.objects.filter(finished_at=None).exists():
            break
        RetentionRun.objects.update(not_before=None)
        go_on(seconds=5)
    left = list(RetentionRun.objects.filter(finished_at=None).values_list("policy", "error"))
    assert left == []
    return {run.policy: run.deleted for run in RetentionRun.objects.all()}


def keep(**days: int | None) -> None:
    """In force at once."""
    for policy, number in days.items():
        RetentionPeriod.objects.update_or_create(
            policy=policy, defaults={"days": number, "set_at": timezone.now()}
        )


def purge(**days: int | None) -> dict[str, dict[str, int]]:
    """A night of these policies alone; of all, where none is named."""
    keep(**days)
    begin()
    if days:
        RetentionRun.objects.exclude(policy__in=days).delete()
    return finish()
