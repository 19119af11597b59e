"""Sign-in forms that differ from allauth's."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache

_STEP = 30
"""Seconds for which a one-time code is the current one."""


class _OneTime:
    """A one-time code is accepted once (RFC 6238, 5.2).

    allauth remembers a used code for one step, which is too short where neighbouring steps are accepted as well.
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc] # mixed into allauth's forms
        authenticator = self.authenticator  # type: ignore[attr-defined]
        if authenticator.type == Authenticator.Type.TOTP:
            lifetime = _STEP * (2 * settings.MFA_TOTP_TOLERANCE + 1)
            digits = "".join(filter(str.isdigit, code))
            if not cache.add(f"one-time-code:{authenticator.pk}:{digits}", 1, timeout=lifetime):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OneTime, forms.AuthenticateForm):  # type: ignore[misc] # allauth has no types
    pass


class ReauthenticateForm(_OneTime, forms.ReauthenticateForm):  # type: ignore[misc] # allauth has no types
    pass
