"""What is asked of whoever signs in, and the sign-ins of accounts for emergencies."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from backend.accounts import break_glass, policy
from backend.accounts.models import BreakGlassUse, SignInPolicy, User
from backend.config.admin.one_row import OneRow
from backend.config.admin.site import ReadOnly, acting, confirm, may_administer, site


class Networks(forms.CharField):
    """A list, one a line. The model's field says what its entries are and how many; here they are text."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 44})

    def __init__(self, *, base_field: Any, max_length: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).splitlines()


class PolicyForm(forms.ModelForm):
    """`acting_user` and `address` are set on the class that the admin makes for one request."""

    acting_user: User
    address: str

    class Meta:
        field_classes = {"admin_networks": Networks}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            asked = SignInPolicy(pk=1, **cleaned)
            try:
                policy.check(policy=asked, acting_user=self.acting_user, address=self.address)
            except policy.InvalidPolicy as error:
                raise ValidationError(str(error)) from error
        return cleaned


@admin.register(SignInPolicy, site=site)
class SignInPolicyAdmin(OneRow):
    heading = "Sign-in policy"
    owners_only = True
    form = PolicyForm
    fields = (
        *("second_factor_for_all", "factors", "sso_only", "idle_minutes", "session_hours"),
        "admin_networks",
    )

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting_user = acting(request)  # type: ignore[attr-defined] # a class made for this request
        form.address = get_adapter().get_client_ip(request)  # type: ignore[attr-defined]
        return form

    def save_model(self, request: HttpRequest, obj: SignInPolicy, form: Any, change: bool) -> None:
        policy.set_policy(policy=obj, acting_user=form.acting_user, address=form.address)


@admin.register(BreakGlassUse, site=site)
class BreakGlassUseAdmin(ReadOnly):
    list_display = ("user", "signed_in_at", "address", "acknowledged_at", "acknowledged_by")
    list_filter = (("acknowledged_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user", "acknowledged_by")
    ordering = ("-signed_in_at", "-pk")
    actions = ("acknowledge",)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.action(description="Acknowledge", permissions=["administer"])
    def acknowledge(
        self, request: HttpRequest, queryset: QuerySet[BreakGlassUse]
    ) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="Was this sign-in meant to happen?",
            consequence="You put on record that you have looked into it. It is then told to nobody any more.",
        )
        if asked:
            return asked
        try:
            for use in queryset:
                break_glass.acknowledge(use=use, acting_user=acting(request))
        except break_glass.NotYours as error:
            self.message_user(request, str(error), messages.ERROR)
        return None
