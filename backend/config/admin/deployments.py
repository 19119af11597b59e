"""What counts as a deployment, and what as a fix of one: typed in, looked at, then stored."""

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from backend.config.admin.rule_rows import RepositoriesForm, shown, stored, text, typed
from backend.config.admin.rules import RulesPage
from backend.config.admin.site import site
from backend.delivery.deployment_rule_effect import effect
from backend.delivery.deployment_rules import NO_DEPLOYMENT, SOURCES, Hotfix, Rule
from backend.delivery.generated_files import as_path_pattern
from backend.delivery.models import DeploymentRule, Environment, HotfixRule
from backend.delivery.store.deployment_rules import (
    deployment_rules,
    hotfix_rules,
    incidents_are_linked_by_time,
    set_delivery_settings,
    set_deployment_rules,
    set_hotfix_rules,
)
from backend.delivery.wildmatch import matcher

MOST_PATHS: Final = 20
LONGEST_PATH: Final = 300
_ENVIRONMENTS: Final = [*Environment.choices, (NO_DEPLOYMENT, "no deployment")]


class DeploymentRuleForm(RepositoriesForm):
    kind = Rule
    field_order = ("source", "pattern")
    source = forms.ChoiceField(choices=list(SOURCES.items()), label="Source")
    pattern = text("such as deploy*", label="Named")
    environment = forms.ChoiceField(choices=_ENVIRONMENTS, label="Counts as")
    service = text("the repository's", label="Of the service", longest=200)
    paths = forms.CharField(
        max_length=MOST_PATHS * LONGEST_PATH,
        required=False,
        label="Only changes of",
        widget=forms.Textarea(attrs={"rows": 1, "cols": 11, "placeholder": "all files"}),
    )

    def clean_paths(self) -> tuple[str, ...]:
        lines = (line.strip() for line in self.cleaned_data["paths"].splitlines())
        paths = tuple(dict.fromkeys(line for line in lines if line))
        if len(paths) > MOST_PATHS or any(len(path) > LONGEST_PATH for path in paths):
            raise ValidationError(
                f"Write no more than {MOST_PATHS} globs, one a line, none longer than {LONGEST_PATH} characters."
            )
        if hopeless := [path for path in paths if matcher(as_path_pattern(path)) is None]:
            raise ValidationError(
                f"No file can match {hopeless[0]}: a bracket is not closed, or it ends with a backslash."
            )
        return paths

    @classmethod
    def as_typed(cls, rule: Any) -> dict[str, Any]:
        return super().as_typed(rule) | {"paths": "\n".join(rule.paths)}


class HotfixRuleForm(RepositoriesForm):
    kind = Hotfix
    field_order = ("field", "pattern")
    field = forms.ChoiceField(choices=HotfixRule.Field.choices, label="By")
    pattern = text("such as hotfix/*", label="Named")


class SettingsForm(forms.Form):
    link_incidents_by_time = forms.BooleanField(
        required=False,
        label="Link an incident that names no deployment to the latest earlier one of its service. It is marked as "
        "inferred.",
    )


@admin.register(DeploymentRule, site=site)
class DeploymentRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        in_force = rules = deployment_rules()
        rows, previewing = shown(DeploymentRuleForm, rules, ordered=True), False
        if request.method == "POST":
            told = typed(DeploymentRuleForm, request, ordered=True)
            if not told.is_valid():
                rows = told
            elif "save" in request.POST:
                return stored(request, self, changed=set_deployment_rules(rules=told.entered()))
            else:
                rules, previewing = tuple(told.entered()), True
                rows = shown(DeploymentRuleForm, rules, ordered=True)
        return self.shown(
            request,
            "admin/deployment_rules.html",
            title="What counts as a deployment",
            formset=rows,
            rules=rules,
            effect=effect(rules, before=in_force),
            previewing=previewing,
        )


@admin.register(HotfixRule, site=site)
class HotfixRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        rules = hotfix_rules()
        rows = shown(HotfixRuleForm, rules, ordered=False)
        settings = SettingsForm(initial={"link_incidents_by_time": incidents_are_linked_by_time()})
        if request.method == "POST":
            rows = typed(HotfixRuleForm, request, ordered=False)
            settings = SettingsForm(request.POST)
            if rows.is_valid() and settings.is_valid():
                changed = [
                    set_hotfix_rules(rules=rows.entered()),
                    set_delivery_settings(**settings.cleaned_data),
                ]
                return stored(request, self, changed=any(changed))
        return self.shown(
            request,
            "admin/deployment_rules_hotfixes.html",
            title="What fixes a deployment",
            formset=rows,
            rules=rules,
            settings=settings,
            by_time=incidents_are_linked_by_time(),
        )
