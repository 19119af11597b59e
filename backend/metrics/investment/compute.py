"""Days of work and categories of what has just been measured, within the transaction that stores its figures.

What else that transaction writes comes first: one process sorts at a time, and who waits for it must hold no row that
it wants.
"""

from collections.abc import Sequence

from backend.metrics.investment import sorting
from backend.metrics.investment.days import store_days_of_issues, store_days_of_pull_requests


def measure_issues(ids: Sequence[int]) -> None:
    sorting.lock()
    store_days_of_issues(ids)
    sorting.sort_issues(ids)


def measure_pull_requests(ids: Sequence[int]) -> None:
    sorting.lock()
    store_days_of_pull_requests(ids)
    sorting.sort_pull_requests(ids)


def recompute_days(ids: Sequence[int]) -> None:
    """Of pull requests, which are sorted anew after that."""
    sorting.lock()
    store_days_of_pull_requests(ids)
