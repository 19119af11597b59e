"""What is reachable from where, as git itself has it."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.delivery import store
from backend.delivery.graph import Graph, Node, generations
from backend.delivery.models import Commit, PendingDeployments, Repository
from backend.delivery.records import CommitRecord
from backend.delivery.references import Named
from backend.delivery.store.graph import number_commits, store_named, unread_messages
from tests.factories import MONDAY, a_repository, hours

Parents = Sequence[Sequence[int]]
"""Of each commit, the places of its parents: the ones before it."""


@st.composite
def histories(draw: st.DrawFn) -> Parents:
    """Any graph: several roots, merges of many, branches that never meet."""
    size = draw(st.integers(1, 12))
    return [
        draw(st.lists(st.integers(0, at - 1), max_size=3, unique=True)) if at else []
        for at in range(size)
    ]


class Git:
    """A real repository of such a graph."""

    def __init__(self, folder: str, parents: Parents) -> None:
        self.folder = Path(folder)
        self.ask("init", "--quiet", "--bare", ".")
        tree = self.ask("mktree")
        self.shas: list[str] = []
        for at, of in enumerate(parents):
            named = [word for parent in of for word in ("-p", self.shas[parent])]
            self.shas.append(self.ask("commit-tree", tree, *named, "-m", f"commit {at}"))
        self.nodes = [
            Node(sha, [self.shas[parent] for parent in of])
            for sha, of in zip(self.shas, parents, strict=True)
        ]

    def ask(self, *arguments: str) -> str:
        return self.run(*arguments, check=True).stdout.strip()

    def run(self, *arguments: str, check: bool) -> subprocess.CompletedProcess[str]:
        who = ("-c", "user.name=dev", "-c", "user.email=dev@example.com")
        command = ["git", *who, *arguments]
        return subprocess.run(
            command, cwd=self.folder, input="", capture_output=True, text=True, check=check
        )

    def reachable(self, sha: str, without: Sequence[str]) -> list[str]:
        found = self.ask("rev-list", sha, *(f"^{one}" for one in without))
        return sorted(found.split())

    def is_ancestor(self, one: str, other: str) -> bool:
        return self.run("merge-base", "--is-ancestor", one, other, check=False).returncode == 0


@settings(max_examples=12, deadline=None)
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_answers_as_git(parents: Parents, random: object, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        git = Git(folder, parents)
        graph = Graph(data.draw(st.permutations(git.nodes)))
        chosen = st.sampled_from(git.shas)
        for _ in range(4):
            sha, without = data.draw(chosen), data.draw(st.lists(chosen, max_size=3))
            found = graph.contained(sha, without)
            assert sorted(one.sha for one in found.commits) == git.reachable(sha, without)
            assert found.reason == ""
        for one, other in combinations(git.shas[:5], 2):
            assert graph.is_ancestor(one, other) is git.is_ancestor(one, other)
            assert graph.is_ancestor(other, one) is git.is_ancestor(other, one)
            assert graph.is_ancestor(one, one) is True


def drawn(lines: str) -> Graph:
    """A graph of lines such as `c: a b`: c, whose parents are a and b. Parents without a line are not known."""
    pairs = (line.split(":") for line in lines.strip().splitlines())
    return Graph(Node(sha.strip(), parents.split()) for sha, parents in pairs)


@given(histories(), st.data())
def test_a_reach_tells_what_is_new_since_all_that_was_added(
    parents: Parents, data: st.DataObject
) -> None:
    shas = [str(at) for at in range(len(parents))]
    lost = data.draw(st.sets(st.sampled_from(shas)))
    graph = Graph(
        Node(sha, [str(parent) for parent in of])
        for sha, of in zip(shas, parents, strict=True)
        if sha not in lost
    )
    reach, added = graph.reach(), list[str]()
    for sha in data.draw(st.lists(st.sampled_from(shas), max_size=5)):
        found, expected = reach.add(sha), graph.contained(sha, added)
        assert set(found.commits) == set(expected.commits)
        assert found.reason == expected.reason
        assert (sha in reach) is (sha in graph)
        added.append(sha)


@given(histories(), st.data())
def test_grounds_are_what_a_reach_of_one_commit_is(parents: Parents, data: st.DataObject) -> None:
    shas = [str(at) for at in range(len(parents))]
    lost = data.draw(st.sets(st.sampled_from(shas)))
    graph = Graph(
        Node(sha, [str(parent) for parent in of], picked_from=[f"of {sha}"])
        for sha, of in zip(shas, parents, strict=True)
        if sha not in lost
    )
    asked = data.draw(st.sets(st.sampled_from(shas)))
    grounds = graph.grounds(asked)
    assert set(grounds) == asked - lost
    for sha, ground in grounds.items():
        reach, after = graph.reach(), graph.reach(ground)
        found = reach.add(sha)
        assert ground.reason == found.reason
        assert ground.picked_from == {name for one in found.commits for name in one.picked_from}
        assert [one in after for one in shas] == [one in reach for one in shas]
        for one in shas:
            assert after.add(one) == reach.add(one)


def test_what_many_stand_on_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph(Node(str(at), [str(at - 1)] if at else []) for at in range(1_000))
    asked = watched(graph, monkeypatch)
    assert len(graph.grounds(str(at) for at in range(0, 1_000, 10))) == 100
    assert len(asked) <= 1_000


@given(histories(), st.data())
def test_what_is_not_known_makes_no_answer_a_wrong_one(
    parents: Parents, data: st.DataObject
) -> None:
    nodes = [Node(str(at), [str(one) for one in of]) for at, of in enumerate(parents)]
    lost = data.draw(st.sets(st.sampled_from(nodes).map(lambda node: node.sha)))
    whole = Graph(nodes)
    part = Graph(node for node in nodes if node.sha not in lost)
    for one in whole._commits.shas:
        for other in whole._commits.shas:
            assert part.is_ancestor(one, other) in {whole.is_ancestor(one, other), None}
        told, all_of_it = part.contained(one), whole.contained(one)
        assert set(told.commits) <= set(all_of_it.commits)
        assert bool(told.reason) is (len(told.commits) < len(all_of_it.commits))


@given(histories())
def test_stored_generations_change_nothing(parents: Parents) -> None:
    nodes = [Node(str(at), [str(one) for one in of]) for at, of in enumerate(parents)]
    graph = Graph(nodes)
    numbered = Graph(
        node._replace(generation=graph._commits.generation[graph._commits.known(node.sha) or 0])
        for node in nodes
    )
    assert numbered._commits.generation == graph._commits.generation
    assert numbered._commits.is_whole == graph._commits.is_whole
    for one in nodes:
        assert numbered.contained(one.sha, ["0"]) == graph.contained(one.sha, ["0"])


def test_children_come_before_their_parents() -> None:
    graph = drawn("a:\nb: a\nc: a\nd: b c\ne: d")
    order = [one.sha for one in graph.contained("e").commits]
    assert (order[:2], set(order[2:4]), order[4:]) == (["e", "d"], {"b", "c"}, ["a"])
    assert [one.sha for one in graph.contained("e", ["d"]).commits] == ["e"]
    assert [one.is_merge for one in graph.contained("e", ["c"]).commits] == [False, True, False]


def test_a_long_history_is_no_deep_one() -> None:
    size = 20_000
    graph = Graph(Node(str(at), [str(at - 1)] if at else []) for at in reversed(range(size)))
    assert len(graph) == len(graph.contained(str(size - 1)).commits) == size
    assert graph.is_ancestor("0", str(size - 1)) is True


def watched(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The commits whose parents are asked for from now on."""
    parents, asked = graph._commits.parents, list[int]()

    def counted(at: int) -> Iterator[int]:
        asked.append(at)
        return parents(at)

    monkeypatch.setattr(graph._commits, "parents", counted)
    return asked


