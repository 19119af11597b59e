"""Rules on which issues are incidents: their effect is shown first, and they are the administrator's."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.incident_rules import IssueRule
from backend.delivery.models import IncidentRule, Issue, PendingDeployments, Repository
from backend.delivery.store.deployment_rules import (
    incident_rules,
    set_delivery_settings,
    set_incident_rules,
)
from backend.metrics.deployments.incident_rule_effect import Line, effect
from backend.pipeline import bell
from tests.factories import a_repository
from tests.worked import Tracker

pytestmark = pytest.mark.django_db
PAGE = "/admin/delivery/incidentrule/"
INCIDENT = {"field": "issue_type", "pattern": "Incident", "repository": "org/shop"}
URGENT = {
    "field": "label",
    "pattern": "sev-*",
    "projects": "FOR*",
    "component": "web",
    "repository": "Org/Shop",
    "service": "web",
}


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    monkeypatch.setattr("backend.pipeline.bell.ring", lambda *what: asked.append(what))
    return asked


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="org/shop")


@pytest.fixture
def issues(repository: Repository) -> list[Issue]:
    """Of the last month: two incidents, of which one goes on; one by its label. And one of long ago."""
    tracker = Tracker(begin=timezone.now() - timedelta(days=30))
    long_ago = -400 * 24
    return [
        tracker.issue(None, (2, "Done"), kind="Incident"),
        tracker.issue(None, kind="Incident"),
        tracker.issue(None, (2, "Done"), labels=("sev-1",), components=("Web", "api")),
        tracker.issue(None, (2, "Done"), labels=("sev-1",)),
        tracker.issue(None, (long_ago + 1, "Done"), created=long_ago, kind="Incident"),
    ]


def typed(*rules: dict[str, str], **buttons: str) -> dict[str, str]:
    form = {"rules-TOTAL_FORMS": str(len(rules)), "rules-INITIAL_FORMS": "0"} | buttons
    for number, rule in enumerate(rules):
        form |= {f"rules-{number}-{name}": value for name, value in rule.items()}
    return form


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_the_effect_counts_incidents_of_each_service(
    repository: Repository, issues: list[Issue]
) -> None:
    by_type = IssueRule("*", "issue_type", "inc*", "", repository.pk)
    by_label = IssueRule("forge", "label", "SEV-1", "w?b", repository.pk, "web")
    found = effect([by_type, by_label], before=[by_type])
    assert found.lines == [
        Line("org/shop", "shop", before=2, after=2, open=1),
        Line("org/shop", "web", before=0, after=1, open=0),
    ]
    assert [(one.key, one.service, one.is_incident) for one in found.samples] == [
        (issues[2].key, "web", True)
    ]
    gone = effect([], before=[by_type])
    assert (gone.changed, gone.lines) == (2, [Line("org/shop", "shop", before=2, after=0, open=0)])
    assert [one.key for one in gone.samples] == [issues[1].key, issues[0].key]


def test_a_preview_changes_nothing(
    client: Client, administrator: User, issues: list[Issue], rung: list[Any]
) -> None:
    PendingDeployments.objects.all().delete()
    blank = {"field": "label", "pattern": "", "repository": "nowhere"}
    answer = client.post(PAGE, typed(INCIDENT, blank, URGENT, preview="Preview"))
    told = words(answer)
    assert "What these rules would change" in told
    assert "org/shop shop 0 2 1" in told
    assert "org/shop web 0 1 0" in told
    assert f"{issues[2].key} web an incident" in told
    assert f'href="{issues[2].connection.url}/browse/{issues[2].key}"' in answer.content.decode()
    assert 'value="sev-*"' in answer.content.decode()
    assert not IncidentRule.objects.exists()
    assert not PendingDeployments.objects.exists()
    assert rung == []


def test_stored_rules_are_audited_and_measured_by(
    client: Client,
    administrator: User,
    issues: list[Issue],
    repository: Repository,
    rung: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PAGE, typed(INCIDENT, URGENT, save="Store"))
    assert answer.headers["Location"] == PAGE
    assert incident_rules() == (
        IssueRule("*", "issue_type", "Incident", "", repository.pk, ""),
        IssueRule("FOR*", "label", "sev-*", "web", repository.pk, "web"),
    )
    assert list(PendingDeployments.objects.values_list("pk", flat=True)) == [repository.pk]
    assert rung == [(bell.MEASURE,)]
    events = Event.objects.filter(content_type__model="incidentrule")
    assert [event.actor_id for event in events] == [administrator.pk, administrator.pk]
    told = words(client.get(PAGE))
    assert "What is an incident by the rules in force" in told
    assert "org/shop shop 2 1" in told

    PendingDeployments.objects.all().delete()
    again = client.post(PAGE, typed(URGENT, INCIDENT, save="Store"), follow=True)
    assert "Nothing was changed." in words(again)
    assert not PendingDeployments.objects.exists()
    client.post(PAGE, typed(INCIDENT, URGENT, save="Store") | {"rules-0-DELETE": "on"})
    assert [rule.field for rule in incident_rules()] == ["label"]


def test_the_page_tells_whether_incidents_are_linked_by_time(
    client: Client, administrator: User
) -> None:
    assert "switched off" in words(client.get(PAGE))
    set_delivery_settings(link_incidents_by_time=True)
    assert "switched on" in words(client.get(PAGE))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([INCIDENT, INCIDENT], "The same rule stands there twice."),
        ([INCIDENT | {"field": "priority"}], "priority is not one of the available choices"),
        ([INCIDENT | {"repository": "org/other"}], "No repository is called so."),
        ([INCIDENT | {"repository": ""}], "No repository is called so."),
        ([INCIDENT | {"repository": "org/twice"}], "Two repositories are called so"),
        ([INCIDENT | {"pattern": "*" * 301}], "at most 300 characters"),
        ([INCIDENT | {"service": "s" * 201}], "at most 200 characters"),
    ],
)
def test_rules_that_mean_nothing_are_refused(
    client: Client,
    administrator: User,
    repository: Repository,
    rules: list[dict[str, str]],
    told: str,
) -> None:
    for _ in range(2):
        a_repository(name_with_owner="org/twice")
    answer = client.post(PAGE, typed(*rules, save="Store"))
    assert told in words(answer)
    assert not IncidentRule.objects.exists()


def test_an_auditor_looks_on(client: Client, auditor: User, repository: Repository) -> None:
    set_incident_rules(rules=[IssueRule("*", "label", "sev-*", "web", repository.pk)])
    answer = client.get(PAGE)
    assert "label sev-* in * is about org/shop, with the component web" in words(answer).lower()
    assert 'name="save"' not in answer.content.decode()
    assert client.post(PAGE, typed(INCIDENT, save="Store")).status_code == 403
    change = reverse("admin:delivery_incidentrule_change", args=[IncidentRule.objects.get().pk])
    assert client.get(change).headers["Location"] == PAGE
    assert len(incident_rules()) == 1
