"""Rules of a kind as rows of a table: typed in, checked, and stored all at once."""

from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.config.admin.rules import RulesPage
from backend.pipeline import bell

FURTHER: Final = 3
"""Empty rows for further rules."""
MOST_RULES: Final = 100


def text(placeholder: str, *, label: str, longest: int = 300) -> forms.CharField:
    widget = forms.TextInput(attrs={"size": 12, "placeholder": placeholder})
    return forms.CharField(max_length=longest, required=False, label=label, widget=widget)


class RowForm(forms.Form):
    """One rule of a kind, by the names that it has. A row without a pattern is none."""

    kind: type[Any]

    def is_filled(self) -> bool:
        return bool(self.cleaned_data.get("pattern"))

    def rule(self) -> Any:
        return self.kind(**{name: self.cleaned_data[name] for name in self.kind.__slots__})

    @classmethod
    def as_typed(cls, rule: Any) -> dict[str, Any]:
        """What the row of a rule holds."""
        return {name: getattr(rule, name) for name in cls.kind.__slots__}


class RepositoriesForm(RowForm):
    """A row of a rule over a group of repositories."""

    repositories = text("all repositories", label="Repositories")

    def clean_repositories(self) -> str:
        return self.cleaned_data["repositories"] or "*"

    @classmethod
    def as_typed(cls, rule: Any) -> dict[str, Any]:
        values = super().as_typed(rule)
        return values | {"repositories": "" if rule.repositories == "*" else rule.repositories}


class Rows(BaseFormSet):
    @classmethod
    def get_ordering_widget(cls) -> Any:
        return forms.TextInput(attrs={"size": 3, "inputmode": "numeric", "placeholder": "place"})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "ORDER" in form.fields:
            form.fields["ORDER"].label = "Place"
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


def formset(
    form: type[RowForm],
    *,
    further: int,
    ordered: bool,
    rows: type[Rows] = Rows,
    most: int = MOST_RULES,
) -> type[Rows]:
    made = formset_factory(
        form,
        formset=rows,
        extra=further,
        can_delete=True,
        can_order=ordered,
        max_num=most,
        validate_max=True,
    )
    return cast("type[Rows]", made)  # of which the stubs know the base alone


def typed(form: type[RowForm], request: HttpRequest, *, ordered: bool) -> Rows:
    return formset(form, further=0, ordered=ordered)(request.POST, prefix="rules")


def shown(form: type[RowForm], rules: Sequence[Any], *, ordered: bool) -> Rows:
    initial = [form.as_typed(rule) for rule in rules]
    return formset(form, further=FURTHER, ordered=ordered)(initial=initial, prefix="rules")


def stored(
    request: HttpRequest, page: RulesPage, *, changed: bool, what: str = "Deployments are measured"
) -> HttpResponse:
    if changed:
        transaction.on_commit(lambda: bell.ring(bell.MEASURE))
        messages.success(request, f"Stored. {what} anew in the background.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect(page.address())
