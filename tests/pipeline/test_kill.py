"""A real process, killed in the middle of its work again and again: what is left to do is done, and nothing twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection as database

from backend.connections.store import add_connection
from backend.delivery.models import Commit, PullRequest
from backend.metrics.models import PullRequestFact
from backend.pipeline.work import check_connection
from backend.sources.models import Hint
from tests.pipeline.conftest import TOKEN, Source
from tests.pipeline.state import different, rows, time_passes, work_to_the_end
from tests.simulators.github import World, running

TOP = Path(__file__).resolve().parents[2]
PULL_REQUESTS = 150
WORKER = """
import django
django.setup()
from backend.metrics import compute
from backend.metrics.issues import compute as issues
from backend.pipeline.work import work
while work() or compute.measure(limit=20) or issues.measure(limit=20):
    pass
"""
"""Works off the inbox as it stands: nobody asks for anything anew."""


def a_world() -> World:
    world = World()
    org = world.create_organization("forge")
    people = [world.create_user(f"dev{number:04}") for number in range(1, 9)]
    world.create_team(org, "Team A", people)
    repository = world.create_repository(org, "app")
    for number in range(PULL_REQUESTS):
        author, mate = people[number % 8], people[(number + 3) % 8]
        files = [(f"src/part{number % 40}.py", 5, 0)]
        pr = world.open_pull_request(repository, author, commits=[files])
        world.add_review(pr, mate)
        if number % 5:
            world.merge(pr, mate)
    world.add_token(TOKEN)
    return world


@pytest.fixture
def source(transactional_db: None, tmp_path: Path) -> Iterator[Source]:
    with running(a_world(), repositories=tmp_path / "served") as github:
        yield Source(github, add_connection(kind="github", url=github.url, token=TOKEN))


@pytest.mark.timeout(300)
def test_a_killed_process_leaves_nothing_undone(source: Source, scratch: Path) -> None:
    check_connection(source.connection)
    work_to_the_end(source.connection)
    wanted = rows()
    assert PullRequestFact.objects.count() == PULL_REQUESTS
    call_command("flush", interactive=False, verbosity=0)
    source.connection = add_connection(kind="github", url=source.github.url, token=TOKEN)

    check_connection(source.connection)
    asked = source.github.ledger.counts
    source.github.faults.arm("slow", on="graphql", seconds=0.15, times=None)
    source.github.faults.arm("slow", on="git", seconds=0.4, times=None)
    moments: list[Callable[[], bool]] = [
        lambda: asked["rest"] >= 1,
        PullRequest.objects.exists,
        lambda: asked["base"] >= 2,
        lambda: asked["git"] >= 1,
        Commit.objects.exists,
        PullRequestFact.objects.exists,
    ]
    assert sum(killed_at_each(moments, asked, scratch)) >= 5
    source.github.faults.clear()
    work_to_the_end(source.connection)

    assert different(rows(), wanted) == {}
    assert not Hint.objects.exists()
    assert [path for path in scratch.iterdir() if path.is_dir()] == []


def killed_at_each(
    moments: list[Callable[[], bool]], asked: dict[str, int], scratch: Path
) -> Iterator[bool]:
    """A worker after the other, each killed at its moment; `asked` is counted anew for each."""
    for moment in moments:
        asked.clear()
        yield killed_at(moment, scratch)
        time_passes()


def killed_at(moment: Callable[[], bool], scratch: Path) -> bool:
    """Let a worker work until the moment, and kill it; False where it had come to its end before."""
    name = database.settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=TOP,
        env=os.environ | {"PLUMBLINE_DATABASE_NAME": name, "PLUMBLINE_SCRATCH_DIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None and not moment():
            time.sleep(0.005)
        return process.poll() is None
    finally:
        process.kill()
        process.wait()
