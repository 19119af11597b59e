"""The organisation's rules on generated files: their effect is shown first, and they are the administrator's."""

import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.generated_files import OrganisationRule
from backend.delivery.models import GeneratedFileRule, PullRequestFile
from backend.delivery.rule_effect import Effect, effect
from backend.delivery.store.marking import mark_again
from backend.pipeline import bell
from tests.factories import History
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
PAGE = "/admin/delivery/generatedfilerule/"


@pytest.fixture
def rung() -> Iterator[list[tuple[Any, ...]]]:
    calls: list[tuple[Any, ...]] = []
    with patch.object(bell, "ring", lambda *what: calls.append(what)):
        yield calls


@pytest.fixture
def history() -> History:
    """Two pull requests, each with 10 lines of src/main.py and 50 of package-lock.json; another in reports/."""
    made = History()
    now = timezone.now()
    for _ in range(2):
        made.pull(None, lines=10, generated=50, updated_at=now)
    third = made.pull(None, lines=7, updated_at=now)
    PullRequestFile.objects.filter(pull_request=third).update(path="reports/q1.txt")
    old = made.pull(None, lines=99)  # more than a year ago by any clock of a customer
    type(old).objects.filter(pk=old.pk).update(updated_at="2020-01-01T00:00:00Z")
    mark_again(repository=made.repository)
    return made


def typed(*rows: tuple[str, bool], **buttons: str) -> dict[str, Any]:
    form: dict[str, Any] = {"rules-TOTAL_FORMS": len(rows), "rules-INITIAL_FORMS": 0} | buttons
    for number, (pattern, generated) in enumerate(rows):
        form |= {f"rules-{number}-pattern": pattern, f"rules-{number}-is_generated": generated}
    return form


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_the_effect_counts_files_pull_requests_and_lines(history: History) -> None:
    rules = [OrganisationRule("reports/", True), OrganisationRule("package-lock.json", False)]
    found = effect(rules)
    assert (found.files, found.pull_requests, found.paths) == (3, 3, 2)
    assert (found.lines_left_out, found.lines_counted) == (7, 100)
    assert [(one.path, one.is_generated) for one in found.samples] == [
        ("package-lock.json", False),
        ("reports/q1.txt", True),
    ]
    assert effect([]) == Effect(0, 0, 0, 0, 0, [])


def test_a_preview_changes_nothing(
    client: Client, administrator: User, history: History, rung: list[Any]
) -> None:
    answer = client.post(PAGE, typed(("src/", True), ("", True), preview="Preview"))
    assert "2 files of 2 pull requests of the last 365 days" in words(answer)
    assert "20 lines would no longer count, 0 would count again" in words(answer)
    assert "src/main.py" in words(answer)
    assert 'value="src/"' in answer.content.decode()
    assert not GeneratedFileRule.objects.exists()
    assert rung == []


def test_stored_rules_are_audited_and_applied_in_the_background(
    client: Client,
    administrator: User,
    history: History,
    rung: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PAGE, typed(("src/", True), ("a.sql", False), save="Store"))
    assert answer.status_code == 302
    assert list(GeneratedFileRule.objects.values_list("pattern", "is_generated")) == [
        ("src/", True),
        ("a.sql", False),
    ]
    assert rung == [(bell.MARK,)]
    events = Event.objects.filter(content_type__model="generatedfilerule")
    assert {event.actor_id for event in events} == {administrator.pk}
    assert len(events) == 2
    assert "0 of 1 repositories are done" in words(client.get(PAGE))
    mark_again(repository=history.repository)
    assert "all 1 repositories are marked" in words(client.get(PAGE))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((("a[", True),), "No file can match this"),
        ((("a/", True), ("a/", False)), "may stand there once"),
    ],
)
def test_rules_that_mean_nothing_are_refused(
    client: Client, administrator: User, rows: tuple[tuple[str, bool], ...], told: str
) -> None:
    answer = client.post(PAGE, typed(*rows, save="Store"))
    assert told in words(answer)
    assert not GeneratedFileRule.objects.exists()


def test_an_auditor_reads_and_others_do_not(client: Client, history: History) -> None:
    GeneratedFileRule.objects.create(pattern="src/")
    sign_in(client, an_account(Role.AUDITOR))
    shown = client.get(PAGE)
    assert "src/ is generated" in words(shown)
    assert 'name="save"' not in shown.content.decode()
    assert client.post(PAGE, typed(("b/", True), save="Store")).status_code == 403
    assert GeneratedFileRule.objects.count() == 1
    rule = GeneratedFileRule.objects.get()
    change = reverse("admin:delivery_generatedfilerule_change", args=[rule.pk])
    assert client.get(change).headers["Location"] == PAGE
    assert client.get(f"{PAGE}add/").status_code == 403
