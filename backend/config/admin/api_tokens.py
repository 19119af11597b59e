"""Service accounts, and the API tokens of everybody by age."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from backend.accounts import access, store
from backend.accounts.api_tokens import InvalidToken, create_api_token, revoke_api_token
from backend.accounts.models import TOKEN_LIFE, ApiToken, ServiceAccount, User
from backend.config.admin.accounts import GrantInline
from backend.config.admin.bearer_tokens import StateFilter, TokenAdmin
from backend.config.admin.site import acting, confirm, may_administer, show_once, site


class ServiceAccountForm(forms.ModelForm):
    acting_user: User
    role = forms.ChoiceField(
        choices=[(role, User.Role(role).label) for role in store.SERVICE_ROLES],
        help_text="What its tokens may read at most. A team lead reads the teams opened to it below.",
    )

    class Meta:
        model = ServiceAccount
        fields = ("name", "role", "responsible", "is_active")
        labels = {"is_active": "its tokens are good"}
        help_texts = {"is_active": "Unticking it revokes them all."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "responsible"):
            if name in self.fields:
                self.fields[name].required = True

    def clean_responsible(self) -> User:
        """Raises ValidationError."""
        responsible: User = self.cleaned_data["responsible"]
        if not access.may_administer(responsible):
            raise ValidationError("Choose an owner or an administrator.")
        return responsible

    def clean_name(self) -> str:
        """Raises ValidationError: the address that it is told by is made of it."""
        name: str = self.cleaned_data["name"]
        address = store.service_address(name)
        if self.instance.pk is None and User.objects.filter(email=address).exists():
            raise ValidationError("There is a service account of this name.")
        return name


@admin.register(ServiceAccount, site=site)
class ServiceAccountAdmin(admin.ModelAdmin):
    """Closed and not deleted, as all accounts."""

    form = ServiceAccountForm
    list_display = ("name", "role", "responsible", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("responsible",)
    search_fields = ("name", "responsible__email")
    autocomplete_fields = ("responsible",)
    fields = ("name", "role", "responsible", "is_active")
    inlines = (GrantInline,)
    actions = ("make_token",)
    ordering = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def save_model(
        self, request: HttpRequest, obj: ServiceAccount, form: Any, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            if "is_active" in form.changed_data and not obj.is_active:
                store.close(user=obj, acting_user=acting(request))
            return
        made = store.add_service_account(
            name=obj.name, role=obj.role, responsible=obj.responsible or acting(request)
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.action(description="Make an API token", permissions=["administer"])
    def make_token(
        self, request: HttpRequest, queryset: QuerySet[ServiceAccount]
    ) -> HttpResponse | None:
        account = queryset.first()
        if account is None or queryset.count() != 1 or not account.is_active:
            self.message_user(request, "Choose one account that is not closed.", messages.ERROR)
            return None
        scopes = access.scopes_for(account)
        asked = confirm(
            request,
            queryset,
            question="Make an API token?",
            consequence="It is shown once and good for a year, for everything that this account may read: "
            f"{', '.join(str(ApiToken.Scope(scope).label) for scope in scopes)}.",
        )
        if asked:
            return asked
        try:
            made, token = create_api_token(
                user=account,
                name=account.name,
                scopes=scopes,
                days=TOKEN_LIFE.days,
                acting_user=acting(request),
            )
        except InvalidToken as error:
            self.message_user(request, str(error), messages.ERROR)
            return None
        return show_once(
            request,
            title="API token",
            about=made,
            shown={"Token": token},
            note=f"Shown this once. Good until {made.expires_at:%d %B %Y}.",
        )


@admin.register(ApiToken, site=site)
class ApiTokenAdmin(TokenAdmin):
    """Everybody makes their own, in their account. Here they are looked at, the oldest first, and revoked."""

    list_display = (
        "__str__",
        "user",
        "told_scopes",
        "state",
        "created_at",
        "expires_at",
        "last_used_at",
    )
    list_filter = (StateFilter, "user__is_service")
    list_select_related = ("user",)
    search_fields = ("name", "beginning", "user__email")
    show_full_result_count = False
    list_per_page = 50
    ordering = ("created_at", "pk")
    revoke_token = staticmethod(revoke_api_token)
    consequence = "Whatever reads with them is refused from now on."
    shown = (
        *("name", "user", "told_scopes", "state", "beginning", "created_by", "created_at"),
        *("expires_at", "revoked_at", "last_used_at", "addresses"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="it may")
    def told_scopes(self, token: ApiToken) -> str:
        return token.told_scopes
