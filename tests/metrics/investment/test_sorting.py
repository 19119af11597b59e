"""Categories follow what they rest on: issues, what is above them, links, and rules."""

from dataclasses import replace
from typing import Any

import pytest

from backend.accounts.models import User
from backend.delivery.investment_rules import DEFAULTS, Category, Rule
from backend.delivery.models import (
    InvestmentCategory,
    InvestmentRule,
    Issue,
    PendingInvestment,
    PullRequest,
    PullRequestIssueKey,
)
from backend.delivery.store.investment import categories, investment_rules, set_investment
from backend.delivery.store.issue_corrections import correct_issue
from backend.delivery.store.issues import mark_issues_deleted
from backend.delivery.store.noting import note_issues
from backend.metrics.compute import measure
from backend.metrics.investment import sorting
from backend.metrics.issues import compute as issues
from backend.metrics.measuring import anything_waits, how_much_waits, measure_some
from backend.metrics.models import IssueCategory, PullRequestCategory
from tests.factories import MONDAY, History, an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


def sorted_into(item: Issue | PullRequest) -> tuple[str, str, str | None]:
    one: Any = (
        IssueCategory.objects.get(issue=item)
        if isinstance(item, Issue)
        else PullRequestCategory.objects.get(pull_request=item)
    )
    return one.category, one.because, one.inherited_from and one.inherited_from.key


def named(history: History, issue: Issue, place: str = "branch", **values: Any) -> PullRequest:
    pull = history.pull(an_identity(history.repository.connection), merged=3, **values)
    name(pull, issue, place)
    return pull


def name(pull: PullRequest, issue: Issue, place: str) -> None:
    PullRequestIssueKey.objects.create(pull_request=pull, key=issue.key, found_in=[place])


def test_a_task_follows_its_epic(tracker: Tracker) -> None:
    epic = tracker.issue(kind="Epic", labels=("maintenance",))
    task = tracker.issue(kind="Task", parent_external_id=epic.external_id)
    assert sorted_into(task) == ("keeping_the_lights_on", "built_in", epic.key)
    Issue.objects.filter(pk=epic.pk).update(labels=["feature"])
    note_issues([epic.pk])
    issues.measure()
    assert sorted_into(task) == ("new_features", "built_in", epic.key)


def test_an_epic_that_is_deleted_passes_nothing_on(tracker: Tracker) -> None:
    epic = tracker.issue(kind="Epic", labels=("maintenance",))
    task = tracker.issue(kind="Task", parent_external_id=epic.external_id)
    mark_issues_deleted(connection=tracker.connection, external_ids=[epic.external_id], at=MONDAY)
    issues.measure()
    assert sorted_into(task) == ("", "nothing", None)


def test_a_pull_request_follows_its_issue(tracker: Tracker) -> None:
    history = History()
    issue = tracker.issue(kind="Bug")
    pull = named(history, issue)
    alone = history.pull(None, merged=3, labels=["enhancement"])
    measure()
    assert sorted_into(pull) == ("keeping_the_lights_on", "issue", issue.key)
    assert sorted_into(alone) == ("improvements", "built_in", None)
    mark_issues_deleted(connection=tracker.connection, external_ids=[issue.external_id], at=MONDAY)
    issues.measure()
    assert sorted_into(pull) == ("", "nothing", None)


def test_the_strongest_link_decides_and_a_persons_word_is_stronger(tracker: Tracker) -> None:
    history = History()
    bug, story = tracker.issue(kind="Bug"), tracker.issue(kind="Story")
    pull = named(history, bug, "commit")
    name(pull, story, "title")
    measure()
    assert sorted_into(pull) == ("new_features", "issue", story.key)
    user = User.objects.create(email="administrator@plumbline.example", role="administrator")
    correct_issue(pull_request=pull, issue=bug, verdict="added", acting_user=user)
    measure()
    assert sorted_into(pull) == ("keeping_the_lights_on", "issue", bug.key)
    correct_issue(pull_request=pull, issue=bug, verdict="rejected", acting_user=user)
    measure()
    assert sorted_into(pull) == ("new_features", "issue", story.key)


def test_changed_rules_sort_the_past_anew(tracker: Tracker) -> None:
    history = History()
    issue = tracker.issue(kind="Task")
    pull, other = named(history, issue), history.pull(None, merged=3)
    while measure_some():
        pass
    assert [sorted_into(one)[0] for one in (issue, pull, other)] == ["", "", ""]
    rules = [Rule("project", "FORGE", "improvements"), Rule("repository", "org/*", "unplanned")]
    assert set_investment(chosen=DEFAULTS, rules=rules)
    assert anything_waits()
    assert how_much_waits() == 1
    assert measure_some() == 1
    assert not anything_waits()
    assert sorted_into(issue) == ("improvements", "rule", None)
    assert sorted_into(pull) == ("improvements", "issue", issue.key)
    assert sorted_into(other) == ("unplanned", "rule", None)


def test_what_stays_the_same_is_left_as_it_is() -> None:
    first = [Rule("label", "a", "improvements"), Rule("label", "b", "unplanned")]
    set_investment(chosen=DEFAULTS, rules=first)
    PendingInvestment.objects.all().delete()
    assert not set_investment(chosen=DEFAULTS, rules=first)
    assert not anything_waits()
    before = dict(InvestmentRule.objects.values_list("pattern", "pk"))
    set_investment(chosen=DEFAULTS, rules=[first[1], Rule("label", "c", "unplanned"), first[0]])
    after = dict(InvestmentRule.objects.values_list("pattern", "pk"))
    assert {pattern: after[pattern] for pattern in before} == before
    assert [rule.pattern for rule in investment_rules()] == ["b", "c", "a"]


def test_categories_are_the_default_ones_until_there_are_others() -> None:
    assert categories() == DEFAULTS
    assert not InvestmentCategory.objects.exists()
    renamed = replace(DEFAULTS[0], name="Growth")
    chosen = [Category("compliance", "Compliance", "What the law asks for."), renamed]
    assert set_investment(chosen=chosen, rules=[])
    assert list(categories()) == chosen
    # One that stays keeps its row, and with it its history in the audit log.
    kept = InvestmentCategory.objects.get(code="new_features").pk
    set_investment(chosen=[renamed, chosen[0]], rules=[])
    assert InvestmentCategory.objects.get(code="new_features").pk == kept
    assert [one.code for one in categories()] == ["new_features", "compliance"]


def test_rules_that_change_while_all_is_sorted_are_the_ones_that_hold(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody stores others, and another process sorts by them, just after the first ones were read."""
    issue = tracker.issue(kind="Task")
    history = History()
    pull = named(history, issue)
    while measure_some():
        pass
    first, second = (Rule("project", "FORGE", to) for to in ("unplanned", "productivity"))
    set_investment(chosen=DEFAULTS, rules=[first])
    asked: list[str] = []

    def overtaken() -> tuple[Rule, ...]:
        rules = investment_rules()
        asked.append("once")
        if len(asked) == 1:
            set_investment(chosen=DEFAULTS, rules=[second])
        return rules

    monkeypatch.setattr(sorting, "investment_rules", overtaken)
    while measure_some():
        pass
    assert [sorted_into(one)[0] for one in (issue, pull)] == ["productivity", "productivity"]
    assert not anything_waits()
