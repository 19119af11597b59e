"""Owners and repositories, and in what state each of these is."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from backend.connections.models import Connection, RepositoryRule
from backend.connections.selection import RepositoryLike, judge
from backend.delivery.models import Owner, Repository
from backend.delivery.records import OwnerRecord, RepositoryRecord
from backend.delivery.store.tables import INT, TEXT, TIME, Row, Table, row, upsert
from backend.tombstones.graves import buried

ERASED: Final = "repository"
"""The kind of a repository's tombstone."""
OWNERS = Table(
    "delivery_owner",
    ("connection_id", "external_id"),
    {"connection_id": INT, "external_id": INT, "kind": TEXT, "login": TEXT},
)
REPOSITORIES = Table(
    "delivery_repository",
    ("connection_id", "external_id"),
    {
        "connection_id": INT, "external_id": INT, "owner_id": INT, "node_id": TEXT,
        "name_with_owner": TEXT, "former_names": "text[]", "default_branch": TEXT,
        "visibility": TEXT, "is_archived": "boolean", "is_fork": "boolean", "topics": "text[]",
        "pushed_at": TIME, "updated_at": TIME, "state": TEXT, "state_reason": TEXT,
    },
)  # fmt: skip


@transaction.atomic
def store_repositories(*, connection: Connection, repositories: Iterable[RepositoryRecord]) -> None:
    """Make the connection's repositories as told. Those that are not told stay: see mark_unreachable.

    What a rule leaves out is known, so that a person can see what the rules do, and not read. What belongs to an owner
    that is not read is kept where it was read before, and not taken in where it never was. What was erased stays so.
    """
    records = _not_erased(connection, repositories)
    if not records:
        return
    rules = list(connection.repository_rules.all())
    known = {
        repository.external_id: repository
        for repository in connection.repositories.filter(
            external_id__in=[record.external_id for record in records]
        )
    }
    owners = _store_owners(connection, records)
    rows: list[Row] = []
    for record in records:
        before = known.get(record.external_id)
        state, reason = _standing(connection, record, rules)
        if before is None and state == Repository.State.TRANSFERRED:
            continue
        rows.append(
            row(
                REPOSITORIES,
                record,
                connection_id=connection.pk,
                owner_id=owners.get(record.external_id, before.owner_id if before else None),
                former_names=_former_names(before, record.name_with_owner),
                state=state,
                state_reason=reason,
            )
        )
    upsert(REPOSITORIES, rows, returning="id")


def known_as(connection: Connection, external_id: int) -> str:
    """What a tombstone knows it by, through whichever connection: no rename matters, and no other one of its name."""
    return f"{urlsplit(connection.url).netloc}/{external_id}"


def _not_erased(
    connection: Connection, repositories: Iterable[RepositoryRecord]
) -> list[RepositoryRecord]:
    """Each once."""
    named = {known_as(connection, record.external_id): record for record in repositories}
    erased = buried(ERASED, named.keys())
    return [record for name, record in named.items() if name not in erased]


@transaction.atomic
def judge_repositories(*, connection: Connection) -> None:
    """Apply the connection's rules to what is known, without asking the source."""
    rules = list(connection.repository_rules.all())
    judged = connection.repositories.filter(
        state__in=[Repository.State.ACTIVE, Repository.State.EXCLUDED]
    )
    changed = []
    for repository in judged:
        standing = _standing(connection, repository, rules)
        if standing != (repository.state, repository.state_reason):
            repository.state, repository.state_reason = standing
            changed.append(repository)
    Repository.objects.bulk_update(changed, ["state", "state_reason"])


def mark_unreachable(*, repository: Repository, gone: bool, reason: str = "") -> None:
    """Note that a repository can no longer be read. Nothing of it is deleted, and what is gone stays gone."""
    if not gone and repository.state == Repository.State.GONE:
        return
    repository.state = Repository.State.GONE if gone else Repository.State.LOST_ACCESS
    repository.state_reason = reason
    repository.save(update_fields=["state", "state_reason"])


def _standing(
    connection: Connection, repository: RepositoryLike, rules: Sequence[RepositoryRule]
) -> tuple[str, str]:
    """The state of a repository that can be read, and why."""
    owner = repository.name_with_owner.partition("/")[0]
    wanted = {organisation.lower() for organisation in connection.organisations}
    if wanted and owner.lower() not in wanted:
        return Repository.State.TRANSFERRED, f"It belongs to {owner} now, which is not read."
    decision = judge(repository, rules)
    chosen = Repository.State.ACTIVE if decision.chosen else Repository.State.EXCLUDED
    return chosen, decision.reason


def _store_owners(connection: Connection, records: Iterable[RepositoryRecord]) -> dict[int, int]:
    """The owner's row of each repository that tells whom it belongs to."""
    told: dict[int, OwnerRecord] = {
        record.external_id: record.owner for record in records if record.owner is not None
    }
    rows = [row(OWNERS, owner, connection_id=connection.pk) for owner in told.values()]
    upsert(OWNERS, rows, returning="id")
    owners = Owner.objects.filter(
        connection=connection, external_id__in={owner.external_id for owner in told.values()}
    )
    ids = dict(owners.values_list("external_id", "pk"))
    return {external_id: ids[owner.external_id] for external_id, owner in told.items()}


def _former_names(before: Repository | None, name: str) -> list[str]:
    """Latest last, each once; a name that came back is no former one."""
    if before is None:
        return []
    names = [former for former in before.former_names if former != name]
    if before.name_with_owner != name:
        names = [former for former in names if former != before.name_with_owner]
        names.append(before.name_with_owner)
    return names
