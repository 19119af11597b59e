"""What statuses mean in a project: chosen, looked at, then stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from backend.config.admin.rules import RulesPage
from backend.config.admin.site import site
from backend.delivery.models import IssueStatus, Project, StatusRule
from backend.delivery.status_rules import BY_CATEGORY
from backend.delivery.store.status_rules import set_status_rules, status_rules, statuses_of
from backend.metrics.issues.status_rule_effect import Outcome, effect
from backend.pipeline import bell

_STAGES: Final = dict(StatusRule.Stage.choices)


class StatusRulesForm(forms.Form):
    """A choice for each of a project's statuses; empty: by its category."""

    def __init__(self, *args: Any, statuses: Sequence[IssueStatus], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for status in statuses:
            stage = BY_CATEGORY.get(status.category)
            default = f"{_STAGES[stage]}, by its category" if stage else "not known"
            self.fields[f"status_{status.pk}"] = forms.ChoiceField(
                choices=[("", default), *StatusRule.Stage.choices],
                required=False,
                label=status.name,
                help_text=status.get_category_display(),
            )

    def rules(self) -> dict[int, str]:
        return {
            int(name.removeprefix("status_")): stage
            for name, stage in self.cleaned_data.items()
            if stage
        }


@dataclass(frozen=True)
class Compared:
    """One number before and with the rules."""

    name: str
    before: str
    after: str


@admin.register(StatusRule, site=site)
class StatusRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        projects = Project.objects.select_related("connection").order_by("key", "pk")
        chosen = request.GET.get("project", "")
        if not chosen.isdecimal():
            return self.shown(
                request,
                "admin/status_rules_projects.html",
                title="What statuses mean",
                projects=projects,
            )
        return self._of(request, get_object_or_404(projects, pk=int(chosen)))

    def _of(self, request: HttpRequest, project: Project) -> HttpResponse:
        in_force = status_rules(project)
        statuses = statuses_of(project)
        initial = {f"status_{pk}": stage for pk, stage in in_force.items()}
        form = StatusRulesForm(initial=initial, statuses=statuses)
        compared: list[Compared] = []
        if request.method == "POST":
            form = StatusRulesForm(request.POST, statuses=statuses)
            if form.is_valid() and "save" in request.POST:
                return self._store(request, project, form.rules())
            if form.is_valid():
                compared = _compared(effect(project, in_force), effect(project, form.rules()))
        return self.shown(
            request,
            "admin/status_rules.html",
            title=f"What statuses mean in {project}",
            project=project,
            form=form,
            compared=compared,
        )

    def _store(self, request: HttpRequest, project: Project, rules: dict[int, str]) -> HttpResponse:
        if set_status_rules(project=project, rules=rules):
            transaction.on_commit(lambda: bell.ring(bell.MEASURE))
            messages.success(request, "Stored. Its issues are measured anew in the background.")
        else:
            messages.info(request, "Nothing was changed.")
        return redirect(f"{self.address()}?project={project.pk}")


def _compared(before: Outcome, after: Outcome) -> list[Compared]:
    names = {
        "done": "done",
        "direct_to_done": "of these never begun",
        "in_progress": "in progress now",
        "waiting": "waiting now",
    }
    told = [
        Compared(name, str(getattr(before, key)), str(getattr(after, key)))
        for key, name in names.items()
    ]
    medians = (before.median_seconds, after.median_seconds)
    shown = ["none" if one is None else f"{one / 86_400:.1f} days" for one in medians]
    return [*told, Compared("median cycle time", *shown)]
