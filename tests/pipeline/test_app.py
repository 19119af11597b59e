"""A whole collection as a GitHub App: every interface under the installation's token, which is renewed meanwhile."""

from collections.abc import Iterator

import pytest

from backend.connections import store
from backend.connections.manifest import PERMISSIONS
from backend.connections.models import Connection
from backend.delivery.models import Commit, PullRequest
from backend.sources.budget import asked_this_hour
from backend.sources.github import session
from backend.sources.models import Hint, SyncRun, Usage
from tests.pipeline.conftest import TOKEN, Source
from tests.pipeline.state import collect


@pytest.fixture
def installed(source: Source) -> Iterator[Connection]:
    """A connection that knows the App's key alone; the person's token is gone."""
    session._issued.clear()
    apps, world = source.github.apps, source.world
    made = apps.create("plumbline", permissions=dict.fromkeys(PERMISSIONS, "read"))
    key = apps.add_key(made)
    apps.install(made, "forge")
    del world.tokens[TOKEN]
    store.set_app(connection=source.connection, app=store.AppSignIn(made.app_id, key))
    yield source.connection
    session._issued.clear()


def test_an_app_collects_everything(source: Source, installed: Connection) -> None:
    world = source.world
    repository = world.create_repository(world.organizations["forge"], "app")
    author = world.create_user("dev0001")
    for _ in range(3):
        world.merge(world.open_pull_request(repository, author))
    collect(installed)
    assert not Hint.objects.exists()
    assert not SyncRun.objects.exclude(outcome=SyncRun.Outcome.SUCCEEDED).exists()
    assert PullRequest.objects.count() == 3
    assert Commit.objects.count() >= 3
    assert set(Usage.objects.values_list("interface", flat=True)) == {"git", "graphql", "rest"}
    kinds = [request.kind for request in source.github.ledger.requests]
    assert asked_this_hour(installed) == len(kinds)

    for token in world.tokens.values():
        token.expires_at = 0
    world.merge(world.open_pull_request(repository, author))
    collect(installed)
    assert PullRequest.objects.count() == 4
    assert not SyncRun.objects.exclude(outcome=SyncRun.Outcome.SUCCEEDED).exists()
    installed.refresh_from_db()
    assert installed.state == Connection.State.WORKING
