"""Tokens that the organisation's systems report with: made once, kept as a digest, never shown again."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import IngestToken, Repository
from backend.keyring import bearer


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
    revoked = bearer.revoke(token)
    if revoked:
        record(name="ingest_token_revoked", actor=acting_user, subject=token)
    return revoked


def use_ingest_token(token: str) -> IngestToken | None:
    """The row of a token that is good now, with its repository."""
    return bearer.use(IngestToken.objects.select_related("repository"), token)
