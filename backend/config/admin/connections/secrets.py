"""Secrets rotate: two values are valid at a time, and the connection's page says which one is in use."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from backend.config.admin.connections.forms import AppKeyForm
from backend.config.admin.connections.pages import (
    administering,
    ask,
    back,
    check_soon,
    is_jira,
    page,
    webhook_address,
)
from backend.config.admin.site import show_once
from backend.connections import manifest, store
from backend.connections.models import Connection, Credential
from backend.sources.jira import webhook as jira_webhook


@administering
def test(request: HttpRequest, connection: Connection) -> HttpResponse:
    if request.method == "POST":
        check_soon(connection)
        messages.info(request, "The worker is testing: load this page again in a moment.")
    return back(connection)


@administering
def new_webhook_secret(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Asks on GET. On POST the worker sets it in the App, or it is shown in this answer and never again."""
    has_app = hasattr(connection, "app")
    if request.method != "POST":
        return page(
            request,
            connection,
            "admin/webhook_secret.html",
            title="Make a new webhook secret?",
            overlap=store.OVERLAP,
            has_app=has_app,
        )
    if has_app and "show" not in request.POST:
        try:
            store.change_app_webhook_secret(connection=connection)
        except store.InvalidConnection as error:
            messages.error(request, str(error))
            return back(connection)
        check_soon(connection)
        messages.success(request, "The worker sets the new secret in the App.")
        return back(connection)
    secret = secrets.token_urlsafe(32)
    try:
        store.set_webhook_secret(connection=connection, secret=secret)
    except store.InvalidConnection as error:
        messages.error(request, str(error))
        return back(connection)
    return show_once(
        request,
        title="Webhook secret",
        about=connection,
        **(_of_jira(connection, secret) if is_jira(connection) else _of_github(connection, secret)),
    )


def _of_jira(connection: Connection, secret: str) -> dict[str, Any]:
    address = webhook_address(connection)
    return {
        "shown": {
            "URL": address,
            "Secret": secret,
            "URL, where Jira is older than 10.0 and cannot sign": f"{address}/{secret}",
            "Events": ", ".join(jira_webhook.EVENTS),
        },
        "note": "Shown this once. In Jira, under System, WebHooks: these events, without a filter, and no body "
        "left out. An address that holds the secret works from the networks alone that the connection names.",
    }


def _of_github(connection: Connection, secret: str) -> dict[str, Any]:
    return {
        "shown": {
            "Payload URL": webhook_address(connection),
            "Secret": secret,
            "Events": ", ".join(manifest.EVENTS),
        },
        "note": "Shown this once. On the server, under Settings, Hooks of the organisation: "
        "content type application/json, and these events.",
    }


@administering
def end_former(request: HttpRequest, connection: Connection) -> HttpResponse:
    asked = ask(
        request,
        connection,
        title="End the former webhook secret?",
        consequence="Deliveries that are still signed with it are refused from now on. "
        "Polling finds what they would have told.",
        answer="End it",
    )
    if asked:
        return asked
    store.end_former_webhook_secret(connection=connection)
    messages.success(request, "The former secret is no longer accepted.")
    return back(connection)


@administering
def add_key(request: HttpRequest, connection: Connection) -> HttpResponse:
    form = AppKeyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["private_key"]
        try:
            store.add_app_key(connection=connection, private_key=key)
        except store.InvalidConnection as error:
            form.add_error("private_key", str(error))
        else:
            check_soon(connection)
            messages.success(
                request,
                "The key is stored. Once this page says that it is in use, retire the other one "
                "here and delete it at the server.",
            )
            return back(connection)
    return page(request, connection, "admin/app_key.html", title="Add a key of the App", form=form)


@administering
def retire_key(request: HttpRequest, connection: Connection, key: int) -> HttpResponse:
    asked = ask(
        request,
        connection,
        title="Retire this key?",
        consequence="Plumbline forgets it and signs in with the other one. Delete it at the server as well.",
        answer="Retire it",
    )
    if asked:
        return asked
    try:
        store.retire_app_key(connection=connection, credential_id=key)
    except Credential.DoesNotExist:
        messages.error(request, "The key is not there any more.")
    except store.InvalidConnection as error:
        messages.error(request, str(error))
    else:
        check_soon(connection)
        messages.success(request, "The key is retired.")
    return back(connection)
