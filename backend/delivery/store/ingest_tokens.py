"""Tokens that the organisation's systems report with: made once, kept as a digest, never shown again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import IngestToken, Repository
from backend.keyring import bearer

_NOTED_EVERY: Final = timedelta(minutes=1)


@transaction.atomic
def create_ingest_token(
    *,
    repository: Repository,
    name: str,
    purposes: Collection[str],
    expires_at: datetime | None,
    acting_user: User,
) -> tuple[IngestToken, str]:
    """The stored row, and the token itself, which is kept nowhere."""
    minted = bearer.mint()
    made = IngestToken.objects.create(
        repository=repository,
        name=name,
        purposes=sorted(purposes),
        digest=minted.digest,
        beginning=minted.beginning,
        created_by=acting_user,
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    record(
        name="ingest_token_created",
        actor=acting_user,
        subject=made,
        detail={
            "repository": str(repository),
            "purposes": made.purposes,
            "expires_at": expires_at and expires_at.isoformat(),
        },
    )
    return made, minted.token


@transaction.atomic
def revoke_ingest_token(*, token: IngestToken, acting_user: User) -> bool:
    """Whether it was still good. What was reported with it stays."""
    stored = IngestToken.objects.select_for_update().get(pk=token.pk)
    if stored.revoked_at is not None:
        return False
    stored.revoked_at = timezone.now()
    stored.save(update_fields=["revoked_at"])
    record(name="ingest_token_revoked", actor=acting_user, subject=stored)
    return True


def use_ingest_token(token: str) -> IngestToken | None:
    """The row of a token that is good now, with its repository; its use is noted, once a minute at most."""
    now = timezone.now()
    found = (
        IngestToken.objects.select_related("repository")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now), digest=bearer.digest(token), revoked_at=None
        )
        .first()
    )
    if found and (found.last_used_at is None or found.last_used_at < now - _NOTED_EVERY):
        IngestToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found
