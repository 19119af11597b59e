"""All checks of the live appliance: those below, and those that the floors above entered when they were loaded."""

from collections.abc import Mapping

from backend.governance.asvs.checks import (  # noqa: F401 - each enters its own
    CHECKS,
    Check,
    access,
    business,
    cryptography,
    data_protection,
    event_log,
    hardening,
    links,
    sessions,
    sign_in,
    validation,
)


def checks() -> Mapping[str, Check]:
    """By name. The first line of each one's docstring says what holds when it is good."""
    return CHECKS
