"""The only writer of the domain.

Rows are known by the source's ids and written only where they differ, so that a second run with the same data leaves
every row version as it was.
"""

from backend.delivery.store.commits import store_commits
from backend.delivery.store.pull_requests import store_pull_requests
from backend.delivery.store.repositories import mark_unreachable, store_repositories

__all__ = ["mark_unreachable", "store_commits", "store_pull_requests", "store_repositories"]
