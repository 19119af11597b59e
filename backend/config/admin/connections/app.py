"""A GitHub App by manifest: the browser takes the manifest to the server and comes back with a code.

The code goes to the worker, sealed, which exchanges it for the App's key. The `state` that comes back is signed, good
for an hour and for one use, and belongs to the session that set out.
"""

import hashlib
import json
import re
import secrets
from typing import Final

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from backend.audit.events import record
from backend.config.admin.connections.pages import (
    administering,
    back,
    check_soon,
    page,
    webhook_address,
)
from backend.config.admin.site import acting, may_administer
from backend.connections import manifest, store
from backend.connections.models import Connection

_STATE: Final = "github_app_state"
_AGE: Final = int(store.CODE_VALID.total_seconds())
_OWNER: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")


@administering
def manifest_page(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """Which organisation the App will belong to, what it asks for, and the button that takes the manifest there."""
    known = connection.organisations[0] if len(connection.organisations) == 1 else ""
    organisation = request.GET.get("organisation", known).strip()
    owned = bool(_OWNER.fullmatch(organisation))
    asked = manifest.manifest(
        public_url=settings.PUBLIC_URL,
        webhook=webhook_address(connection),
        created=_address("app_created"),
        installed=_address("app_installed", connection.pk),
    )

    def render(request: HttpRequest) -> HttpResponse:
        return page(
            request,
            connection,
            "admin/github_app.html",
            title="Create a GitHub App",
            organisation=organisation,
            wrong=bool(organisation) and not owned,
            asked=asked,
            manifest=json.dumps(asked),
            # Only the page with the button sets out; another visit makes an earlier one's state void.
            address=_set_out(request, connection, organisation) if owned else "",
        )

    # The one page whose form may be sent to another host, and to this one alone.
    return csp_update({"form-action": [connection.url]})(render)(request)


def _set_out(request: HttpRequest, connection: Connection, organisation: str) -> str:
    nonce = secrets.token_urlsafe(32)
    request.session[_STATE] = nonce
    bound = {"connection": connection.pk, "nonce": nonce, "server": _server(connection)}
    state = signing.dumps(bound, salt=_STATE)
    query = urlencode({"state": state})
    return f"{manifest.creation_address(connection.url, organisation)}?{query}"


def created(request: HttpRequest) -> HttpResponse:
    """Where GitHub sends the browser with the code. Whatever does not fit changes nothing."""
    if not may_administer(request):
        raise PermissionDenied
    connection, refused = _came_back(request)
    code = request.GET.get("code", "")
    if connection is None or refused or not _CODE.fullmatch(code):
        record(
            name="app_return_refused",
            actor=acting(request),
            subject=connection,
            detail={"reason": refused or "The code is none."},
        )
        messages.error(
            request,
            "The way back from the server was not the one that this session set out on, or took too long. "
            "Delete the App at the server if it was created, and begin again.",
        )
        return redirect("admin:connections_connection_changelist")
    store.take_over_app(connection=connection, code=code)
    check_soon(connection)
    messages.success(
        request,
        "The App is created, and the worker takes it over: load this page again in a moment, "
        "then install the App in your organisation.",
    )
    return back(connection)


def _server(connection: Connection) -> str:
    """Whose code comes back: it must go to no other server than the one that it came from."""
    return hashlib.sha256(store.binding(connection).encode()).hexdigest()


def _came_back(request: HttpRequest) -> tuple[Connection | None, str]:
    """The connection that this session set out for, and why what came back is not believed; empty: it is."""
    nonce = request.session.pop(_STATE, None)
    try:
        state = signing.loads(request.GET.get("state", ""), salt=_STATE, max_age=_AGE)
    except signing.BadSignature:
        return None, "The state is not of this server, or too old."
    connection = Connection.objects.filter(pk=state["connection"]).first()
    if connection is None:
        return None, "The connection is gone."
    if nonce is None or not secrets.compare_digest(nonce, state["nonce"]):
        return connection, "Another session set out, or it came back already."
    if not secrets.compare_digest(_server(connection), state.get("server", "")):
        return connection, "The connection's address or authority was changed on the way."
    return connection, ""


@administering
def installed(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Where GitHub sends the browser after the installation. What it says is not believed: the worker looks."""
    check_soon(connection)
    messages.info(
        request, "The worker looks at the installation: load this page again in a moment."
    )
    return back(connection)


def _address(name: str, *args: int) -> str:
    return f"{settings.PUBLIC_URL}{reverse(f'admin:connections_connection_{name}', args=args)}"