def test_a_walk_touches_what_is_new_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph(Node(str(at), [str(at - 1)] if at else []) for at in range(1_000))
    asked = watched(graph, monkeypatch)
    assert len(graph.contained("999", ["989", "500", "3"]).commits) == 10
    assert graph.is_ancestor("998", "990") is False
    assert graph.is_ancestor("990", "995") is True
    assert len(asked) <= 16


def test_says_which_commit_is_not_known() -> None:
    graph = drawn("c: b\nd: c")
    assert graph.contained("x").reason.startswith("Commit x is not known")
    found = graph.contained("d")
    assert [one.sha for one in found.commits] == ["d", "c"]
    assert found.reason.startswith("Commit b is not known")
    assert graph.contained("d", ["c"]).reason == ""
    assert graph.is_ancestor("c", "d") is True
    assert graph.is_ancestor("b", "d") is None
    assert graph.is_ancestor("d", "c") is None, "what is not known may lead there"


def test_short_names_stand_in_full_where_they_fit_one_commit() -> None:
    node = Node("f" * 40, ["abc1"], None, ["abc", "abd", "aaa", "abd7"], ["abd8"])
    graph = Graph([Node("abc1", []), Node("abd7", []), Node("abd8", []), node])
    (brought, _) = graph.contained("f" * 40).commits
    assert brought.reverts == ("abc1", "abd", "aaa", "abd7")
    assert brought.picked_from == ("abd8",)
    assert [graph.full("abd"), graph.full("ff"), graph.full("x")] == [None, "f" * 40, None]


