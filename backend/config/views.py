"""The page that the web application starts from, and whom to tell of a weakness."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NONCE_PLACEHOLDER = "__CSP_NONCE__"
CONTACT_HOLDS: Final = timedelta(days=90)


@require_safe
@login_required
@ensure_csrf_cookie
def app(request: HttpRequest) -> HttpResponse:
    """The built index.html with this request's nonce, for every address that the browser routes itself."""
    index = Path(settings.FRONTEND_DIR) / "index.html"
    if not index.is_file():
        return render(request, "not_built.html", status=503)
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined] # set by django-csp
    return HttpResponse(index.read_text().replace(NONCE_PLACEHOLDER, nonce))


@require_safe
def security_contact(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the decorator looks at it
    """security.txt, RFC 9116: for everybody, where the operator has named somebody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    today = datetime.combine(datetime.now(UTC), time(), UTC)
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {(today + CONTACT_HOLDS).isoformat()}",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
        "Preferred-Languages: en",
    )
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain; charset=utf-8")
