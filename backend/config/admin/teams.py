"""Teams: who is in them when, when they work, and a CSV file of all of them."""

import csv
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from backend.accounts.sign_ins import sign_ins
from backend.config.admin.calendars import CalendarForm
from backend.config.admin.memberships import TeamMemberships
from backend.config.admin.site import acting, confirm, may_administer, site
from backend.people.models import Person, Team
from backend.people.roster import COLUMNS, BadRoster, Plan
from backend.people.store import InvalidTeam, take_over
from backend.people.store.rosters import decode, plan_roster, roster, take_roster
from backend.pipeline import bell
from backend.spreadsheets import cell

SHOWN = 200
"""Changed memberships of a preview."""


class TeamForm(CalendarForm):
    def clean_parent(self) -> Team | None:
        """No team may stand above itself."""
        parent: Team | None = self.cleaned_data["parent"]
        above = parent
        while above is not None:
            if above.pk == self.instance.pk:
                raise ValidationError("A team cannot stand below itself.")
            above = above.parent
        return parent


class RosterForm(forms.Form):
    """A file to look at, or what was read of it, to be stored."""

    file = forms.FileField(required=False, label="CSV file")
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if upload := data.get("file"):
            try:
                data["text"] = decode(upload.read())
            except BadRoster as error:
                raise ValidationError(error.problems) from error
        if not data.get("text"):
            raise ValidationError("Choose a file.")
        return data


@admin.register(Team, site=site)
class TeamAdmin(admin.ModelAdmin):
    """A team's figures reach back, so teams are not deleted: end the memberships instead.

    What another source keeps is looked at here; when a team works, people always say.
    """

    form = TeamForm
    change_list_template = "admin/teams.html"
    list_display = ("name", "slug", "parent", "source", "time_zone", "ended_on")
    list_filter = (
        "source",
        ("ended_on", admin.EmptyFieldListFilter),
        ("parent", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("parent",)
    search_fields = ("name", "slug", "=external_id")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("parent",)
    actions = ("take_over_by_hand",)
    inlines = (TeamMemberships,)
    fieldsets = (
        (None, {"fields": ("name", "slug", "parent", "source", "ended_on")}),
        (
            "When it works",
            {
                "fields": (
                    "time_zone",
                    "working_hours",
                    "holidays_country",
                    "holidays_subdivision",
                    "days_off",
                )
            },
        ),
        ("At its source", {"classes": ("collapse",), "fields": ("connection", "external_id")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        kept = ("source", "connection", "external_id")
        if obj is None or obj.source == Team.Source.MANUAL:
            return kept
        told = ("name", "slug", "ended_on", *kept)
        return told if obj.is_placed_by_hand else ("parent", *told)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.action(description="Take over by hand", permissions=["administer"])
    def take_over_by_hand(
        self, request: HttpRequest, queryset: QuerySet[Team]
    ) -> HttpResponse | None:
        teams = queryset.exclude(source=Team.Source.MANUAL)
        if not teams:
            messages.info(request, "These teams are kept by hand already.")
            return None
        asked = confirm(
            request,
            teams,
            question="Take these teams over by hand?",
            consequence="From now on people keep their names, places and members here. What GitHub or the directory "
            "tells of them is not heard any more.",
        )
        if asked is None:
            for team in teams:
                take_over(team=team, acting_user=acting(request))
            messages.success(request, "The teams are kept by hand.")
        return asked

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("import/", site.admin_view(self.import_view), name="people_team_import"),
            path("export/", site.admin_view(self.export_view), name="people_team_export"),
        ]
        return own + super().get_urls()

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """What a file would change, and, once that was seen, its storing."""
        if not may_administer(request):
            raise PermissionDenied
        form, plan = RosterForm(request.POST or None, request.FILES or None), None
        if request.method == "POST" and form.is_valid():
            text = form.cleaned_data["text"]
            try:
                if "save" in request.POST:
                    return self._stored(request, text)
                plan = plan_roster(text, sign_ins())
            except BadRoster as error:
                form.add_error(None, ValidationError(error.problems))
            except InvalidTeam as error:
                plan = plan_roster(text, sign_ins())
                messages.warning(request, str(error))
            if plan is not None:
                form = RosterForm(initial={"text": text})
        return TemplateResponse(
            request,
            "admin/teams_import.html",
            {
                **site.each_context(request),
                "title": "Teams from a CSV file",
                "opts": self.opts,
                "form": form,
                "plan": plan,
                "seen": plan and _digest(plan),
                "people": _named(plan),
                "shown": SHOWN,
                "columns": COLUMNS,
            },
        )

    def _stored(self, request: HttpRequest, text: str) -> HttpResponse:
        plan = plan_roster(text, sign_ins())
        if request.POST.get("seen") != _digest(plan):
            raise InvalidTeam(
                "Teams have changed in the meantime: look at what the file changes again."
            )
        take_roster(text=text, acting_user=acting(request), expected=plan, sign_ins=sign_ins())
        transaction.on_commit(lambda: bell.ring(bell.MEASURE))
        messages.success(
            request, "The file is stored. Figures are measured anew in the background."
        )
        return redirect("admin:people_team_changelist")

    def export_view(self, request: HttpRequest) -> HttpResponse:
        answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="teams.csv"'
        writer = csv.writer(answer)
        writer.writerow(COLUMNS)
        for line in roster():
            told = (line.team, line.name, line.parent, line.person, line.from_, line.to)
            writer.writerow([cell(value) for value in told])
        return answer


def _digest(plan: Plan) -> str:
    return sha256(repr(plan).encode()).hexdigest()


def _named(plan: Plan | None) -> list[tuple[Any, Person | None]]:
    """The first changed memberships with their persons."""
    if plan is None:
        return []
    members = plan.members[:SHOWN]
    people = Person.objects.in_bulk({one.person for one in members})
    return [(one, people.get(one.person)) for one in members]
