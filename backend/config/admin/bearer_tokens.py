"""What the pages of all kinds of tokens have in common: made, shown once, revoked, and never changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from backend.config.admin.site import acting, confirm, may_administer
from backend.keyring import bearer

LIFE: Final = timedelta(days=365)
"""What is offered; it may be made shorter, longer or endless."""


class TokenForm(forms.ModelForm):
    def clean_expires_at(self) -> Any:
        """Raises ValidationError."""
        until = self.cleaned_data["expires_at"]
        if until and until <= timezone.now():
            raise ValidationError("This is past: choose a later time, or none.")
        return until


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("good", "good"),
            ("over", "expired"),
            ("revoked", "revoked"),
            ("unused", "never used"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "good":
                return bearer.good(queryset)
            case "over":
                return queryset.filter(revoked_at=None, expires_at__lte=timezone.now())
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case "unused":
                return queryset.filter(last_used_at=None)
        return queryset


class TokenAdmin(admin.ModelAdmin):
    """What a token could do once stays to be seen."""

    shown: ClassVar[tuple[str, ...]]
    """Fields of one that was made."""
    consequence: ClassVar[str]
    """Of revoking, for who is asked whether to."""
    revoke_token: ClassVar[Callable[..., bool]]
    """The verb for `token` and `acting_user`; whether the token was still good."""
    list_filter: ClassVar[Any] = (StateFilter,)
    search_fields: ClassVar[Any] = ("name", "beginning")
    ordering = ("-created_at", "-pk")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.shown if obj else super().get_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.shown if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIFE}

    @admin.display(description="state")
    def state(self, token: Any) -> str:
        return bearer.state(token.revoked_at, token.expires_at)

    @admin.action(description="Revoke", permissions=["administer"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        tokens = queryset.filter(revoked_at=None)
        asked = confirm(
            request, tokens, question="Revoke these tokens?", consequence=self.consequence
        )
        if asked:
            return asked
        ended = sum(self.revoke_token(token=one, acting_user=acting(request)) for one in tokens)
        self.message_user(request, f"{ended} revoked.", messages.SUCCESS)
        return None
