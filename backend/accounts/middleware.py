"""Two gates that every request of somebody signed in passes: the session's limits, and the second factor."""

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from backend.accounts import sessions
from backend.accounts.models import User
from backend.audit.events import record

GetResponse = Callable[[HttpRequest], HttpResponse]

ENROLMENT: Final = "mfa_activate_totp"
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
        if isinstance(user, User) and (reason := sessions.over(request, user)):
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
        if sessions.has_second_factor(request, user):
            due = CODES if sessions.codes_unseen(request) else None
        elif is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            logout(request)
            due = "account_login"
        else:
            due = ENROLMENT
        if due is None or _name(request) == due:
            return None
        if request.path.startswith("/api/"):
            return _refusal()
        return redirect(due)


def _name(request: HttpRequest) -> str | None:
    return request.resolver_match.url_name if request.resolver_match else None


def _refusal() -> JsonResponse:
    """The API's one error shape; the API itself stands above this floor."""
    return JsonResponse(
        {
            "code": "mfa_required",
            "message": "This session has not shown a second factor.",
            "action": "Open Plumbline in the browser and set up two-factor authentication.",
        },
        status=403,
    )
