"""The audit log, to search and to read."""

import json
from typing import Any, Final

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backend.audit import hourly
from backend.audit.models import Event
from backend.audit.reading import opened
from backend.config.admin.site import ReadOnly, acting, site

ERASED: Final = "erased"


class WhatFilter(admin.SimpleListFilter):
    title = "what it is about"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = Event.objects.order_by().values_list("content_type", flat=True).distinct()
        types = ContentType.objects.filter(pk__in=list(filter(None, known)))
        return [(str(found.pk), found.name) for found in types.order_by("model")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(content_type=self.value()) if self.value() else queryset


@admin.register(Event, site=site)
class EventAdmin(ReadOnly):
    """One at a time is opened here; Governance has the log to search."""

    list_display = ("timestamp", "what", "content_type", "object_pk", "actor_id", "operator")
    list_filter = ("action", WhatFilter, "timestamp")
    list_select_related = ("content_type",)
    search_fields = ("name", "object_pk")
    date_hierarchy = "timestamp"
    ordering = ("-timestamp",)
    show_full_result_count = False
    fields = (
        *("timestamp", "what", "content_type", "about", "object_pk", "who"),
        *("address", "changed", "details"),
    )

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Event | None:
        event: Event | None = super().get_object(request, object_id, from_field)
        if event is not None:
            hourly.note(name="audit_read", actor=acting(request))
            (event.told,) = opened([event])
        return event

    @admin.display(description="what", ordering="name")
    def what(self, event: Event) -> str:
        return event.name.replace("_", " ") or str(event.get_action_display())

    @admin.display(description="what it is about")
    def about(self, event: Event) -> str:
        return ERASED if event.told.subject_erased else event.told.about

    @admin.display(description="who")
    def who(self, event: Event) -> str:
        if event.told.actor_erased:
            return ERASED
        return event.told.email or event.operator or "Plumbline itself"

    @admin.display(description="from")
    def address(self, event: Event) -> str:
        return event.told.address or ""

    @admin.display(description="changes")
    def changed(self, event: Event) -> SafeString | str:
        return _readable(event.told.changes)

    @admin.display(description="details")
    def details(self, event: Event) -> SafeString | str:
        return _readable(event.told.detail)


def _readable(value: Any) -> SafeString | str:
    if not value:
        return "none"
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<code class="plain">{}</code>', text)
