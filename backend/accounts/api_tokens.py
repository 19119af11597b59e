"""Tokens that scripts read with: for what their account may see, as far as their scopes go, for a year at most."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from backend.accounts import access
from backend.accounts.models import TOKEN_LIFE, ApiToken, User
from backend.audit.events import record
from backend.keyring import bearer

_ADDRESSES: Final = 100
"""So many are remembered of a token; what comes from others by then is new again."""


class InvalidToken(ValueError):
    """Such a token is not made; the message says why."""


@transaction.atomic
def create_api_token(
    *, user: User, name: str, scopes: Collection[str], days: int, acting_user: User
) -> tuple[ApiToken, str]:
    """The stored row, and the token itself, which is kept nowhere. Raises InvalidToken and access.Denied."""
    if not access.may_make_tokens(acting_user, of=user):
        raise access.Denied
    if not 1 <= days <= TOKEN_LIFE.days:
        raise InvalidToken(f"A token is good for 1 to {TOKEN_LIFE.days} days.")
    if not scopes or not set(scopes) <= set(access.scopes_for(user)):
        raise InvalidToken("Choose what the token is for, of what its account may do.")
    minted, now = bearer.mint(), timezone.now()
    made = ApiToken.objects.create(
        user=user,
        name=name,
        scopes=sorted(scopes),
        digest=minted.digest,
        beginning=minted.beginning,
        created_by=acting_user,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        name="api_token_made",
        actor=acting_user,
        subject=made,
        detail={"account": user.email, "scopes": made.scopes, "days": days},
    )
    return made, minted.token


@transaction.atomic
def revoke_api_token(*, token: ApiToken, acting_user: User) -> bool:
    """Whether it was still good. Raises access.Denied."""
    if not access.may_revoke(acting_user, token):
        raise access.Denied
    revoked = bearer.revoke(token)
    if revoked:
        record(name="api_token_revoked", actor=acting_user, subject=token)
    return revoked


def revoke_all(*, user: User) -> list[str]:
    """End all of the user's tokens, for the caller to record; what people tell them by."""
    ended = list(good(user))
    ApiToken.objects.filter(pk__in=[one.pk for one in ended]).update(revoked_at=timezone.now())
    return [str(one) for one in ended]


def good(user: User) -> QuerySet[ApiToken]:
    """The user's tokens that are neither revoked nor over."""
    return bearer.good(ApiToken.objects.filter(user=user))


def use_api_token(token: str, *, address: str) -> User | None:
    """The account of a token that is good now, narrowed to its scopes."""
    rows = ApiToken.objects.select_related("user").filter(user__is_active=True)
    found = bearer.use(rows, token)
    if found is None:
        return None
    if address not in found.addresses:
        _note_address(found, address)
    user = found.user
    user.token = found
    return user


@transaction.atomic
def _note_address(token: ApiToken, address: str) -> None:
    known = [*token.addresses[1 - _ADDRESSES :], address]
    # Of two requests at once, one tells it.
    others = ApiToken.objects.filter(pk=token.pk).exclude(addresses__contains=[address])
    if others.update(addresses=known):
        record(
            name="api_token_used_from_new_address",
            actor=token.user,
            subject=token,
            address=address,
        )
