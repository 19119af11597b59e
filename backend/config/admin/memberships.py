"""Who is in which team when, on the pages of teams and of people."""

from itertools import pairwise
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from backend.people.models import Membership, Team


class Memberships(BaseInlineFormSet):
    """No two of one person in one team at once, so that no day counts twice, and none that a source keeps."""

    def clean(self) -> None:
        super().clean()
        spans: dict[tuple[int, int], list[tuple[Any, Any]]] = {}
        for form in self.forms:
            data = getattr(form, "cleaned_data", None)
            if not data or not form.instance.person_id or not form.instance.team_id:
                continue
            team = form.instance.team
            if form.has_changed() and team.source != Team.Source.MANUAL:
                raise ValidationError(
                    f"{team.name} is kept by {team.get_source_display()}: change it there, or take it over by hand."
                )
            if data.get("DELETE"):
                continue
            key = (form.instance.person_id, form.instance.team_id or 0)
            spans.setdefault(key, []).append((data.get("starts_on"), data.get("ends_on")))
        for known in spans.values():
            known.sort(key=lambda span: (span[0] is not None, span[0]))
            for (_, ends), (starts, _) in pairwise(known):
                if ends is None or starts is None or starts < ends:
                    raise ValidationError("Two memberships of one person in one team overlap.")


class TeamMemberships(admin.TabularInline):
    """By hand where people keep the team; to look at where its source does."""

    model = Membership
    formset = Memberships
    autocomplete_fields = ("person",)
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _by_hand(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _by_hand(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _by_hand(obj) and super().has_delete_permission(request, obj)


def _by_hand(team: Team | None) -> bool:
    return team is None or team.source == Team.Source.MANUAL


class PersonMemberships(admin.TabularInline):
    model = Membership
    formset = Memberships
    autocomplete_fields = ("team",)
    extra = 0
