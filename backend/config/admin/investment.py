"""What work is sorted into: categories and rules are typed in, looked at, then stored."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify

from backend.config.admin.rule_rows import FURTHER, RowForm, Rows, formset, stored, text
from backend.config.admin.rules import RulesPage
from backend.config.admin.site import site
from backend.delivery.investment_rules import UNCATEGORISED, Category, Rule
from backend.delivery.models import InvestmentRule
from backend.delivery.store.investment import categories, investment_rules, set_investment
from backend.metrics.investment.rule_effect import effect

FURTHER_CATEGORIES: Final = 1
MOST_CATEGORIES: Final = 12
"""More are told apart neither by colour nor by a reader."""


class CategoryForm(RowForm):
    """A row without a name is none. The code of a new one is made of its name."""

    kind = Category
    code = forms.RegexField(r"^[-\w]*$", max_length=40, required=False, widget=forms.HiddenInput)
    name = text("a further category", label="Name", longest=60)
    description = forms.CharField(
        max_length=200,
        required=False,
        label="What belongs there",
        widget=forms.TextInput(attrs={"size": 50}),
    )

    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("name"))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "code" in values and not values["code"]:
            made = slugify(values.get("name", ""), allow_unicode=True)
            values["code"] = made.replace("-", "_")[:40]
        return values


class RuleForm(RowForm):
    kind = Rule
    field = forms.ChoiceField(choices=InvestmentRule.Field.choices, label="What is asked")
    pattern = text("such as tech-debt*", label="Is")
    category = forms.ChoiceField(label="Category")

    def __init__(self, *args: Any, chosen: Sequence[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast("forms.ChoiceField", self.fields["category"])
        choice.choices = [(one.code, one.name) for one in chosen]


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


def _category_rows(data: Any = None, *, chosen: Sequence[Category] = ()) -> Rows:
    further = FURTHER_CATEGORIES if data is None else 0
    made = formset(
        CategoryForm, further=further, ordered=True, rows=Categories, most=MOST_CATEGORIES
    )
    initial = [CategoryForm.as_typed(one) for one in chosen]
    return made(data, initial=initial, prefix="categories")


def _rule_rows(
    data: Any = None,
    *,
    chosen: Sequence[Category],
    rules: Sequence[Rule] = (),
) -> Rows:
    made = formset(RuleForm, further=FURTHER if data is None else 0, ordered=True)
    initial = [RuleForm.as_typed(rule) for rule in rules]
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
                    changed = set_investment(chosen=named, rules=entered)
                    return stored(request, self, changed=changed, what="Everything is sorted")
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


def _name(rule: Rule, chosen: Sequence[Category]) -> str:
    return next((one.name for one in chosen if one.code == rule.category), rule.category)


def _still_used(rules: Sequence[Rule], chosen: Sequence[Category]) -> str:
    named = ", ".join(sorted({_name(rule, chosen) for rule in rules}))
    return f"Rules still sort into {named}: choose another category for them, or remove them too."
