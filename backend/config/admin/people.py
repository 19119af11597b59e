"""The organisation, people and what they are called outside."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from backend.accounts import access
from backend.accounts.models import User
from backend.audit.events import record
from backend.config.admin.calendars import CalendarForm
from backend.config.admin.matching import figures_follow
from backend.config.admin.memberships import PersonMemberships
from backend.config.admin.one_row import OneRow
from backend.config.admin.site import acting, confirm, may_administer, site
from backend.people import moving
from backend.people.bot_marks import say_bot
from backend.people.models import Identity, Merge, Organisation, Person
from backend.people.names import renew_pseudonyms, set_pseudonyms
from backend.pipeline import bell


class OrganisationForm(CalendarForm):
    """`acting_user` is set on the class that the admin makes for one request."""

    acting_user: User
    renew_pseudonyms = forms.BooleanField(
        label="make all pseudonyms new",
        required=False,
        help_text="Nobody can tell any more who was meant by the former ones, in exports for example.",
    )

    class Meta:
        help_texts = {"holidays_country": "A country's code, like DE. Empty: no holidays."}

    def clean_minimum_group_size(self) -> int:
        """A smaller group tells more of each person, so that it is an owner's decision as pseudonyms are."""
        size: int = self.cleaned_data["minimum_group_size"]
        is_lowered = size < self.initial.get("minimum_group_size", size)
        if is_lowered and not access.may_set_pseudonyms(self.acting_user):
            raise ValidationError("Only an owner makes it smaller.")
        return size


@admin.register(Organisation, site=site)
class OrganisationAdmin(OneRow):
    heading = "Organisation"
    form = OrganisationForm

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return () if access.may_set_pseudonyms(acting(request)) else ("pseudonyms",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = [
            *("name", "time_zone", "working_hours", "holidays_country", "holidays_subdivision"),
            *("days_off", "minimum_group_size", "bot_logins", "pseudonyms"),
        ]
        may_renew = obj is not None and access.may_set_pseudonyms(acting(request))
        return [*fields, "renew_pseudonyms"] if may_renew else fields

    def get_form(
        self,
        request: HttpRequest,
        obj: Organisation | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting_user = acting(request)  # type: ignore[attr-defined] # a class made for this request
        return form

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        """What is hidden from all others is one owner's decision, and recorded by its name."""
        wanted = obj.pseudonyms
        obj.pseudonyms = bool(
            Organisation.objects.filter(pk=1).values_list("pseudonyms", flat=True).first()
        )
        super().save_model(request, obj, form, change)
        if "minimum_group_size" in form.changed_data:
            sizes = {"from": form.initial.get("minimum_group_size"), "to": obj.minimum_group_size}
            record(name="minimum_group_size_set", actor=acting(request), subject=obj, detail=sizes)
        if "bot_logins" in form.changed_data:
            transaction.on_commit(lambda: bell.ring(bell.MATCH))
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
        try:
            moving.carry_out(joins=[join], reason=Merge.Reason.BY_HAND, acting_user=acting(request))
        except moving.OwnPerson as error:
            self.message_user(request, str(error), messages.ERROR)
        figures_follow()
        return None


class IdentityForm(forms.ModelForm):
    """`acting_user` is set on the class that the admin makes for one request."""

    acting_user: User

    def clean_person(self) -> Person | None:
        person: Person | None = self.cleaned_data["person"]
        if "person" in self.changed_data:
            try:
                wanted = person.pk if person else None
                moving.check_not_own(self.acting_user, (self.initial.get("person"), wanted))
            except moving.OwnPerson as error:
                raise ValidationError(str(error)) from error
        return person


@admin.register(Identity, site=site)
class IdentityAdmin(admin.ModelAdmin):
    """Identities come from sources; who they are, and whether they are bots, people know better."""

    form = IdentityForm
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

    def get_form(
        self, request: HttpRequest, obj: Identity | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting_user = acting(request)  # type: ignore[attr-defined] # a class made for this request
        return form

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
