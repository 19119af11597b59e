"""Change sizes are the same by clone and by REST, and whichever way is open is gone."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from backend.connections.models import Connection
from backend.delivery import attributes, code_owners
from backend.delivery.models import AttributePattern, Commit, CommitFile, Repository
from backend.sources.collected import Collected
from backend.sources.commit_sizes import FEW, collect_change_sizes
from backend.sources.errors import SourceError
from backend.sources.github.client import GitHub
from backend.sources.models import Cursor
from tests.factories import a_repository
from tests.simulators.github import World, running
from tests.sources.git.conftest import TOKEN, Source, Work, rows, told_by_git

pytestmark = pytest.mark.django_db
Described = tuple[list[str], str | None, datetime, datetime, bool, int | None, list[str], list[str]]


@pytest.fixture
def github(source: Source) -> Iterator[GitHub]:
    with GitHub(url=source.github.url, token=TOKEN) as session:
        yield session


def publish(source: Source) -> None:
    """Push with git itself, and let the server take it over."""
    source.work.publish()
    source.github.world.adopt(source.served)


def forbid_cloning(repository: Repository) -> None:
    Connection.objects.filter(pk=repository.connection_id).update(cloning_allowed=False)


def collect(repository: Repository, github: GitHub, most: int = 100) -> Collected:
    """Slice after slice, as the inbox would."""
    for _ in range(most):
        fresh = Repository.objects.select_related("connection").get(pk=repository.pk)
        done = collect_change_sizes(fresh, github)
        if not done.more:
            return done
    raise AssertionError("it never came to an end")


def described(repository: Repository) -> dict[str, Described]:
    return {
        commit.sha: (
            commit.parents,
            commit.author.login if commit.author else None,
            commit.authored_at,
            commit.committed_at,
            commit.is_truncated,
            commit.generation,
            commit.reverts or [],
            commit.picked_from or [],
        )
        for commit in Commit.objects.filter(repository=repository).select_related("author")
    }


def marks(repository: Repository) -> set[tuple[str, bool]]:
    found = CommitFile.objects.filter(commit__repository=repository)
    return set(found.values_list("path", "is_generated"))


def cursor_of(repository: Repository) -> Cursor:
    return Cursor.objects.get(repository=repository, kind="commits")


def git_requests(source: Source) -> int:
    return source.github.ledger.counts["git"]


def everything(work: Work) -> None:
    """One of each: binary, empty, renamed, of another mode, merged, a submodule, a pointer, odd names."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
    root = work.commit(
        a=b"1\n2\n3\n4\n",
        picture=b"\0\1\2",
        empty=b"",
        crlf=b"1\r\n2\r\n",
        big=pointer,
        logo=b"\0" * 64,
    )
    work.commit("Nothing")
    work.git("checkout", "--quiet", "-b", "side", root)
    work.commit(side=b"1\n")
    work.git("checkout", "--quiet", "main")
    work.commit(a=b"1\n2\n3\n5\n", picture=b"\0\1\2\3", crlf=b"1\n2\n", big=pointer + b"x 1\n")
    work.git("merge", "--quiet", "-m", "Merge", "side")
    for before, after in (("a", "renamed"), ("picture", "photo"), ("empty", "void")):
        work.git("mv", before, after)
    work.commit("Rename")
    work.git("mv", "renamed", "changed")
    work.git("mv", "logo", "sign")
    work.commit("Rename and change", changed=b"1\n2\n3\n6\n", sign=b"\0" * 63 + b"\1")
    for name in ("changed", "photo", "void"):
        (work.folder / name).chmod(0o755)
    work.commit("Change modes")
    names = [b"two words", b"new\nline", b'"quoted"', b"\xff\xfe.txt", "naïve-файл".encode()]
    for odd in names:
        (work.folder / os.fsdecode(odd)).write_bytes(b"1\n2\n")
    work.commit("Odd names")
    (work.folder / "side").unlink()
    (work.folder / "photo").unlink()
    (work.folder / "void").unlink()
    (work.folder / "changed").unlink()
    (work.folder / "changed").symlink_to("two words")
    work.commit("Take away, and make a link")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{root},module")
    work.git("commit", "--quiet", "-m", "Add a submodule")
    work.git("revert", "--no-edit", "HEAD")
    work.git("cherry-pick", "-x", "HEAD~1")


