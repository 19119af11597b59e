"""Owners and repositories."""

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from backend.connections.models import Connection
from backend.delivery.models import Repository
from backend.delivery.records import RepositoryRecord
from backend.delivery.store.tables import INT, TEXT, TIME, Table, upsert

REPOSITORIES = Table(
    "delivery_repository",
    ("connection_id", "external_id"),
    {
        "connection_id": INT, "external_id": INT, "node_id": TEXT, "name_with_owner": TEXT,
        "default_branch": TEXT, "visibility": TEXT, "is_archived": "boolean", "is_fork": "boolean",
        "topics": "text[]", "pushed_at": TIME, "updated_at": TIME, "state": TEXT,
    },
)  # fmt: skip


@transaction.atomic
def store_repositories(*, connection: Connection, repositories: Iterable[RepositoryRecord]) -> None:
    """Make the connection's repositories as told. Those that are not told stay: see mark_unreachable."""
    rows = [
        asdict(record) | {"connection_id": connection.pk, "state": Repository.State.ACTIVE}
        for record in repositories
    ]
    upsert(REPOSITORIES, rows, returning="id")


def mark_unreachable(*, repository: Repository, gone: bool) -> None:
    """Note that a repository can no longer be read. Nothing of it is deleted."""
    repository.state = Repository.State.GONE if gone else Repository.State.LOST_ACCESS
    repository.save(update_fields=["state"])
