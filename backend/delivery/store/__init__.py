"""The only writer of the domain.

Rows are known by the source's ids and written only where they differ, so that a second run with the same data leaves
every row version as it was.
"""

from backend.delivery.store.automation import store_checks, store_workflow_runs, unsettle
from backend.delivery.store.commits import store_commits
from backend.delivery.store.deployments import (
    keep_deployments,
    keep_releases,
    keep_tags,
    store_deployments,
    store_releases,
    store_tags,
)
from backend.delivery.store.pending import note_all_deployments, note_deployments
from backend.delivery.store.pull_requests import store_pull_requests
from backend.delivery.store.repositories import (
    judge_repositories,
    mark_unreachable,
    store_repositories,
)

__all__ = [
    "judge_repositories",
    "keep_deployments",
    "keep_releases",
    "keep_tags",
    "mark_unreachable",
    "note_all_deployments",
    "note_deployments",
    "store_checks",
    "store_commits",
    "store_deployments",
    "store_pull_requests",
    "store_releases",
    "store_repositories",
    "store_tags",
    "store_workflow_runs",
    "unsettle",
]
