"""Organisation, people, what they are called outside, teams and who is in them when."""

from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.config.admin.matching import figures_follow
from backend.config.admin.site import acting, confirm, may_administer, site
from backend.people import moving
from backend.people.bot_marks import say_bot
from backend.people.models import Identity, Membership, Merge, Organisation, Person, Team
from backend.pipeline import bell


def clean_time_zone(name: str) -> str:
    """Raises ValidationError."""
    if name and name not in available_timezones():
        raise ValidationError(f"“{name}” is no time zone: write it like Europe/Berlin.")
    return name


class TimeZoneForm(forms.ModelForm):
    def clean_time_zone(self) -> str:
        return clean_time_zone(self.cleaned_data["time_zone"])


@admin.register(Organisation, site=site)
class OrganisationAdmin(admin.ModelAdmin):
    """There is one. Its list leads straight to it."""

    form = TimeZoneForm

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
        obj.pk = 1
        super().save_model(request, obj, form, change)
        if "bot_logins" in form.changed_data:
            transaction.on_commit(lambda: bell.ring(bell.MATCH))


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
    actions = ("merge",)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("identities")

    @admin.display(description="known as")
    def logins(self, person: Person) -> str:
        return ", ".join(identity.login for identity in person.identities.all())

    @admin.action(description="Merge into one person", permissions=["administer"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Person]) -> HttpResponse | None:
        if queryset.count() < 2:  # noqa: PLR2004 - one is one already
            self.message_user(request, "Choose two people or more.", messages.ERROR)
            return None
        asked = confirm(
            request,
            queryset,
            question="Make these one person?",
            consequence="The one that was known first stays. Identities, memberships and accounts become theirs. The "
            "merge can be undone.",
        )
        if asked:
            return asked
        join = moving.joining(persons=queryset.values_list("pk", flat=True))
        moving.carry_out(joins=[join], reason=Merge.Reason.BY_HAND, acting_user=acting(request))
        figures_follow()
        return None


@admin.register(Identity, site=site)
class IdentityAdmin(admin.ModelAdmin):
    """Identities come from sources; who they are, and whether they are bots, people know better."""

    list_display = (
        *("login", "account_id", "name", "kind", "is_bot", "is_bot_by_hand", "person"),
        "connection",
    )
    list_filter = (
        "kind",
        "is_bot",
        "is_bot_by_hand",
        ("person", admin.EmptyFieldListFilter),
        "connection",
    )
    list_select_related = ("person", "connection")
    search_fields = ("login", "=account_id", "person__name")
    readonly_fields = ("connection", "login", "name", "kind", "external_id", "account_id")
    fields = (*readonly_fields, "is_bot", "person")
    autocomplete_fields = ("person",)
    actions = ("mark_bots", "mark_no_bots", "follow_rules")

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def save_model(self, request: HttpRequest, obj: Identity, form: Any, change: bool) -> None:
        """What is ticked here is a person's word, which stands above every rule."""
        if "is_bot" in form.changed_data:
            say_bot(identity=obj, is_bot=obj.is_bot, acting_user=acting(request))
        if "person" in form.changed_data:
            moving.give(identity=obj, person=obj.person, acting_user=acting(request))
        figures_follow()

    @admin.action(description="Mark as bots", permissions=["administer"])
    def mark_bots(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        _say(request, queryset, is_bot=True)

    @admin.action(description="Mark as no bots", permissions=["administer"])
    def mark_no_bots(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        _say(request, queryset, is_bot=False)

    @admin.action(description="Leave to the rules on bots", permissions=["administer"])
    def follow_rules(self, request: HttpRequest, queryset: QuerySet[Identity]) -> None:
        _say(request, queryset, is_bot=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _say(request: HttpRequest, queryset: QuerySet[Identity], *, is_bot: bool | None) -> None:
    for identity in queryset:
        say_bot(identity=identity, is_bot=is_bot, acting_user=acting(request))
    figures_follow()


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
