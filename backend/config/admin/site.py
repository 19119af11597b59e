"""The administration site: who may enter, how they sign in, and what its pages have in common.

A site of its own, so that what third-party apps register on Django's default one is not shown.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NamedTuple

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from backend.accounts import break_glass
from backend.accounts.models import BreakGlassUse, User
from backend.audit import hourly
from backend.keyring.certificates import ending


class Area(NamedTuple):
    """What belongs together for those who administer, whichever app it is of."""

    label: str
    name: str
    about: str
    kinds: tuple[str, ...]
    """Apps and, coming before these, models."""


AREAS: Final = (
    Area(
        "connections",
        "Sources",
        "Where figures come from, and how collecting fares.",
        ("connections", "sources"),
    ),
    Area(
        "people",
        "People and teams",
        "The organisation, who is who, who is in which team since when, and what teams own.",
        ("people", "delivery.ownership"),
    ),
    Area(
        "accounts",
        "Accounts",
        "Who signs in or reads by token, and which teams are opened to whom.",
        ("accounts", "usersessions"),
    ),
    Area(
        "reviews",
        "Access review",
        "Who may do what and who uses it; reviews of it, joiners and leavers, on record.",
        (
            *("accounts.accountaccess", "accounts.accessreview", "accounts.reviewedaccount"),
            "accounts.checklist",
        ),
    ),
    Area(
        "rules",
        "Rules",
        "What counts as what. Changing one has the past measured anew.",
        (
            *("delivery.artifactrule", "delivery.deploymentrule", "delivery.generatedfilerule"),
            *("delivery.hotfixrule", "delivery.incidentrule", "delivery.investmentrule"),
            "delivery.statusrule",
        ),
    ),
    Area(
        "reporting",
        "Reporting",
        "Tokens that your own systems report deployments, incidents and test results with.",
        ("delivery.ingesttoken",),
    ),
    Area("delivery", "Collected", "What was collected, to look at.", ("delivery",)),
    Area(
        "governance",
        "Governance",
        "What people asked for about their own data, incidents, and what documents on data protection are filled from.",
        ("governance",),
    ),
    Area("audit", "Audit log", "Who did what, when and from where.", ("audit",)),
)


def area_of(app: str, model: str) -> Area:
    """Its own where it has one, else its app's."""
    kinds = {kind: area for area in AREAS for kind in area.kinds}
    return kinds.get(f"{app}.{model}") or kinds[app]


class Site(admin.AdminSite):
    site_header = "Plumbline"
    site_title = "Plumbline"
    index_title = "Administration"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Besides: what administrators must be told on every page."""
        told = break_glass.unseen() if may_administer(request) else BreakGlassUse.objects.none()
        return {
            **super().each_context(request),
            "emergency_uses": told[:3],
            "certificates_ending": ending() if may_administer(request) else [],
        }

    def admin_view(self, view: Callable[..., HttpResponseBase], cacheable: bool = False) -> Any:
        """Who looks at accounts and people is on record."""
        return super().admin_view(_noted(view), cacheable)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign-in, with its second factor, is the same as everywhere."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: target})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """By area, and as Django has it on the page of one app."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        found: dict[str, list[Any]] = {area.label: [] for area in AREAS}
        for app in apps:
            for model in app["models"]:
                area = area_of(app["app_label"], model["object_name"].lower())
                found[area.label].append(model)
        return [
            {
                "app_label": area.label,
                "name": area.name,
                "about": area.about,
                "app_url": f"{reverse('admin:index')}#{area.label}",
                "models": sorted(found[area.label], key=lambda model: str(model["name"])),
            }
            for area in AREAS
            if found[area.label]
        ]


PERSONAL: Final = frozenset({"accounts", "people"})


def _noted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if PERSONAL.intersection(request.path.split("/")[2:3]):
            hourly.note(name="accounts_read", actor=acting(request))
        return view(request, *args, **kwargs)

    return inner


site = Site(name="admin")


class ReadOnly(admin.ModelAdmin):
    """What is collected, computed or recorded: looked at, never changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def may_administer(request: HttpRequest) -> bool:
    """Owners and administrators; an auditor only reads."""
    user = request.user
    return isinstance(user, User) and user.has_perm("plumbline.administer")


def is_owner(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.role == User.Role.OWNER


def acting(request: HttpRequest) -> User:
    """Who does it, in a view of the administration."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def confirm(
    request: HttpRequest, queryset: QuerySet[Any], *, question: str, consequence: str
) -> HttpResponse | None:
    """The page that asks before an action is done; None once the answer is yes."""
    if request.POST.get("confirmed") == "yes":
        return None
    context = {
        **site.each_context(request),
        "title": question,
        "consequence": consequence,
        "objects": queryset,
        "opts": queryset.model._meta,
        "action": request.POST["action"],
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirm.html", context)


def show_once(
    request: HttpRequest, *, title: str, about: Model, shown: dict[str, str], note: str
) -> HttpResponse:
    """A page with what is kept nowhere in a readable form."""
    context = {
        **site.each_context(request),
        "title": title,
        "shown": shown,
        "note": note,
        "object": about,
        "opts": about._meta,
    }
    return TemplateResponse(request, "admin/shown_once.html", context)
