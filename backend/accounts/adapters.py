"""How allauth is used here: accounts are given, never taken, and secrets of the second factor are enveloped."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from secrets import token_urlsafe
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from backend import keyring
from backend.accounts import policy, sessions
from backend.accounts.models import User
from backend.accounts.sso.store import may_use_password

_CONTEXT: Final = "mfa_authenticator.data"
_KNOWN: Final = f"{settings.COOKIE_PREFIX}known"
_KNOWN_FOR: Final = 90 * 24 * 3600


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
        """Without our second factor where the identity provider's answer has just shown one that is trusted.

        It is asked for all the same where keys alone count, since nobody says that it was one.
        """
        stages: list[str] = super().get_login_stages()
        at_provider = getattr(self.request, "second_factor_at_provider", False)
        if at_provider and policy.counts(policy.of(self.request), ""):
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

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Besides: remember the browser as one of this user's, see `_get_login_attempts_cache_key`."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            _KNOWN,
            TimestampSigner(salt=_KNOWN).sign(f"{_digest(user.email)}.{token_urlsafe(9)}"),
            max_age=_KNOWN_FOR,
            secure=settings.SECURE_COOKIES,
            httponly=True,
            samesite="Strict",
        )
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed attempts from a browser that this user has signed in with are counted apart from everybody else's.

        So nobody can lock a user out of their own browser by failing on purpose, however often. The cookie opens
        nothing: password and second factor are asked for as ever.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        try:
            known = TimestampSigner(salt=_KNOWN).unsign(
                request.COOKIES.get(_KNOWN, ""), max_age=_KNOWN_FOR
            )
        except BadSignature:
            return key
        whose = known.partition(".")[0]
        typed = _digest(str(credentials.get("email", "")).lower())
        return f"{key}:{known}" if hmac.compare_digest(whose, typed) else key


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:32]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or was used already. Wait for the next one.",
        "key_refused": "This key was not accepted. Try again, or use another one.",
        "keys_only": "Codes do not count here any more. Use your security key or passkey.",
        "last_factor": "This is your only second factor. Add another one first.",
    }

    def encrypt(self, text: str) -> str:
        return b64encode(keyring.envelope(text.encode(), context=_CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring.open_envelope(b64decode(encrypted_text), context=_CONTEXT).decode()

    def generate_authenticator_name(self, user: User, kind: str) -> str:
        return f"Key {Authenticator.objects.filter(user=user, type=kind).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Plumbline"}