@given(histories(), st.data())
def test_generations_are_one_more_than_the_highest_parents(
    parents: Parents, data: st.DataObject
) -> None:
    expected: list[int] = []
    for of in parents:
        expected.append(1 + max((expected[one] for one in of), default=0))
    numbered = data.draw(st.sets(st.integers(0, len(parents) - 1)))
    nodes = [
        Node(str(at), [str(one) for one in of])
        for at, of in enumerate(parents)
        if at not in numbered
    ]
    found = dict(
        generations(
            data.draw(st.permutations(nodes)),
            lambda shas: [(sha, expected[int(sha)]) for sha in shas if int(sha) in numbered],
        )
    )
    assert found == {str(at): of for at, of in enumerate(expected) if at not in numbered}


def a_commit(name: str, *parents: str, **values: Any) -> CommitRecord:
    record = CommitRecord(
        sha=name * 40,
        parents=tuple(parent * 40 for parent in parents),
        author=None,
        authored_at=MONDAY,
        committed_at=MONDAY + hours(ord(name)),
        files=(),
    )
    return replace(record, **values)


def stored_generations() -> dict[str, int | None]:
    return {sha[0]: of for sha, of in Commit.objects.values_list("sha", "generation")}


@pytest.fixture
def repository(db: None) -> Repository:
    return a_repository()


def test_commits_are_numbered_as_their_ancestors_come_to_be_known(repository: Repository) -> None:
    store.store_commits(
        repository=repository, commits=[a_commit("d", "c", "a"), a_commit("c", "b"), a_commit("a")]
    )
    assert number_commits(repository=repository) == 1
    assert stored_generations() == {"a": 1, "c": None, "d": None}
    graph = Graph.load(repository.pk)
    assert [one.sha[0] for one in graph.contained("d" * 40, ["a" * 40]).commits] == ["d", "c"]
    assert graph.is_ancestor("a" * 40, "d" * 40) is True
    store.store_commits(repository=repository, commits=[a_commit("b", "a"), a_commit("e")])
    assert number_commits(repository=repository) == 4
    assert stored_generations() == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 1}
    assert number_commits(repository=repository) == 0


def test_the_graph_is_read_with_what_messages_name(repository: Repository) -> None:
    commits = [a_commit("a"), a_commit("b", "a", reverts=("aaaaaaa",), picked_from=("c" * 40,))]
    store.store_commits(repository=repository, commits=commits)
    store.store_commits(repository=a_repository(), commits=[a_commit("c"), a_commit("d")])
    graph = Graph.load(repository.pk)
    assert len(graph) == 2
    (one, other) = graph.contained("b" * 40).commits
    assert (one.reverts, one.picked_from) == (("a" * 40,), ("c" * 40,))
    assert (other.reverts, other.picked_from) == ((), ())


def test_what_old_messages_name_is_stored_once(repository: Repository) -> None:
    store.store_commits(
        repository=repository,
        commits=[
            *(a_commit("a"), a_commit("b"), a_commit("c", reverts=(), picked_from=())),
            a_commit("d", is_on_default_branch=False),
        ],
    )
    PendingDeployments.objects.all().delete()
    assert unread_messages(repository=repository, at_most=1) == ["b" * 40]
    store_named(repository=repository, named={"a" * 40: Named()})
    assert not PendingDeployments.objects.exists()
    told = {"b" * 40: Named(("a" * 40,), ("f" * 40,)), "c" * 40: Named(("a" * 40,))}
    store_named(repository=repository, named=told)
    assert PendingDeployments.objects.exists()
    assert unread_messages(repository=repository, at_most=9) == []
    stored = Commit.objects.order_by("sha").values_list("reverts", "picked_from")
    assert list(stored) == [([], []), (["a" * 40], ["f" * 40]), ([], []), (None, None)]
