"""The list of connections and the page of one: its settings, and what the administrator can ask of the worker."""

from typing import Any, Final

from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from backend.audit.events import record
from backend.config.admin.connections import app, repositories, secrets
from backend.config.admin.connections.facts import facts
from backend.config.admin.connections.forms import OF_GITHUB_APPS, ConnectionForm, SignIn
from backend.config.admin.connections.pages import check_soon, is_jira
from backend.config.admin.site import acting, confirm, may_administer, site
from backend.connections import store
from backend.connections.models import Connection
from backend.pipeline import bell
from backend.pipeline.kinds import connector_of

ONE_BUTTON: Final = {"show_save_and_continue": False, "show_save_and_add_another": False}
"""Saving leads to the connection's own page."""


_ADDED: Final = [
    (None, {"fields": ("kind", "url", "name")}),
    ("GitHub", {"fields": ("organisations", "cloning_allowed")}),
    ("Jira", {"fields": ("email", "projects", "keeps_summaries")}),
    (
        "Trust",
        {"fields": ("sign_in", "token", *OF_GITHUB_APPS, "ca_certificate")},
    ),
]


def _of_github(*, changes: bool) -> list[tuple[str, dict[str, Any]]]:
    credential = ("sign_in", "token", *OF_GITHUB_APPS) if changes else ()
    return [
        ("Settings", {"fields": ("kind", "url", "name", "organisations", "cloning_allowed")}),
        ("Trust", {"fields": (*credential, "ca_certificate")}),
        (
            "Limits",
            {"fields": ("requests_per_hour", ("quiet_from", "quiet_to"), "clone_limit_megabytes")},
        ),
    ]


def _of_jira(connection: Connection, *, changes: bool) -> list[tuple[str, dict[str, Any]]]:
    """To those who look on, `facts` tells what is read."""
    cloud = connection.kind == Connection.Kind.JIRA_CLOUD
    email = ("email",) if cloud else ()
    own = [
        ("What is read", {"fields": ("projects", "keeps_summaries")}),
        (
            "Custom fields",
            {"fields": ("story_points_field", "epic_link_field", "sprint_field", "team_field")},
        ),
        ("Webhooks", {"fields": ("webhook_addresses",)}),
    ]
    credential = ("sign_in", *email, "token") if changes else ()
    return [
        ("Settings", {"fields": ("kind", "url", "name")}),
        *(own if changes else ()),
        ("Trust", {"fields": (*credential, "ca_certificate")}),
        ("Limits", {"fields": ("requests_per_hour", ("quiet_from", "quiet_to"))}),
    ]


@admin.register(Connection, site=site)
class ConnectionAdmin(admin.ModelAdmin):
    """Deleting a connection means deleting all that came by it, which is no matter of one click."""

    form = ConnectionForm
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ("name", "url", "state", "told", "checked_at")
    list_filter = ("kind", "state")
    search_fields = ("name", "url")
    actions = ("test_connection", "sync_now", "pause", "resume")
    change_form_template = "admin/connection.html"

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        if obj is None:
            return _ADDED
        changes = self.has_change_permission(request, obj)
        return _of_jira(obj, changes=changes) if is_jira(obj) else _of_github(changes=changes)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Connection | None = None
    ) -> tuple[str, ...]:
        """Of another kind it would be another connection."""
        return () if obj is None else ("kind",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().add_view(request, form_url, ONE_BUTTON)

    @admin.display(description="what it says")
    def told(self, connection: Connection) -> str:
        return f"{connection.state_reason} {connection.state_action}".strip()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        connection = self.get_object(request, object_id)
        told = facts(connection) if connection is not None else {}
        return super().change_view(request, object_id, form_url, {**ONE_BUTTON, "facts": told})

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            form.save_rest()
        if (
            form.cleaned_data["sign_in"] != SignIn.NEW_APP
        ):  # which has nothing to be tested with yet
            check_soon(obj)

    def response_add(
        self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the connection's own page, where it says how it fares; by way of the App, where one is to be made."""
        return self._then(request, obj) or redirect("admin:connections_connection_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Connection) -> HttpResponse:
        return self._then(request, obj) or redirect("admin:connections_connection_change", obj.pk)

    def _then(self, request: HttpRequest, connection: Connection) -> HttpResponse | None:
        if request.POST.get("sign_in") == SignIn.NEW_APP:
            return redirect("admin:connections_connection_github_app", connection.pk)
        self.message_user(
            request,
            f"{connection} is stored, and the worker is testing it: load this page again in a moment.",
            messages.SUCCESS,
        )
        return None

    @admin.action(description="Test connection", permissions=["administer"])
    def test_connection(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            check_soon(connection)
        self.message_user(
            request,
            "The worker is testing: load this page again in a moment to see what it found.",
            messages.INFO,
        )

    @admin.action(description="Sync now", permissions=["administer"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        for connection in queryset:
            connector_of(connection).poll(connection)
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
            check_soon(connection)

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("<int:pk>/test/", secrets.test, "test"),
            ("<int:pk>/webhook-secret/", secrets.new_webhook_secret, "webhook_secret"),
            ("<int:pk>/webhook-secret/end/", secrets.end_former, "webhook_secret_end"),
            ("<int:pk>/app-key/", secrets.add_key, "app_key"),
            ("<int:pk>/app-key/<int:key>/retire/", secrets.retire_key, "app_key_retire"),
            ("<int:pk>/github-app/", app.manifest_page, "github_app"),
            ("<int:pk>/app-installed/", app.installed, "app_installed"),
            ("app-created/", app.created, "app_created"),
            ("<int:pk>/repositories/", repositories.rules_page, "repositories"),
        )
        own = [
            path(address, self.admin_site.admin_view(view), name=f"connections_connection_{name}")
            for address, view, name in pages
        ]
        return [*own, *super().get_urls()]
