"""The page that the web application starts from."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NONCE_PLACEHOLDER = "__CSP_NONCE__"


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
