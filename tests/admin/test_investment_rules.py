"""Investment rules and categories: their effect is shown first, and they are the administrator's."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.investment_rules import DEFAULTS, Category, Rule
from backend.delivery.models import Issue, PullRequestIssueKey
from backend.delivery.store.investment import categories, investment_rules, set_investment
from backend.metrics.measuring import measure_some
from backend.metrics.models import IssueCategory
from tests.factories import History, hours
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
PAGE = "/admin/delivery/investmentrule/"
TASKS = Rule("issue_type", "Task", "improvements")


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda *what: asked.append(what))
    return asked


@pytest.fixture
def task() -> Issue:
    """Done yesterday, and a pull request that is about it."""
    begin = timezone.now() - hours(24)
    issue = Tracker(begin=begin).issue(None, (2, "In Progress"), (5, "Done"), kind="Task")
    pull = History().pull(None, opened=begin, merged=6)
    PullRequestIssueKey.objects.create(pull_request=pull, key=issue.key, found_in=["title"])
    while measure_some():
        pass
    return issue


def typed(*rules: Rule, chosen: tuple[Category, ...] = DEFAULTS, **further: str) -> dict[str, str]:
    values = {
        "rules-TOTAL_FORMS": str(len(rules)),
        "rules-INITIAL_FORMS": "0",
        "categories-TOTAL_FORMS": str(len(chosen)),
        "categories-INITIAL_FORMS": "0",
    }
    for place, rule in enumerate(rules):
        for name in ("field", "pattern", "category"):
            values[f"rules-{place}-{name}"] = getattr(rule, name)
        values[f"rules-{place}-ORDER"] = str(place + 1)
    for place, one in enumerate(chosen):
        for name in ("code", "name", "description"):
            values[f"categories-{place}-{name}"] = getattr(one, name)
        values[f"categories-{place}-ORDER"] = str(place + 1)
    return values | further


def test_the_page_shows_what_is_in_force(client: Client, administrator: User, task: Issue) -> None:
    set_investment(chosen=DEFAULTS, rules=[TASKS])
    told = client.get(PAGE).content.decode()
    assert 'value="Task"' in told
    assert 'value="Keeping the lights on"' in told
    assert "Uncategorised" in told


def test_a_preview_shows_the_effect_and_changes_nothing(
    client: Client, administrator: User, task: Issue
) -> None:
    told = client.post(PAGE, typed(TASKS, preview="Preview")).content.decode()
    assert "What these rules would change" in told
    assert task.key in told
    rows = told.split("Improvements</th>")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in rows.split("<td>")[1:]] == ["0", "1", "0", "1"]
    assert investment_rules() == ()
    assert IssueCategory.objects.get(issue=task).category == ""


def test_stored_rules_sort_the_past_anew_and_are_on_record(
    client: Client, administrator: User, task: Issue, rung: list[Any]
) -> None:
    told = client.post(PAGE, typed(TASKS, save="Store"), follow=True)
    assert b"sorted anew" in told.content
    assert investment_rules() == (TASKS,)
    while measure_some():
        pass
    assert IssueCategory.objects.get(issue=task).category == "improvements"
    models = set(Event.objects.values_list("content_type__model", flat=True))
    assert "investmentrule" in models
    again = client.post(PAGE, typed(TASKS, save="Store"), follow=True)
    assert b"Nothing was changed" in again.content


def test_the_order_of_rules_is_that_of_their_places(client: Client, administrator: User) -> None:
    second = Rule("label", "debt", "productivity")
    values = typed(TASKS, second, save="Store") | {"rules-0-ORDER": "5"}
    client.post(PAGE, values)
    assert investment_rules() == (second, TASKS)


def test_a_category_of_ones_own(client: Client, administrator: User) -> None:
    further = Category("", "Data protection", "What the law asks for.")
    client.post(PAGE, typed(chosen=(further, *DEFAULTS), save="Store"))
    assert categories()[0] == Category("data_protection", "Data protection", further.description)
    told = client.post(
        PAGE,
        typed(Rule("label", "law", "data_protection"), chosen=categories(), save="Store"),
        follow=True,
    )
    assert b"sorted anew" in told.content


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ((*DEFAULTS, Category("", "unplanned")), b"Two categories have the same name"),
        ((*DEFAULTS, Category("", "Uncategorised")), b"must not be called Uncategorised"),
        ((*DEFAULTS, Category("", "!!!")), b"needs letters in its name"),
        ((*DEFAULTS, Category("a b", "Spaced")), b"Enter a valid value"),
        ((Category("", ""),), b"Keep at least one category"),
    ],
    ids=["twice", "uncategorised", "no letters", "code", "none"],
)
def test_categories_that_cannot_be_told_apart_are_refused(
    client: Client, administrator: User, chosen: tuple[Category, ...], message: bytes
) -> None:
    told = client.post(PAGE, typed(chosen=chosen, save="Store"))
    assert message in told.content
    assert categories() == DEFAULTS


def test_a_category_that_rules_sort_into_is_not_removed(
    client: Client, administrator: User
) -> None:
    values = typed(TASKS, save="Store") | {"categories-1-DELETE": "on"}
    told = client.post(PAGE, values)
    assert b"Rules still sort into Improvements" in told.content
    assert investment_rules() == ()
    client.post(PAGE, typed(save="Store") | {"categories-1-DELETE": "on"})
    assert "improvements" not in [one.code for one in categories()]


def test_an_auditor_looks_on(client: Client, auditor: User) -> None:
    set_investment(chosen=DEFAULTS, rules=[TASKS])
    told = client.get(PAGE)
    assert b"Store rules" not in told.content
    assert b"<code>Task</code> is Improvements" in told.content
    assert client.post(PAGE, typed(save="Store")).status_code == 403
