"""Requests of people about their own data, with who asked: to look at. They are handled on the pages of Governance."""

from django.contrib import admin

from backend.config.admin.site import ReadOnly, site
from backend.governance.models import SubjectRequest


@admin.register(SubjectRequest, site=site)
class SubjectRequestAdmin(ReadOnly):
    list_display = ("pk", "kind", "account", "who", "asked_on", "due_on", "outcome")
    list_filter = ("kind", "outcome")
    list_select_related = ("account",)
    ordering = ("-pk",)
    show_full_result_count = False
