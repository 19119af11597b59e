"""Accounts, what was opened to them, and their sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse

from backend.accounts import access, erased, policy, store
from backend.accounts.models import TeamGrant, User
from backend.accounts.sso import store as sso
from backend.config.admin.site import ReadOnly, acting, confirm, may_administer, show_once, site


class UserForm(forms.ModelForm):
    """`acting_user` is set on the class that the admin makes for one request."""

    acting_user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("role")
        if isinstance(role, forms.TypedChoiceField):
            given = access.roles_to_give(self.acting_user)
            role.choices = [
                ("", "none yet"),
                *((one, User.Role(one).label) for one in given),
            ]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if erased.was_erased(addresses=[email]):
            raise ValidationError(erased.REFUSED)
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        before = User.objects.filter(pk=self.instance.pk).first()
        if before is None:
            return cleaned
        loses = cleaned.get("role", before.role) != before.role or not cleaned.get("is_active")
        if loses and before == self.acting_user:
            raise ValidationError("You cannot take your own role or your own access away.")
        if before == self.acting_user and cleaned.get("person") != before.person:
            # Whoever a person is linked to sees that one's own figures.
            raise ValidationError("Somebody else must link your own account to a person.")
        glass = User.objects.filter(role=User.Role.OWNER, is_active=True, is_break_glass=True)
        if (
            sso.sso_only()
            and before in glass
            and loses
            and not glass.exclude(pk=before.pk).exists()
        ):
            raise ValidationError(
                "This is the last owner for emergencies while single sign-on is the only way: make another first."
            )
        if loses and store.is_last_owner(before):
            raise ValidationError("This is the last owner: make another one first.")
        return cleaned


class GrantInline(admin.TabularInline):
    model = TeamGrant
    autocomplete_fields = ("team",)
    extra = 0
    verbose_name = "team"
    verbose_name_plural = "teams opened to a team lead, each with all below it"


class SecondFactorFilter(admin.SimpleListFilter):
    title = "second factor"
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "set up"), ("no", "missing")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(has_second_factor=self.value() == "yes")


@admin.register(User, site=site)
class UserAdmin(admin.ModelAdmin):
    """Accounts are closed, not deleted, so that the audit log keeps telling who did what."""

    form = UserForm
    list_display = ("email", "name", "role", "is_active", "has_second_factor", "last_login")
    list_filter = ("role", "is_active", SecondFactorFilter)
    search_fields = ("email", "name", "person__name")
    ordering = ("email",)
    autocomplete_fields = ("person",)
    fields = (
        *("email", "name", "role", "person", "is_active", "is_break_glass"),
        *("joined_at", "last_login"),
    )
    readonly_fields = ("is_break_glass", "joined_at", "last_login")
    inlines = (GrantInline,)
    actions = ("make_enrolment_link", "reset_second_factor", "end_sessions")

    def get_queryset(self, request: HttpRequest) -> Any:
        factors = Authenticator.objects.filter(
            user=OuterRef("pk"), type__in=[policy.APP, policy.KEY]
        )
        people = super().get_queryset(request).filter(is_service=False)
        return people.annotate(has_second_factor=Exists(factors))

    @admin.display(boolean=True, description="second factor")
    def has_second_factor(self, user: Any) -> bool:
        return bool(user.has_second_factor)

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.acting_user = acting(request)  # type: ignore[attr-defined] # a class made for this request
        return form

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        if "is_active" in form.changed_data:
            obj.closed_by_directory = False
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            store.forget_addresses(user=obj)
        if "is_active" in form.changed_data and not obj.is_active:
            store.close(user=obj, acting_user=acting(request))

    @admin.action(description="Make an enrolment link", permissions=["administer"])
    def make_enrolment_link(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        user = queryset.first()
        if user is None or queryset.count() != 1 or not _may_touch(request, user):
            self.message_user(request, "Choose one account that you may change.", messages.ERROR)
            return None
        asked = confirm(
            request,
            queryset,
            question="Make an enrolment link?",
            consequence="Whoever opens it chooses a new password for this account. It works once, for a day, and "
            "leaves a second factor that is set up as it is.",
        )
        if asked:
            return asked
        link = store.enrolment_link(user=user, acting_user=acting(request))
        return show_once(
            request,
            title="Enrolment link",
            about=user,
            shown={"Link": settings.PUBLIC_URL + link},
            note="Shown this once. Hand it over in a way that only this person reads. It works once, until tomorrow.",
        )

    @admin.action(description="Reset the second factor", permissions=["administer"])
    def reset_second_factor(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="Reset the second factor?",
            consequence="Authenticator app, keys and recovery codes stop working, all sessions end, and the next "
            "sign-in sets up a new second factor. Be sure that the person who asked is who they say.",
        )
        if asked:
            return asked
        for user in _touchable(request, queryset):
            store.reset_second_factor(user=user, acting_user=acting(request))
        return None

    @admin.action(description="End all sessions", permissions=["administer"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="End all sessions?",
            consequence="These people have to sign in again.",
        )
        if asked:
            return asked
        for user in _touchable(request, queryset):
            store.end_sessions(user=user, acting_user=acting(request))
        return None


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    """Only an owner changes an owner."""
    return user is None or access.may_change_account(acting(request), user)


def _touchable(request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
    return [user for user in queryset if _may_touch(request, user)]


@admin.register(UserSession, site=site)
class UserSessionAdmin(ReadOnly):
    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__email", "ip")
    date_hierarchy = "created_at"
    fields = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    actions = ("end",)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.action(description="End these sessions", permissions=["administer"])
    def end(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="End these sessions?",
            consequence="Whoever sits there has to sign in again.",
        )
        if asked:
            return asked
        for session in queryset.select_related("user"):
            if _may_touch(request, session.user):
                store.end_session(session=session, acting_user=acting(request))
        return None
