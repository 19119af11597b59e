"""Issues that are incidents: deployments are measured anew when one changes, when a rule does, and when a link does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from backend.delivery.incident_rules import IssueRule
from backend.delivery.issue_records import IssueTypeRecord, ProjectRecord
from backend.delivery.models import IncidentRule, Issue, PendingDeployments, PullRequest
from backend.delivery.store.deployment_rules import (
    incident_rules,
    set_delivery_settings,
    set_incident_rules,
)
from backend.delivery.store.issue_corrections import correct_issue
from backend.delivery.store.issues import mark_issues_deleted
from backend.delivery.store.noting import note_issues
from backend.delivery.store.projects import store_issue_types, store_projects
from backend.metrics.deployments import issue_incidents
from backend.metrics.issues import compute as issues
from backend.metrics.measuring import measure_some
from backend.metrics.models import DeploymentFix
from tests.metrics.deployments.telling import Telling
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def telling() -> Telling:
    """A deployment, an issue after it, and one with a change later on."""
    found = Telling()
    found.draw("a--b--c")
    for line in (
        "#2 c started 5 merged 6",
        "deploy D1 a 1",
        "deploy D2 b 3",
        "deploy D3 c 7",
        "by time",
        "incidents issue_type Incident",
        "issue X1 Incident 4 9",
    ):
        found.tell(line)
    return found


def measured() -> None:
    while measure_some():
        pass


def fixes(telling: Telling) -> list[str]:
    """After all that waits is measured."""
    measured()
    return [line for line in telling.found() if "<" in line]


NONE: list[str] = []
LINKED = ["D2 < X1 incident 6 inferred"]


def test_a_new_issue_has_its_repository_measured_and_no_other(telling: Telling) -> None:
    Telling()
    assert list(PendingDeployments.objects.values_list("pk", flat=True)) == [telling.repository.pk]
    assert fixes(telling) == LINKED


def test_an_issue_that_no_rule_matches_has_nothing_measured(telling: Telling) -> None:
    measured()
    telling.tell("issue X2 Story 4 5")
    assert not PendingDeployments.objects.exists()


def test_it_follows_the_issue(telling: Telling) -> None:
    assert fixes(telling) == LINKED
    made = telling.issues["X1"]
    store_again(telling, "In Progress")
    assert fixes(telling) == ["D2 < X1 incident - inferred"]
    mark_issues_deleted(
        connection=made.connection, external_ids=[made.external_id], at=made.updated_at
    )
    assert fixes(telling) == []


def store_again(telling: Telling, status: str) -> None:
    """It is re-opened an hour after its end."""
    stored = Issue.objects.get(pk=telling.issues["X1"].pk)
    telling.tracker.issue(
        None, (9, "Done"), (10, status), created=4, kind="Incident",
        external_id=stored.external_id,
    )  # fmt: skip
    telling.issues["X1"].refresh_from_db()


def test_what_is_no_incident_any_more_is_taken_back(telling: Telling) -> None:
    assert fixes(telling) == LINKED
    stored = telling.issues["X1"]
    telling.tracker.issue(
        None, (9, "Done"), created=4, kind="Story", external_id=stored.external_id
    )
    assert fixes(telling) == []


def test_a_type_or_a_project_that_is_called_otherwise(telling: Telling) -> None:
    assert fixes(telling) == LINKED
    made = telling.issues["X1"]
    kind, project, jira = made.issue_type, made.project, made.connection
    for name, found in (("Outage", NONE), ("incident", LINKED)):
        with transaction.atomic():
            told = IssueTypeRecord(kind.external_id, name, is_subtask=False)
            store_issue_types(connection=jira, types=[told])
        assert fixes(telling) == found
    for key, patterns, left in (
        ("FORGE2", (), NONE),
        ("FORGE", (), LINKED),
        ("FORGE", ("OTHER",), NONE),
    ):
        record = ProjectRecord(project.external_id, key, key)
        store_projects(connection=jira, projects=[record], patterns=patterns)
        assert fixes(telling) == left


def test_it_follows_the_rules(telling: Telling) -> None:
    assert fixes(telling) == LINKED
    set_incident_rules(rules=[])
    assert fixes(telling) == []
    set_incident_rules(rules=[IssueRule("*", "issue_type", "*", "", telling.repository.pk)])
    assert fixes(telling) == LINKED
    set_delivery_settings(link_incidents_by_time=False)
    assert fixes(telling) == []


def test_it_follows_what_says_which_pull_requests_are_about_it(telling: Telling) -> None:
    assert fixes(telling) == LINKED
    pull = PullRequest.objects.get(number=2)
    user = an_account("administrator")
    said: dict[str, Any] = {"pull_request": pull, "issue": telling.issues["X1"]}
    correct_issue(**said, verdict="added", acting_user=user)
    assert fixes(telling) == ["D2 < D3 for X1 incident 4 inferred", *LINKED]
    correct_issue(**said, verdict="rejected", acting_user=user)
    assert fixes(telling) == LINKED


def test_measured_again_nothing_is_written(telling: Telling) -> None:
    telling.tell("about X1 2")
    note_issues([telling.issues["X1"].pk])
    first = fixes(telling)
    before = list(DeploymentFix.objects.order_by("pk").values())
    note_issues([telling.issues["X1"].pk])
    assert fixes(telling) == first
    assert list(DeploymentFix.objects.order_by("pk").values()) == before


@pytest.mark.django_db(transaction=True)
def test_a_rule_that_is_stored_while_an_issue_is_measured_misses_none(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stores a rule waits until the issues that did not know it are stored as facts."""
    rule = IssueRule("*", "issue_type", "Incident", "", telling.repository.pk)
    IncidentRule.objects.all().delete()
    measured()
    note_issues([telling.issues["X1"].pk])
    asked, stored = Event(), Event()
    rules: Callable[[], Any] = incident_rules

    def slow() -> Any:
        found = rules()
        asked.set()
        assert not stored.wait(0.5), "it did not wait"
        return found

    monkeypatch.setattr(issue_incidents, "incident_rules", slow)
    with ThreadPoolExecutor(1) as threads:
        measuring = threads.submit(in_a_thread, issues.measure)
        assert asked.wait(5)
        monkeypatch.undo()
        set_incident_rules(rules=[rule])
        stored.set()
        measuring.result(5)
    assert fixes(telling) == LINKED


def in_a_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()
