"""Security incidents in full, also where words are left out elsewhere: to look at. Governance handles them."""

from django.contrib import admin

from backend.config.admin.site import ReadOnly, site
from backend.governance.models import SecurityIncident


@admin.register(SecurityIncident, site=site)
class SecurityIncidentAdmin(ReadOnly):
    list_display = ("pk", "title", "detected_at", "notified_at", "closed_at")
    list_filter = ("personal_data",)
    ordering = ("-pk",)
    show_full_result_count = False
