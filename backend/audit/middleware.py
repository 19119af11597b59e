"""Who did it and from where, for the changes that a request makes; and no change without its record."""

from collections.abc import Callable

from auditlog.middleware import AuditlogMiddleware
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from structlog import get_logger

from backend.audit import hourly
from backend.audit.acting import acting, current
from backend.audit.recording import NotRecorded
from backend.audit.triggers import FUNCTION

logger = get_logger(__name__)


class ActorMiddleware:
    """Takes nothing for the record from headers that a caller can set as they like."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = AuditlogMiddleware._get_actor(request)  # noqa: SLF001 - the library's own way to be extended
        address = AuditlogMiddleware._get_remote_addr(request)  # noqa: SLF001 - as above
        with acting(user=user, address=address):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Its transaction is rolled back by now (ATOMIC_REQUESTS)."""
        user = current().user
        if isinstance(error, PermissionDenied) and user is not None:
            hourly.note(name="access_denied", actor=user)
        if not is_unrecorded(error):
            return None
        logger.error("not_recorded", error=type(error.__cause__ or error).__name__)
        if request.path.startswith(("/api/", "/scim/", "/hooks/")):
            told = {
                "code": "not_recorded",
                "message": "The audit log could not take the record, so nothing was changed.",
                "action": "Try again in a minute; if it lasts, tell whoever runs this appliance.",
            }
            return JsonResponse(told, status=503)
        return render(request, "not_recorded.html", status=503)


def is_unrecorded(error: Exception) -> bool:
    """Whether the log refused a record, or a governed table's trigger could not write one at commit."""
    if isinstance(error, DatabaseError):
        diagnosis = getattr(error.__cause__, "diag", None)
        return FUNCTION in (getattr(diagnosis, "context", None) or "")
    return isinstance(error, NotRecorded)
