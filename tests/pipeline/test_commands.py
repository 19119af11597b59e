"""`manage.py connection` and `manage.py sync`, as an operator types them."""

import ssl
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.audit.models import Event
from backend.connections.models import Connection
from backend.connections.store import credentials
from backend.delivery.models import Commit, PullRequest
from backend.metrics.models import PullRequestFact
from backend.pipeline import bell, work
from backend.sources.models import Hint, SyncRun
from tests.pipeline.conftest import TOKEN, Source
from tests.servers import free_port
from tests.simulators.conftest import certificate  # noqa: F401 - a fixture
from tests.simulators.github import Simulator, World, running, small

pytestmark = pytest.mark.django_db


def manage(*arguments: str) -> str:
    told = StringIO()
    call_command(*arguments, stdout=told)
    return told.getvalue()


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was rung for; nobody hears it."""
    heard: list[str] = []

    def ring(task: str = bell.COLLECT, *_: int) -> bool:
        heard.append(task)
        return True

    monkeypatch.setattr(bell, "ring", ring)
    return heard


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    return path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Simulator]:
    """A small world, with git."""
    world = small.load()
    world.add_token(TOKEN)
    with running(world, repositories=tmp_path / "served") as github:
        yield github


def add(url: str, token_file: Path, *more: str) -> str:
    return manage(
        *("connection", "add", "github", "--url", url, "--token-file", str(token_file)), *more
    )


# -- connection ----------------------------------------------------------------------------------------------------


def test_a_connection_is_added_and_a_worker_asked_to_check_it(
    token_file: Path, rung: list[str]
) -> None:
    told = add(
        *("https://ghes.example", token_file, "--name", "GHES"),
        *("--organisation", "forge", "--organisation", "mill"),
    )
    connection = Connection.objects.get()
    assert (connection.name, connection.organisations) == ("GHES", ["forge", "mill"])
    assert connection.state == Connection.State.UNCHECKED
    assert credentials(connection)[0].secret == TOKEN
    assert rung == [bell.CHECK]
    assert "/hooks/github/ghes-example" in told
    assert TOKEN not in told


def test_without_a_broker_it_is_added_all_the_same(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "ring", lambda *_: False)
    assert "connection check ghes-example" in add("https://ghes.example", token_file)
    assert Connection.objects.exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ghes.example", "https://"),
        ("http://ghes.example", "https://"),
        ("https://ghes.example/api/v3", "only the server's address"),
        ("https://dev0001:secret@ghes.example", "no name, password"),
    ],
)
def test_a_wrong_address_is_told(token_file: Path, url: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        add(url, token_file)
    assert not Connection.objects.exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        add("https://ghes.example", tmp_path / "missing")


def test_a_wrong_certificate_file_is_told(token_file: Path) -> None:
    with pytest.raises(CommandError, match="PEM"):
        add("https://ghes.example", token_file, "--ca-file", str(token_file))


def test_a_check_says_how_it_went(server: Simulator, token_file: Path) -> None:
    add(server.url, token_file)
    told = manage("connection", "check", "127-0-0-1")
    checked = Event.objects.filter(additional_data={"command": "connection check"})
    assert checked.get().name == "operator_command"
    assert "working" in told.lower()
    assert "workflow" in told, "the token may do more than is needed"
    assert {hint.kind for hint in Hint.objects.all()} == {Hint.Kind.CONNECTION, Hint.Kind.TEAMS}
    assert "not yet" not in manage("connection", "list")


def test_a_check_says_what_to_do(token_file: Path) -> None:
    add(f"http://127.0.0.1:{free_port()}", token_file)
    with pytest.raises(CommandError, match=r"cannot be reached.*firewall"):
        manage("connection", "check", "127-0-0-1")
    assert "firewall" in manage("connection", "list")


def test_what_fails_is_tried_again_by_a_worker(token_file: Path, rung: list[str]) -> None:
    add(f"http://127.0.0.1:{free_port()}", token_file)
    rung.clear()
    assert manage("connection", "check", "--failing") == ""
    with pytest.raises(CommandError, match="cannot be reached"):
        manage("connection", "check", "127-0-0-1")
    assert manage("connection", "check", "--failing") == "A worker tries 127-0-0-1 now.\n"
    assert rung == [bell.CHECK]


def test_nobody_by_that_name() -> None:
    with pytest.raises(CommandError, match="connection list"):
        manage("connection", "check", "nobody")
    with pytest.raises(CommandError, match="connection list"):
        manage("sync", "--connection", "nobody")


# -- sync ----------------------------------------------------------------------------------------------------------


def test_a_whole_sync(
    server: Simulator, token_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(server.url, token_file)
    manage("sync", "--wait")
    assert PullRequest.objects.count() == 12
    assert PullRequestFact.objects.count() == 12
    assert Commit.objects.exists()
    assert not Hint.objects.exists()
    told = capsys.readouterr().out
    assert "forge/app" in told
    assert "succeeded" in told.lower()
    assert set(SyncRun.objects.values_list("outcome", flat=True)) == {SyncRun.Outcome.SUCCEEDED}


def test_a_sync_for_workers_asks_them(server: Simulator, token_file: Path, rung: list[str]) -> None:
    add(server.url, token_file)
    rung.clear()
    manage("sync")
    assert rung == [bell.COLLECT]
    assert {hint.kind for hint in Hint.objects.all()} == {Hint.Kind.CONNECTION, Hint.Kind.TEAMS}
    assert not server.ledger.counts


def test_a_sync_with_a_wrong_token_says_what_to_do(server: Simulator, token_file: Path) -> None:
    token_file.write_text("ghp_revoked_long_ago")
    add(server.url, token_file)
    with pytest.raises(CommandError, match=r"does not accept the token.*make a new one"):
        manage("sync", "--wait")
    assert Connection.objects.get().state == Connection.State.PAUSED


def test_a_sync_that_could_not_read_all_says_so(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "FIRST_DELAY", work.LONGEST_DELAY)  # longer than a person waits
    world = source.world
    repository = world.create_repository(world.organizations["forge"], "app")
    world.open_pull_request(repository, world.create_user("dev0001"))
    # Past the check, which asks what the server knows.
    source.github.faults.arm("error", on="graphql", after=1, times=None)
    with pytest.raises(CommandError, match="Not everything could be read"):
        manage("sync", "--wait")
    assert Hint.objects.exists()
    assert SyncRun.objects.filter(outcome=SyncRun.Outcome.FAILED).exclude(action="").exists()


def test_a_server_with_an_authority_of_its_own(
    world: World,
    certificate: tuple[Path, Path],  # noqa: F811
    token_file: Path,
    tmp_path: Path,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    served = tmp_path / "served"
    repository = world.create_repository(world.organizations["forge"], "app")
    world.push(repository, world.create_user("dev0001"))
    with running(world, repositories=served, context=context) as github:
        add(github.url, token_file)
        with pytest.raises(CommandError, match=r"certificate.*authority"):
            manage("sync", "--wait")
        Connection.objects.all().delete()
        add(github.url, token_file, "--ca-file", str(certificate[0]))
        manage("sync", "--wait")
    assert Commit.objects.count() == 1
