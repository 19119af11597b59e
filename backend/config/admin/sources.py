"""How collecting fares: what waits to be fetched, and how each run ended."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from backend.audit.events import record
from backend.config.admin.site import ReadOnly, acting, confirm, may_administer, site
from backend.pipeline import bell
from backend.sources import hints
from backend.sources.models import Cursor, Hint, SyncRun


@admin.register(Hint, site=site)
class HintAdmin(ReadOnly):
    list_display = ("__str__", "connection", "due_at", "attempts", "parked_at", "last_error")
    list_filter = (("parked_at", admin.EmptyFieldListFilter), "kind", "connection")
    list_select_related = ("connection",)
    search_fields = ("key", "last_error", "=container_external_id")
    ordering = ("-parked_at", "due_at")
    show_full_result_count = False
    actions = ("retry",)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.action(description="Retry what is parked", permissions=["administer"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        parked = queryset.exclude(parked_at=None)
        asked = confirm(
            request,
            parked,
            question="Retry what is parked?",
            consequence="Each is fetched again as if it were new. What still fails is parked again.",
        )
        if asked:
            return asked
        found = list(parked)
        for hint in found:
            hints.retry(hint)
            record(name="retry_asked_for", actor=acting(request), subject=hint)
        transaction.on_commit(bell.ring)
        self.message_user(request, f"{len(found)} will be fetched again.", messages.SUCCESS)
        return None


@admin.register(SyncRun, site=site)
class SyncRunAdmin(ReadOnly):
    list_display = (
        *("started_at", "connection", "repository", "kind", "outcome", "reason", "action"),
        *("stored", "requests"),
    )
    list_filter = ("outcome", "kind", "connection")
    list_select_related = ("connection", "repository")
    search_fields = ("reason", "repository__name_with_owner")
    ordering = ("-started_at",)
    show_full_result_count = False


@admin.register(Cursor, site=site)
class CursorAdmin(ReadOnly):
    list_display = ("repository", "kind", "complete_to", "stored", "expected")
    list_filter = ("kind", "connection")
    list_select_related = ("repository",)
    search_fields = ("repository__name_with_owner",)
