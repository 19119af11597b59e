"""What counts as a deployment, and what as a fix of one: typed in, looked at, then stored."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

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
from backend.pipeline import bell

FURTHER: Final = 3
"""Empty rows for further rules."""
MOST_RULES: Final = 100
MOST_PATHS: Final = 20
LONGEST_PATH: Final = 300
_ENVIRONMENTS: Final = [*Environment.choices, (NO_DEPLOYMENT, "no deployment")]


def _text(placeholder: str, *, label: str, longest: int = 300) -> forms.CharField:
    widget = forms.TextInput(attrs={"size": 12, "placeholder": placeholder})
    return forms.CharField(max_length=longest, required=False, label=label, widget=widget)


class RowForm(forms.Form):
    """One rule of a kind, by the names that it has. A row without a pattern is none."""

    kind: type[Rule] | type[Hotfix]
    repositories = _text("all repositories", label="Repositories")

    def clean_repositories(self) -> str:
        return self.cleaned_data["repositories"] or "*"

    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("pattern"))

    def rule(self) -> Rule | Hotfix:
        return self.kind(**{name: self.cleaned_data[name] for name in self.kind.__slots__})


class DeploymentRuleForm(RowForm):
    kind = Rule
    source = forms.ChoiceField(choices=list(SOURCES.items()), label="Source")
    pattern = _text("such as deploy*", label="Named")
    environment = forms.ChoiceField(choices=_ENVIRONMENTS, label="Counts as")
    service = _text("the repository's", label="Of the service", longest=200)
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


class HotfixRuleForm(RowForm):
    kind = Hotfix
    field = forms.ChoiceField(choices=HotfixRule.Field.choices, label="By")
    pattern = _text("such as hotfix/*", label="Named")


class Rows(BaseFormSet):
    @classmethod
    def get_ordering_widget(cls) -> Any:
        return forms.TextInput(attrs={"size": 3, "inputmode": "numeric", "placeholder": "place"})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if name != "DELETE":
                field.widget.attrs["aria-label"] = field.label  # in a table without labels

    def clean(self) -> None:
        super().clean()
        rules = [] if any(self.errors) else self.entered()
        if len(rules) != len(set(rules)):
            raise ValidationError("The same rule stands there twice. Remove one of them.")

    def entered(self) -> list[Any]:
        """The rules of rows that are filled in and not marked to be removed, in their order."""
        filled = [
            form for form in self.forms if form.is_filled() and not form.cleaned_data.get("DELETE")
        ]
        last = len(self.forms) + 1
        filled.sort(key=lambda form: form.cleaned_data.get("ORDER") or last)
        return [form.rule() for form in filled]


class SettingsForm(forms.Form):
    link_incidents_by_time = forms.BooleanField(
        required=False,
        label="Link an incident that names no deployment to the latest earlier one of its service. It is marked as "
        "inferred.",
    )


def _formset(form: type[RowForm], *, further: int, ordered: bool) -> type[Rows]:
    made = formset_factory(
        form,
        formset=Rows,
        extra=further,
        can_delete=True,
        can_order=ordered,
        max_num=MOST_RULES,
        validate_max=True,
    )
    return cast("type[Rows]", made)  # of which the stubs know the base alone


def _typed(form: type[RowForm], request: HttpRequest, *, ordered: bool) -> Rows:
    return _formset(form, further=0, ordered=ordered)(request.POST, prefix="rules")


def _shown(form: type[RowForm], rules: Sequence[Rule | Hotfix], *, ordered: bool) -> Rows:
    initial: list[dict[str, Any]] = []
    for rule in rules:
        values = {name: getattr(rule, name) for name in rule.__slots__}
        if values["repositories"] == "*":
            values["repositories"] = ""
        if "paths" in values:
            values["paths"] = "\n".join(values["paths"])
        initial.append(values)
    return _formset(form, further=FURTHER, ordered=ordered)(initial=initial, prefix="rules")


def _stored(request: HttpRequest, page: RulesPage, *, changed: bool) -> HttpResponse:
    if changed:
        transaction.on_commit(lambda: bell.ring(bell.MEASURE))
        messages.success(request, "Stored. Deployments are measured anew in the background.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect(page.address())


@admin.register(DeploymentRule, site=site)
class DeploymentRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        in_force = rules = deployment_rules()
        rows, previewing = _shown(DeploymentRuleForm, rules, ordered=True), False
        if request.method == "POST":
            typed = _typed(DeploymentRuleForm, request, ordered=True)
            if not typed.is_valid():
                rows = typed
            elif "save" in request.POST:
                return _stored(request, self, changed=set_deployment_rules(rules=typed.entered()))
            else:
                rules, previewing = tuple(typed.entered()), True
                rows = _shown(DeploymentRuleForm, rules, ordered=True)
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
        rows = _shown(HotfixRuleForm, rules, ordered=False)
        settings = SettingsForm(initial={"link_incidents_by_time": incidents_are_linked_by_time()})
        if request.method == "POST":
            rows = _typed(HotfixRuleForm, request, ordered=False)
            settings = SettingsForm(request.POST)
            if rows.is_valid() and settings.is_valid():
                changed = [
                    set_hotfix_rules(rules=rows.entered()),
                    set_delivery_settings(**settings.cleaned_data),
                ]
                return _stored(request, self, changed=any(changed))
        return self.shown(
            request,
            "admin/deployment_rules_hotfixes.html",
            title="What fixes a deployment",
            formset=rows,
            rules=rules,
            settings=settings,
            by_time=incidents_are_linked_by_time(),
        )
