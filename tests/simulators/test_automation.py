"""Checks, statuses, deployments, releases and tags: as GraphQL shows them, and none of them moves a pull request."""

from pathlib import Path
from typing import Any

import pytest
from graphql import execute_sync, parse, validate

from tests.simulators.conftest import TOKEN, client, data, query
from tests.simulators.github import World, running
from tests.simulators.github.budget import Budget
from tests.simulators.github.gitrepos import Store, git
from tests.simulators.github.graph import GraphEndpoint
from tests.simulators.github.graph.endpoint import Context
from tests.simulators.github.graph.schema import load_schema
from tests.simulators.github.records import PullRequest, Repository


@pytest.fixture
def repository(world: World) -> Repository:
    (forge,) = world.organizations.values()
    return world.create_repository(forge, "app")


@pytest.fixture
def pr(world: World, repository: Repository) -> PullRequest:
    return world.open_pull_request(repository, world.create_user("dev0001"))


def checks(world: World, oid: str) -> dict[str, Any]:
    with running(world, rate_limit=5000) as github:
        found = data(github, query("checks_for_commit"), owner="forge", name="app", oid=oid)
        assert github.ledger.counts["checks"] == 1
    shown: dict[str, Any] = found["repository"]["object"]
    return shown


def test_checks_of_a_commit_follow_their_runs_and_leave_the_pull_request_alone(
    world: World, pr: PullRequest
) -> None:
    updated = pr.updated_at
    world.check(pr, "lint", external_id="a-lint")
    build = world.check(pr, "build", None)
    world.check(pr, "scan", "NEUTRAL", app="scanner")
    assert pr.head_commit
    before = checks(world, pr.head_commit.oid)
    world.finish_check(build, "TIMED_OUT")
    after = checks(world, pr.head_commit.oid)
    suites = [
        (suite["app"]["slug"], suite["status"], suite["conclusion"])
        for suite in before["checkSuites"]["nodes"]
    ]
    assert suites == [("ci", "IN_PROGRESS", None), ("scanner", "COMPLETED", "NEUTRAL")]
    ci = after["checkSuites"]["nodes"][0]
    assert (ci["status"], ci["conclusion"]) == ("COMPLETED", "TIMED_OUT")
    assert [run["name"] for run in ci["checkRuns"]["nodes"]] == ["lint", "build"]
    assert ci["branch"] == {"name": pr.head_ref}
    assert before["statusCheckRollup"] == {"state": "PENDING"}
    assert after["statusCheckRollup"] == {"state": "FAILURE"}
    assert pr.updated_at == updated


def test_a_commits_status_is_the_latest_of_each_context(world: World, pr: PullRequest) -> None:
    assert pr.head_commit
    assert checks(world, pr.head_commit.oid)["status"] is None
    bot = world.create_user("bot0001", kind="Bot")
    for state in ("PENDING", "FAILURE", "SUCCESS"):
        world.set_status(pr, "ci/unit", state, creator=bot)
    world.set_status(pr, "ci/docs", "PENDING")
    status = checks(world, pr.head_commit.oid)["status"]
    contexts = {one["context"]: (one["state"], one["creator"]) for one in status["contexts"]}
    assert status["state"] == "PENDING"
    assert contexts == {"ci/unit": ("SUCCESS", {"login": "bot0001"}), "ci/docs": ("PENDING", None)}


def test_the_checks_of_what_a_force_push_left_behind_are_still_there(
    world: World, pr: PullRequest
) -> None:
    old = pr.commits[-1]
    world.check(pr)
    world.force_push(pr, [[("src/other.py", 3, 0)]])
    assert len(checks(world, old.oid)["checkSuites"]["nodes"]) == 1
    assert checks(world, pr.commits[-1].oid)["checkSuites"]["nodes"] == []


def test_many_suites_and_runs_are_followed_to_their_end(world: World, pr: PullRequest) -> None:
    for number in range(130):
        world.check(pr, f"part {number}")
    for number in range(40):
        world.check(pr, app=f"app-{number}")
    assert pr.head_commit
    shown = checks(world, pr.head_commit.oid)
    first = shown["checkSuites"]["nodes"][0]
    assert shown["checkSuites"]["pageInfo"]["hasNextPage"]
    assert first["checkRuns"]["totalCount"] == 130
    text = """query($id: ID!, $after: String) { node(id: $id) { ... on CheckSuite { checkRuns(
      first: 100, after: $after, filterBy: {checkType: ALL}) { nodes { databaseId } } } } }"""
    with running(world) as github:
        after = first["checkRuns"]["pageInfo"]["endCursor"]
        rest = data(github, text, id=first["id"], after=after)["node"]["checkRuns"]["nodes"]
    ids = {run["databaseId"] for run in first["checkRuns"]["nodes"]}
    assert len(ids | {run["databaseId"] for run in rest}) == 130


