"""The audit log, to search and to read."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backend.audit.models import Event
from backend.config.admin.site import ReadOnly, site


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
    list_display = ("timestamp", "what", "content_type", "object_repr", "who", "remote_addr")
    list_filter = ("action", WhatFilter, "timestamp")
    list_select_related = ("content_type",)
    search_fields = ("name", "object_repr", "actor_email", "remote_addr", "object_pk")
    date_hierarchy = "timestamp"
    ordering = ("-timestamp",)
    show_full_result_count = False
    fields = (
        *("timestamp", "what", "content_type", "object_repr", "object_pk", "who"),
        *("remote_addr", "cid", "changed", "details"),
    )

    @admin.display(description="what", ordering="name")
    def what(self, event: Event) -> str:
        return event.name.replace("_", " ") or str(event.get_action_display())

    @admin.display(description="who", ordering="actor_email")
    def who(self, event: Event) -> str:
        return event.actor_email or "Plumbline itself"

    @admin.display(description="changes")
    def changed(self, event: Event) -> SafeString | str:
        return _readable(event.changes)

    @admin.display(description="details")
    def details(self, event: Event) -> SafeString | str:
        return _readable(event.additional_data)


def _readable(value: Any) -> SafeString | str:
    if not value:
        return "none"
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<code class="plain">{}</code>', text)
