"""The sizes of every commit's changes are git's own, to the row, and nothing of the clone stays."""

import os
import subprocess
from pathlib import Path

import pytest

from backend.delivery.models import Commit
from backend.people.models import Identity
from backend.sources.git import collect_commits
from tests.factories import a_repository
from tests.simulators.github import history, running
from tests.sources.git.conftest import TOKEN, Source, rows, told_by_git

pytestmark = pytest.mark.django_db


def test_sizes_are_those_that_git_tells(source: Source) -> None:
    work = source.work
    root = work.commit(a=b"1\n2\n3\n", picture=b"\0\1\2", crlf=b"1\r\n2\r\n")
    empty = work.commit("Nothing")
    work.git("checkout", "--quiet", "-b", "side", root)
    work.commit(b=b"1\n")
    work.git("checkout", "--quiet", "main")
    work.commit(a=b"1\n3\n", picture=b"\0\1\2\3", crlf=b"1\n2\n")
    work.git("merge", "--quiet", "-m", "Merge", "side")
    merge = work.git("rev-parse", "HEAD")
    work.git("mv", "a", "renamed")
    renamed = work.commit("Rename")
    (work.folder / "b").chmod(0o755)
    mode = work.commit("Change the mode")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{root},module")
    work.git("commit", "--quiet", "-m", "Add a submodule")
    work.publish()

    head, new = source.collect()

    assert rows(source.stored) == told_by_git(source.bare)
    assert new == int(work.git("rev-list", "--count", "HEAD")) == 8
    assert head == work.git("rev-parse", "HEAD")
    found = {commit.sha: commit for commit in Commit.objects.all()}
    assert found[root].parents == []
    assert len(found[merge].parents) == 2
    counts = [found[sha].files.count() for sha in (root, empty, merge, renamed, mode)]
    assert counts == [3, 0, 0, 1, 1]
    assert found[renamed].files.values_list("path", "additions", "deletions").get() == (
        *("renamed", 0, 0),
    )
    binary = found[root].files.get(path="picture")
    assert (binary.additions, binary.deletions) == (None, None)
    author = Identity.objects.get()
    assert (author.kind, author.login) == ("git", "dev0001@ghes.example")


def test_paths_of_any_bytes(source: Source) -> None:
    work = source.work
    names = [b"two words", b"new\nline", b"a\ttab", b'"quoted"', b"\xff\xfe.bin", b"back\\slash"]
    names += ["naïve-файл".encode(), b"commit 123", b"-\t-\tdashes", b"5\t5\tdigits"]
    for name in names:
        (work.folder / os.fsdecode(name)).write_bytes(b"1\n2\n")
    work.commit()
    work.publish()
    source.collect()
    assert rows(source.stored) == told_by_git(source.bare)
    assert {path for _, path, _, _ in rows(source.stored)} == {
        *(name.decode() for name in names[:-5] if name != b"\xff\xfe.bin"),
        *(name.decode() for name in names[-5:]),
        "\ufffd.bin",
    }


def test_a_commit_of_30000_files(source: Source) -> None:
    stream = [b"commit refs/heads/main\ncommitter x <x@ghes.example> 1700000000 +0000\ndata 0\n"]
    stream += [
        b"M 100644 inline dir%d/file%d\ndata 4\n1\n2\n\n" % (n % 300, n) for n in range(30_000)
    ]
    source.work.git("fast-import", "--quiet", text=b"".join(stream))
    source.work.publish()
    _, new = source.collect()
    assert new == 1
    assert rows(source.stored) == told_by_git(source.bare)
    assert len(rows(source.stored)) == 30_000


def test_only_what_is_new_is_read_again(source: Source) -> None:
    source.work.commit(a=b"1\n")
    source.work.publish()
    first, _ = source.collect()
    assert source.collect(first) == (first, 0)
    second = source.work.commit(a=b"1\n2\n")
    source.work.publish()
    assert source.collect(first) == (second, 1)
    # A tip that was forgotten costs time and changes nothing.
    assert source.collect() == (second, 0)
    assert rows(source.stored) == told_by_git(source.bare)


def test_after_a_force_push_superseded_commits_stay(source: Source) -> None:
    root = source.work.commit(a=b"1\n")
    old = source.work.commit(a=b"1\n2\n")
    source.work.publish()
    source.collect()
    source.work.git("reset", "--quiet", "--hard", root)
    new = source.work.commit(b=b"1\n")
    source.work.publish()
    assert source.collect(old) == (new, 1)
    assert set(Commit.objects.values_list("sha", flat=True)) == {root, old, new}


def test_odd_authors_and_times_are_stored(source: Source) -> None:
    people = (
        b"a <> 99999999999999999999 +0000",
        b"b <\xe9@Ghes.Example> -5 +0000",
        b"c <c@ghes.example> 4102444800 +1400",
    )
    for who in people:
        parents = source.work.git("rev-list", "-1", "--all")
        tree = source.work.git("mktree")
        lines = [b"tree " + tree.encode()]
        lines += [b"parent " + parents.encode()] if parents else []
        text = b"\n".join([*lines, b"author " + who, b"committer " + who, b"", b"x\n"])
        sha = source.work.git(
            "hash-object", "-t", "commit", "-w", "--literally", "--stdin", text=text
        )
        source.work.git("update-ref", "refs/heads/main", sha)
    source.work.publish()
    source.collect()
    found = Commit.objects.order_by("pk").values_list("authored_at__year", "author__login")
    assert set(found) == {
        (9999, None),
        (1970, "\\xe9@ghes.example"),
        (2100, "c@ghes.example"),
    }


def test_a_real_history_to_the_row(tmp_path: Path) -> None:
    world = history.load(("devlake",))
    world.add_token(TOKEN)
    (served,) = world.repositories.values()
    with running(world, repositories=tmp_path / "served") as github:
        stored = a_repository(name_with_owner=served.full_name)
        read = collect_commits(
            repository=stored,
            url=f"{github.url}/{served.full_name}.git",
            token=TOKEN,
            ca_certificate="",
            default_branch=served.default_branch,
            known_head="",
        )
        assert world.git is not None
        bare = world.git.path(served)
    count = subprocess.run(
        ["git", "-C", str(bare), "rev-list", "--count", served.default_branch],
        check=True,
        capture_output=True,
    )
    assert read.new == read.total == int(count.stdout) > 1000
    assert rows(stored) == told_by_git(bare, served.default_branch)
