"""What holds of deployments whatever the history: held against sets of commits that are counted by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.graph import Graph, Node
from backend.metrics.deployments import contents, fixes
from backend.metrics.deployments.contents import Attempt, Deployed, Known, Pull
from tests.delivery.test_graph import watched

SERVICE, PRODUCTION = "web", "production"


@dataclass(frozen=True)
class History:
    nodes: Sequence[Node]
    attempts: Sequence[Attempt]
    pulls: Sequence[Pull]

    @cached_property
    def graph(self) -> Graph:
        return Graph(self.nodes)

    @cached_property
    def known(self) -> Known:
        return Known(
            pulls={pull.pk: pull for pull in self.pulls},
            merged_as=self.merges,
            part_of=self.merges,
        )

    @cached_property
    def merges(self) -> dict[str, list[int]]:
        return {pull.merge_sha: [pull.pk] for pull in self.pulls}

    @cached_property
    def reachable(self) -> dict[str, frozenset[str]]:
        """Each commit with all that leads to it."""
        found: dict[str, frozenset[str]] = {}
        for node in self.nodes:
            found[node.sha] = frozenset({node.sha}).union(*(found[one] for one in node.parents))
        return found

    @cached_property
    def deployed(self) -> list[Deployed]:
        return judged(self.attempts, self.known, self.graph)

    @cached_property
    def successes(self) -> list[Attempt]:
        return sorted(
            (one for one in self.attempts if one.outcome == "succeeded"), key=lambda one: one.order
        )


def judged(attempts: Sequence[Attempt], known: Known, graph: Graph) -> list[Deployed]:
    rows = contents.walk({(SERVICE, PRODUCTION): attempts}, graph)
    return contents.judge(rows[SERVICE, PRODUCTION], known, graph)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any graph, some commits of which stand for pull requests, name reverts and copies, and are deployed."""
    size = draw(st.integers(1, 10))
    places = st.integers(0, size - 1)
    nodes = [
        Node(
            sha=f"{at:040x}",
            parents=[f"{one:040x}" for one in parents],
            generation=None,
            reverts=[f"{one:040x}" for one in draw(st.lists(places, max_size=1))],
        )
        for at in range(size)
        for parents in [
            draw(st.lists(st.integers(0, at - 1), max_size=2, unique=True)) if at else []
        ]
    ]
    merges = draw(st.lists(places, max_size=5, unique=True))
    pulls = [
        Pull(
            pk=number,
            number=number,
            merge_sha=f"{at:040x}",
            head_sha=f"head {number}",
            started_at=started,
            merged_at=started + draw(st.integers(0, 50)),
            author_key=None,
            is_bot=False,
            is_hotfix=draw(st.booleans()),
        )
        for number, at in enumerate(merges)
        for started in [draw(st.integers(0, 50))]
    ]
    attempts = [
        Attempt(
            service=SERVICE,
            environment=PRODUCTION,
            source="api",
            key=f"D{key}",
            sha=f"{draw(places):040x}",
            outcome=draw(st.sampled_from(["succeeded", "succeeded", "succeeded", "failed"])),
            started_at=finished - draw(st.integers(0, 20)),
            finished_at=finished,
        )
        for key in range(draw(st.integers(0, 7)))
        for finished in [draw(st.integers(0, 100))]
    ]
    return History(nodes, attempts, pulls)


@given(histories())
def test_a_change_belongs_to_the_first_deployment_that_contains_it_and_to_no_other(
    history: History,
) -> None:
    found = {change.pull.pk: one.attempt for one in history.deployed for change in one.changes}
    assert len(found) == sum(len(one.changes) for one in history.deployed)
    for pull in history.pulls:
        containing = [
            one for one in history.successes if pull.merge_sha in history.reachable[one.sha]
        ]
        in_baseline = bool(containing) and containing[0] is history.successes[0]
        first = None if in_baseline or not containing else containing[0]
        assert found.get(pull.pk) == first


@given(histories())
def test_commits_are_brought_once_and_all_that_the_baseline_has_not(history: History) -> None:
    brought = [commit.sha for one in history.deployed for commit in one.commits]
    shas = [one.sha for one in history.successes]
    everything = frozenset[str]().union(*(history.reachable[sha] for sha in shas))
    before = history.reachable[shas[0]] if shas else frozenset[str]()
    assert sorted(brought) == sorted(everything - before)
    for one in history.deployed:
        assert (one.commit_count is None) == (one.role in {"", "baseline"})
        assert bool(one.reason) == (one.commit_count is None)
        assert (one.direct_commit_count or 0) <= (one.commit_count or 0)


