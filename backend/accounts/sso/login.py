"""A sign-in under way, in allauth's terms."""

from typing import Any, Final

from allauth.socialaccount.models import SocialAccount, SocialLogin

from backend.accounts.models import User
from backend.accounts.sso.rules import Identity

LONGEST_SUBJECT: Final = 191
"""As many characters as allauth keeps."""


class SignIn(SocialLogin):  # type: ignore[misc] # allauth has no types
    """Knows what the answer said; in the session, while the second factor is waited for, it is but whose it is."""

    identity: Identity

    def serialize(self) -> dict[str, Any]:
        data: dict[str, Any] = super().serialize()
        return data | {"user": {"id": self.user.pk}}


def of(provider: Any, identity: Identity) -> SignIn:
    """Nothing is kept of an answer but the subject and, to be shown to its owner, the address."""
    account = SocialAccount(
        provider=provider.sub_id, uid=identity.subject, extra_data={"email": identity.email}
    )
    made = SignIn(provider=provider, account=account, user=User())
    made.identity = identity
    return made
