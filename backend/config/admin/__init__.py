"""Django's administration pages. They stand on the topmost floor, since their actions start background work."""

from backend.config.admin import (
    accounts,
    api_tokens,
    audit,
    checklists,
    connections,
    delivery,
    deployments,
    incidents,
    investment,
    issues,
    people,
    reviews,
    sources,
    status_rules,
    test_results,
    tokens,
)

__all__ = [
    "accounts",
    "api_tokens",
    "audit",
    "checklists",
    "connections",
    "delivery",
    "deployments",
    "incidents",
    "investment",
    "issues",
    "people",
    "reviews",
    "sources",
    "status_rules",
    "test_results",
    "tokens",
]
