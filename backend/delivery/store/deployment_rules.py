"""The organisation's rules on deployments, hotfixes and incidents, and what else of delivery rests on its choice.

A change is stored row by row, so that each is audited, and has the deployments of all repositories measured anew.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from backend.delivery.deployment_rules import Hotfix, Rule
from backend.delivery.incident_rules import IssueRule
from backend.delivery.models import DeliverySettings, DeploymentRule, HotfixRule, IncidentRule
from backend.delivery.store.pending import lock_rules, note_all_deployments

_RULE = ("repositories", "source", "pattern", "environment", "service", "paths")
_HOTFIX = ("repositories", "field", "pattern")
_INCIDENT = ("projects", "field", "pattern", "component", "repository_id", "service")


def deployment_rules() -> tuple[Rule, ...]:
    """In their order: of one service the first that matches decides."""
    found = DeploymentRule.objects.values_list(*_RULE)
    return tuple(
        Rule(repositories, source, pattern, environment, service, tuple(paths))
        for repositories, source, pattern, environment, service, paths in found
    )


def hotfix_rules() -> tuple[Hotfix, ...]:
    found = HotfixRule.objects.order_by("pk").values_list(*_HOTFIX)
    return tuple(Hotfix(*values) for values in found)


def incident_rules() -> tuple[IssueRule, ...]:
    found = IncidentRule.objects.order_by("pk").values_list(*_INCIDENT)
    return tuple(IssueRule(*values) for values in found)


def incidents_are_linked_by_time() -> bool:
    """Whether an incident that names no deployment is linked to the latest earlier one of its service."""
    return DeliverySettings.objects.filter(pk=1, link_incidents_by_time=True).exists()


@transaction.atomic
def set_deployment_rules(*, rules: Sequence[Rule]) -> bool:
    """Make the rules these, in this order; whether that changed anything. What stays the same is left as it is."""
    lock_rules()
    if tuple(rules) == deployment_rules():
        return False
    wanted = [
        {name: getattr(rule, name) for name in _RULE}
        | {"paths": list(rule.paths), "position": place}
        for place, rule in enumerate(rules)
    ]
    _make(DeploymentRule, _RULE, wanted)
    note_all_deployments()
    return True


@transaction.atomic
def set_hotfix_rules(*, rules: Sequence[Hotfix]) -> bool:
    """Make the rules these, in whatever order; whether that changed anything."""
    lock_rules()
    if set(rules) == set(hotfix_rules()):
        return False
    _make(HotfixRule, _HOTFIX, [{name: getattr(one, name) for name in _HOTFIX} for one in rules])
    note_all_deployments()
    return True


@transaction.atomic
def set_incident_rules(*, rules: Sequence[IssueRule]) -> bool:
    """Make the rules these, in whatever order; whether that changed anything."""
    lock_rules()
    if set(rules) == set(incident_rules()):
        return False
    _make(
        IncidentRule, _INCIDENT, [{name: getattr(one, name) for name in _INCIDENT} for one in rules]
    )
    note_all_deployments()
    return True


@transaction.atomic
def set_delivery_settings(*, link_incidents_by_time: bool) -> bool:
    """Whether that changed anything."""
    lock_rules()
    if link_incidents_by_time == incidents_are_linked_by_time():
        return False
    DeliverySettings.objects.update_or_create(
        pk=1, defaults={"link_incidents_by_time": link_incidents_by_time}
    )
    note_all_deployments()
    return True


def _make(
    model: type[DeploymentRule] | type[HotfixRule] | type[IncidentRule],
    names: Sequence[str],
    wanted: Sequence[dict[str, Any]],
) -> None:
    """Rows that say the same stay; of the others as many as can be are changed, so that the record tells from what."""
    left = list(wanted)
    others = []
    for stored in model._default_manager.order_by("pk"):
        same = next(
            (one for one in left if all(getattr(stored, name) == one[name] for name in names)), None
        )
        if same is None:
            others.append(stored)
            continue
        left.remove(same)
        _change(stored, same)
    for stored in others[len(left) :]:
        stored.delete()
    for stored, values in zip(others, left, strict=False):
        _change(stored, values)
    for values in left[len(others) :]:
        model._default_manager.create(**values)


def _change(stored: DeploymentRule | HotfixRule | IncidentRule, values: dict[str, Any]) -> None:
    if any(getattr(stored, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(stored, name, value)
        stored.save()
