"""Organisation, people, what they are called outside, teams and who is in them when."""

from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.accounts import access
from backend.config.admin.site import acting, site
from backend.people.models import Identity, Membership, Organisation, Person, Team
from backend.people.names import renew_pseudonyms, set_pseudonyms


def clean_time_zone(name: str) -> str:
    """Raises ValidationError."""
    if name and name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone: write it like Europe/Berlin.")
    return name


class TimeZoneForm(forms.ModelForm):
    def clean_time_zone(self) -> str:
        return clean_time_zone(self.cleaned_data["time_zone"])


class OrganisationForm(TimeZoneForm):
    renew_pseudonyms = forms.BooleanField(
        label="make all pseudonyms new",
        required=False,
        help_text="Nobody can tell any more who was meant by the former ones, in exports for example.",
    )


@admin.register(Organisation, site=site)
class OrganisationAdmin(admin.ModelAdmin):
    """There is one. Its list leads straight to it."""

    form = OrganisationForm

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if access.may_set_pseudonyms(acting(request)) else ("pseudonyms",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = ["name", "time_zone", "minimum_group_size", "bot_logins", "pseudonyms"]
        may_renew = obj is not None and access.may_set_pseudonyms(acting(request))
        return [*fields, "renew_pseudonyms"] if may_renew else fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Organisation.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if found := Organisation.objects.first():
            return redirect("admin:people_organisation_change", found.pk)
        if self.has_add_permission(request):
            return redirect("admin:people_organisation_add")
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        """What is hidden from all others is one owner's decision, and recorded by its name."""
        obj.pk = 1
        wanted = obj.pseudonyms
        obj.pseudonyms = bool(
            Organisation.objects.filter(pk=1).values_list("pseudonyms", flat=True).first()
        )
        super().save_model(request, obj, form, change)
        user = acting(request)
        if not access.may_set_pseudonyms(user):
            return
        set_pseudonyms(wanted=wanted, acting_user=user)
        if form.cleaned_data.get("renew_pseudonyms"):
            renew_pseudonyms(acting_user=user)


class IdentityInline(admin.TabularInline):
    model = Identity
    fields = readonly_fields = ("login", "account_id", "kind", "connection", "is_bot")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Memberships(BaseInlineFormSet):
    """No two memberships of one person in one team at once, so that no day counts twice."""

    def clean(self) -> None:
        super().clean()
        spans: dict[tuple[int, int], list[tuple[Any, Any]]] = {}
        for form in self.forms:
            data = getattr(form, "cleaned_data", None)
            if not data or data.get("DELETE") or not form.instance.person_id:
                continue
            key = (form.instance.person_id, form.instance.team_id or 0)
            spans.setdefault(key, []).append((data.get("starts_on"), data.get("ends_on")))
        for known in spans.values():
            known.sort(key=lambda span: (span[0] is not None, span[0]))
            for (_, ends), (starts, _) in pairwise(known):
                if ends is None or starts is None or starts < ends:
                    raise ValidationError("Two memberships of one person in one team overlap.")


class TeamMemberships(admin.TabularInline):
    model = Membership
    formset = Memberships
    autocomplete_fields = ("person",)
    extra = 0


class PersonMemberships(admin.TabularInline):
    model = Membership
    formset = Memberships
    autocomplete_fields = ("team",)
    extra = 0


@admin.register(Person, site=site)
class PersonAdmin(admin.ModelAdmin):
    list_display = ("__str__", "logins")
    search_fields = ("name", "identities__login", "=identities__account_id")
    list_filter = (("teams", admin.RelatedOnlyFieldListFilter),)
    inlines = (PersonMemberships, IdentityInline)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("identities")

    @admin.display(description="known as")
    def logins(self, person: Person) -> str:
        return ", ".join(identity.login for identity in person.identities.all())


@admin.register(Identity, site=site)
class IdentityAdmin(admin.ModelAdmin):
    """Identities come from sources; who they are, and whether they are bots, people know better."""

    list_display = ("login", "account_id", "kind", "is_bot", "person", "connection")
    list_filter = ("kind", "is_bot", ("person", admin.EmptyFieldListFilter), "connection")
    list_select_related = ("person", "connection")
    search_fields = ("login", "=account_id", "person__name")
    fields = ("connection", "login", "kind", "external_id", "account_id", "is_bot", "person")
    readonly_fields = ("connection", "login", "kind", "external_id", "account_id")
    autocomplete_fields = ("person",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class TeamForm(TimeZoneForm):
    def clean_parent(self) -> Team | None:
        """No team may stand above itself."""
        parent: Team | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError("A team cannot stand below itself.")
            above = above.parent
        return parent


@admin.register(Team, site=site)
class TeamAdmin(admin.ModelAdmin):
    """A team's figures reach back, so teams are not deleted: end the memberships instead."""

    form = TeamForm
    list_display = ("name", "slug", "parent", "time_zone", "connection")
    list_filter = ("connection", ("parent", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("parent", "connection")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("parent",)
    fields = ("name", "slug", "parent", "time_zone", "connection", "external_id")
    readonly_fields = ("connection", "external_id")
    inlines = (TeamMemberships,)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
