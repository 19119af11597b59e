"""Which artifacts of workflow runs are read for reports of tests. Without a rule here none is."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backend.config.admin.site import may_administer, site
from backend.delivery.models import ArtifactRule


@admin.register(ArtifactRule, site=site)
class ArtifactRuleAdmin(admin.ModelAdmin):
    """From the next runs on; what ran before stays unread."""

    list_display = ("repositories", "artifact")
    ordering = ("repositories", "artifact")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request)
