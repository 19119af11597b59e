"""What was collected of Jira, to look at: for finding out why a figure is what it is."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.config.admin.site import ReadOnly, site
from backend.delivery.models import Board, Issue, IssueTransition, Project, Sprint


@admin.register(Project, site=site)
class ProjectAdmin(ReadOnly):
    list_display = ("key", "name", "connection", "state", "state_reason")
    list_filter = ("connection", "state")
    list_select_related = ("connection",)
    search_fields = ("key", "name", "former_keys")
    ordering = ("key", "pk")


class Transitions(admin.TabularInline):
    """The issue's history, as far as figures rest on it."""

    model = IssueTransition
    fields = readonly_fields = ("occurred_at", "kind", "before", "after", "actor")
    ordering = ("occurred_at", "external_id")
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("actor", "issue")

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Issue, site=site)
class IssueAdmin(ReadOnly):
    list_display = (
        *("key", "summary", "issue_type", "status", "assignee", "created_at", "updated_at"),
        "deleted_at",
    )
    list_filter = (
        ("deleted_at", admin.EmptyFieldListFilter),
        ("history_gap", admin.EmptyFieldListFilter),
        ("project", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("issue_type", "status", "assignee")
    search_fields = ("key", "summary", "assignee__login", "=external_id")
    ordering = ("-updated_at", "-pk")
    show_full_result_count = False
    inlines = (Transitions,)


@admin.register(Board, site=site)
class BoardAdmin(ReadOnly):
    list_display = ("name", "kind", "project", "connection")
    list_filter = ("connection", "kind")
    list_select_related = ("project", "connection")
    search_fields = ("name", "project__key", "=external_id")
    ordering = ("name", "pk")


@admin.register(Sprint, site=site)
class SprintAdmin(ReadOnly):
    list_display = ("name", "board", "state", "starts_at", "ends_at", "completed_at")
    list_filter = ("connection", "state")
    list_select_related = ("board",)
    search_fields = ("name", "board__name", "=external_id")
    ordering = ("-starts_at", "-pk")
