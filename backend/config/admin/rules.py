"""A page for all rules of a kind, in place of Django's list and forms: typed in, looked at, then stored."""

from abc import ABCMeta, abstractmethod
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms.widgets import MediaDefiningClass
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from backend.config.admin.site import ReadOnly, may_administer, site


class _WithPage(MediaDefiningClass, ABCMeta):
    """So that a kind of rules without its page cannot be registered."""


class RulesPage(ReadOnly, metaclass=_WithPage):
    @abstractmethod
    def page(self, request: HttpRequest) -> HttpResponse:
        """On GET what is in force; on POST, which only administrators come to, what was typed in."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return redirect(self.address())

    def address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST" and not may_administer(request):
            raise PermissionDenied
        return self.page(request)

    def shown(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        common = {
            **site.each_context(request),
            "opts": self.opts,
            "may_change": may_administer(request),
        }
        return TemplateResponse(request, template, common | context)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return site.has_permission(request)
