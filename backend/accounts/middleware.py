"""The gates that every request of somebody signed in passes: session limits, second factor, networks."""

from collections.abc import Callable
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from redis.exceptions import RedisError
from structlog import get_logger

from backend.accounts import policy, sessions
from backend.accounts.models import User
from backend.audit.events import record

logger = get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]

ENROLMENT: Final = {policy.APP: "mfa_activate_totp", policy.KEY: "mfa_add_webauthn"}
SIGN_IN: Final = "account_login"
CODES: Final = "mfa_view_recovery_codes"
OPEN: Final = frozenset({"account_logout", "account_reauthenticate", "live", "ready"})
"""What is open while the second factor is missing, besides the step that is due."""


class SessionLimits:
    """Ends a session that was idle too long or is too old, and any of a service account, however it was opened.

    Its user is then nobody in this request already.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and (reason := sessions.over(request, user, policy.of(request))):
            record(name="session_ended", actor=user, subject=user, detail={"reason": reason})
            request.session.flush()
            request.user = AnonymousUser()
        return self.get_response(request)


class SecondFactorRequired:
    """Lets a session that has shown no second factor reach nothing but the way to show one.

    It is the session that counts, not the account: one that was opened by password alone, before the second
    factor was there, gains nothing when it is enrolled in another.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 200 and _name(request) == CODES:  # noqa: PLR2004 - OK
            sessions.codes_seen(request)
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or _name(request) in OPEN:
            return None
        due = _due(request, user)
        if due == [SIGN_IN]:
            logout(request)
        if not due or _name(request) in due:
            return None
        if request.path.startswith("/api/"):
            return _refusal(
                403,
                "mfa_required",
                "This session has not shown a second factor.",
                "Open Plumbline in the browser and set up two-factor authentication.",
            )
        return redirect(due[0])


def _due(request: HttpRequest, user: User) -> list[str]:
    """The pages of which one must be passed before any other opens; none where all is well."""
    asked = policy.of(request)
    shown = sessions.second_factor(request, user)
    if policy.counts(asked, shown):
        return [CODES] if sessions.codes_unseen(request) else []
    wanted = policy.kinds(asked)
    if policy.has_factor(user, wanted):
        return [SIGN_IN]
    if shown is None and policy.has_factor(user, ENROLMENT):
        # What it has does not count any more, but must be shown before what counts is set up.
        return [SIGN_IN]
    if policy.needs_second_factor(asked, user):
        return [ENROLMENT[kind] for kind in wanted]
    return []


class AdministrationNetworks:
    """Opens the administration to the networks that the policy names, and to no other."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not request.resolver_match or request.resolver_match.app_name != "admin":
            return None
        try:
            address = get_adapter().get_client_ip(request)
        except PermissionDenied:
            address = ""
        if policy.may_administer_from(policy.of(request), address):
            return None
        if isinstance(request.user, User):
            record(name="administration_refused", actor=request.user, subject=request.user)
        return render(request, "admin_refused.html", status=403)


class WithoutCache:
    """Says so where the cache is away: without it attempts cannot be counted, so that nobody signs in meanwhile."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RedisError):
            return None
        logger.error("cache_unavailable", error=type(error).__name__)
        if request.path.startswith("/api/"):
            return _refusal(
                503, "unavailable", "A part of Plumbline is away.", "Try again in a minute."
            )
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = "30"
        return response


def _name(request: HttpRequest) -> str | None:
    return request.resolver_match.url_name if request.resolver_match else None


def _refusal(status: int, code: str, message: str, action: str) -> JsonResponse:
    """The API's one error shape; the API itself stands above this floor."""
    return JsonResponse({"code": code, "message": message, "action": action}, status=status)
