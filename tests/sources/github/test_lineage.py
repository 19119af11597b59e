"""What leads to a deployment and is not on the default branch is found, once, and does not count as the branch's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from backend.delivery.graph import Graph
from backend.delivery.models import Commit, Repository
from backend.delivery.store.commits import held_commits
from backend.sources.commit_sizes import collect_change_sizes
from backend.sources.errors import NotFound
from backend.sources.github import commit_sizes, lineage
from backend.sources.github.client import GitHub
from backend.sources.github.commit_blobs import tip_of
from backend.sources.github.deployments import collect_deployments
from backend.sources.github.lineage import collect_lineage
from backend.sources.models import Cursor
from tests.simulators import github as simulated
from tests.simulators.github import Simulator, World


@pytest.fixture(autouse=True)
def clock(world: World, app: simulated.Repository) -> Iterator[time_machine.Traveller]:
    """It is soon after what happens in the world."""
    with time_machine.travel(datetime.fromtimestamp(world.now, UTC) + timedelta(hours=5)) as it:
        yield it


@pytest.fixture
def read(stored: Repository, github: GitHub) -> Repository:
    """forge/app with the commits of its default branch, which may not be cloned."""
    stored.connection.cloning_allowed = False
    stored.connection.save()
    tip = tip_of(stored, github)
    assert tip is not None
    commit_sizes.collect_by_rest(stored, github, tip, at_most=100)
    return stored


def deploy(
    world: World,
    app: simulated.Repository,
    commit: simulated.Commit,
    environment: str = "production",
) -> None:
    world.deploy(app, environment, "SUCCESS", commit=commit)


def look(repository: Repository, github: GitHub, *, full: bool = False) -> list[str]:
    """Deployments, and what leads to them, slice by slice; what there is to say at the end."""
    collect_deployments(repository, github)
    for _ in range(30):
        done = collect_lineage(repository, github, full=full)
        if not done.more:
            return done.notes
    raise AssertionError("it never came to an end")


def aside() -> set[str]:
    return set(Commit.objects.filter(is_on_default_branch=False).values_list("sha", flat=True))


def test_a_branch_is_followed_down_to_what_is_known(
    world: World, app: simulated.Repository, read: Repository, github: GitHub
) -> None:
    root = app.branches["main"]
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    reverted = world.push_commit(pr, body=f"This reverts commit {pr.commits[0].oid}.")
    deploy(world, app, reverted)
    before = github.usage.requests
    assert look(read, github) == []
    assert aside() == {commit.oid for commit in pr.commits}
    assert github.usage.requests - before <= 3
    last = Commit.objects.get(sha=reverted.oid)
    assert (last.files.count(), last.reverts) == (0, [pr.commits[0].oid])
    assert last.committed_at == datetime.fromtimestamp(reverted.committed_at, UTC)
    graph = Graph.load(read.pk)
    assert [one.sha for one in graph.contained(reverted.oid, [root.oid]).commits] == [
        commit.oid for commit in reversed(pr.commits)
    ]
    assert not Commit.objects.filter(generation=None).exists()
    before = github.usage.requests
    assert look(read, github, full=True) == []
    assert github.usage.requests - before == 1, "what is known is not asked for again"


def test_what_is_no_deployment_leads_nowhere(
    world: World, app: simulated.Repository, read: Repository, github: GitHub
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    deploy(world, app, pr.commits[0], environment="somewhere")
    world.deploy(app, "production", "FAILURE", commit=pr.commits[0])
    look(read, github)
    assert aside() == set()


def test_a_long_branch_takes_as_many_requests_as_it_needs(
    world: World,
    app: simulated.Repository,
    read: Repository,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lineage, "COMMITS_A_REQUEST", 10)
    monkeypatch.setattr(lineage, "REQUESTS_A_SLICE", 2)
    pr = world.open_pull_request(app, None, commits=[[(f"f{n}.py", 1, 0)] for n in range(65)])
    deploy(world, app, pr.commits[-1])
    before = github.usage.requests
    look(read, github)
    assert len(aside()) == 65
    assert github.usage.requests - before <= 9
    assert not Commit.objects.filter(generation=None).exists()


def test_there_is_a_limit(
    world: World,
    app: simulated.Repository,
    read: Repository,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lineage, "COMMITS_A_REQUEST", 10)
    monkeypatch.setattr(lineage, "MOST_COMMITS", 20)
    pr = world.open_pull_request(app, None, commits=[[(f"f{n}.py", 1, 0)] for n in range(65)])
    deploy(world, app, pr.commits[-1])
    for _ in range(2):
        assert look(read, github, full=True)[0].startswith("More than 20 commits")
        assert len(aside()) == 20
    found = Graph.load(read.pk).contained(pr.commits[-1].oid)
    assert len(found.commits) == 20
    assert found.reason.startswith("Commit ")


def test_what_the_server_lost_does_not_keep_others_waiting(
    world: World,
    app: simulated.Repository,
    read: Repository,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller,
) -> None:
    monkeypatch.setattr(lineage, "REQUESTS_A_SLICE", 2)
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    deploy(world, app, pr.commits[0])
    gone = world.open_pull_request(app, world.accounts["dev0001"])
    deploy(world, app, gone.commits[0])
    collect_deployments(read, github)
    del app.pull_requests[gone.number], app.branches[gone.head_ref]
    app.revision += 1
    assert look(read, github) == ["1 commits that were deployed are no longer there to be read."]
    assert aside() == {pr.commits[0].oid}
    before = github.usage.requests
    assert collect_lineage(read, github).notes, "it is said, and not asked for again"
    assert github.usage.requests == before
    world.deploy(app, "production", "SUCCESS", commit=gone.commits[0])
    collect_deployments(read, github)
    before = github.usage.requests
    assert collect_lineage(read, github, full=True).notes, "nor by a full look in the same night"
    assert github.usage.requests == before
    clock.shift(lineage.FORGOTTEN_AFTER + timedelta(seconds=1))
    assert collect_lineage(read, github, full=True).notes
    assert 1 <= github.usage.requests - before <= 2, "but by that of the next"


def test_commits_that_are_nowhere_cannot_be_asked_for_without_end(
    read: Repository, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "MOST_LOST", 3)

    def report(number: int) -> None:
        read.reported_deployments.create(
            external_id=str(number), environment="production", sha=f"{number:040x}",
            outcome="succeeded", finished_at=timezone.now(), reported_at=timezone.now(),
        )  # fmt: skip

    requests = []
    for number in range(6):
        report(number)
        before = github.usage.requests
        notes = collect_lineage(read, github).notes
        requests.append(github.usage.requests - before)
    assert all(1 <= number <= 2 for number in requests[:3])
    assert requests[3:] == [0, 0, 0]
    assert notes[-1] == "More than 3 are not there: others are asked for at night."


def test_what_joins_the_default_branch_gets_its_files(
    world: World, app: simulated.Repository, read: Repository, github: GitHub
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    world.push_commit(pr)
    deploy(world, app, pr.commits[-1])
    look(read, github)
    held = held_commits(repository=read)
    world.merge(pr, how="merge")
    collect_change_sizes(read, github)
    assert aside() == set()
    assert held_commits(repository=read) == held + 3
    assert Commit.objects.get(sha=pr.commits[0].oid).files.count() == len(pr.commits[0].files)
    cursor = Cursor.objects.get(kind="commits")
    assert (cursor.expected, cursor.held, cursor.gap) == (held + 3, held + 3, "")


def test_commits_beside_the_branch_are_none_of_its_count(
    world: World, app: simulated.Repository, read: Repository, github: GitHub
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    world.push_commit(pr)
    deploy(world, app, pr.commits[-1])
    look(read, github)
    world.merge(world.open_pull_request(app, world.accounts["dev0001"]))
    collect_change_sizes(read, github)
    cursor = Cursor.objects.get(kind="commits")
    assert cursor.held == cursor.expected == held_commits(repository=read)
    assert len(aside()) == 2


def test_a_force_push_takes_nothing_away(
    world: World, app: simulated.Repository, read: Repository, github: GitHub
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    old = pr.commits[0]
    deploy(world, app, old)
    look(read, github)
    world.force_push(pr, [[("other.py", 1, 0)]])
    deploy(world, app, pr.commits[0])
    look(read, github)
    graph = Graph.load(read.pk)
    assert aside() == {old.oid, pr.commits[0].oid}
    assert graph.is_ancestor(old.oid, pr.commits[0].oid) is False


def test_a_repository_out_of_reach_is_told_as_such(
    world: World,
    app: simulated.Repository,
    read: Repository,
    github: GitHub,
    server: Simulator,
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    deploy(world, app, pr.commits[-1])
    collect_deployments(read, github)
    world.delete_repository(app)
    with pytest.raises(NotFound):
        collect_lineage(read, github)


def test_without_the_permission_it_says_so(
    world: World,
    app: simulated.Repository,
    read: Repository,
    github: GitHub,
    server: Simulator,
) -> None:
    pr = world.open_pull_request(app, world.accounts["dev0001"])
    deploy(world, app, pr.commits[-1])
    collect_deployments(read, github)
    server.faults.arm("forbidden", on="rest")
    (note,) = collect_lineage(read, github).notes
    assert Cursor.objects.get(kind="lineage").unavailable == note
    server.faults.clear()
    look(read, github)
    assert Cursor.objects.get(kind="lineage").unavailable == ""
