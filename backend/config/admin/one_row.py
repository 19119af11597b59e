"""The page of settings of which there is one row."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.config.admin.site import is_owner


class OneRow(admin.ModelAdmin):
    """Its list leads straight to it. It is added once, as 1, and never deleted."""

    heading: ClassVar[str]
    owners_only: ClassVar[bool] = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and not self.model.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return (
            is_owner(request) if self.owners_only else super().has_change_permission(request, obj)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if self.model.objects.exists():
            return redirect(f"{page}_change", 1)
        if self.has_add_permission(request):
            return redirect(f"{page}_add")
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        shown = {"title": self.heading, "subtitle": None, "show_save_and_add_another": False}
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), **shown}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
