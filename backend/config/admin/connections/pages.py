"""What the further pages of a connection have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from backend.config.admin.site import may_administer, site
from backend.connections.models import Connection
from backend.connections.store import JIRA_KINDS
from backend.pipeline import bell

P = ParamSpec("P")


def administering(
    view: Callable[Concatenate[HttpRequest, Connection, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The view of one connection, for those who may change it."""

    @wraps(view)
    def inner(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_administer(request):
            raise PermissionDenied
        return view(request, get_object_or_404(Connection, pk=pk), *args, **kwargs)

    return inner


def page(
    request: HttpRequest, connection: Connection, template: str, **context: Any
) -> TemplateResponse:
    """A page below the connection's own; `title` names it."""
    common = {
        **site.each_context(request),
        "object": connection,
        "opts": Connection._meta,
    }
    return TemplateResponse(request, template, common | context)


def ask(
    request: HttpRequest, connection: Connection, *, title: str, consequence: str, answer: str
) -> HttpResponse | None:
    """The page that asks before something is done; None once the answer is yes."""
    if request.method == "POST":
        return None
    return page(
        request,
        connection,
        "admin/connection_ask.html",
        title=title,
        consequence=consequence,
        answer=answer,
    )


def back(connection: Connection) -> HttpResponse:
    return redirect("admin:connections_connection_change", connection.pk)


def is_jira(connection: Connection) -> bool:
    return connection.kind in JIRA_KINDS


def webhook_address(connection: Connection) -> str:
    kind = "jira" if is_jira(connection) else "github"
    return f"{settings.PUBLIC_URL}/hooks/{kind}/{connection.slug}"


def check_soon(connection: Connection) -> None:
    """When the change is stored for good."""
    transaction.on_commit(lambda: bell.ring(bell.CHECK, connection.pk))
