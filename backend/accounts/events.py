"""Signing in and out and changes of what one signs in with: recorded, and what follows for sessions."""

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.contrib.sessions.backends.db import SessionStore
from django.dispatch import receiver
from django.http import HttpRequest

from backend.accounts import break_glass, policy, sessions
from backend.accounts.models import User
from backend.accounts.sso import store as sso
from backend.audit.events import record


@receiver(auth.user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    sessions.begin(request)


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, sociallogin: Any = None, **_: Any) -> None:
    if sociallogin is None:
        record(name="signed_in", actor=user, subject=user)
    else:
        _signed_in_by_provider(request, user, sociallogin.account.provider)
    if user.is_break_glass:
        break_glass.tell(user=user, address=get_adapter().get_client_ip(request))
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if codes is not None and not codes.wrap().did_view:
        sessions.keep_codes_unseen(request)
    # Here, since only web may touch sessions and beat runs elsewhere.
    SessionStore.clear_expired()


def _signed_in_by_provider(request: HttpRequest, user: User, slug: str) -> None:
    at_provider = getattr(request, "second_factor_at_provider", False)
    if at_provider:
        sessions.show_second_factor(request, user)
    detail = {"provider": slug, "second_factor_there": at_provider}
    record(name="signed_in", actor=user, subject=user, detail=detail)
    sso.note_signed_in(slug=slug, user=user)


@receiver(social.social_account_added)
def _connected(sociallogin: Any, **_: Any) -> None:
    user, detail = sociallogin.user, {"provider": sociallogin.account.provider}
    record(name="sign_in_connected", actor=user, subject=user, detail=detail)


@receiver(auth.user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record(name="signed_out", actor=user, subject=user)


@receiver(auth.user_login_failed)
def _sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Names the account, where there is one; what else was typed may be a password in the wrong field."""
    known = User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
    record(name="sign_in_failed", subject=known)


@receiver(mfa.authentication_failed)
def _code_refused(user: User, **_: Any) -> None:
    record(name="second_factor_refused", subject=user)


@receiver(mfa.authenticator_used)
def _second_factor_shown(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    sessions.show_second_factor(request, user, by=authenticator.type)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(name="recovery_code_used", actor=user, subject=user)


@receiver(mfa.authenticator_added)
@receiver(mfa.authenticator_reset)
def _authenticator_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        sessions.keep_codes_unseen(request)
        record(name="recovery_codes_made", actor=user, subject=user)
        return
    sessions.show_second_factor(request, user, by=authenticator.type)
    sessions.change_key(request)
    sessions.end_all(user=user, but=request.session)
    record(
        name="second_factor_added", actor=user, subject=user, detail={"kind": authenticator.type}
    )


@receiver(mfa.authenticator_removed)
def _authenticator_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    if not policy.has_factor(user, policy.kinds(policy.of(request))):
        sessions.forget_second_factor(request)
    sessions.end_all(user=user, but=request.session)
    record(
        name="second_factor_removed", actor=user, subject=user, detail={"kind": authenticator.type}
    )


@receiver(account.password_reset)
@receiver(account.password_changed)
@receiver(account.password_set)
def _password_changed(user: User, **_: Any) -> None:
    record(name="password_changed", actor=user, subject=user)
