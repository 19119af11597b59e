"""Git repositories of small worlds: written, served, pushed to."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.conftest import TOKEN, client
from tests.simulators.github import Store, World, running
from tests.simulators.github.gitrepos import ENVIRONMENT, DoesNotFitError
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


class Work:
    """A repository with a working tree, from which git itself pushes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Some One", "-c", "user.email=DEV0001@ghes.example")
        command = ["git", "-C", str(self.folder), *who, *arguments]
        subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)

    def commit(self, message: str = "Change", **files: bytes) -> None:
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)


def test_what_git_pushed_is_served_as_github_shows_it(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    author = world.create_user("dev0001")
    repository = world.create_repository(forge, "app")
    store = Store(tmp_path / "server")
    world.attach_git(store)
    work = Work(tmp_path / "work")
    work.commit("first", a=b"one\ntwo\nthree\nfour\n", empty=b"", picture=b"\0\1")
    work.git("mv", "a", "b")
    work.commit("second", b=b"one\ntwo\nthree\nfive\n", picture=b"\0\2")
    work.git("update-index", "--chmod=+x", "b")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},module")
    work.git("commit", "--quiet", "--message", "third")
    work.git("reset", "--quiet", "--hard")
    work.git("checkout", "--quiet", "-B", "side", "main~1")
    work.commit("side", **{"\udcff.bin": b"1\n"})
    work.git("checkout", "--quiet", "main")
    work.git("merge", "--quiet", "--no-ff", "--message", "merge", "side")
    work.git("push", "--quiet", str(store.path(repository)), "main")
    gained = world.adopt(repository)
    by_name = {commit.headline: commit for commit in gained}
    assert set(repository.commits) == set(gained)
    assert {commit.author for commit in gained} == {author}
    expected = {
        (commit.oid, change.path, "" if change.additions is None else str(change.additions))
        for commit in gained
        for change in commit.files
        if change.change_type != "RENAMED"
    }
    counted = {row[:3] for row in numstat(store.path(repository), "main")}
    assert expected <= counted
    with running(world) as github, client(github) as http:

        def files(name: str) -> dict[str, dict[str, Any]]:
            answer = http.get(f"/api/v3/repos/forge/app/commits/{by_name[name].oid}")
            return {one["filename"]: one for one in answer.json()["files"]}

        first, second, third, side, merge = map(
            files, ("first", "second", "third", "side", "merge")
        )
    assert (first["empty"]["sha"][:7], first["empty"]["changes"]) == ("e69de29", 0)
    renamed = second["b"]
    assert (renamed["status"], renamed["previous_filename"]) == ("renamed", "a")
    assert (renamed["additions"], renamed["deletions"]) == (1, 1)
    assert (second["picture"]["changes"], "patch" in second["picture"]) == (0, False)
    assert (third["b"]["status"], third["b"]["changes"], third["b"]["sha"]) == (
        "modified",
        0,
        renamed["sha"],
    )
    assert (third["module"]["additions"], third["module"]["sha"]) == (1, "a" * 40)
    assert list(side) == list(merge) == ["\ufffd.bin"]
    assert (by_name["merge"].files, len(by_name["merge"].parents)) == ([], 2)


def test_a_push_by_force_is_taken_over_too(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    store = Store(tmp_path / "server")
    world.attach_git(store)
    work = Work(tmp_path / "work")
    target = str(store.path(repository))
    work.commit(a=b"1\n")
    work.git("push", "--quiet", target, "main")
    (first,) = world.adopt(repository)
    work.commit(b=b"1\n")
    work.git("push", "--quiet", target, "main")
    (second,) = world.adopt(repository)
    work.git("reset", "--quiet", "--hard", "main~1")
    work.commit(c=b"1\n")
    work.git("push", "--quiet", "--force", target, "main")
    (third,) = world.adopt(repository)
    assert repository.commits == [first, third]
    assert repository.commit(second.oid) is second
