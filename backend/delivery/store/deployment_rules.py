"""The organisation's rules on deployments and hotfixes, and what else of delivery rests on its choice."""

from backend.delivery.deployment_rules import Hotfix, Rule
from backend.delivery.models import DeliverySettings, DeploymentRule, HotfixRule

_RULE = ("repositories", "source", "pattern", "environment", "service", "paths")
_HOTFIX = ("repositories", "field", "pattern")


def deployment_rules() -> tuple[Rule, ...]:
    """In their order: of one service the first that matches decides."""
    found = DeploymentRule.objects.values_list(*_RULE)
    return tuple(
        Rule(repositories, source, pattern, environment, service, tuple(paths))
        for repositories, source, pattern, environment, service, paths in found
    )


def hotfix_rules() -> tuple[Hotfix, ...]:
    return tuple(
        Hotfix(*values) for values in HotfixRule.objects.order_by("pk").values_list(*_HOTFIX)
    )


def incidents_are_linked_by_time() -> bool:
    return DeliverySettings.objects.filter(pk=1, link_incidents_by_time=True).exists()
