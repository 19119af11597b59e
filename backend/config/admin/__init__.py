"""Django's administration pages. They stand on the topmost floor, since their actions start background work."""

from backend.config.admin import (
    accounts,
    audit,
    connections,
    delivery,
    deployments,
    incidents,
    investment,
    issues,
    matching,
    people,
    sources,
    status_rules,
    test_results,
    tokens,
)

__all__ = [
    "accounts",
    "audit",
    "connections",
    "delivery",
    "deployments",
    "incidents",
    "investment",
    "issues",
    "matching",
    "people",
    "sources",
    "status_rules",
    "test_results",
    "tokens",
]
