"""Tokens that the organisation's systems report with: made here, shown once, revoked here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from backend.config.admin.bearer_tokens import TokenAdmin, TokenForm
from backend.config.admin.site import acting, show_once, site
from backend.delivery.models import IngestToken
from backend.delivery.store.ingest_tokens import create_ingest_token, revoke_ingest_token


class IngestTokenForm(TokenForm):
    purposes = forms.MultipleChoiceField(
        choices=IngestToken.Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="What it may report. It reads nothing.",
    )

    class Meta:
        model = IngestToken
        fields = ("repository", "name", "purposes", "expires_at")


@admin.register(IngestToken, site=site)
class IngestTokenAdmin(TokenAdmin):
    """A token is made and revoked, and never changed: what it could do once stays to be seen."""

    form = IngestTokenForm
    list_display = ("__str__", "repository", "told_purposes", "state", "last_used_at", "created_by")
    list_select_related = ("repository", "created_by")
    search_fields = ("name", "beginning", "repository__name_with_owner")
    autocomplete_fields = ("repository",)
    revoke_token = staticmethod(revoke_ingest_token)
    consequence = "Whatever reports with them is refused from now on. What was reported stays."
    shown = (
        *("name", "repository", "told_purposes", "state", "beginning", "created_by"),
        *("created_at", "expires_at", "revoked_at", "last_used_at"),
    )

    @admin.display(description="purposes")
    def told_purposes(self, token: IngestToken) -> str:
        return ", ".join(str(IngestToken.Purpose(one).label) for one in token.purposes)

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
