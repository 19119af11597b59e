"""What documents on data protection are filled from."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.accounts.models import User
from backend.config.admin.site import site
from backend.governance.models import Particulars


@admin.register(Particulars, site=site)
class ParticularsAdmin(admin.ModelAdmin):
    """There is one. Its list leads straight to it. Only an owner changes it."""

    fieldsets = (
        (
            "Controller",
            {
                "fields": ("controller", "controller_address", "controller_contact", "authority"),
                "description": "The record of processing, the data protection agreement and the privacy notice under "
                "Governance are filled from here. Have a lawyer read them.",
            },
        ),
        ("Grounds", {"fields": ("legal_basis", "protection_officer", "works_council")}),
        (
            "Where data is",
            {"fields": ("hosting", "backups", "recipients", "transfers")},
        ),
        ("Processor", {"fields": ("processor", "processor_address", "subprocessors")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _owns(request) and not Particulars.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _owns(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if Particulars.objects.exists():
            return redirect("admin:governance_particulars_change", 1)
        if self.has_add_permission(request):
            return redirect("admin:governance_particulars_add")
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Particulars, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


def _owns(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.role == User.Role.OWNER
