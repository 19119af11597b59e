"""Tokens of the organisation's directory: made once, kept as a digest, never shown again."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import ScimToken, User
from backend.audit.events import record

PREFIX: Final = "pls_"
"""So that scanners for secrets, and people, know what it is."""
_SHOWN: Final = len(PREFIX) + 6
_NOTED_EVERY: Final = timedelta(minutes=1)


@transaction.atomic
def create_scim_token(
    *, name: str, expires_at: datetime | None, acting_user: User
) -> tuple[ScimToken, str]:
    """The stored row, and the token itself, which is kept nowhere."""
    token = PREFIX + secrets.token_urlsafe(32)
    made = ScimToken.objects.create(
        name=name,
        digest=_digest(token),
        beginning=token[:_SHOWN],
        created_by=acting_user,
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    until = expires_at and expires_at.isoformat()
    record(name="scim_token_created", actor=acting_user, subject=made, detail={"expires_at": until})
    return made, token


@transaction.atomic
def revoke_scim_token(*, token: ScimToken, acting_user: User) -> bool:
    """Whether it was still good. What the directory told with it stays."""
    stored = ScimToken.objects.select_for_update().get(pk=token.pk)
    if stored.revoked_at is not None:
        return False
    stored.revoked_at = timezone.now()
    stored.save(update_fields=["revoked_at"])
    record(name="scim_token_revoked", actor=acting_user, subject=stored)
    return True


def use_scim_token(token: str) -> ScimToken | None:
    """The row of a token that is good now; its use is noted, once a minute at most.

    It is found by its digest, so that how long the search takes tells nothing of any token.
    """
    now = timezone.now()
    good = Q(expires_at=None) | Q(expires_at__gt=now)
    found = ScimToken.objects.filter(good, digest=_digest(token), revoked_at=None).first()
    if found and (found.last_used_at is None or found.last_used_at < now - _NOTED_EVERY):
        ScimToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
