"""Connections: the token goes in and never comes out, checks and syncs are asked of the worker."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format

from backend.audit.events import record
from backend.config.admin.site import acting, confirm, may_administer, show_once, site
from backend.connections import store
from backend.connections.models import Connection, Credential
from backend.pipeline import bell
from backend.sources import hints
from backend.sources.models import Hint


class ConnectionForm(forms.ModelForm):
    token = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text="A personal access token that may read. It is sealed at once: nobody can read it here again.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "url" not in self.fields:  # an auditor looks at it
            return
        self.fields["url"].label = "Address"
        self.fields["ca_certificate"].label = "Certificate authority"
        if self.instance.pk is not None:
            self.fields[
                "token"
            ].help_text += (
                " Empty: the one there is stays. A changed address or authority needs it again."
            )
            return
        self.fields["token"].required = True
        self.fields["kind"].initial = Connection.Kind.GITHUB
        self.fields["name"].required = False
        self.fields["name"].help_text = "Empty: the server's name."

    def clean_url(self) -> str:
        return _checked(store.clean_url, self.cleaned_data["url"])

    def clean_ca_certificate(self) -> str:
        return _checked(store.clean_certificate, self.cleaned_data["ca_certificate"])

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        return _checked(store.clean_token, token) if token else ""

    def clean(self) -> dict[str, Any]:
        """The token opens for the address and authority it was entered for alone."""
        cleaned = super().clean() or self.cleaned_data
        moved = any(
            name in cleaned and cleaned[name] != self.initial.get(name)
            for name in ("url", "ca_certificate")
        )
        if self.instance.pk is not None and moved and not cleaned.get("token"):
            self.add_error("token", "Enter the token again: it was given for another server.")
        return cleaned

    def save(self, commit: bool = True) -> Connection:
        """A new connection is stored whole, with its token; a changed one as Django does it."""
        if self.instance.pk is not None:
            changed: Connection = super().save(commit)
            return changed
        added = self.instance = store.add_connection(**self.cleaned_data)
        self.save_m2m = lambda: None  # type: ignore[method-assign] # as Django does without commit
        return added


def _checked(clean: Callable[[str], str], value: str) -> str:
    try:
        return clean(value)
    except store.InvalidConnection as error:
        raise ValidationError(str(error)) from error


@admin.register(Connection, site=site)
class ConnectionAdmin(admin.ModelAdmin):
    """Deleting a connection means deleting all that came by it, which is no matter of one click."""

    form = ConnectionForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("name", "url", "state", "state_reason", "state_action", "checked_at")
    list_filter = ("kind", "state")
    search_fields = ("name", "url")
    readonly_fields = (
        *("credential_set", "webhook", "state", "state_reason", "state_action"),
        *("checked_at", "server_version", "created_at"),
    )
    actions = ("test_connection", "sync_now", "pause", "resume")
    change_form_template = "admin/connection.html"

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        what = ("kind", "url", "name", "organisations", "cloning_allowed")
        if obj is None:
            return [(None, {"fields": what}), ("Trust", {"fields": ("token", "ca_certificate")})]
        trust = ["credential_set", "ca_certificate"]
        if self.has_change_permission(request, obj):
            trust.insert(0, "token")
        fares = (
            *("state", "state_reason", "state_action", "checked_at", "server_version"),
            *("webhook", "created_at"),
        )
        return [
            (None, {"fields": what}),
            ("Trust", {"fields": trust}),
            ("How it fares", {"fields": fares}),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.display(description="token")
    def credential_set(self, connection: Connection) -> str:
        """When, which is all that web may know of it."""
        found = Credential.objects.filter(connection=connection).values_list("set_at", flat=True)
        return f"•••••••• set on {date_format(found[0], 'j F Y, H:i e')}" if found else "not set"

    @admin.display(description="webhook address")
    def webhook(self, connection: Connection) -> str:
        return webhook_address(connection)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            if token := form.cleaned_data.get("token"):
                store.set_token(connection=obj, token=token)
        _check_soon(obj)

    @admin.action(description="Test connection", permissions=["administer"])
    def test_connection(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            _check_soon(connection)
        self.message_user(
            request,
            "The worker is testing: load this page again in a moment to see what it found.",
            messages.INFO,
        )

    @admin.action(description="Sync now", permissions=["administer"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)
            record(name="sync_asked_for", actor=acting(request), subject=connection)
        transaction.on_commit(bell.ring)
        self.message_user(
            request, "The worker looks for what is new. Sync runs tell how it went.", messages.INFO
        )

    @admin.action(description="Pause", permissions=["administer"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Connection]) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="Pause collecting?",
            consequence="Nothing more is fetched from these until they are resumed. Figures stay as they are.",
        )
        if asked:
            return asked
        for connection in queryset:
            store.record_state(
                connection=connection,
                state=Connection.State.PAUSED,
                reason=f"Paused by {acting(request)}.",
                action="Resume it in the administration.",
            )
            record(name="connection_paused", actor=acting(request), subject=connection)
        return None

    @admin.action(description="Resume", permissions=["administer"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset.filter(state=Connection.State.PAUSED):
            store.record_state(connection=connection, state=Connection.State.UNCHECKED)
            record(name="connection_resumed", actor=acting(request), subject=connection)
            _check_soon(connection)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:pk>/webhook-secret/",
            self.admin_site.admin_view(self.new_webhook_secret),
            name="connections_connection_webhook_secret",
        )
        return [own, *super().get_urls()]

    def new_webhook_secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks on GET; on POST makes a secret, which is shown in this answer and never again."""
        connection = self.get_object(request, str(pk))
        if connection is None or not self.has_change_permission(request, connection):
            raise PermissionDenied
        if request.method != "POST":
            context = {
                **site.each_context(request),
                "title": "Make a new webhook secret?",
                "object": connection,
                "opts": self.opts,
                "overlap": store.OVERLAP,
            }
            return TemplateResponse(request, "admin/webhook_secret.html", context)
        secret = secrets.token_urlsafe(32)
        store.set_webhook_secret(connection=connection, secret=secret)
        return show_once(
            request,
            title="Webhook secret",
            about=connection,
            shown={"Payload URL": webhook_address(connection), "Secret": secret},
            note="Shown this once. On the server, under Settings, Hooks of the organisation: content type "
            "application/json, and the events pull requests, pull request reviews, pushes and repositories.",
        )


def webhook_address(connection: Connection) -> str:
    return f"{settings.PUBLIC_URL}/hooks/github/{connection.slug}"


def _check_soon(connection: Connection) -> None:
    """When the change is stored for good."""
    transaction.on_commit(lambda: bell.ring(bell.CHECK, connection.pk))