@given(histories())
def test_stages_add_up_and_a_lead_time_is_no_shorter_than_its_cycle_time(
    history: History,
) -> None:
    for one in history.deployed:
        for change in one.changes:
            pull, finish = change.pull, one.attempt.finished_at
            assert finish is not None
            total, waited = contents.lead(pull, finish)
            cycle = pull.merged_at - pull.started_at
            assert total == cycle + waited
            assert total >= cycle
            assert waited >= 0
            assert total == max(finish, pull.merged_at) - pull.started_at


@given(histories())
def test_only_what_succeeded_has_failed_in_use_and_only_what_came_later_fixed_it(
    history: History,
) -> None:
    found = fixes.find(
        history.deployed, incidents=[], may_be_of_it=bool, corrections=[], by_time=False
    )
    assert len({(fix.failed, fix.told_by) for fix in found}) == len(found)
    for fix in found:
        assert fix.fixed_by is not None
        assert fix.failed.outcome == fix.fixed_by.outcome == "succeeded"
        assert fix.failed.order < fix.fixed_by.order
        assert fix.restore_seconds is not None
        assert fix.restore_seconds >= 0


@given(histories())
def test_the_order_in_which_things_are_told_is_nothing(history: History) -> None:
    attempts = list(reversed(history.attempts))
    graph = Graph(reversed(history.nodes))
    again = judged(attempts, history.known, graph)
    assert [unordered(one) for one in again] == [unordered(one) for one in history.deployed]


@given(histories(), histories())
def test_commits_that_have_nothing_to_do_with_it_change_nothing(
    history: History, other: History
) -> None:
    strange = [
        node._replace(
            sha=f"ff{node.sha[2:]}",
            parents=[f"ff{parent[2:]}" for parent in node.parents],
            reverts=(),
        )
        for node in other.nodes
    ]
    graph = Graph([*strange, *history.nodes])
    again = judged(history.attempts, history.known, graph)
    assert [unordered(one) for one in again] == [unordered(one) for one in history.deployed]


@given(histories())
def test_another_environment_changes_nothing(history: History) -> None:
    """Each has its own row, with its own baseline; so the same deployments come to the same there."""
    staged = [replace(one, environment="staging") for one in history.attempts]
    again = judged(staged, history.known, history.graph)
    assert [one.changes for one in again] == [one.changes for one in history.deployed]
    assert [one.role for one in again] == [one.role for one in history.deployed]


@given(histories(), st.data())
def test_another_service_changes_nothing(history: History, data: st.DataObject) -> None:
    """However much they share: it may begin with something else, and stand on the same commits."""
    others = [
        replace(one, service="other", key=f"of {one.key}")
        for one in data.draw(st.permutations(history.attempts))[1:]
    ]
    attempts = {(SERVICE, PRODUCTION): history.attempts, ("other", PRODUCTION): others}
    rows = contents.walk(attempts, history.graph)
    for place, alone in attempts.items():
        again = contents.judge(rows[place], history.known, history.graph)
        assert again == judged(alone, history.known, history.graph)


def test_services_that_stand_on_the_same_commits_are_not_walked_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = 500
    graph = Graph(Node(f"{at:040x}", [f"{at - 1:040x}"] if at else []) for at in range(size))
    asked = watched(graph, monkeypatch)
    attempts = {
        (f"s{at}", PRODUCTION): [
            Attempt(
                f"s{at}", PRODUCTION, "api", str(at), f"{size - 1 - at % 3:040x}", "succeeded", 1, 2
            )
        ]
        for at in range(60)
    }
    assert len(contents.walk(attempts, graph)) == 60
    assert len(asked) <= size


def test_there_is_an_end_to_what_is_deployed_in_many_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = Graph(Node(f"{at:040x}", [f"{at - 1:040x}"] if at else []) for at in range(9))
    attempts = {
        (service, PRODUCTION): [
            Attempt(service, PRODUCTION, "api", f"{service}{at}", f"{at:040x}", "succeeded", at, at)
            for at in (0, 8)
        ]
        for service in ("a", "b")
    }
    monkeypatch.setattr(contents, "MOST_COMMITS", 16)
    assert len(contents.walk(attempts, graph)) == 2
    monkeypatch.setattr(contents, "MOST_COMMITS", 15)
    with pytest.raises(contents.TooMuch, match="More than 15 commits are new in 2 places"):
        contents.walk(attempts, graph)


def unordered(one: Deployed) -> Deployed:
    """Commits that do not lead to each other come in any order, and the changes that they bring."""
    return replace(
        one,
        commits=tuple(sorted(one.commits, key=lambda commit: commit.sha)),
        changes=tuple(sorted(one.changes, key=lambda change: change.pull.pk)),
    )
