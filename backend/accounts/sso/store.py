"""The only writer of identity providers, and of whether they are the only way in."""

from typing import Final

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from backend import keyring
from backend.accounts.models import IdentityProvider, SignInPolicy, User
from backend.audit.events import record

_ADMINISTERING: Final = (User.Role.OWNER, User.Role.ADMINISTRATOR)


class CannotChange(ValueError):
    """It would lock people out; the message says what to do first."""


@transaction.atomic
def save_provider(
    *, provider: IdentityProvider, client_secret: str = "", acting_user: User
) -> IdentityProvider:
    """Store it as it is now set up, which nobody has signed in by yet. An empty secret leaves the stored one, unless
    the address is another: it is not sent elsewhere.

    Raises CannotChange where it is the last way in.
    """
    if not provider.is_enabled:
        _check_not_last(provider)
    provider.proven_at = None
    if IdentityProvider.objects.filter(pk=provider.pk).exclude(address=provider.address).exists():
        provider.enveloped_secret = None
    provider.save()
    if client_secret:
        enveloped = keyring.envelope(client_secret.encode(), context=_context(provider))
        provider.enveloped_secret = enveloped
        IdentityProvider.objects.filter(pk=provider.pk).update(enveloped_secret=enveloped)
        record(name="identity_provider_secret_set", actor=acting_user, subject=provider)
    return provider


@transaction.atomic
def remove_provider(*, provider: IdentityProvider, acting_user: User) -> int:
    """Forget it with every sign-in that is connected with it; how many. Raises CannotChange where it is the last."""
    _check_not_last(provider)
    forgotten: int = SocialAccount.objects.filter(provider=provider.slug).delete()[0]
    detail = {"connected": forgotten}
    record(name="identity_provider_removed", actor=acting_user, subject=provider, detail=detail)
    provider.delete()
    return forgotten


@transaction.atomic
def disconnect(*, account: SocialAccount, acting_user: User) -> None:
    """The provider's subject opens this account no more."""
    detail = {"provider": account.provider}
    record(name="sign_in_disconnected", actor=acting_user, subject=account.user, detail=detail)
    account.delete()


def client_secret(provider: IdentityProvider) -> str:
    """For web alone; empty where there is none."""
    if provider.enveloped_secret is None:
        return ""
    enveloped = bytes(provider.enveloped_secret)
    return keyring.open_envelope(enveloped, context=_context(provider)).decode()


def in_use(provider: IdentityProvider) -> bool:
    """Whether accounts are connected: their subjects mean something at this server alone."""
    return bool(SocialAccount.objects.filter(provider=provider.slug).exists())


def enabled_providers() -> list[IdentityProvider]:
    return list(IdentityProvider.objects.filter(is_enabled=True))


def note_signed_in(*, slug: str, user: User) -> None:
    """Somebody who could mend it came in by it: it works as it is set up now."""
    if user.role in _ADMINISTERING:
        IdentityProvider.objects.filter(slug=slug).update(proven_at=timezone.now())


def sso_only() -> bool:
    return SignInPolicy.objects.filter(sso_only=True).exists()


def may_use_password(user: User | None) -> bool:
    """Whether a password may open this account. The same is asked of nobody's, which takes as long."""
    return not sso_only() or (user is not None and user.is_break_glass)


def check_ready() -> None:
    """Raises CannotChange unless somebody has shown that it works, and somebody gets in when it does not."""
    if not _proven().exists():
        raise CannotChange(
            "No enabled identity provider was used by an owner or administrator since it was last changed. Sign in by "
            "one first."
        )
    ready = User.objects.filter(role=User.Role.OWNER, is_active=True, is_break_glass=True)
    if not any(owner.has_usable_password() for owner in ready):
        raise CannotChange(
            "No owner would get in while the identity provider is out of order. Make an account for "
            "emergencies, with a password, first."
        )


def _check_not_last(provider: IdentityProvider) -> None:
    if sso_only() and not _proven().exclude(pk=provider.pk).exists():
        raise CannotChange(
            "Single sign-on is the only way to sign in, and this is the last provider known to work. Allow passwords "
            "first."
        )


def _proven() -> QuerySet[IdentityProvider]:
    return IdentityProvider.objects.filter(is_enabled=True).exclude(proven_at=None)


def _context(provider: IdentityProvider) -> str:
    return f"accounts_identityprovider.enveloped_secret/{provider.pk}/{provider.address}"


def callback_address(provider: IdentityProvider) -> str:
    """Where the provider sends people back to."""
    name = "sso_acs" if provider.kind == IdentityProvider.Kind.SAML else "sso_callback"
    return str(settings.PUBLIC_URL + reverse(name, args=[provider.slug]))


def entity_address(provider: IdentityProvider) -> str:
    """SAML: what Plumbline is called, and where its metadata is."""
    return str(settings.PUBLIC_URL + reverse("sso_metadata", args=[provider.slug]))
