"""What may not be kept is nowhere: not in Postgres' files, not in the broker, the log or a temporary folder.

A marker stands in all free text of the source and in every line of every file; the credentials are looked for as well.
A title, which is kept, carries a second marker: it proves that looking would find.
"""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from pytest_django.live_server_helper import LiveServer
from redis import Redis

from backend.config.celery import app
from backend.connections.store import add_connection, set_webhook_secret
from backend.delivery.models import CommitFile, PullRequest
from backend.sources.models import Hint
from tests.pipeline.conftest import Source
from tests.pipeline.state import work_to_the_end
from tests.simulators.github import World, running

KEPT = f"KEPT{secrets.token_hex(12)}"
MARKER = f"CANARY{secrets.token_hex(12)}"
TOKEN = f"ghp_{secrets.token_hex(16)}"
SECRET = secrets.token_hex(16)


@pytest.fixture
def world() -> World:
    made = World(canary=MARKER)
    made.create_organization("forge")
    made.add_token(TOKEN)
    return made


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything that asks for a temporary folder gets it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def source(world: World, tmp_path: Path, transactional_db: None) -> Iterator[Source]:
    with running(world, repositories=tmp_path / "served") as github:
        yield Source(github, add_connection(kind="github", url=github.url, token=TOKEN))


def test_what_may_not_be_kept_is_nowhere(
    source: Source,
    live_server: LiveServer,
    scratch: Path,
    temporary: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    set_webhook_secret(connection=source.connection, secret=SECRET)
    hook = source.github.hook(f"{live_server.url}/hooks/github/{source.connection.slug}", SECRET)
    live_through(source)
    assert {delivery.status for delivery in hook.deliveries} == {202}
    assert any(MARKER.encode() in delivery.body for delivery in hook.deliveries)
    assert CommitFile.objects.count() > 2
    assert PullRequest.objects.get().reviews.count() == 2
    with database.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    out, err = capfd.readouterr()
    places = {
        "the log": [(out + err).encode()],
        "the broker": waiting_in_the_broker(),
        "the tables": stored_text(),
        "Postgres' files": contents(Path(folder)),
        "the scratch folder": contents(scratch),
        "the temporary folder": contents(temporary),
    }
    found = {
        (place, word)
        for place, texts in places.items()
        for text in texts
        for word in (MARKER, TOKEN, SECRET, KEPT)
        if word.encode() in text
    }
    assert found == {("the tables", KEPT), ("Postgres' files", KEPT)}


def live_through(source: Source) -> None:
    """A first fill, and what happens later and is told by webhook."""
    world = source.world
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    repository = world.create_repository(world.organizations["forge"], "app")
    files = [("src/page.py", 40, 0), ("logo.png", None, None)]
    world.push(repository, author, files, headline=f"{MARKER} in a message", body="And below it")
    pr = world.open_pull_request(
        repository, author, title=f"Add {KEPT}", body="Why", commits=[[("src/page.py", 5, 2)]]
    )
    world.add_review(pr, reviewer, "COMMENTED", body="A remark")
    source.collect()
    world.add_review(pr, reviewer, body="Looks good")
    world.merge(pr, reviewer)
    assert Hint.objects.exists()
    work_to_the_end(source.connection)


def waiting_in_the_broker() -> list[bytes]:
    with Redis.from_url(app.conf.broker_url) as broker:
        return [broker.dump(key) or b"" for key in broker.scan_iter()]


def stored_text() -> Iterator[bytes]:
    """Rows as text: what Postgres compresses is not to be seen in its files."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')  # noqa: S608 - Django's own names
            for (row,) in cursor.fetchall():
                yield row.encode()


def contents(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            try:
                yield path.read_bytes()
            except FileNotFoundError:
                continue  # Postgres drops files as it goes.
