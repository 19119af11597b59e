"""What work is sorted into: categories and rules are typed in, looked at, then stored."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify

from backend.config.admin.deployments import Rows
from backend.config.admin.rules import RulesPage
from backend.config.admin.site import site
from backend.delivery.investment_rules import UNCATEGORISED, Category, Rule
from backend.delivery.models import InvestmentRule
from backend.delivery.store.investment import categories, investment_rules, set_investment
from backend.metrics.investment.rule_effect import effect
from backend.pipeline import bell

FURTHER_RULES: Final = 3
FURTHER_CATEGORIES: Final = 1
MOST_RULES: Final = 200
MOST_CATEGORIES: Final = 12
"""More are told apart neither by colour nor by a reader."""


class CategoryForm(forms.Form):
    """A row without a name is none. The code of a new one is made of its name."""

    code = forms.RegexField(r"^[-\w]*$", max_length=40, required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=60,
        required=False,
        label="Name",
        widget=forms.TextInput(attrs={"placeholder": "a further category"}),
    )
    description = forms.CharField(
        max_length=200,
        required=False,
        label="What belongs there",
        widget=forms.TextInput(attrs={"size": 50}),
    )

    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("name"))

    def rule(self) -> Category:
        told = self.cleaned_data
        code = told["code"] or slugify(told["name"], allow_unicode=True).replace("-", "_")[:40]
        return Category(code, told["name"], told["description"])


class RuleForm(forms.Form):
    """A row without a pattern is none."""

    field = forms.ChoiceField(choices=InvestmentRule.Field.choices, label="What is asked")
    pattern = forms.CharField(
        max_length=300,
        required=False,
        label="Is",
        widget=forms.TextInput(attrs={"placeholder": "such as tech-debt*"}),
    )
    category = forms.ChoiceField(label="Category")

    def __init__(self, *args: Any, chosen: Sequence[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ChoiceField", self.fields["category"])
        choice.choices = [(one.code, one.name) for one in chosen]

    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("pattern"))

    def rule(self) -> Rule:
        told = self.cleaned_data
        return Rule(told["field"], told["pattern"].strip(), told["category"])


class Categories(Rows):
    def clean(self) -> None:
        super().clean()
        chosen = [] if any(self.errors) else self.entered()
        codes, names = ([getattr(one, name) for one in chosen] for name in ("code", "name"))
        folded = [name.casefold() for name in names]
        if "" in codes or UNCATEGORISED in codes or "uncategorised" in folded:
            raise ValidationError(
                "A category needs letters in its name, and must not be called Uncategorised."
            )
        if len(set(codes)) != len(codes) or len(set(folded)) != len(folded):
            raise ValidationError("Two categories have the same name. Rename one of them.")
        if not any(self.errors) and not chosen:
            raise ValidationError("Keep at least one category.")


def _formset(form: type[forms.Form], kind: type[Rows], *, most: int, further: int) -> type[Rows]:
    made = formset_factory(
        form,
        formset=kind,
        extra=further,
        can_delete=True,
        can_order=True,
        max_num=most,
        validate_max=True,
    )
    return cast("type[Rows]", made)  # of which the stubs know the base alone


def _category_rows(data: Any = None, *, chosen: Sequence[Category] = ()) -> Rows:
    made = _formset(
        CategoryForm,
        Categories,
        most=MOST_CATEGORIES,
        further=0 if data is not None else FURTHER_CATEGORIES,
    )
    initial = [
        {name: getattr(one, name) for name in ("code", "name", "description")} for one in chosen
    ]
    return made(data, initial=initial, prefix="categories")


def _rule_rows(
    data: Any = None,
    *,
    chosen: Sequence[Category],
    rules: Sequence[Rule] = (),
) -> Rows:
    further = 0 if data is not None else FURTHER_RULES
    made = _formset(RuleForm, Rows, most=MOST_RULES, further=further)
    initial = [
        {name: getattr(rule, name) for name in ("field", "pattern", "category")} for rule in rules
    ]
    return made(data, initial=initial, prefix="rules", form_kwargs={"chosen": chosen})


@admin.register(InvestmentRule, site=site)
class InvestmentRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        chosen, in_force = categories(), investment_rules()
        rules, previewing = in_force, False
        category_rows = _category_rows(chosen=chosen)
        rule_rows = _rule_rows(chosen=chosen, rules=rules)
        if request.method == "POST":
            category_rows = _category_rows(request.POST)
            rule_rows = _rule_rows(request.POST, chosen=chosen)
            if category_rows.is_valid() and rule_rows.is_valid():
                named, entered = category_rows.entered(), rule_rows.entered()
                codes = {one.code for one in named}
                if left := [rule for rule in entered if rule.category not in codes]:
                    messages.error(request, _still_used(left, chosen))
                elif "save" in request.POST:
                    return self._store(request, named, entered)
                else:
                    rules, chosen, previewing = tuple(entered), tuple(named), True
                    category_rows = _category_rows(chosen=chosen)
                    rule_rows = _rule_rows(chosen=chosen, rules=rules)
        return self.shown(
            request,
            "admin/investment_rules.html",
            title="What work is an investment into",
            categories=category_rows,
            rules=rule_rows,
            in_force=[(rule, _name(rule, chosen)) for rule in in_force],
            chosen=chosen,
            effect=effect(rules, before=in_force, chosen=chosen),
            previewing=previewing,
        )

    def _store(
        self, request: HttpRequest, chosen: Sequence[Category], rules: Sequence[Rule]
    ) -> HttpResponse:
        if set_investment(chosen=chosen, rules=rules):
            transaction.on_commit(lambda: bell.ring(bell.MEASURE))
            messages.success(request, "Stored. Everything is sorted anew in the background.")
        else:
            messages.info(request, "Nothing was changed.")
        return redirect(self.address())


def _name(rule: Rule, chosen: Sequence[Category]) -> str:
    return next((one.name for one in chosen if one.code == rule.category), rule.category)


def _still_used(rules: Sequence[Rule], chosen: Sequence[Category]) -> str:
    named = ", ".join(sorted({_name(rule, chosen) for rule in rules}))
    return f"Rules still sort into {named}: choose another category for them, or remove them too."
