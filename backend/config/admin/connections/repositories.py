"""Which repositories are read: the rules, and what they take in among those that are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from backend.config.admin.connections.forms import RuleForm
from backend.config.admin.connections.pages import page
from backend.config.admin.site import may_administer
from backend.connections import store
from backend.connections.models import Connection, RepositoryRule
from backend.connections.selection import judge
from backend.delivery.models import Repository
from backend.pipeline import bell
from backend.sources import hints
from backend.sources.models import Hint

SHOWN: Final = 500
FURTHER: Final = 3
"""Empty rows for further rules."""
_State = Repository.State


@dataclass(frozen=True)
class Judged:
    """A repository before and under the rules."""

    repository: Repository
    read_now: bool
    will_be_read: bool
    reason: str

    @property
    def change(self) -> str:
        if self.read_now == self.will_be_read:
            return ""
        return "read again" if self.will_be_read else "no longer read"


@dataclass(frozen=True)
class Effect:
    """What rules take in, changes first. `judged` holds no more than can be shown."""

    known: int
    will_be_read: int
    stops: int
    begins: int
    judged: Sequence[Judged]

    @property
    def hidden(self) -> int:
        return self.known - len(self.judged)


def effect(connection: Connection, rules: Iterable[RepositoryRule]) -> Effect:
    """Of repositories that are at hand: what is lost, moved or gone is no matter of a rule."""
    chosen = list(rules)
    known = Repository.objects.filter(
        connection=connection, state__in=[_State.ACTIVE, _State.EXCLUDED]
    ).only("name_with_owner", "topics", "is_archived", "is_fork", "state")
    judged = []
    for repository in known.order_by("name_with_owner"):
        decision = judge(repository, chosen)
        judged.append(
            Judged(repository, repository.state == _State.ACTIVE, decision.chosen, decision.reason)
        )
    return Effect(
        known=len(judged),
        will_be_read=sum(one.will_be_read for one in judged),
        stops=sum(one.change == "no longer read" for one in judged),
        begins=sum(one.change == "read again" for one in judged),
        judged=sorted(judged, key=lambda one: not one.change)[:SHOWN],
    )


def rules_page(request: HttpRequest, pk: int) -> HttpResponse:
    """On GET the rules in force; on POST those typed in are looked at, or stored."""
    if request.method == "POST" and not may_administer(request):
        raise PermissionDenied
    connection = get_object_or_404(Connection, pk=pk)
    rules = list(connection.repository_rules.order_by("effect", "pk"))
    previewing = False
    formset = _formset(rules)
    if request.method == "POST":
        typed = _Rules(request.POST, prefix="rules")
        if typed.is_valid():
            rules = _entered(typed)
            if "save" in request.POST:
                return _store(request, connection, rules)
            previewing, formset = True, _formset(rules)
        else:
            formset = typed
    return page(
        request,
        connection,
        "admin/repository_rules.html",
        title="Repositories",
        formset=formset,
        effect=effect(connection, rules),
        previewing=previewing,
        may_change=may_administer(request),
        rules=rules,
    )


def _store(
    request: HttpRequest, connection: Connection, rules: Sequence[RepositoryRule]
) -> HttpResponse:
    store.set_repository_rules(connection=connection, rules=rules)
    hints.arm(connection=connection, kind=Hint.Kind.CONNECTION)
    transaction.on_commit(bell.ring)
    messages.success(request, "The rules are stored, and the worker applies them.")
    return redirect("admin:connections_connection_repositories", connection.pk)


_Rules = formset_factory(RuleForm, extra=0, can_delete=True)
_RulesAndFurther = formset_factory(RuleForm, extra=FURTHER, can_delete=True)


def _formset(rules: Sequence[RepositoryRule]) -> BaseFormSet:
    initial = [
        {"effect": rule.effect, "test": rule.test, "pattern": rule.pattern} for rule in rules
    ]
    return _RulesAndFurther(initial=initial, prefix="rules")


def _entered(formset: BaseFormSet) -> list[RepositoryRule]:
    """Rows that are filled in and not marked to be removed."""
    return [
        form.rule()
        for form in formset
        if form.cleaned_data.get("effect") and not form.cleaned_data.get("DELETE")
    ]
