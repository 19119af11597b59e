"""Rules on deployments and hotfixes: their effect is shown first, and they are the administrator's."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.delivery.deployment_rule_effect import Line, effect
from backend.delivery.deployment_rules import (
    GITHUB_DEPLOYMENT,
    NO_DEPLOYMENT,
    TAG,
    WORKFLOW,
    Hotfix,
    Rule,
)
from backend.delivery.models import (
    DeliverySettings,
    DeploymentRule,
    HotfixRule,
    PendingDeployments,
    Repository,
)
from backend.delivery.store.deployment_rules import (
    deployment_rules,
    hotfix_rules,
    incidents_are_linked_by_time,
    set_deployment_rules,
    set_hotfix_rules,
)
from backend.pipeline import bell
from tests.delivery.test_candidates import a_deployment, a_run
from tests.factories import a_repository
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
Role = User.Role
PAGE = "/admin/delivery/deploymentrule/"
HOTFIXES = "/admin/delivery/hotfixrule/"
DEPLOY = Rule("*", WORKFLOW, "deploy*", "production", "api", ("services/api/", "lib/"))
QUIET = Rule("org/*", GITHUB_DEPLOYMENT, "moon", NO_DEPLOYMENT)
TAGS = Rule("shop", TAG, "v*", "staging")


@pytest.fixture
def rung() -> Iterator[list[tuple[Any, ...]]]:
    calls: list[tuple[Any, ...]] = []
    with patch.object(bell, "ring", lambda *what: calls.append(what)):
        yield calls


@pytest.fixture
def repository() -> Repository:
    """Of the last month: two deployments to production, one to the moon, three runs of Deploy, one of CI."""
    made = a_repository(name_with_owner="org/shop")
    lately = timezone.now() - timedelta(days=30)
    for name in ("production", "production", "moon"):
        a_deployment(made, environment=name, created_at=lately)
    for name in ("Deploy", "Deploy", "Deploy", "CI"):
        a_run(made, workflow=name, started_at=lately)
    a_run(made, workflow="Deploy", started_at=lately - timedelta(days=365))
    a_run(made, workflow="Deploy", started_at=lately, conclusion="cancelled")
    return made


def typed(*rules: Rule, places: tuple[Any, ...] = (), **buttons: str) -> dict[str, Any]:
    form: dict[str, Any] = {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": 0} | buttons
    for number, rule in enumerate(rules):
        values = {name: getattr(rule, name) for name in Rule.__slots__} | {
            "paths": "\r\n".join(rule.paths),
            "ORDER": places[number] if places else "",
        }
        form |= {f"rules-{number}-{name}": value for name, value in values.items()}
    return form


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_the_effect_counts_each_service_before_and_after(repository: Repository) -> None:
    found = effect([DEPLOY, QUIET], before=())
    assert found.lines == [
        Line("production", "api", "workflow run", 0, 3),
        Line("production", "shop", "GitHub deployment", 2, 2),
    ]
    assert [(one.name, one.count) for one in found.samples] == [("Deploy", 3)]
    assert found.samples[0].before == "No rule counts runs of the workflow “Deploy” as deployments."
    assert "services/api/, lib/ alone" in found.samples[0].after
    assert found.unmapped_count == 0
    now = effect([], before=[])
    assert [(one.name, one.repository, one.count) for one in now.unmapped] == [
        ("moon", "org/shop", 1)
    ]
    assert (now.changed, now.line_count) == (0, 1)


def test_a_preview_changes_nothing(
    client: Client, administrator: User, repository: Repository, rung: list[Any]
) -> None:
    blank = Rule("", TAG, "", "production")
    answer = client.post(PAGE, typed(DEPLOY, blank, preview="Preview"))
    told = words(answer)
    assert "What these rules would change" in told
    assert "production api workflow run 0 3" in told
    assert "production shop GitHub deployment 2 2" in told
    assert (
        "Deploy in org/shop 3 No rule counts runs of the workflow “Deploy” as deployments." in told
    )
    assert "Environments that would count nowhere" in told
    assert "moon org/shop 1" in told
    assert 'value="deploy*"' in answer.content.decode()
    assert "services/api/\nlib/</textarea>" in answer.content.decode()
    assert not DeploymentRule.objects.exists()
    assert not PendingDeployments.objects.exists()
    assert rung == []


def test_without_a_preview_the_page_tells_what_counts(
    client: Client, administrator: User, repository: Repository
) -> None:
    told = words(client.get(PAGE))
    assert "What counts by the rules in force" in told
    assert "production shop GitHub deployment 2" in told
    assert "Environments that count nowhere" in told


def test_stored_rules_are_in_order_audited_and_measured_by(
    client: Client,
    administrator: User,
    repository: Repository,
    rung: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PAGE, typed(DEPLOY, QUIET, TAGS, places=(2, 1, ""), save="Store"))
    assert answer.headers["Location"] == PAGE
    assert deployment_rules() == (QUIET, DEPLOY, TAGS)
    assert list(PendingDeployments.objects.values_list("pk", flat=True)) == [repository.pk]
    assert rung == [(bell.MEASURE,)]
    events = Event.objects.filter(content_type__model="deploymentrule")
    assert {event.actor_id for event in events} == {administrator.pk}
    assert len(events) == 3


def test_what_stays_the_same_is_neither_audited_nor_measured(
    client: Client, administrator: User, repository: Repository, rung: list[Any]
) -> None:
    set_deployment_rules(rules=[DEPLOY, QUIET])
    PendingDeployments.objects.all().delete()
    before = Event.objects.count()
    answer = client.post(PAGE, typed(DEPLOY, QUIET, save="Store"), follow=True)
    assert "Nothing was changed." in words(answer)
    assert Event.objects.count() == before
    assert not PendingDeployments.objects.exists()


def test_a_changed_rule_is_one_change_in_the_record(repository: Repository) -> None:
    set_deployment_rules(rules=[DEPLOY, QUIET, TAGS])
    kept = dict(DeploymentRule.objects.values_list("source", "pk"))
    before = Event.objects.latest("pk").pk
    set_deployment_rules(rules=[DEPLOY, Rule("org/*", GITHUB_DEPLOYMENT, "mars", "testing")])
    assert dict(DeploymentRule.objects.values_list("source", "pk")) == {
        source: kept[source] for source in (WORKFLOW, GITHUB_DEPLOYMENT)
    }
    changed, removed = Event.objects.filter(pk__gt=before).order_by("action")
    assert changed.changes["pattern"] == ["moon", "mars"]
    assert removed.action == Event.Action.DELETE


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ((TAGS, TAGS), "The same rule stands there twice."),
        ((Rule("*", TAG, "*", "production", "", ("a[",)),), "No file can match a["),
        ((Rule("*", TAG, "*", "production", "", ("a" * 301,)),), "Write no more than 20 globs"),
        ((Rule("*", "rumour", "*", "production"),), "rumour is not one of the available choices"),
        ((Rule("*", TAG, "*", "moon"),), "moon is not one of the available choices"),
        ((Rule("*", TAG, "*" * 301, "production"),), "at most 300 characters"),
        (tuple(Rule("*", TAG, f"v{one}", "production") for one in range(101)), "at most 100 forms"),
    ],
    ids=["twice", "bracket", "long path", "source", "environment", "long", "many"],
)
def test_rules_that_mean_nothing_are_refused(
    client: Client, administrator: User, rules: tuple[Rule, ...], told: str
) -> None:
    answer = client.post(PAGE, typed(*rules, save="Store"))
    assert answer.status_code == 200
    assert told in words(answer)
    assert not DeploymentRule.objects.exists()


def test_a_removed_row_is_gone_and_an_empty_one_was_never_there(
    client: Client, administrator: User, rung: list[Any]
) -> None:
    set_deployment_rules(rules=[DEPLOY, TAGS])
    form = typed(DEPLOY, Rule("", TAG, "", "production"), TAGS, save="Store")
    client.post(PAGE, form | {"rules-0-DELETE": "on"})
    assert deployment_rules() == (TAGS,)


def hotfixes(*rules: Hotfix, by_time: bool = False) -> dict[str, Any]:
    form: dict[str, Any] = {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": 0, "save": "y"}
    for number, rule in enumerate(rules):
        form |= {f"rules-{number}-{name}": getattr(rule, name) for name in Hotfix.__slots__}
    return form | ({"link_incidents_by_time": "on"} if by_time else {})


def test_hotfix_rules_and_incidents_are_stored_audited_and_measured_by(
    client: Client,
    administrator: User,
    repository: Repository,
    rung: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    branch, label = Hotfix("*", "branch", "hotfix/*"), Hotfix("org/*", "label", "urgent")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(HOTFIXES, hotfixes(branch, label, by_time=True))
    assert hotfix_rules() == (branch, label)
    assert incidents_are_linked_by_time()
    assert PendingDeployments.objects.count() == 1
    assert rung == [(bell.MEASURE,)]
    events = Event.objects.filter(content_type__app_label="delivery", actor=administrator)
    models = events.values_list("content_type__model", flat=True)
    assert sorted(models) == ["deliverysettings", "hotfixrule", "hotfixrule"]
    assert "checked" in client.get(HOTFIXES).content.decode()

    PendingDeployments.objects.all().delete()
    assert "Nothing was changed." in words(
        client.post(HOTFIXES, hotfixes(label, branch, by_time=True), follow=True)
    )
    assert not PendingDeployments.objects.exists()
    client.post(HOTFIXES, hotfixes(label))
    assert (hotfix_rules(), incidents_are_linked_by_time()) == ((label,), False)
    assert DeliverySettings.objects.count() == 1


def test_hotfix_rules_that_mean_nothing_are_refused(client: Client, administrator: User) -> None:
    answer = client.post(HOTFIXES, hotfixes(Hotfix("*", "weather", "storm"), by_time=True))
    assert "weather is not one of the available choices" in words(answer)
    assert not incidents_are_linked_by_time()


def test_an_auditor_reads_and_others_do_not(client: Client, repository: Repository) -> None:
    set_deployment_rules(rules=[DEPLOY, QUIET])
    set_hotfix_rules(rules=[Hotfix("*", "branch", "hotfix/*")])
    sign_in(client, an_account(Role.AUDITOR))
    told = words(client.get(PAGE))
    assert "workflow run deploy* of * counts as production, of api" in told
    assert "GitHub deployment moon of org/* is no deployment" in told
    assert "branch hotfix/* of *" in words(client.get(HOTFIXES))
    for page, model, form in (
        (PAGE, DeploymentRule, typed(TAGS, save="Store")),
        (HOTFIXES, HotfixRule, hotfixes(by_time=True)),
    ):
        assert 'name="save"' not in client.get(page).content.decode()
        assert client.post(page, form).status_code == 403
        row = model._default_manager.order_by("pk").first()
        assert row is not None
        name = model._meta.model_name
        change = reverse(f"admin:delivery_{name}_change", args=[row.pk])
        assert client.get(change).headers["Location"] == page
        assert client.get(f"{page}add/").status_code == 403
    assert deployment_rules() == (DEPLOY, QUIET)
