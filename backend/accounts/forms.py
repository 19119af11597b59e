"""Sign-in forms that differ from allauth's."""

import binascii
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms import BooleanField, CharField
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from backend.accounts import keys, policy
from backend.accounts.sso.store import may_use_password
from backend.audit.events import record

_STEP: Final = 30
"""Seconds for which a one-time code is the current one."""
_MALFORMED: Final = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    OverflowError,
    binascii.Error,
)
"""What parsing raises on what no browser sends."""


def _refused() -> ValidationError:
    error: ValidationError = get_adapter().validation_error("key_refused")
    return error


def _of_a_key(error: ValidationError) -> ValidationError:
    """Allauth speaks of codes where it means keys."""
    return _refused() if error.code == "incorrect_code" else error


class _OneTime:
    """A one-time code is accepted once (RFC 6238, 5.2), and only where codes count.

    allauth remembers a used code for one step, which is too short where neighbouring steps are accepted as well.
    """

    def clean_code(self) -> str:
        if policy.has_stronger_factor(self.user):  # type: ignore[attr-defined] # mixed into allauth's forms
            raise get_adapter().validation_error("keys_only")
        code: str = super().clean_code()  # type: ignore[misc]
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


class AddKeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc] # allauth has no types
    name = CharField(label="Name", max_length=60, required=False)
    passwordless = BooleanField(
        label="Sign in with it alone",
        initial=True,
        required=False,
        help_text="It then asks for your PIN, finger or face, and counts as both factors. Untick this for a key "
        "that can be touched and no more: it comes after the password.",
    )
    field_order = ("name", "passwordless", "credential")

    def clean(self) -> dict[str, Any]:
        credential = self.cleaned_data.get("credential")
        try:
            if credential and not keys.is_from_here(RegistrationResponse.from_dict(credential)):
                raise _refused()
            cleaned: dict[str, Any] = super().clean()
        except _MALFORMED as error:
            raise _refused() from error
        except ValidationError as error:
            raise _of_a_key(error) from error
        return cleaned


class RenameKeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc] # allauth has no types
    name = CharField(label="Name", max_length=60)


class _Key:
    """An answer of a key: from this origin, in shape, and counted up."""

    must_verify_user = False

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]  # type: ignore[attr-defined] # mixed into allauth's forms
        try:
            answer = AuthenticationResponse.from_dict(credential)
            if not keys.is_from_here(answer):
                raise _refused()
            # A challenge that was made for a second factor asks for less than one for a passkey does.
            if self.must_verify_user and not keys.has_verified_user(answer):
                raise _refused()
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except _MALFORMED as error:
            raise _refused() from error
        except ValidationError as error:
            raise _of_a_key(error) from error
        if not found.user.is_active:
            raise _refused()
        if not keys.count_use(found, answer.response.authenticator_data.counter):
            record(name="copied_key_refused", subject=found.user, detail={"key": str(found)})
            raise _refused()
        return found


class KeyForm(_Key, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc] # allauth has no types
    pass


class PasskeyForm(_Key, webauthn.LoginWebAuthnForm):  # type: ignore[misc] # allauth has no types
    must_verify_user = True

    def clean_credential(self) -> Authenticator:
        """Where single sign-on is the only way, a passkey alone is none, as a password is none."""
        found = super().clean_credential()
        if not may_use_password(found.user):
            raise _refused()
        return found


class ReauthenticateKeyForm(_Key, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc] # allauth has no types
    pass
