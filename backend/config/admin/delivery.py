"""What was collected, to look at: for finding out why a figure is what it is."""

from typing import Any

from django.contrib import admin

from backend.config.admin.site import ReadOnly, site
from backend.delivery.models import Commit, PullRequest, PullRequestEvent, Repository, Review


@admin.register(Repository, site=site)
class RepositoryAdmin(ReadOnly):
    list_display = ("name_with_owner", "connection", "state", "is_archived", "is_fork", "pushed_at")
    list_filter = ("connection", "state", "is_archived", "is_fork")
    list_select_related = ("connection",)
    search_fields = ("name_with_owner",)
    ordering = ("name_with_owner",)


class Reviews(admin.TabularInline):
    model = Review
    fields = readonly_fields = ("submitted_at", "state", "author", "commit_sha")
    ordering = ("submitted_at",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class Events(admin.TabularInline):
    model = PullRequestEvent
    fk_name = "pull_request"
    fields = readonly_fields = ("occurred_at", "kind", "actor", "reviewer")
    ordering = ("occurred_at",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(PullRequest, site=site)
class PullRequestAdmin(ReadOnly):
    list_display = ("__str__", "title", "author", "state", "created_at", "merged_at")
    list_filter = ("state", "is_draft", ("repository", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("repository", "author")
    search_fields = ("=number", "title", "author__login")
    ordering = ("-created_at",)
    show_full_result_count = False
    inlines = (Reviews, Events)


@admin.register(Commit, site=site)
class CommitAdmin(ReadOnly):
    list_display = ("sha", "repository", "author", "committed_at")
    list_filter = (("repository", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("repository", "author")
    search_fields = ("sha", "author__login")
    ordering = ("-committed_at",)
    show_full_result_count = False
