"""The door that is shut in maintenance: to people, and not to systems that would not come again."""

from collections.abc import Callable
from typing import Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from backend.accounts import policy
from backend.appliance import maintenance
from backend.appliance.models import Maintenance

RETRY_AFTER_SECONDS: Final = 120
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
# A delivery that is refused is lost, a pipeline reports once, and who leaves must be out at once.
_SYSTEMS: Final = ("/hooks/", "/scim/v2/", settings.STATIC_URL)
_REPORTS: Final = frozenset({"/api/v1/deployments", "/api/v1/incidents", "/api/v1/test-results"})


class MaintenanceMode:
    """Answers 503 for all but listed addresses once the announced time has come."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = maintenance.note(request)
        if (
            found is None
            or not found.is_closed(timezone.now())
            or _is_open(request)
            or _is_let_in(request, found)
        ):
            return self.get_response(request)
        return _closed(request, found)


def _is_open(request: HttpRequest) -> bool:
    path = request.path_info
    if request.method == "POST" and path in _REPORTS:
        return True
    return path in _PROBES or path.startswith(_SYSTEMS)


def _is_let_in(request: HttpRequest, found: Maintenance) -> bool:
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        return False
    return policy.is_within(found.allowed, address)


def _closed(request: HttpRequest, found: Maintenance) -> HttpResponse:
    answer: HttpResponse
    if request.path_info.startswith("/api/"):
        message = f"Plumbline is closed for maintenance. {found.message}"
        told = {"code": "maintenance", "message": message, "action": "Try again later."}
        answer = JsonResponse(told, status=503)
    else:
        answer = render(request, "maintenance.html", {"message": found.message}, status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
