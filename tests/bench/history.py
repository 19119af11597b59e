"""Real history to Postgres: clone in memory, read, COPY; beside a bare `git log --numstat` of the same repository."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.console import Console

from tests import servers
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.processes import Processes

ROUNDS = 3
NAME = "forge/netbox"


def run(console: Console, found: servers.Servers) -> list[Figure]:
    """Both ways in turns, the median of each. Raises ProcessEnded."""
    with ExitStack() as stack:
        empty(found)
        folder = found.folder
        processes = Processes(stack, folder / "logs", os.environ)
        token, port = "bench-" + secrets.token_hex(16), servers.free_port()
        repositories = folder / "history"
        processes.start(
            "simulator",
            *(sys.executable, "-m", "tests.simulators.github", "serve", "--world", "history"),
            *("--token", token, "--port", str(port), "--repositories", str(repositories)),
        )
        url = f"http://127.0.0.1:{port}"
        with console.status("Writing the git repositories"):
            processes.wait_for(f"{url}/api/v3/meta", "simulator", seconds=900)
        return _measure(console, url, token, repositories)


def _measure(console: Console, url: str, token: str, repositories: Path) -> list[Figure]:
    from backend.delivery.models import Commit, CommitFile  # noqa: PLC0415 - needs django.setup()
    from backend.sources.git import collect_commits  # noqa: PLC0415
    from tests.factories import a_connection, a_repository  # noqa: PLC0415

    repository = a_repository(a_connection(url=url), name_with_owner=NAME)

    def ours() -> None:
        collect_commits(
            repository=repository,
            url=f"{url}/{NAME}.git",
            token=token,
            ca_certificate="",
            default_branch="main",
            known_head="",
        )

    bare, stored = [], []
    served = _largest(repositories)
    before = _resident()
    with console.status(f"{ROUNDS} rounds"):
        for _ in range(ROUNDS):
            Commit.objects.all().delete()
            bare.append(_seconds(lambda: _numstat(served)))
            stored.append(_seconds(ours))
    return [
        Figure("commits", Commit.objects.count()),
        Figure("file changes", CommitFile.objects.count()),
        Figure("bare git log --numstat", median(bare), "s"),
        Figure("clone, read, store", median(stored), "s"),
        Figure(
            "whole way, against the bare one", median(stored) / median(bare), "of it", at_most=1.25
        ),
        Figure("own memory gained, at most", _resident() - before, "MB", at_most=100),
    ]


def _numstat(repository: Path) -> None:
    command = ["git", "-C", str(repository), "log", "--numstat", "-z", "main"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _largest(repositories: Path) -> Path:
    def size(folder: Path) -> int:
        counted = subprocess.run(
            ["git", "-C", str(folder), "rev-list", "--count", "main"],
            check=True,
            capture_output=True,
        )
        return int(counted.stdout)

    return max(repositories.glob("*.git"), key=size)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _resident() -> float:
    """The most that this process ever held, in MB."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
