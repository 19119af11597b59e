"""How allauth is used here: accounts are given, never taken, and secrets of the second factor are enveloped."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from backend import keyring
from backend.accounts import sessions
from backend.accounts.sso.store import may_use_password

_CONTEXT = "mfa_authenticator.data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "too_many_login_attempts": "Too many attempts failed. Wait five minutes and try again.",
        "rate_limited": "Too many attempts. Wait a moment and try again.",
        "incorrect_password": "The password is not right.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Without our second factor where the identity provider's answer has just shown one that is trusted."""
        stages: list[str] = super().get_login_stages()
        if getattr(self.request, "second_factor_at_provider", False):
            stages.remove("allauth.mfa.stages.AuthenticateStage")
        return stages

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Without the password where it opens nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != "reauthenticate" or may_use_password(user)]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not right after signing in or showing the second factor: enrolling asks for nothing twice."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and not sessions.recently_proven(self.request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or was used already. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        return b64encode(keyring.envelope(text.encode(), context=_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring.open_envelope(b64decode(encrypted_text), context=_CONTEXT).decode()
