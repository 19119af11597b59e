"""Tokens of the organisation's directory: made once, kept as a digest, never shown again."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import ScimToken, User
from backend.audit.events import record
from backend.keyring import bearer

PREFIX: Final = "pls_"
"""So that scanners for secrets, and people, know what it is."""


@transaction.atomic
def create_scim_token(
    *, name: str, expires_at: datetime | None, acting_user: User
) -> tuple[ScimToken, str]:
    """The stored row, and the token itself, which is kept nowhere."""
    minted = bearer.mint(PREFIX)
    made = ScimToken.objects.create(
        name=name,
        digest=minted.digest,
        beginning=minted.beginning,
        created_by=acting_user,
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    until = expires_at and expires_at.isoformat()
    record(name="scim_token_created", actor=acting_user, subject=made, detail={"expires_at": until})
    return made, minted.token


@transaction.atomic
def revoke_scim_token(*, token: ScimToken, acting_user: User) -> bool:
    """Whether it was still good. What the directory told with it stays."""
    revoked = bearer.revoke(token)
    if revoked:
        record(name="scim_token_revoked", actor=acting_user, subject=token)
    return revoked


def use_scim_token(token: str) -> ScimToken | None:
    """The row of a token that is good now."""
    return bearer.use(ScimToken.objects.all(), token)
