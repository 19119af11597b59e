"""Headers of every answer that neither Django nor django-csp sets."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)

_FOR_PROGRAMS: Final = frozenset({"application/json", "application/scim+json"})


class SecurityHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        # Figures and forms are nobody else's to keep; static files say for themselves how long they last.
        response.headers.setdefault("Cache-Control", "no-store")
        # Whoever is led to an address for programs gets a file, and no page that a browser would make of it.
        if response.headers.get("Content-Type", "").partition(";")[0] in _FOR_PROGRAMS:
            response.headers.setdefault("Content-Disposition", 'attachment; filename="api.json"')
        return response
