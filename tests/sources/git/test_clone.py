"""A clone lives in memory for as long as it is read, the token is seen by nobody, and failures say what to do."""

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection as database
from django.test.utils import override_settings

from backend.outbound.models import Traffic
from backend.sources.errors import CredentialRefused, NotFound, Passing, SourceError
from backend.sources.git import failures, scratch
from backend.sources.git.clone import clone
from backend.sources.git.scratch import job
from tests.proxies import a_proxy
from tests.simulators.conftest import certificate  # noqa: F401 - a fixture
from tests.simulators.github import World, running
from tests.sources.git.conftest import TOKEN, Source
from tests.waiting import until

pytestmark = pytest.mark.django_db


def left_in(scratch_folder: Path) -> list[str]:
    return sorted(path.name for path in scratch_folder.iterdir() if path.name != "lock")


def test_nothing_stays_after_success_or_failure(source: Source, scratch: Path) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    source.collect()
    assert left_in(scratch) == []
    with pytest.raises(CredentialRefused):
        source.collect(token="ghp_a_wrong_token")
    assert left_in(scratch) == []


def test_a_failure_while_reading_leaves_nothing(
    source: Source, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> int:
        raise RuntimeError("the database went away")

    source.work.commit(a=b"1\n")
    source.work.publish()
    monkeypatch.setattr("backend.sources.git.collect.store_commits", fail)
    with pytest.raises(RuntimeError, match="went away"):
        source.collect()
    assert left_in(scratch) == []


def test_a_job_folder_is_private(scratch: Path) -> None:
    with job() as one:
        assert one.folder.parent == scratch
        assert one.folder.stat().st_mode & 0o777 == 0o700


@contextmanager
def fetching(url: str, scratch_folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that clones from a server which answers slowly."""
    program = (
        "import django, sys\n"
        "django.setup()\n"
        "from backend.sources.git.scratch import job\n"
        "from backend.sources.git.clone import clone\n"
        "with job() as one:\n"
        "    clone(job=one, url=sys.argv[1], token=sys.stdin.read(), ca_certificate='', branch='main')\n"
    )
    command = [sys.executable, "-c", program, url]
    environment = os.environ | {
        "PLUMBLINE_DATABASE_NAME": str(database.settings_dict["NAME"]),
        "PLUMBLINE_SCRATCH_DIR": str(scratch_folder),
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
    }
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        if process.stdin is None:
            raise RuntimeError("no pipe")
        process.stdin.write(TOKEN.encode())
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


def processes() -> dict[int, bytes]:
    """Every process' arguments, which any user may read."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = (folder / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def of_job(folder: str) -> dict[int, bytes]:
    """The processes that work in a job's folder; others' need not let us look."""
    found = {}
    for pid, arguments in processes().items():
        try:
            where = Path(f"/proc/{pid}/cwd").readlink()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if where.is_relative_to(folder):
            found[pid] = arguments
    return found


def running_fetch(scratch_folder: Path) -> dict[int, bytes]:
    folders = list(scratch_folder.glob("clone-*")) if scratch_folder.is_dir() else []
    found = of_job(str(folders[0])) if folders else {}
    return found if any(b"git-remote-http" in arguments for arguments in found.values()) else {}


@pytest.mark.django_db(transaction=True)
def test_the_token_is_in_no_arguments_and_no_file(source: Source, scratch: Path) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    source.github.faults.arm("slow", on="git", seconds=4, times=1)
    with fetching(source.url, scratch):
        git = until(lambda: running_fetch(scratch))
        assert len(git) >= 2
        assert [pid for pid, line in processes().items() if TOKEN.encode() in line] == []
        written = [path.read_bytes() for path in scratch.rglob("*") if path.is_file()]
        assert [content for content in written if TOKEN.encode() in content] == []


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_job_leaves_is_removed_by_the_next(source: Source, scratch: Path) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    source.github.faults.arm("slow", on="git", seconds=4, times=1)
    with fetching(source.url, scratch) as process:
        until(lambda: running_fetch(scratch))
        (leftover,) = left_in(scratch)
        # One that is alive is left alone.
        assert source.collect()[1] == 1
        assert left_in(scratch) == [leftover]
        process.send_signal(signal.SIGKILL)
        process.wait()
    until(lambda: not of_job(str(scratch / leftover)))
    source.collect()
    assert left_in(scratch) == []


def test_in_production_scratch_must_be_memory(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with override_settings(PRODUCTION=True, SCRATCH_DIR=missing):
        with pytest.raises(SourceError, match="is not memory") as caught, job():
            pass
        assert caught.value.permanent
        assert "tmpfs" in caught.value.action
    memory = Path("/dev/shm/plumbline-test-scratch")  # noqa: S108 - a tmpfs by design
    memory.mkdir(mode=0o700)
    try:
        with override_settings(PRODUCTION=True, SCRATCH_DIR=memory), job() as one:
            assert one.folder.is_dir()
    finally:
        (memory / "lock").unlink()
        memory.rmdir()


def test_the_file_system_is_that_of_the_nearest_mount() -> None:
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\n"
        "tmpfs /scratch tmpfs rw 0 0\n"
        "/dev/sdb /scratch/disk xfs rw 0 0\n"
        "ramfs /with\\040space ramfs rw 0 0\n"
        "/dev/sdc /over ext4 rw 0 0\n"
        "tmpfs /over tmpfs rw 0 0\n"
    )
    kinds = {
        "/scratch": "tmpfs",
        "/scratch/job": "tmpfs",
        "/scratch/disk/job": "xfs",
        "/scratchpad": "ext4",
        "/with space": "ramfs",
        "/over/there": "tmpfs",
    }
    assert {path: scratch.filesystem(Path(path), mounts) for path in kinds} == kinds


def refusal(source: Source, **changes: str) -> SourceError:
    wanted: dict[str, Any] = {"url": source.url, "token": TOKEN, "branch": "main"} | changes
    with pytest.raises(SourceError) as caught, job() as one:
        clone(job=one, ca_certificate="", **wanted)
    return caught.value


def test_failures_say_what_to_do(source: Source) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    refused = refusal(source, token="ghp_a_wrong_token")
    assert (type(refused), refused.permanent) == (CredentialRefused, True)
    assert isinstance(refusal(source, url=f"{source.github.url}/forge/none.git"), NotFound)
    assert "default branch" in refusal(source, branch="gone").reason
    assert "no encrypted" in refusal(source, url="http://ghes.example/a/b.git").reason
    assert "no encrypted" in refusal(source, url="ext::sh -c true").reason
    assert "cannot be reached" in refusal(source, url="http://127.0.0.1:9/a/b.git").reason
    for kind, meaning in (("bad_gateway", Passing), ("truncated", Passing), ("closed", Passing)):
        source.github.faults.arm(kind, on="git", after=0 if kind != "truncated" else 1)
        assert isinstance(refusal(source), meaning), kind
        source.github.faults.clear()
    source.github.faults.arm("forbidden", on="git")
    assert "access to contents" in refusal(source).action
    source.github.faults.arm("too_many_requests", on="git")
    assert refusal(source).retry_at is not None


def test_a_silent_server_is_given_up(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    source.github.faults.arm("slow", on="git", seconds=5)
    monkeypatch.setattr("backend.sources.git.clone.FETCH_SECONDS", 0.5)
    began = time.monotonic()
    assert "took too long" in refusal(source).reason
    assert time.monotonic() - began < 4


def test_full_memory_is_told() -> None:
    complaint = "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output\n"
    told = failures.explained(complaint, host="ghes.example")
    assert "does not fit" in told.reason
    assert "PLUMBLINE_CLONE_SPACE" in told.action


def test_unknown_words_of_git_are_passed_on_in_part() -> None:
    told = failures.explained("warning: x\nfatal: " + "y" * 900, host="ghes.example")
    assert told.reason.startswith("Cloning from ghes.example failed: fatal: yyy")
    assert len(told.reason) < 300
    assert "no reason" in failures.explained("", host="ghes.example").reason


def test_an_authority_of_ones_own(
    tmp_path: Path,
    certificate: tuple[Path, Path],  # noqa: F811 - the fixture
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    world = World()
    world.add_token(TOKEN)
    repository = world.create_repository(world.create_organization("forge"), "app")
    world.push(repository, None)
    with running(world, repositories=tmp_path / "served", context=context) as github:
        known: dict[str, Any] = {
            "url": f"{github.url}/forge/app.git",
            "token": TOKEN,
            "branch": "main",
        }
        with pytest.raises(SourceError, match="certificate of localhost"), job() as one:
            clone(job=one, ca_certificate="", **known)
        with job() as one:
            made = clone(job=one, ca_certificate=certificate[0].read_text(), **known)
            assert made.answer("rev-parse", "refs/heads/tip") == repository.commits[-1].oid


@pytest.mark.parametrize("how", ["environment", "setting"])
def test_through_a_proxy_nothing_can_be_read(
    how: str,
    settings: LazySettings,
    tmp_path: Path,
    certificate: tuple[Path, Path],  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    world = World()
    world.add_token(TOKEN)
    repository = world.create_repository(world.create_organization("forge"), "app")
    world.push(repository, None)
    with (
        running(world, repositories=tmp_path / "served", context=context) as github,
        a_proxy() as found,
    ):
        if how == "environment":
            monkeypatch.setenv("https_proxy", found.url)
        else:
            monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")  # is not asked
            settings.OUTBOUND_PROXY = found.url
        with job() as one:
            made = clone(
                job=one,
                url=f"{github.url}/forge/app.git",
                token=TOKEN,
                ca_certificate=certificate[0].read_text(),
                branch="main",
            )
            assert made.answer("rev-parse", "refs/heads/tip") == repository.commits[-1].oid
    assert set(found.asked) == {github.url.removeprefix("https://")}
    assert Traffic.objects.get().requests == sum(
        one.kind == "git" for one in github.ledger.requests
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "The way to forge.example is not open."),
        (503, "forge.example cannot be reached."),
    ],
)
def test_what_the_proxy_refuses_is_told_in_words(
    settings: LazySettings, status: int, said: str
) -> None:
    with (
        a_proxy(answers=status) as found,
        job() as one,
        pytest.raises(SourceError, match=said) as raised,
    ):
        settings.OUTBOUND_PROXY = found.url
        clone(
            job=one,
            url="https://forge.example/forge/app.git",
            token=TOKEN,
            ca_certificate="",
            branch="main",
        )
    assert ("scripts/appliance" in raised.value.action) == (status == 403)
    assert (Traffic.objects.get().failed, Traffic.objects.get().refused) == (1, 0)


def test_a_redirect_takes_the_token_nowhere(source: Source) -> None:
    """Another host must not be sent the header, and a renamed repository is found by its new name."""
    target = source.url

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"{target}{self.path.partition('.git')[2]}")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    before = source.github.ledger.counts["git"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told = refusal(source, url=f"http://127.0.0.1:{server.server_port}/forge/app.git")
        server.shutdown()
    assert "another address" in told.reason
    assert source.github.ledger.counts["git"] == before


def test_nobodys_configuration_is_read(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[url "http://127.0.0.1:9/"]\n insteadOf = {source.github.url}/\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert source.collect()[1] == 1
    assert not (tmp_path / "trace").exists()
    assert os.environ["HOME"] == str(home)
