"""What an enrolment link is made of."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from backend.accounts.models import User
from backend.accounts.sso.store import may_use_password


class EnrolmentTokens(PasswordResetTokenGenerator):
    """Good once and for a day, as Django's, and no longer once the account's second factor was set up or reset."""

    def check_token(self, user: Any, token: str | None) -> bool:
        """Not for an account that is closed, nor one that no password opens: the link would be a way around that."""
        return super().check_token(user, token) and user.is_active and may_use_password(user)

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        factors = Authenticator.objects.filter(user_id=user.pk).order_by("pk")
        ids = ",".join(str(pk) for pk in factors.values_list("pk", flat=True))
        return f"{super()._make_hash_value(user, timestamp)}{ids}"
