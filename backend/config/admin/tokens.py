"""Tokens that the organisation's systems report with: made here, shown once, revoked here."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from backend.config.admin.site import acting, confirm, may_administer, show_once, site
from backend.delivery.models import IngestToken
from backend.delivery.store.ingest_tokens import create_ingest_token, revoke_ingest_token

LIFE: Final = timedelta(days=365)
"""What is offered; it may be made shorter, longer or endless."""


class TokenForm(forms.ModelForm):
    purposes = forms.MultipleChoiceField(
        choices=IngestToken.Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may report. It reads nothing.",
    )

    class Meta:
        model = IngestToken
        fields = ("repository", "name", "purposes", "expires_at")

    def clean_expires_at(self) -> Any:
        """Raises ValidationError."""
        until = self.cleaned_data["expires_at"]
        if until and until <= timezone.now():
            raise ValidationError("This is past: choose a later time, or none.")
        return until


@admin.register(IngestToken, site=site)
class IngestTokenAdmin(admin.ModelAdmin):
    """A token is made and revoked, and never changed: what it could do once stays to be seen."""

    form = TokenForm
    list_display = ("__str__", "repository", "told_purposes", "state", "last_used_at", "created_by")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("repository", "created_by")
    search_fields = ("name", "beginning", "repository__name_with_owner")
    autocomplete_fields = ("repository",)
    ordering = ("-created_at", "-pk")
    actions = ("revoke",)
    _SHOWN = (
        *("name", "repository", "told_purposes", "state", "beginning", "created_by"),
        *("created_at", "expires_at", "revoked_at", "last_used_at"),
    )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._SHOWN if obj else TokenForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._SHOWN if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIFE}

    @admin.display(description="purposes")
    def told_purposes(self, token: IngestToken) -> str:
        return ", ".join(str(IngestToken.Purpose(one).label) for one in token.purposes)

    @admin.display(description="state")
    def state(self, token: IngestToken) -> str:
        if token.revoked_at:
            return "revoked"
        is_over = token.expires_at is not None and token.expires_at <= timezone.now()
        return "expired" if is_over else "good"

    def save_model(self, request: HttpRequest, obj: IngestToken, form: Any, change: bool) -> None:
        made, token = create_ingest_token(
            repository=obj.repository,
            name=obj.name,
            purposes=obj.purposes,
            expires_at=obj.expires_at,
            acting_user=acting(request),
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        request.made_token = token  # type: ignore[attr-defined] # for the answer, and no longer

    def response_add(
        self, request: HttpRequest, obj: IngestToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        return show_once(
            request,
            title="Ingest token",
            about=obj,
            shown={"Token": request.made_token},  # type: ignore[attr-defined]
            note=f"Shown this once. It reports for {obj.repository}: {self.told_purposes(obj)}. Keep it where that "
            "system keeps its secrets.",
        )

    @admin.action(description="Revoke", permissions=["administer"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[IngestToken]) -> HttpResponse | None:
        good = queryset.filter(revoked_at=None)
        asked = confirm(
            request,
            good,
            question="Revoke these tokens?",
            consequence="Whatever reports with them is refused from now on. What was reported stays.",
        )
        if asked:
            return asked
        ended = sum(revoke_ingest_token(token=one, acting_user=acting(request)) for one in good)
        self.message_user(request, f"{ended} revoked.", messages.SUCCESS)
        return None
