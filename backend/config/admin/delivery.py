"""What was collected, to look at: for finding out why a figure is what it is. And the rules on generated files."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from backend.config.admin.rules import RulesPage
from backend.config.admin.site import ReadOnly, site
from backend.delivery.generated_files import OrganisationRule, as_path_pattern
from backend.delivery.models import (
    Commit,
    GeneratedFileRule,
    PullRequest,
    PullRequestEvent,
    Repository,
    Review,
)
from backend.delivery.rule_effect import effect
from backend.delivery.store.marking import progress
from backend.delivery.store.rules import organisation_rules, set_generated_file_rules
from backend.delivery.wildmatch import matcher
from backend.pipeline import bell

FURTHER: Final = 3
"""Empty rows for further rules."""


@admin.register(Repository, site=site)
class RepositoryAdmin(ReadOnly):
    list_display = ("name_with_owner", "connection", "state", "is_archived", "is_fork", "pushed_at")
    list_filter = ("connection", "state", "is_archived", "is_fork")
    list_select_related = ("connection",)
    search_fields = ("name_with_owner",)
    ordering = ("name_with_owner",)


class Reviews(admin.TabularInline):
    model = Review
    fields = readonly_fields = ("submitted_at", "state", "author", "commit_sha")
    ordering = ("submitted_at",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class Events(admin.TabularInline):
    model = PullRequestEvent
    fk_name = "pull_request"
    fields = readonly_fields = ("occurred_at", "kind", "actor", "reviewer")
    ordering = ("occurred_at",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(PullRequest, site=site)
class PullRequestAdmin(ReadOnly):
    list_display = ("__str__", "title", "author", "state", "created_at", "merged_at")
    list_filter = ("state", "is_draft", ("repository", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("repository", "author")
    search_fields = ("=number", "title", "author__login")
    ordering = ("-created_at",)
    show_full_result_count = False
    inlines = (Reviews, Events)


@admin.register(Commit, site=site)
class CommitAdmin(ReadOnly):
    list_display = ("sha", "repository", "author", "committed_at")
    list_filter = (("repository", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("repository", "author")
    search_fields = ("sha", "author__login")
    ordering = ("-committed_at",)
    show_full_result_count = False


class GeneratedFileRuleForm(forms.Form):
    """One row. A row without a pattern is none."""

    pattern = forms.CharField(
        max_length=500, required=False, widget=forms.TextInput(attrs={"size": 50})
    )
    is_generated = forms.TypedChoiceField(
        label="Files like this",
        choices=((True, "are generated"), (False, "count")),
        coerce=lambda value: value == "True",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label  # in a table without labels

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"].strip()
        if pattern and matcher(as_path_pattern(pattern)) is None:
            raise ValidationError(
                "No file can match this: a bracket is not closed, or it ends with a backslash."
            )
        return pattern


class RuleRows(BaseFormSet):
    def clean(self) -> None:
        super().clean()
        patterns = [] if any(self.errors) else [rule.pattern for rule in _entered(self)]
        if len(patterns) != len(set(patterns)):
            raise ValidationError(
                "A pattern may stand there once: its last word would hold anyway."
            )


def _entered(rows: BaseFormSet) -> list[OrganisationRule]:
    """Rows that are filled in and not marked to be removed, in their order."""
    return [
        OrganisationRule(
            form.cleaned_data["pattern"],
            is_generated=form.cleaned_data["is_generated"] is not False,
        )
        for form in rows.forms
        if form.cleaned_data.get("pattern") and not form.cleaned_data.get("DELETE")
    ]


_Typed = formset_factory(GeneratedFileRuleForm, formset=RuleRows, extra=0, can_delete=True)
_Shown = formset_factory(GeneratedFileRuleForm, formset=RuleRows, extra=FURTHER, can_delete=True)


def _rows(rules: Sequence[OrganisationRule]) -> BaseFormSet:
    initial = [{"pattern": rule.pattern, "is_generated": rule.is_generated} for rule in rules]
    return _Shown(initial=initial, prefix="rules")


@admin.register(GeneratedFileRule, site=site)
class GeneratedFileRuleAdmin(RulesPage):
    def page(self, request: HttpRequest) -> HttpResponse:
        rules: Sequence[OrganisationRule] = organisation_rules()
        rows, found = _rows(rules), None
        if request.method == "POST":
            typed = _Typed(request.POST, prefix="rules")
            if not typed.is_valid():
                rows = typed
            elif "save" in request.POST:
                return self._store(request, _entered(typed))
            else:
                rules = _entered(typed)
                rows, found = _rows(rules), effect(rules)
        return self.shown(
            request,
            "admin/generated_files.html",
            title="Generated files",
            formset=rows,
            rules=rules,
            effect=found,
            progress=progress(),
        )

    def _store(self, request: HttpRequest, rules: Sequence[OrganisationRule]) -> HttpResponse:
        set_generated_file_rules(rules=rules)
        transaction.on_commit(lambda: bell.ring(bell.MARK))
        messages.success(request, "The rules are stored. Files are marked anew in the background.")
        return redirect(self.address())
