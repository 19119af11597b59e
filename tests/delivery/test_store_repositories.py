"""Repositories and their owners: known by ids, and nothing is deleted with lost access."""

from typing import Any

import pytest

from backend.connections.models import RepositoryRule
from backend.delivery import store
from backend.delivery.models import (
    PullRequest,
    Repository,
)
from backend.delivery.records import (
    OwnerRecord,
    RepositoryRecord,
)
from tests.delivery.records import AT, a_pull_request, versions
from tests.factories import a_connection

pytestmark = pytest.mark.django_db


def a_repository_record(**values: Any) -> RepositoryRecord:
    defaults: dict[str, Any] = {
        "external_id": 7,
        "node_id": "R_7",
        "name_with_owner": "forge/app",
        "default_branch": "main",
        "visibility": "private",
        "is_archived": False,
        "is_fork": False,
        "pushed_at": AT,
        "updated_at": AT,
    }
    return RepositoryRecord(**defaults | values)


def test_a_rename_keeps_the_repository() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    pk = Repository.objects.get().pk
    renamed = a_repository_record(name_with_owner="forge/renamed")
    store.store_repositories(connection=connection, repositories=[renamed])
    assert Repository.objects.get().pk == pk
    assert Repository.objects.get().name_with_owner == "forge/renamed"


def test_the_same_repositories_again_change_no_row() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    before = versions()
    store.store_repositories(connection=connection, repositories=[a_repository_record()])
    assert versions() == before


def test_lost_access_deletes_nothing_and_passes(repository: Repository) -> None:
    store.store_pull_requests(repository=repository, pull_requests=[a_pull_request()])
    store.mark_unreachable(repository=repository, gone=False)
    assert Repository.objects.get().state == Repository.State.LOST_ACCESS
    assert PullRequest.objects.count() == 1
    back = a_repository_record(external_id=repository.external_id)
    store.store_repositories(connection=repository.connection, repositories=[back])
    assert Repository.objects.get().state == Repository.State.ACTIVE


# -- commits -------------------------------------------------------------------------------------------------------


def a_record(external_id: int = 1, name: str = "forge/app", **values: Any) -> RepositoryRecord:
    """One whose owner is told."""
    owner = OwnerRecord(7, "organization", name.partition("/")[0])
    known = {"external_id": external_id, "node_id": f"R_{external_id}", "name_with_owner": name}
    return a_repository_record(**known | {"owner": owner} | values)


def test_rules_are_applied_without_asking_the_source() -> None:
    connection = a_connection()
    told = [
        a_record(1, "forge/app", topics=("billing",)),
        a_record(2, "forge/old", is_archived=True),
    ]
    store.store_repositories(connection=connection, repositories=told)
    RepositoryRule.objects.create(connection=connection, effect="exclude", test="archived")
    store.judge_repositories(connection=connection)
    states = dict(Repository.objects.values_list("name_with_owner", "state"))
    assert states == {"forge/app": "active", "forge/old": "excluded"}
    RepositoryRule.objects.all().delete()
    Repository.objects.filter(external_id=1).update(state="gone")
    store.judge_repositories(connection=connection)
    states = dict(Repository.objects.values_list("name_with_owner", "state"))
    assert states == {"forge/app": "gone", "forge/old": "active"}


def test_an_owner_that_was_renamed_is_the_same_one() -> None:
    connection = a_connection()
    for name in ("forge/app", "foundry/app"):
        store.store_repositories(connection=connection, repositories=[a_record(name=name)])
    stored = Repository.objects.get()
    assert stored.owner is not None
    assert (stored.owner.login, stored.former_names) == ("foundry", ["forge/app"])
    assert connection.owners.count() == 1


def test_a_repository_whose_owner_is_not_told_keeps_it() -> None:
    connection = a_connection()
    store.store_repositories(connection=connection, repositories=[a_record()])
    store.store_repositories(connection=connection, repositories=[a_record(owner=None)])
    stored = Repository.objects.get()
    assert stored.owner is not None
    assert stored.owner.login == "forge"
