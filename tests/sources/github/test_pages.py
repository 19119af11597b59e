"""Pages as large as the server takes them, and every nested list to its end."""

from typing import Any

import pytest

from backend.sources.errors import NotFound, Overloaded
from backend.sources.github import pages
from backend.sources.github.client import GitHub, PageLost
from backend.sources.github.payloads import PullRequest as Payload
from backend.sources.page_size import LARGEST_PAGE, PageSize
from backend.sources.shapes import UnexpectedShape, read
from tests.simulators.github import Account, Repository, Simulator, World


@pytest.fixture
def repository(world: World) -> Repository:
    return world.create_repository(world.organizations["forge"], "app")


@pytest.fixture
def author(world: World) -> Account:
    return world.create_user("dev0001")


def passed_over(github: GitHub, size: PageSize) -> list[Payload]:
    """All pull requests of forge/app."""
    found: list[Payload] = []
    after: str | None = None
    while True:
        page = pages.newest_changed(github, name_with_owner="forge/app", after=after, size=size)
        found += page.pull_requests
        assert page.total >= len(found)
        after = page.after
        if after is None:
            return found


def test_every_list_is_read_to_its_end(
    world: World, repository: Repository, author: Account, server: Simulator, github: GitHub
) -> None:
    reviewer = world.create_user("dev0002")
    files = [(f"src/{number}.py", 1, 0) for number in range(301)]
    commits = [files, *[[("src/0.py", 1, 0)]] * 100]
    large = world.open_pull_request(repository, author, commits=commits)
    for _ in range(205):
        world.add_review(large, reviewer, "COMMENTED")
    for _ in range(101):
        world.convert_to_draft(large)
    world.open_pull_request(repository, author)
    small, found = passed_over(github, PageSize())
    # Of commits one page more, of reviews two, of files three, of events one.
    assert server.ledger.counts["nested"] == 1 + 2 + 3 + 1
    whole = pages.one(github, name_with_owner="forge/app", number=large.number)
    for one in (found, whole):
        assert len({node.commit.oid for node in one.commits.nodes}) == 101
        assert len({node.id for node in one.reviews.nodes}) == 205
        assert one.files is not None
        assert {node.path for node in one.files.nodes} == {path for path, _, _ in files}
        assert len({node.id for node in one.timeline_items.nodes}) == 101
    assert len(small.commits.nodes) == 1


def test_newest_change_first(
    world: World, repository: Repository, author: Account, github: GitHub
) -> None:
    opened = [world.open_pull_request(repository, author) for _ in range(5)]
    world.add_label(opened[1], "late")
    found = passed_over(github, PageSize(2))
    assert [pr.number for pr in found] == [2, 5, 4, 3, 1]
    assert found[0].labels is not None
    assert [label.name for label in found[0].labels.nodes] == ["late"]


def test_a_page_that_is_too_large_for_the_server_is_halved_and_comes_back(
    world: World, repository: Repository, author: Account, server: Simulator, github: GitHub
) -> None:
    for _ in range(60):
        world.open_pull_request(repository, author)
    server.faults.arm("bad_gateway", on="graphql", page_size=12, times=None)
    size = PageSize()
    assert len({pr.number for pr in passed_over(github, size)}) == 60
    sizes = [r.page_size for r in server.ledger.requests if r.page == "base" and r.status == 200]
    assert max(sizes) == 12
    server.faults.clear()
    server.ledger.clear()
    passed_over(github, size)
    sizes = [r.page_size for r in server.ledger.requests if r.page == "base"]
    assert sizes == sorted(sizes)
    assert 12 < size.value <= LARGEST_PAGE


def test_a_server_that_never_answers_is_given_up(
    repository: Repository, server: Simulator, github: GitHub
) -> None:
    assert github.queries
    server.faults.arm("bad_gateway", on="graphql", times=None)
    size = PageSize(8)
    with pytest.raises(Overloaded):
        pages.newest_changed(github, name_with_owner="forge/app", after=None, size=size)
    assert size.value == 1


def test_page_sizes() -> None:
    size, seen = PageSize(), []
    while size.shrink():
        seen.append(size.value)
    assert seen == [25, 12, 6, 3, 1]
    for _ in range(30):
        size.went_well()
    assert size.value == LARGEST_PAGE


def test_a_repository_that_vanished_is_not_found(
    repository: Repository, server: Simulator, github: GitHub
) -> None:
    server.faults.arm("vanished", repository="forge/app")
    with pytest.raises(NotFound):
        pages.newest_changed(github, name_with_owner="forge/app", after=None, size=PageSize())
    with pytest.raises(NotFound):
        pages.one(github, name_with_owner="forge/app", number=1)


def test_a_pull_request_that_is_not_there_is_not_found(
    repository: Repository, github: GitHub
) -> None:
    with pytest.raises(NotFound):
        pages.one(github, name_with_owner="forge/app", number=404)


def test_a_cursor_that_is_none_begins_anew(repository: Repository, github: GitHub) -> None:
    with pytest.raises(PageLost):
        pages.newest_changed(
            github, name_with_owner="forge/app", after="not a cursor", size=PageSize()
        )


def test_teams_with_all_their_members(world: World, github: GitHub) -> None:
    forge = world.organizations["forge"]
    parent = world.create_team(forge, "Parent")
    people = [world.create_user(f"dev{number:04}") for number in range(1, 131)]
    world.create_team(forge, "Team A", people, parent=parent)
    for number in range(55):
        world.create_team(forge, f"Further {number}", people[:1])
    found = {team.slug: team for team in pages.teams(github, organisation="forge")}
    assert len(found) == 57
    assert {user.login for user in found["team-a"].members.nodes} == {p.login for p in people}
    assert found["team-a"].parent_team is not None
    assert found["team-a"].parent_team.database_id == parent.database_id
    assert found["parent"].members.nodes == []


def test_a_person_has_no_teams(world: World, github: GitHub) -> None:
    world.create_user("dev0001")
    with pytest.raises(NotFound):
        list(pages.teams(github, organisation="dev0001"))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": None}, "title"),
        ({"number": "1"}, "number"),
        ({"createdAt": "yesterday"}, "createdAt"),
        ({"createdAt": "2026-01-01T00:00:00"}, "createdAt"),
        ({"commits": None}, "commits"),
        ({"reviews": {"nodes": []}}, "reviews.pageInfo"),
    ],
)
def test_wrong_types_are_named_and_their_values_are_not(
    world: World,
    repository: Repository,
    author: Account,
    github: GitHub,
    change: dict[str, Any],
    where: str,
) -> None:
    world.open_pull_request(repository, author)
    variables = {"owner": "forge", "name": "app", "number": 1}
    raw = github.ask(github.queries.pull_request, variables)["repository"]["pullRequest"]
    assert read(Payload, raw | {"bodyText": "MARK"}).number == 1
    assert "MARK" not in repr(read(Payload, raw | {"bodyText": "MARK"}))
    with pytest.raises(UnexpectedShape) as caught:
        read(Payload, raw | change)
    assert where in caught.value.reason
    assert "yesterday" not in caught.value.reason
