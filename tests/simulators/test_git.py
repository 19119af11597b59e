"""Git repositories of small worlds: written, served, pushed to."""

import subprocess
from pathlib import Path

import pytest

from tests.simulators.conftest import TOKEN
from tests.simulators.github import Store, World, running
from tests.simulators.github.gitrepos import DoesNotFitError
from tests.simulators.test_history import numstat

MARKER = "CANARY-7f3a"


def clone(url: str, target: Path, token: str = TOKEN) -> subprocess.CompletedProcess[bytes]:
    address = url.replace("://", f"://x-access-token:{token}@")
    environment = {"PATH": "/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "clone", "--quiet", "--bare", address, str(target)]
    return subprocess.run(command, capture_output=True, check=False, env=environment)


def test_a_clone_has_the_sizes_of_the_world(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    author = world.create_user("dev0001")
    repository = world.create_repository(forge, "app")
    world.push(
        repository,
        author,
        [("naïve/файл.txt", 5, 0), ("picture.png", None, None), ('"odd\\name', 2, 0)],
    )
    squashed = world.open_pull_request(
        repository, author, commits=[[("a.py", 9, 0)], [("a.py", 3, 2)]]
    )
    merged = world.open_pull_request(
        repository, author, commits=[[("b.py", 4, 0), ("picture.png", None, None)]]
    )
    with running(world, repositories=tmp_path / "server") as github:
        world.merge(squashed)
        world.merge(merged, how="merge")
        world.push(
            repository,
            author,
            [("b.py", 1, 4), ("a.py", 0, 10), ("\udcff.bin", 1, 0), ("empty", 0, 0)],
        )
        assert clone(f"{github.url}/forge/app.git", tmp_path / "clone").returncode == 0
        assert clone(f"{github.url}/forge/app.git", tmp_path / "denied", "wrong").returncode == 128
        assert clone(f"{github.url}/forge/none.git", tmp_path / "missing").returncode == 128
    expected = {
        (
            commit.oid,
            path,
            "" if added is None else str(added),
            "" if deleted is None else str(deleted),
        )
        for commit in repository.commits
        for path, added, deleted, _ in commit.files
    }
    assert set(numstat(tmp_path / "clone", "main")) == expected
    assert len(expected) == 3 + 1 + 2 + 4


def test_the_marker_is_in_every_line(tmp_path: Path) -> None:
    world = World(canary=MARKER)
    repository = world.create_repository(world.create_organization(), "app")
    world.push(repository, None, [("a.py", 5000, 0), ("b.png", None, None)])
    store = Store(tmp_path, marker=MARKER)
    world.attach_git(store)
    for path, lines in (("a.py", 5000), ("b.png", 1)):
        command = ["git", "-C", str(store.path(repository)), "show", f"main:{path}"]
        text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        assert [MARKER in line for line in text.splitlines()] == [True] * lines


def test_taking_away_what_is_not_there_is_refused(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    world.push(repository, None, [("a.py", 5, 0)])
    world.attach_git(Store(tmp_path))
    with pytest.raises(DoesNotFitError, match="2 lines short"):
        world.push(repository, None, [("a.py", 0, 7)])


def test_a_commit_with_30000_files_is_pushed_in_one_go(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    store = Store(tmp_path)
    world.attach_git(store)
    paths = [f"src/folder{number % 300}/file{number}.txt" for number in range(30_000)]
    world.push(repository, None, [(path, 2, 0) for path in paths])
    last = world.push(repository, None, [(path, 1, 1) for path in paths])
    found = numstat(store.path(repository), "-1", "main")
    assert found.keys() == {(last.oid, path, "1", "1") for path in paths}
