"""Single sign-on: providers are owners' to set up, since whoever does decides who is who here, owners included."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from backend.accounts.models import IdentityProvider
from backend.accounts.sso import store
from backend.accounts.sso.cleaning import InvalidProvider, clean
from backend.accounts.sso.examining import examine
from backend.audit.events import record
from backend.config.admin.site import acting, is_owner, site
from backend.connections.store import InvalidConnection, clean_certificate

_ADDRESSES: tuple[str, ...] = ("redirect_address", "entity_address")
"""What the provider is told about Plumbline; the second is SAML's."""


class ProviderForm(forms.ModelForm):
    address = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=IdentityProvider._meta.get_field("address").help_text,
    )
    client_secret = forms.CharField(
        required=False,
        strip=True,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "size": 60}),
        help_text="Empty: as it is, unless the address changes. Encrypted at once: nobody can read it here again.",
    )
    ca_certificate = forms.CharField(
        required=False,
        label="Certificate authority",
        widget=forms.Textarea(attrs={"rows": 4, "cols": 70}),
        help_text=IdentityProvider._meta.get_field("ca_certificate").help_text,
    )

    class Meta:
        model = IdentityProvider
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean_ca_certificate(self) -> str:
        try:
            return clean_certificate(self.cleaned_data["ca_certificate"])
        except InvalidConnection as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """By the provider's own rules, over what is stored already where a field is not open to change."""
        cleaned = super().clean() or {}
        provider = self.instance
        for name, value in cleaned.items():
            if name != "client_secret":
                setattr(provider, name, value)
        try:
            clean(provider)
        except InvalidProvider as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
        return cleaned | {
            name: getattr(provider, name) for name in cleaned if name != "client_secret"
        }


@admin.register(IdentityProvider, site=site)
class IdentityProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    list_display = ("name", "kind", "is_enabled", "proven_at")
    list_filter = ("kind", "is_enabled")
    search_fields = ("name", "slug", "address")
    prepopulated_fields = {"slug": ("name",)}
    change_form_template = "admin/identity_provider.html"
    delete_confirmation_template = "admin/identity_provider_remove.html"

    def get_fieldsets(self, request: HttpRequest, obj: IdentityProvider | None = None) -> Any:
        secret = ("client_secret",) if self.has_change_permission(request, obj) else ()
        enter, told = ("address", "entity_id", "metadata", "client_id", *secret), _ADDRESSES
        if obj is not None and obj.kind == IdentityProvider.Kind.SAML:
            enter = ("entity_id", "address", "metadata")
        elif obj is not None:
            enter, told = ("address", "client_id", *secret), _ADDRESSES[:1]
        there = [("To be entered at the provider", {"fields": told})] if obj else []
        return [
            (
                None,
                {
                    "fields": (
                        "kind",
                        "name",
                        "slug",
                        "is_enabled",
                        *(("proven_at",) if obj else ()),
                    )
                },
            ),
            *there,
            ("From the provider", {"fields": (*enter, "other_hosts", "ca_certificate")}),
            ("Second factor", {"fields": ("trusts_second_factor", "second_factor_values")}),
            (
                "Accounts",
                {
                    "fields": (
                        *("email_domains", "vouches_for_email", "links_by_email"),
                        "creates_accounts",
                    )
                },
            ),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: IdentityProvider | None = None
    ) -> tuple[str, ...]:
        """What a stored subject hangs on stays as it is: another server is another provider."""
        if obj is None:
            return ()
        identity = "entity_id" if obj.kind == IdentityProvider.Kind.SAML else "address"
        fixed = (identity,) if store.in_use(obj) else ()
        return ("kind", "slug", "proven_at", *_ADDRESSES, *fixed)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: IdentityProvider | None = None
    ) -> Any:
        return {} if obj else self.prepopulated_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_owner(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_owner(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_owner(request)

    def get_actions(self, request: HttpRequest) -> Any:
        """None: providers are removed one by one."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        test = path(
            "<int:pk>/test/",
            self.admin_site.admin_view(_test),
            name="accounts_identityprovider_test",
        )
        return [test, *super().get_urls()]

    @admin.display(description="redirect address")
    def redirect_address(self, provider: IdentityProvider) -> str:
        return store.callback_address(provider)

    @admin.display(description="Plumbline's entity ID and metadata")
    def entity_address(self, provider: IdentityProvider) -> str:
        return store.entity_address(provider)

    def save_model(
        self, request: HttpRequest, obj: IdentityProvider, form: Any, change: bool
    ) -> None:
        store.save_provider(
            provider=obj,
            client_secret=form.cleaned_data.get("client_secret", ""),
            acting_user=acting(request),
        )

    def delete_model(self, request: HttpRequest, obj: IdentityProvider) -> None:
        store.remove_provider(provider=obj, acting_user=acting(request))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _told(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _told(request, super().delete_view, *args, **kwargs)


def _told(request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> Any:
    """The view, or why that would lock people out."""
    try:
        return view(request, *args, **kwargs)
    except store.CannotChange as error:
        messages.error(request, str(error))
        return redirect(request.get_full_path())


@transaction.non_atomic_requests  # what leaves stays written down
@require_POST
def _test(request: HttpRequest, pk: int) -> HttpResponse:
    if not is_owner(request):
        raise PermissionDenied
    provider = get_object_or_404(IdentityProvider, pk=pk)
    record(name="identity_provider_tested", actor=acting(request), subject=provider)
    context = {
        **site.each_context(request),
        "title": f"Test of {provider}",
        "findings": examine(provider, now=timezone.now()),
        "object": provider,
        "opts": IdentityProvider._meta,
    }
    return TemplateResponse(request, "admin/identity_provider_test.html", context)
