"""Which team owns a repository or a project."""

from django.contrib import admin

from backend.config.admin.site import site
from backend.delivery.models import Ownership


@admin.register(Ownership, site=site)
class OwnershipAdmin(admin.ModelAdmin):
    list_display = ("__str__", "team", "repository", "project")
    list_filter = (("team", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("team", "repository", "project")
    search_fields = ("team__name", "repository__name_with_owner", "=project__key")
    autocomplete_fields = ("team", "repository", "project")
