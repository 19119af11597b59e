"""What an enrolment link is made of."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from backend.accounts.models import User


class EnrolmentTokens(PasswordResetTokenGenerator):
    """Good once and for a day, as Django's, and no longer once the account's second factor was set up or reset."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        factors = Authenticator.objects.filter(user_id=user.pk).order_by("pk")
        ids = ",".join(str(pk) for pk in factors.values_list("pk", flat=True))
        return f"{super()._make_hash_value(user, timestamp)}{ids}"
