"""Tokens of the organisation's directory: made here by an owner, shown once, revoked here; and what it told."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from backend.accounts.models import ScimToken, User
from backend.accounts.scim_tokens import create_scim_token, revoke_scim_token
from backend.api.scim.mapping import BASE
from backend.config.admin.bearer_tokens import TokenAdmin, TokenForm
from backend.config.admin.site import ReadOnly, acting, is_owner, show_once, site
from backend.people.models import DirectoryGroup, DirectoryUser


class ScimTokenForm(TokenForm):
    class Meta:
        model = ScimToken
        fields = ("name", "expires_at")


@admin.register(ScimToken, site=site)
class ScimTokenAdmin(TokenAdmin):
    """Who holds one opens and closes accounts, so an owner alone makes it. It is revoked, and never changed."""

    form = ScimTokenForm
    list_display = ("__str__", "state", "expires_at", "last_used_at", "created_by")
    list_select_related = ("created_by",)
    revoke_token = staticmethod(revoke_scim_token)
    consequence = (
        "The directory that uses them is refused from now on: who leaves keeps their account until "
        "somebody closes it here. What it told stays."
    )
    shown = (
        *("name", "state", "beginning", "created_by", "created_at"),
        *("expires_at", "revoked_at", "last_used_at"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_owner(request)

    def save_model(self, request: HttpRequest, obj: ScimToken, form: Any, change: bool) -> None:
        made, token = create_scim_token(
            name=obj.name, expires_at=obj.expires_at, acting_user=acting(request)
        )
        obj.pk = made.pk
        obj.refresh_from_db()
        request.made_token = token  # type: ignore[attr-defined] # for the answer, and no longer

    def response_add(
        self, request: HttpRequest, obj: ScimToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        return show_once(
            request,
            title="SCIM token",
            about=obj,
            shown={
                "Address": settings.PUBLIC_URL + BASE,
                "Token": request.made_token,  # type: ignore[attr-defined]
            },
            note="Shown this once. Enter both where your directory provisions Plumbline. Whoever has the token "
            "opens and closes accounts, and says who is in which team.",
        )


@admin.register(DirectoryUser, site=site)
class DirectoryUserAdmin(ReadOnly):
    list_display = ("user_name", "display_name", "active", "account", "person", "changed_at")
    list_filter = ("active",)
    list_select_related = ("account", "person")
    search_fields = ("user_name", "display_name", "=external_id", "emails__value")
    ordering = ("user_name",)
    fields = (
        *("user_name", "external_id", "display_name", "formatted_name", "given_name"),
        *("family_name", "active", "account", "person", "created_at", "changed_at"),
    )

    @admin.display(description="account")
    def account(self, user: DirectoryUser) -> User | None:
        return getattr(user, "account", None)


@admin.register(DirectoryGroup, site=site)
class DirectoryGroupAdmin(ReadOnly):
    list_display = ("display_name", "team", "within", "changed_at")
    list_select_related = ("team", "within")
    search_fields = ("display_name", "=external_id", "team__name")
    ordering = ("display_name",)
    fields = ("display_name", "external_id", "team", "within", "created_at", "changed_at")
