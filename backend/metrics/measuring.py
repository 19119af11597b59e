"""All that waits to be measured: pull requests and issues first, since the rest rests on their figures."""

from typing import Final

from django.db.models import Model

from backend.delivery.models import (
    PendingDeployments,
    PendingInvestment,
    PendingIssue,
    PendingMeasurement,
    PendingTestRuns,
)
from backend.metrics import compute
from backend.metrics.deployments import compute as deployments
from backend.metrics.investment.sorting import sort_everything
from backend.metrics.issues import compute as issues
from backend.metrics.test_runs import compute as test_runs

_OUTBOXES: Final[tuple[type[Model], ...]] = (
    PendingIssue,
    PendingMeasurement,
    PendingDeployments,
    PendingTestRuns,
    PendingInvestment,
)


def measure_some() -> int:
    """Measure a part of what waits; how many rows of an outbox that took away, so that 0 is "all is done"."""
    return (
        compute.measure()
        or issues.measure()
        or deployments.measure_pending_deployments(1)
        or test_runs.measure()
        or sort_everything()
    )


def anything_waits() -> bool:
    return any(outbox._default_manager.exists() for outbox in _OUTBOXES)


def how_much_waits() -> int:
    """Rows of all outboxes: pull requests, repositories, commits and issues, and one if all is to be sorted anew."""
    return sum(outbox._default_manager.count() for outbox in _OUTBOXES)
