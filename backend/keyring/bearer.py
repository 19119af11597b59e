"""Bearer tokens: 256 random bits, handed out once, kept as a digest that tells nothing of them.

Each kind has a table of its own, with `digest`, `expires_at` (null: never), `revoked_at` and `last_used_at`.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, TypeVar, cast

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

PREFIX: Final = "plb_"
"""So that scanners for secrets, and people, know what it is."""
_SHOWN: Final = 6
_NOTED_EVERY: Final = timedelta(minutes=1)
Row = TypeVar("Row", bound=Model)


class Minted(NamedTuple):
    token: str
    """To be shown once and kept nowhere."""
    digest: str
    beginning: str
    """By which people tell tokens apart."""


def mint(prefix: str = PREFIX) -> Minted:
    token = prefix + secrets.token_urlsafe(32)
    return Minted(token, digest(token), token[: len(prefix) + _SHOWN])


def digest(token: str) -> str:
    """SHA-256: so much randomness needs no slow hash. Looked up by it, no search tells anything of any token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def good(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those that are neither revoked nor over."""
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def state(
    revoked_at: datetime | None, expires_at: datetime | None
) -> Literal["good", "expired", "revoked"]:
    if revoked_at is not None:
        return "revoked"
    return "good" if expires_at is None or expires_at > timezone.now() else "expired"


def use(rows: QuerySet[Row], token: str) -> Row | None:
    """The row of a token that is good now; its use is noted, once a minute at most."""
    found: Any = good(rows).filter(digest=digest(token)).first()
    now = timezone.now()
    if found and (found.last_used_at is None or found.last_used_at < now - _NOTED_EVERY):
        rows.filter(pk=found.pk).update(last_used_at=now)
    return cast("Row | None", found)


def revoke(row: Model) -> bool:
    """Whether it was still to be revoked."""
    rows = type(row)._default_manager.filter(pk=row.pk, revoked_at=None)
    return rows.update(revoked_at=timezone.now()) == 1