def test_deployments_move_and_give_way_and_a_deleted_creator_is_a_ghost(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    somebody = world.create_user("dev0002")
    world.deploy(repository, "staging", creator=somebody)
    moved = world.deploy(repository, "staging", None, creator=somebody)
    world.set_deployment_status(moved, "IN_PROGRESS")
    world.set_deployment_status(moved, "SUCCESS")
    world.set_deployment_status(moved, "FAILURE", environment="production")
    world.deploy(pr, "production")
    world.delete_account(somebody)
    with running(world, rate_limit=5000) as github:
        found = data(github, query("deployments_releases"), owner="forge", name="app")
        assert github.ledger.counts["deployments"] == 1
    latest, shown, first = found["repository"]["deployments"]["nodes"]
    assert (latest["state"], latest["ref"]["name"]) == ("ACTIVE", pr.head_ref)
    assert (shown["originalEnvironment"], shown["latestEnvironment"]) == ("staging", "production")
    assert [one["state"] for one in shown["statuses"]["nodes"]] == [
        "FAILURE",
        "SUCCESS",
        "IN_PROGRESS",
    ]
    assert first["state"] == "INACTIVE"
    assert shown["creator"] == {"login": "ghost"}


def test_releases_know_their_tag_and_drafts_have_none(world: World, repository: Repository) -> None:
    author = world.create_user("dev0001")
    commit = world.push(repository, author)
    world.release(repository, "v1.0", author=author)
    draft = world.release(repository, "v2.0", draft=True, author=author)
    with running(world, rate_limit=5000) as github:
        before = data(github, query("deployments_releases"), owner="forge", name="app")
        world.publish(draft)
        after = data(github, query("deployments_releases"), owner="forge", name="app")
        world.delete_release(draft)
        gone = data(github, query("deployments_releases"), owner="forge", name="app")
    tags = [
        [
            (one["tagName"], one["isDraft"], one["tagCommit"])
            for one in found["repository"]["releases"]["nodes"]
        ]
        for found in (before, after, gone)
    ]
    at_head = {"oid": commit.oid}
    assert tags == [
        [("v2.0", True, None), ("v1.0", False, at_head)],
        [("v2.0", False, at_head), ("v1.0", False, at_head)],
        [("v1.0", False, at_head)],
    ]


TAGS = """{ repository(owner: "forge", name: "app") { refs(refPrefix: "refs/tags/", first: 100,
  orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { totalCount nodes { name target { __typename oid
    ... on Tag { tagger { date user { login } } target { ... on Commit { oid } } } } } } } }"""


def test_tags_are_in_graphql_as_in_git(
    world: World, repository: Repository, tmp_path: Path
) -> None:
    author = world.create_user("dev0001")
    first = world.push(repository, author)
    world.attach_git(Store(tmp_path))
    world.tag(repository, "v1")
    second = world.push(repository, author, [("src/other.py", 1, 0)])
    annotated = world.tag(repository, "v2", annotated=True, tagger=author)
    passing = world.tag(repository, "passing")
    world.delete_tag(passing)
    with running(world) as github:
        shown = data(github, TAGS)["repository"]["refs"]
    assert (shown["totalCount"], [node["name"] for node in shown["nodes"]]) == (2, ["v2", "v1"])
    target = shown["nodes"][0]["target"]
    assert (target["__typename"], target["target"]) == ("Tag", {"oid": second.oid})
    assert target["tagger"]["user"] == {"login": "dev0001"}
    assert shown["nodes"][1]["target"]["oid"] == first.oid
    listed = git(
        tmp_path / f"{repository.database_id}.git", "show-ref", "--tags", "--dereference"
    ).decode()
    assert {tuple(line.split(" ")[::-1]) for line in listed.splitlines()} == {
        ("refs/tags/v1", first.oid),
        ("refs/tags/v2", annotated.oid),
        ("refs/tags/v2^{}", second.oid),
    }


def test_topics_visibility_and_deleted_branches(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    world.set_topics(repository, ["billing", "team-a"])
    world.set_visibility(repository, "INTERNAL")
    world.create_branch(repository, "release")
    world.delete_branch(repository, pr.head_ref)
    world.check(pr)
    text = """{ repository(owner: "forge", name: "app") { visibility isPrivate
      repositoryTopics(first: 20) { totalCount nodes { topic { name } } }
      refs(refPrefix: "refs/heads/", first: 10) { nodes { name } }
      object(oid: "%s") { ... on Commit { checkSuites(first: 1) { nodes { branch { name } } } } } } }"""
    assert pr.head_commit
    with running(world) as github, client(github) as http:
        shown = data(github, text % pr.head_commit.oid)["repository"]
        rest = http.get("/api/v3/repos/forge/app").json()
    assert (shown["visibility"], shown["isPrivate"]) == ("INTERNAL", True)
    assert (
        [node["topic"]["name"] for node in shown["repositoryTopics"]["nodes"]]
        == rest["topics"]
        == ["billing", "team-a"]
    )
    assert rest["visibility"] == "internal"
    assert [node["name"] for node in shown["refs"]["nodes"]] == ["main", "release"]
    assert shown["object"]["checkSuites"]["nodes"] == [{"branch": None}]


@pytest.mark.parametrize("name", ["checks_for_commit", "deployments_releases"])
def test_answers_are_what_graphql_core_gives_without_the_short_way(
    world: World, repository: Repository, pr: PullRequest, name: str
) -> None:
    world.check(pr)
    world.set_status(pr)
    world.deploy(pr)
    world.release(repository, "v1")
    assert pr.head_commit
    variables = {"owner": "forge", "name": "app", "oid": pr.head_commit.oid}
    endpoint = GraphEndpoint(world, budget=Budget(5000))
    token = world.tokens[TOKEN]
    ours = endpoint.answer(
        {"query": query(name), "variables": variables}, token, "http://ghes.example"
    )
    context = Context(world, token, "http://ghes.example", endpoint.budget, frozenset())
    plain = execute_sync(
        endpoint.schema, parse(query(name)), context_value=context, variable_values=variables
    )
    assert plain.errors is None
    assert ours.body["data"] == plain.data


@pytest.mark.parametrize("reduced", [False, True])
def test_an_old_server_does_not_know_the_environment_of_a_status(reduced: bool) -> None:  # noqa: FBT001
    schema = load_schema(reduced=reduced, rate_limited=True)
    errors = [
        bool(validate(schema, parse(query(name))))
        for name in ("deployments_releases", "deployments_releases_ghes_old")
    ]
    assert errors == [reduced, False]
