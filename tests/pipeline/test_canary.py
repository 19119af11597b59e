"""A marker in everything that may not be kept is found nowhere afterwards: not in the database's files, not in the
broker, not in logs, not where clones and temporary files stand.
"""

import base64
import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from pytest_django.live_server_helper import LiveServer

from backend.connections.store import add_connection, set_webhook_secret
from backend.delivery.models import Commit, PullRequest
from backend.sources.models import Hint
from tests.pipeline.conftest import TOKEN
from tests.pipeline.state import work_to_the_end
from tests.places import Places
from tests.simulators.github import World, running, small

SECRET = "the secret of the canary's webhooks"
BODY = "A body\n\nReverts forge/app#1"
MESSAGE = f"And more of it\n\nThis reverts commit {'a' * 40}."
"""Of these what is named is kept, and nothing beside it."""


@pytest.fixture
def places(
    scratch: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> Places:
    caplog.set_level(logging.DEBUG)
    with database.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (data,) = cursor.fetchone()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    scratch.mkdir(exist_ok=True)
    return Places([Path(data), scratch, temporary], caplog, capsys)


@pytest.fixture
def temporary(places: Places, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Temporary files of this process and its children."""
    folder = places.folders[-1]
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert tempfile.gettempdir() == str(folder)
    yield folder
    tempfile.tempdir = None


def a_world(mark: str) -> World:
    world = small.load(canary=mark)
    world.add_token(TOKEN)
    return world


@pytest.mark.timeout(240)
def test_what_may_not_be_kept_is_nowhere(
    transactional_db: None,
    live_server: LiveServer,
    places: Places,
    temporary: Path,
    tmp_path: Path,
) -> None:
    mark, kept = (f"{name}{secrets.token_hex(8)}" for name in ("canary", "kept"))
    world = a_world(mark)
    with running(world, repositories=tmp_path / "served") as github:
        source = add_connection(kind="github", url=github.url, token=TOKEN)
        set_webhook_secret(connection=source, secret=SECRET)
        call_command("sync", wait=True)
        hook = github.hook(f"{live_server.url}/hooks/github/{source.slug}", SECRET)
        repository = next(iter(world.repositories.values()))
        dev = world.accounts["dev0001"]
        pr = world.open_pull_request(repository, dev, title=f"Add {kept}", body=BODY)
        world.comment(pr, count=2)
        world.add_review(pr, world.accounts["dev0002"], body="Looks good")
        world.push_commit(pr, headline="A message", body=MESSAGE)
        world.merge(pr, how="merge")
        world.rename_repository(repository, "renamed")
        assert {delivery.status for delivery in hook.deliveries} == {202}
        assert mark.encode() in hook.deliveries[0].body
        assert Hint.objects.exists()
        # A fault in the middle must not pour out what was being read.
        github.faults.arm("truncated", on="graphql")
        github.faults.arm("error", on="git", after=1)
        work_to_the_end(source)
        stored = PullRequest.objects.get(title=f"Add {kept}")
        assert (stored.state, stored.reverts) == ("merged", ["forge/app#1"])
        brought = Commit.objects.get(sha=stored.merge_sha)
        assert Commit.objects.filter(reverts=["a" * 40], sha__in=brought.parents).exists()

        # The same search finds it where it stands, and finds what is stored.
        assert str(places.folders[0]) in places.hold(kept)
        assert places.hold(mark) == []
        said = places.output.readouterr()
        assert mark not in said.out + said.err
    assert list(places.folders[1].glob("clone-*")) == []
    assert places.folders[1] == settings.SCRATCH_DIR


def test_the_search_finds_in_every_place(transactional_db: None, places: Places) -> None:
    """A search that never finds anything would prove nothing."""
    mark = f"planted{secrets.token_hex(8)}"
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (text text)")
        cursor.execute("INSERT INTO planted VALUES (%s)", [mark])
    for folder in places.folders[1:]:
        (folder / "planted").write_bytes(os.urandom(100) + mark.encode() + os.urandom(100))
    with redis.Redis.from_url(current_app.conf.broker_url) as broker:
        broker.lpush("planted", f"x{mark}x")
        broker.lpush("planted", base64.b64encode(f"some {mark} thing".encode()))
        logging.getLogger("planted").info("so %s", mark)
        try:
            assert places.hold(mark) == [
                *map(str, places.folders),
                *("rows", "broker", "logs"),
            ]
        finally:
            broker.delete("planted")
            with database.cursor() as cursor:
                cursor.execute("DROP TABLE planted")