def test_both_ways_give_equal_rows(source: Source, github: GitHub) -> None:
    everything(source.work)
    publish(source)
    by_clone = source.stored
    collect(by_clone, github)
    by_rest = a_repository(by_clone.connection, name_with_owner="forge/app")
    forbid_cloning(by_rest)
    before = git_requests(source)
    collect(by_rest, github)
    assert git_requests(source) == before
    assert rows(by_rest) == rows(by_clone) == told_by_git(source.bare)
    assert described(by_rest) == described(by_clone)
    assert len(described(by_rest)) == 13
    last, undone, picked = source.work.git("rev-list", "-3", "HEAD").split()
    assert described(by_rest)[last][-3:] == (12, [], [picked])
    assert described(by_rest)[undone][-3:] == (11, [picked], [])
    for repository in (by_clone, by_rest):
        cursor = cursor_of(repository)
        assert (cursor.head_sha, cursor.page) == (source.work.git("rev-parse", "HEAD"), "")
        assert (cursor.expected, cursor.held, cursor.gap) == (13, 13, "")


def test_few_new_commits_need_no_clone(source: Source, github: GitHub) -> None:
    source.work.commit(a=b"1\n")
    publish(source)
    assert collect(source.stored, github).stored == 1
    clones = git_requests(source)
    for number in range(3):
        source.work.commit(a=b"%d\n" % number)
    publish(source)
    before = github.usage.requests
    assert collect(source.stored, github).stored == 3
    assert git_requests(source) == clones
    # The tip, one of each commit and, the first time, what the server understands.
    assert github.usage.requests - before <= 5
    before = github.usage.requests
    assert collect(source.stored, github).stored == 0
    assert github.usage.requests - before == 1
    assert rows(source.stored) == told_by_git(source.bare)


