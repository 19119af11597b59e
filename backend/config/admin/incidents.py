"""Which issues of Jira are incidents, and of which service: typed in, looked at, then stored."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from backend.config.admin.rule_rows import RowForm, shown, stored, text, typed
from backend.config.admin.rules import RulesPage
from backend.config.admin.site import site
from backend.delivery.incident_rules import IssueRule
from backend.delivery.models import IncidentRule, Repository
from backend.delivery.store.deployment_rules import (
    incident_rules,
    incidents_are_linked_by_time,
    set_incident_rules,
)
from backend.metrics.deployments.incident_rule_effect import effect


class IncidentRuleForm(RowForm):
    kind = IssueRule
    field_order = ("field", "pattern")
    projects = text("all projects", label="Projects")
    field = forms.ChoiceField(choices=IncidentRule.Field.choices, label="By")
    pattern = text("such as Incident", label="Named")
    component = text("any, or none", label="Component")
    repository = text("owner/name", label="Repository")
    service = text("the repository's", label="Of the service", longest=200)

    def clean_projects(self) -> str:
        return self.cleaned_data["projects"] or "*"

    def clean(self) -> dict[str, Any]:
        """A row without a pattern is none, so that nothing else of it matters."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("pattern") and "repository" in values:
            values["repository_id"] = self._repository(values["repository"])
        return values

    def _repository(self, name: str) -> int | None:
        found = Repository.objects.filter(name_with_owner__iexact=name).order_by("pk")
        ids = list(found.values_list("pk", flat=True)[:2])
        if len(ids) == 1:
            return ids[0]
        self.add_error(
            "repository",
            ValidationError(
                "Two repositories are called so: they cannot be told apart."
                if ids
                else "No repository is called so. Write it as owner/name."
            ),
        )
        return None

    @classmethod
    def as_typed(cls, rule: IssueRule) -> dict[str, Any]:
        return super().as_typed(rule) | {
            "projects": "" if rule.projects == "*" else rule.projects,
            "repository": str(Repository.objects.get(pk=rule.repository_id)),
        }


@admin.register(IncidentRule, site=site)
class IncidentRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        in_force = rules = incident_rules()
        rows, previewing = shown(IncidentRuleForm, rules, ordered=False), False
        if request.method == "POST":
            told = typed(IncidentRuleForm, request, ordered=False)
            if not told.is_valid():
                rows = told
            elif "save" in request.POST:
                return stored(request, self, changed=set_incident_rules(rules=told.entered()))
            else:
                rules, previewing = tuple(told.entered()), True
                rows = shown(IncidentRuleForm, rules, ordered=False)
        return self.shown(
            request,
            "admin/incident_rules.html",
            title="Which issues are incidents",
            formset=rows,
            rules=IncidentRule.objects.select_related("repository").order_by("pk"),
            effect=effect(rules, before=in_force),
            previewing=previewing,
            by_time=incidents_are_linked_by_time(),
        )
