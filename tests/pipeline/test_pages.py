"""What a first fill costs, counted by the server: base pages, and one request a nested page that had to be followed."""

from dataclasses import replace
from math import ceil

import pytest

from backend.delivery.models import (
    HeadCommit,
    PullRequest,
    PullRequestCommit,
    PullRequestFile,
    Review,
)
from backend.sources.models import SyncRun
from tests.pipeline.conftest import Source
from tests.pipeline.state import work_to_the_end
from tests.simulators.github import PullRequest as Served
from tests.simulators.github import Repository, World

PAGE = 100


@pytest.fixture
def repository(source: Source) -> Repository:
    source.without_git()
    return source.world.create_repository(source.world.organizations["forge"], "app")


def fill(world: World, repository: Repository, count: int) -> list[Served]:
    dev, mate = world.create_user("dev0001"), world.create_user("dev0002")
    found = []
    for number in range(count):
        pr = world.open_pull_request(repository, dev, title=f"Change {number}")
        world.add_review(pr, mate)
        found.append(pr)
    return found


def further(*counts: int) -> int:
    """The pages that lie beyond the first of each list."""
    return sum(ceil(count / PAGE) - 1 for count in counts)


def test_a_thousand_pull_requests_and_all_that_belongs_to_them(
    source: Source, repository: Repository
) -> None:
    world = source.world
    pulls = fill(world, repository, 1000)
    reviewed, pushed, broad, talked = pulls[100], pulls[200], pulls[300], pulls[400]
    mate = world.accounts["dev0002"]
    for _ in range(4999):
        world.add_review(reviewed, mate, "COMMENTED")
    for number in range(249):
        world.push_commit(pushed, [(f"src/{number % 90}.py", 1, 0)])
    world.push_commit(broad, [(f"src/{number}.py", 1, 0) for number in range(349)])
    for _ in range(150):
        world.request_review(talked, mate)

    source.github.ledger.clear()
    source.collect()

    counts = source.github.ledger.counts
    assert counts["base"] <= 25
    assert counts["nested"] == further(5000, 250, 350, 151)
    assert source.github.ledger.points["PullRequests"] <= 60
    assert source.github.ledger.points["Part"] == counts["nested"]
    assert source.github.ledger.operations["Checks"] == -(-HeadCommit.objects.count() // 25)
    assert PullRequest.objects.count() == 1000
    assert Review.objects.filter(pull_request__number=reviewed.number).count() == 5000
    assert Review.objects.count() == 5999
    assert PullRequestCommit.objects.filter(pull_request__number=pushed.number).count() == 250
    assert PullRequestFile.objects.filter(pull_request__number=broad.number).count() == 350
    assert PullRequest.objects.get(number=talked.number).events.count() == 150
    stored = PullRequest.objects.get(number=pushed.number)
    assert list(stored.commits.order_by("position").values_list("sha", flat=True)) == [
        commit.oid for commit in pushed.commits
    ]


def test_one_pull_request_that_is_larger_than_any(source: Source, repository: Repository) -> None:
    """5,000 reviews, 3,000 commits, 10,000 files: all of them, in order, and each further page asked for once."""
    world = source.world
    dev, mate = world.create_user("dev0001"), world.create_user("dev0002")
    files = [(f"src/part{number % 90}/{number}.py", number % 7, 0) for number in range(10_000)]
    pr = world.open_pull_request(repository, dev, commits=[files])
    first = pr.commits[0]
    pr.commits += [
        replace(first, oid=f"{number:040x}", parents=(first,), files=[])
        for number in range(1, 3000)
    ]
    for number in range(5000):
        world.add_review(pr, mate, ("COMMENTED", "APPROVED")[number % 2])
    source.collect()

    stored = PullRequest.objects.get()
    assert source.github.ledger.counts["nested"] == further(5000, 3000, 10_000)
    assert set(stored.reviews.values_list("external_id", flat=True)) == {
        review.node_id for review in pr.reviews
    }
    assert list(stored.commits.order_by("position").values_list("sha", flat=True)) == [
        commit.oid for commit in pr.commits
    ]
    assert set(stored.files.values_list("path", "additions")) == {
        (path, additions) for path, additions, _ in files
    }
    assert (stored.commit_count, stored.changed_files) == (3000, 10_000)
    assert set(SyncRun.objects.values_list("outcome", flat=True)) == {"succeeded"}


def test_a_page_that_is_too_much_for_the_server_is_made_smaller(
    source: Source, repository: Repository
) -> None:
    fill(source.world, repository, 60)
    source.github.faults.arm("bad_gateway", on="graphql", page_size=15, times=None)
    source.collect()
    assert PullRequest.objects.count() == 60
    sizes = [r.page_size for r in source.github.ledger.requests if r.page == "base"]
    assert sizes
    assert max(sizes) <= 15
    refused = [r for r in source.github.ledger.requests if r.fault]
    assert len(refused) < 10
    assert set(SyncRun.objects.values_list("outcome", flat=True)) == {"succeeded"}


def test_a_page_grows_again_after_the_trouble(source: Source, repository: Repository) -> None:
    fill(source.world, repository, 150)
    source.github.faults.arm("bad_gateway", on="graphql", page_size=10, times=3)
    source.collect()
    sizes = [r.page_size for r in source.github.ledger.requests if r.page == "base"]
    assert sizes[0] <= 12
    assert max(sizes) > sizes[0]
    assert PullRequest.objects.count() == 150


def test_where_even_one_is_too_much_it_is_said(source: Source, repository: Repository) -> None:
    fill(source.world, repository, 3)
    source.github.faults.arm("bad_gateway", on="graphql", page_size=0.5, times=None)
    source.collect()
    failed = SyncRun.objects.filter(outcome="failed").first()
    assert failed is not None
    assert "502" in failed.reason
    assert PullRequest.objects.count() == 0
    source.github.faults.clear()
    work_to_the_end(source.connection)
    assert PullRequest.objects.count() == 3
