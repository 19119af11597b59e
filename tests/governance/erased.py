"""Asking for, approving and carrying out an erasure, as tests do it."""

import time
from typing import Any

from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import SignedDocument
from backend.delivery.models import Repository
from backend.governance import erasures
from backend.governance.erasing import engine
from backend.governance.models import Erasure
from tests.factories import a_repository
from tests.sign_in import an_account


def approved(kind: str, subject_id: int | None, mode: str = "") -> Erasure:
    asks, approves = an_account(User.Role.OWNER), an_account(User.Role.OWNER)
    erasure = erasures.ask(
        kind=kind, subject_id=subject_id, mode=mode, reason="asked to", acting_user=asks
    )
    erasures.approve(erasure=erasure, acting_user=approves)
    erasure.refresh_from_db()
    return erasure


def carry_out(erasure: Erasure, *, seconds: float = 60) -> Erasure:
    """To its end, whatever slices that takes."""
    end = time.monotonic() + seconds
    while erasure.finished_at is None and time.monotonic() < end:
        Erasure.objects.filter(pk=erasure.pk).update(lease_until=None)
        engine.work(deadline=time.monotonic() + 5)
        erasure.refresh_from_db()
    assert erasure.finished_at is not None, erasure.last_error
    return erasure


def a_repository_of(connection: Any) -> Repository:
    return Repository.objects.filter(connection=connection).order_by("pk")[1]


def in_each_state() -> dict[str, int]:
    """Erasures of repositories that are told by their state: one asked for, another, one parked and one finished."""
    asks = an_account(User.Role.OWNER)
    asked, too = (
        erasures.ask(
            kind="repository", subject_id=a_repository().pk, reason="asked to", acting_user=asks
        )
        for _ in range(2)
    )
    parked = approved("repository", a_repository().pk)
    Erasure.objects.filter(pk=parked.pk).update(attempts=engine.ATTEMPTS)
    finished = carry_out(approved("repository", a_repository().pk))
    SignedDocument.objects.update(signature=bytes(64), signed_at=timezone.now())
    return {
        "asked": asked.pk,
        "asked_too": too.pk,
        "parked": parked.pk,
        "finished": finished.pk,
    }
