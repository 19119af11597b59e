"""What was erased does not come back: not by a survey, a hint or a rename; a connection only where somebody says so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts.models import User
from backend.connections.models import Connection, RepositoryRule
from backend.connections.store import InvalidConnection, add_connection
from backend.delivery.models import (
    DeploymentRule,
    IngestToken,
    Repository,
)
from backend.delivery.records import RepositoryRecord
from backend.delivery.store import judge_repositories, store_repositories
from backend.governance import erasures
from backend.governance.erasing import connection as of_connection
from backend.governance.erasing import engine
from backend.governance.erasing import repository as of_repository
from backend.governance.erasing.kinds import KINDS
from backend.governance.models import Erasure
from backend.metrics.compute import measure, recompute_all
from backend.metrics.models import PullRequestCell
from backend.sources.models import Hint, Validator
from backend.tombstones.models import Tombstone
from tests.factories import MONDAY, History, a_connection, a_hint, a_repository, a_team, an_identity
from tests.governance.erased import approved, carry_out
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
RECORD = RepositoryRecord(
    external_id=4711,
    node_id="R_1",
    name_with_owner="org/app",
    default_branch="main",
    visibility="private",
    is_archived=False,
    is_fork=False,
    topics=(),
    pushed_at=None,
    updated_at=MONDAY,
    owner=None,
)


def test_a_later_survey_does_not_bring_it_back_whatever_it_is_called_by_then() -> None:
    source = a_connection()
    store_repositories(connection=source, repositories=[RECORD])
    erasure = carry_out(approved("repository", Repository.objects.get().pk))
    other = replace(RECORD, external_id=4712)
    store_repositories(
        connection=source, repositories=[replace(RECORD, name_with_owner="org/renamed"), other]
    )
    assert [one.external_id for one in Repository.objects.all()] == [4712]
    erasures.lift(erasure=erasure, acting_user=an_account(User.Role.OWNER))
    store_repositories(connection=source, repositories=[RECORD])
    assert Repository.objects.count() == 2


def test_while_it_is_erased_nothing_takes_it_back_and_what_was_told_of_it_is_dropped() -> None:
    repository, other = a_repository(), a_repository()
    a_hint(repository)
    busy = a_hint(repository, kind="commits", lease_until=timezone.now() + timedelta(minutes=1))
    kept = a_hint(other)
    token = IngestToken.objects.create(
        repository=repository, name="ci", purposes=[], digest="d", created_at=MONDAY
    )
    erasure = approved("repository", repository.pk)
    engine.work(deadline=float("inf"))
    repository.refresh_from_db()
    token.refresh_from_db()
    erasure.refresh_from_db()
    assert (repository.state, token.revoked_at is None) == ("erasing", False)
    assert (erasure.attempts, erasures.state_of(erasure)) == (0, "running")
    judge_repositories(connection=repository.connection)
    repository.refresh_from_db()
    assert repository.state == "erasing"
    Hint.objects.filter(pk=busy.pk).update(lease_until=None)
    carry_out(erasure)
    assert list(Hint.objects.all()) == [kept]


def test_an_address_that_was_erased_is_added_again_on_purpose_alone() -> None:
    source = add_connection(kind="github", url="https://ghes.example", token="x" * 20)
    erasure = carry_out(approved("connection", source.pk))
    with pytest.raises(InvalidConnection, match="let it be added again"):
        add_connection(kind="github", url="https://ghes.example/", token="x" * 20)
    erasures.lift(erasure=erasure, acting_user=an_account(User.Role.OWNER))
    again = add_connection(kind="github", url="https://ghes.example/", token="x" * 20)
    carry_out(approved("connection", again.pk))
    with pytest.raises(InvalidConnection):
        add_connection(kind="github", url="https://ghes.example/", token="x" * 20)


def test_what_an_old_backup_brings_back_is_found_and_nothing_else() -> None:
    source, other = a_connection(), a_connection()
    repository = a_repository(source)
    values = {one.name: getattr(source, one.name) for one in Connection._meta.local_fields}
    row = {one.name: getattr(repository, one.name) for one in Repository._meta.local_fields}
    carry_out(approved("repository", repository.pk))
    carry_out(approved("connection", source.pk))
    Connection.objects.bulk_create([Connection(**values)])
    Connection.objects.filter(pk=source.pk).update(created_at=values["created_at"])
    Repository.objects.bulk_create([Repository(**row)])
    a_repository(other)
    digests: dict[str, list[bytes]] = {}
    for kind, digest in Tombstone.objects.values_list("kind", "digest"):
        digests.setdefault(kind, []).append(bytes(digest))
    assert of_connection.found_by("connection", digests["connection"]) == {source.pk}
    assert of_repository.found_by("repository", digests["repository"]) == {repository.pk}
    assert all(KINDS[one].found_by("identity", [b"x"]) == set() for one in KINDS)


def test_what_names_it_goes_and_a_pattern_stays() -> None:
    source = a_connection()
    repository = a_repository(source, name_with_owner="org/app", external_id=7)
    for name in ("ORG/app", "org/*", "org/application"):
        DeploymentRule.objects.create(position=1, repositories=name, source="runs", pattern="x")
        RepositoryRule.objects.create(
            connection=source, effect="include", test="name", pattern=name
        )
    for path in (
        "/repos/org/app/pulls",
        "/repositories/7",
        "/repositories/77",
        "/repos/org/app2/x",
    ):
        Validator.objects.create(connection=source, path=path, etag="e", stored_at=MONDAY)
    carry_out(approved("repository", repository.pk))
    assert sorted(DeploymentRule.objects.values_list("repositories", flat=True)) == [
        *("org/*", "org/application")
    ]
    assert RepositoryRule.objects.count() == 2
    assert sorted(Validator.objects.values_list("path", flat=True)) == [
        *("/repos/org/app2/x", "/repositories/77")
    ]


def test_figures_agree_with_what_is_left() -> None:
    source = a_connection()
    people = [an_identity(source) for _ in range(4)]
    a_team(*people[:3])
    a_team(*people[2:])
    gone, kept = (History(a_repository(source)) for _ in range(2))
    for number in range(20):
        for history in (gone, kept):
            history.pull(
                people[number % 4],
                opened=MONDAY + timedelta(days=number),
                merged=30 + number,
                reviews=((5, "approved", people[(number + 1) % 4]),),
            )
    while measure():
        pass
    before = cells()
    carry_out(approved("repository", gone.repository.pk))
    after = cells()
    recompute_all()
    assert after == cells() != before
    assert Erasure.objects.get().done["metrics_pullrequestfact"] == 20


def cells() -> list[tuple[object, ...]]:
    return sorted(
        PullRequestCell.objects.values_list(
            "team_id", "period", "starts_on", "merged", "reviewed", "people", "cycle_time"
        ),
        key=repr,
    )