@pytest.mark.parametrize("way", ["few", "by clone", "by GraphQL"])
def test_messages_of_what_was_stored_before_they_were_read(
    source: Source, github: GitHub, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    everything(source.work)
    old = source.work.git("rev-parse", "HEAD")
    publish(source)
    collect(source.stored, github)
    expected = described(source.stored)
    stored = Commit.objects.all()
    stored.update(reverts=None, picked_from=None, generation=None)
    clones = git_requests(source)
    assert collect(source.stored, github).more is False
    if way != "few":
        stored.update(reverts=None, picked_from=None)
        monkeypatch.setattr("backend.sources.commit_sizes.MESSAGES_A_SLICE", 6)
        monkeypatch.setattr("backend.sources.commit_sizes.MESSAGES_A_REQUEST", 5)
        monkeypatch.setattr("backend.sources.github.commit_messages.MESSAGES_A_REQUEST", 5)
        if way == "by GraphQL":
            forbid_cloning(source.stored)
        collect(source.stored, github)
    assert (git_requests(source) > clones) is (way == "by clone")
    assert not stored.filter(reverts=None).exists()
    assert described(source.stored) == expected
    assert cursor_of(source.stored).head_sha == old


def test_messages_that_the_branch_no_longer_has_are_not_waited_for(
    source: Source, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.sources.commit_sizes.MESSAGES_A_REQUEST", 0)
    root = source.work.commit(a=b"1\n")
    source.work.commit(a=b"1\n2\n")
    publish(source)
    collect(source.stored, github)
    source.work.git("reset", "--quiet", "--hard", root)
    publish(source)
    collect(source.stored, github)
    Commit.objects.update(reverts=None, picked_from=None)
    collect(source.stored, github)
    assert set(Commit.objects.values_list("reverts__len", flat=True)) == {0}


def test_many_new_commits_are_cloned(source: Source, github: GitHub) -> None:
    source.work.commit(a=b"1\n")
    publish(source)
    collect(source.stored, github)
    clones, asked = git_requests(source), source.github.ledger.counts["rest"]
    for number in range(FEW + 1):
        source.work.commit(f"Change {number}")
    publish(source)
    assert collect(source.stored, github).stored == FEW + 1
    assert git_requests(source) > clones
    assert source.github.ledger.counts["rest"] == asked


def test_after_a_force_push_the_new_commits_come_and_the_old_ones_stay(
    source: Source, github: GitHub
) -> None:
    root = source.work.commit(a=b"1\n")
    old = source.work.commit(a=b"1\n2\n")
    publish(source)
    collect(source.stored, github)
    source.work.git("reset", "--quiet", "--hard", root)
    new = source.work.commit(b=b"1\n")
    publish(source)
    assert collect(source.stored, github).stored == 1
    assert set(described(source.stored)) == {root, old, new}
    assert cursor_of(source.stored).gap == ""


def test_a_clone_that_is_too_large_gives_way_to_rest(source: Source, github: GitHub) -> None:
    source.work.commit(noise=os.urandom(3 << 20))
    source.work.commit(a=b"1\n")
    publish(source)
    Connection.objects.update(clone_limit_megabytes=1)
    first = collect_change_sizes(
        Repository.objects.select_related("connection").get(pk=source.stored.pk), github
    )
    assert (first.stored, first.more) == (0, True)
    assert "larger than the connection allows" in first.notes[0]
    assert collect(source.stored, github).stored == 2
    assert rows(source.stored) == told_by_git(source.bare)
    assert cursor_of(source.stored).page == ""


def test_by_rest_it_goes_on_where_it_was_cut_short(
    source: Source, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.sources.github.commit_sizes.COMMITS_AT_ONCE", 3)
    monkeypatch.setattr("backend.sources.commit_sizes.COMMITS_A_SLICE", 7)
    for number in range(20):
        source.work.commit(a=b"%d\n" % number)
    publish(source)
    forbid_cloning(source.stored)
    source.github.faults.arm("too_many_requests", on="rest", after=5, times=1)
    with pytest.raises(SourceError) as caught:
        collect(source.stored, github)
    assert caught.value.retry_at is not None
    assert len(described(source.stored)) == 3
    assert collect(source.stored, github).stored <= 7
    assert rows(source.stored) == told_by_git(source.bare)
    assert (cursor_of(source.stored).expected, cursor_of(source.stored).held) == (20, 20)


def test_without_the_permission_the_kind_is_unavailable(source: Source, github: GitHub) -> None:
    source.work.commit(a=b"1\n")
    publish(source)
    source.github.faults.arm("forbidden", on="git")
    assert "forbids the token to clone" in collect(source.stored, github).notes[0]
    assert "access to contents" in cursor_of(source.stored).unavailable
    source.github.faults.clear()
    collect(source.stored, github)
    assert cursor_of(source.stored).unavailable == ""
    assert len(described(source.stored)) == 1


def test_attributes_are_read_both_ways_and_follow_the_tip(source: Source, github: GitHub) -> None:
    work = source.work
    (work.folder / "sql").mkdir()
    (work.folder / "sql" / ".gitattributes").write_bytes(b"*.txt -linguist-generated\n")
    (work.folder / "sql" / "by-hand.txt").write_bytes(b"1\n")
    work.commit(
        named={".gitattributes": b"*.txt linguist-generated\n", "a.txt": b"1\n", "go.sum": b"1\n"}
    )
    publish(source)
    collect(source.stored, github)
    assert ("a.txt", True) in marks(source.stored)
    assert {("sql/by-hand.txt", False), ("go.sum", True)} <= marks(source.stored)
    by_rest = a_repository(source.stored.connection, name_with_owner="forge/app")
    forbid_cloning(by_rest)
    collect(by_rest, github)

    def patterns(repository: Repository) -> list[Any]:
        found = AttributePattern.objects.filter(repository=repository).order_by(
            "folder", "position"
        )
        return list(found.values_list("folder", "position", "pattern", "attribute", "value"))

    assert patterns(by_rest) == patterns(source.stored)
    assert [row[0] for row in patterns(by_rest)] == ["", "sql/"]
    work.commit(named={".gitattributes": b"go.sum -linguist-generated\n"})
    publish(source)
    collect(by_rest, github)
    assert [row[2] for row in patterns(by_rest)] == ["go.sum", "*.txt"]
    assert Repository.objects.get(pk=by_rest.pk).files_marked_by == ""


def test_owners_are_read_both_ways_and_follow_the_tip(source: Source, github: GitHub) -> None:
    work = source.work
    (work.folder / "docs").mkdir()
    (work.folder / "docs" / "CODEOWNERS").write_bytes(b"* @nobody\n")
    work.commit(named={"CODEOWNERS": b"* @forge/all\n*.md @ada # texts\n"})
    publish(source)
    collect(source.stored, github)
    by_rest = a_repository(source.stored.connection, name_with_owner="forge/app")
    forbid_cloning(by_rest)
    collect(by_rest, github)

    def owners(repository: Repository) -> list[tuple[str, list[str]]]:
        return list(repository.owner_patterns.order_by("position").values_list("pattern", "owners"))

    assert owners(source.stored) == [("*", ["@forge/all"]), ("*.md", ["@ada"])]
    assert owners(by_rest) == owners(source.stored)
    work.commit(named={"CODEOWNERS": b"* @bob\n"})
    publish(source)
    collect(by_rest, github)
    assert owners(by_rest) == [("*", ["@bob"])]
    work.commit(named={"CODEOWNERS": b"*.py @ada\n" * code_owners.MOST_PATTERNS + b"* @bob\n"})
    publish(source)
    for repository in (source.stored, by_rest):
        assert collect(repository, github).notes == [code_owners.LEFT_OUT]
        assert len(owners(repository)) == code_owners.MOST_PATTERNS
        assert owners(repository)[-1] == ("*", ["@bob"])


def test_attributes_beyond_the_budget_are_left_out_and_noted_both_ways(
    source: Source, github: GitHub
) -> None:
    (source.work.folder / "sql").mkdir()
    large = b"#" * attributes.MOST_BYTES
    (source.work.folder / "sql" / ".gitattributes").write_bytes(large)
    source.work.commit(named={".gitattributes": b"*.txt linguist-generated\n"})
    publish(source)
    assert collect(source.stored, github).notes == [attributes.LEFT_OUT]
    by_rest = a_repository(source.stored.connection, name_with_owner="forge/app")
    forbid_cloning(by_rest)
    assert collect(by_rest, github).notes == [attributes.LEFT_OUT]
    for repository in (source.stored, by_rest):
        (pattern,) = AttributePattern.objects.filter(repository=repository)
        assert (pattern.folder, pattern.pattern) == ("", "*.txt")


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[GitHub, Repository, World]]:
    """A repository with a commit of 3,000 files and one of 3,001."""
    world = World()
    world.add_token(TOKEN)
    served = world.create_repository(world.create_organization("forge"), "app")
    for count in (3_000, 3_001):
        world.push(served, None, [(f"d{count}/{number}", 1, 0) for number in range(count)])
    with (
        running(world, repositories=tmp_path / "served") as server,
        GitHub(url=server.url, token=TOKEN) as session,
    ):
        stored = a_repository(name_with_owner="forge/app")
        Connection.objects.update(url=server.url)
        yield session, stored, world


def test_what_rest_does_not_tell_is_marked(large: tuple[GitHub, Repository, World]) -> None:
    github, stored, _ = large
    forbid_cloning(stored)
    collect(stored, github)
    counts = {commit.is_truncated: commit.files.count() for commit in Commit.objects.all()}
    assert counts == {False: 3_000, True: 3_000}


def test_an_empty_repository_has_no_commits(source: Source, github: GitHub) -> None:
    Repository.objects.update(default_branch="")
    assert collect(source.stored, github).notes == ["The repository has no commit yet."]
    forbid_cloning(source.stored)
    assert collect(source.stored, github).notes == ["The repository has no commit yet."]
