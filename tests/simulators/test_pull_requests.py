"""How pull requests end and what happens to their branches; and what happens to repositories."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.conftest import ask, client, data
from tests.simulators.github import Store, World, running
from tests.simulators.github.acts import act
from tests.simulators.github.records import PullRequest, Repository
from tests.simulators.test_git import clone
from tests.simulators.test_history import numstat

TIMELINE = """{ repository(owner: "forge", name: "app") { pullRequest(number: 1) {
  baseRefName isCrossRepository headRefName headRef { name } headRepository { nameWithOwner } totalCommentsCount
  isInMergeQueue mergeQueueEntry { enqueuer { login } } autoMergeRequest { mergeMethod enabledBy { login } }
  reviewThreads(first: 10) { totalCount nodes { isResolved } }
  timelineItems(first: 100) { nodes { __typename
    ... on HeadRefDeletedEvent { headRefName }
    ... on BaseRefChangedEvent { previousRefName currentRefName }
    ... on AutoMergeEnabledEvent { enabler { login } }
    ... on AutoMergeDisabledEvent { why: reason }
    ... on AddedToMergeQueueEvent { enqueuer { login } }
    ... on RemovedFromMergeQueueEvent { reason beforeCommit { oid } } } } } } }"""


@pytest.fixture
def repository(world: World) -> Repository:
    (forge,) = world.organizations.values()
    return world.create_repository(forge, "app")


@pytest.fixture
def pr(world: World, repository: Repository) -> PullRequest:
    return world.open_pull_request(repository, world.create_user("dev0001"))


def shown(world: World) -> dict[str, Any]:
    with running(world) as github:
        found: dict[str, Any] = data(github, TIMELINE)["repository"]["pullRequest"]
    return found


def test_the_merge_queue_and_auto_merge_leave_their_events(world: World, pr: PullRequest) -> None:
    world.enable_auto_merge(pr, pr.author, how="squash")
    world.enqueue(pr, pr.author)
    waiting = shown(world)
    world.dequeue(pr, reason="failed_checks")
    world.disable_auto_merge(pr, reason="Checks failed")
    world.enable_auto_merge(pr, pr.author)
    world.enqueue(pr, pr.author)
    world.merge(pr)
    merged = shown(world)
    assert (waiting["isInMergeQueue"], merged["isInMergeQueue"]) == (True, False)
    assert waiting["mergeQueueEntry"] == {"enqueuer": {"login": "dev0001"}}
    assert waiting["autoMergeRequest"] == {
        "mergeMethod": "SQUASH",
        "enabledBy": {"login": "dev0001"},
    }
    assert merged["autoMergeRequest"] is merged["mergeQueueEntry"] is None
    items = merged["timelineItems"]["nodes"]
    assert [item["__typename"] for item in items] == [
        *("AutoSquashEnabledEvent", "AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent"),
        *("AutoMergeDisabledEvent", "AutoMergeEnabledEvent", "AddedToMergeQueueEvent"),
        *("RemovedFromMergeQueueEvent", "MergedEvent", "ClosedEvent"),
    ]
    assert pr.head_commit
    before = {"oid": pr.head_commit.oid}
    assert (items[2]["reason"], items[2]["beforeCommit"]) == ("failed_checks", before)
    assert (items[3]["why"], items[6]["reason"]) == ("Checks failed", "merged")


def test_the_base_can_change_and_the_head_go_and_come_back(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    world.create_branch(repository, "release")
    world.change_base(pr, "release")
    world.delete_head(pr)
    gone = shown(world)
    world.restore_head(pr)
    back = shown(world)
    assert (gone["headRef"], back["headRef"]) == (None, {"name": pr.head_ref})
    items = back["timelineItems"]["nodes"]
    assert (items[0]["previousRefName"], items[0]["currentRefName"]) == ("main", "release")
    assert (back["baseRefName"], items[1]["headRefName"]) == ("release", pr.head_ref)
    assert items[2]["__typename"] == "HeadRefRestoredEvent"


def test_threads_and_comments_are_counted_apart(world: World, pr: PullRequest) -> None:
    reviewer = world.create_user("dev0002")
    first = world.add_thread(pr, reviewer, comments=3)
    world.add_thread(pr, reviewer)
    world.comment(pr, count=2)
    updated = pr.updated_at
    world.resolve_thread(pr, first)
    found = shown(world)
    assert found["reviewThreads"]["totalCount"] == 2
    assert [thread["isResolved"] for thread in found["reviewThreads"]["nodes"]] == [True, False]
    assert found["totalCommentsCount"] == 3 + 1 + 2
    assert [review.state for review in pr.reviews] == ["COMMENTED"] * 2
    assert pr.updated_at == updated


def test_a_forks_branch_is_not_the_repositorys_and_the_fork_may_go(
    world: World, repository: Repository
) -> None:
    fork = world.create_repository(world.create_organization("others"), "app", is_fork=True)
    world.open_pull_request(repository, None, fork=fork)
    before = shown(world)
    world.delete_repository(fork)
    after = shown(world)
    assert before["isCrossRepository"]
    assert before["headRef"] is None
    assert before["headRepository"] == {"nameWithOwner": "others/app"}
    assert (after["isCrossRepository"], after["headRepository"]) == (True, None)


def test_a_rebase_merge_makes_new_commits_with_the_old_sizes(
    world: World, repository: Repository, tmp_path: Path
) -> None:
    world.attach_git(Store(tmp_path / "server"))
    author, somebody = world.create_user("dev0001"), world.create_user("dev0002")
    pr = world.open_pull_request(repository, author, commits=[[("a.py", 9, 0)], [("b.py", 4, 0)]])
    world.push(repository, somebody, [("c.py", 1, 0)])
    last = world.merge(pr, somebody, how="rebase")
    with running(world) as github:
        assert clone(f"{github.url}/forge/app.git", tmp_path / "clone").returncode == 0
    expected = {
        (commit.oid, path, str(added), str(deleted))
        for commit in repository.commits
        for path, added, deleted, _ in commit.files
    }
    assert set(numstat(tmp_path / "clone", "main")) == expected
    assert len(repository.commits) == 4
    assert pr.merge_commit is last is repository.commits[-1]
    assert not {commit.oid for commit in pr.commits} & {one.oid for one in repository.commits}
    assert (last.author, last.committer) == (author, somebody)


def test_a_transferred_repository_answers_301_and_a_deleted_one_404(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    text = (
        "query($id: ID!) { node(id: $id) { ... on PullRequest { repository { nameWithOwner } } } }"
    )
    with running(world) as github, client(github) as http:
        world.transfer_repository(repository, world.create_organization("others"))
        moved = http.get("/api/v3/repos/forge/app")
        assert (moved.status_code, http.get("/api/v3/orgs/forge/repos").json()) == (301, [])
        followed = http.get(moved.headers["Location"]).json()
        through = data(github, text, id=pr.node_id)["node"]
        world.delete_repository(repository)
        statuses = [
            http.get(path).status_code
            for path in (
                "/api/v3/repos/others/app",
                f"/api/v3/repositories/{repository.database_id}",
            )
        ]
    assert followed["full_name"] == through["repository"]["nameWithOwner"] == "others/app"
    assert statuses == [404, 404]
    assert world.node(pr.node_id) is None


def test_a_repository_may_belong_to_an_account(world: World) -> None:
    owner = world.create_personal_owner("dev0009")
    world.create_repository(owner, "dotfiles")
    text = """{ repository(owner: "dev0009", name: "dotfiles") {
      owner { __typename login ... on User { databaseId name } ... on Organization { databaseId } } }
      organization(login: "dev0009") { id } }"""
    with running(world) as github, client(github) as http:
        hook = github.hook("http://127.0.0.1:9/closed", "a-secret")
        world.push(world.create_repository(owner, "notes"), None)
        body = ask(github, text)
        shown = http.get("/api/v3/repos/dev0009/dotfiles").json()
        listed = [
            http.get(f"/api/v3/users/dev0009/repos?page={page}&per_page=1").json()
            for page in (1, 2, 3)
        ]
        assert http.get("/api/v3/orgs/dev0009").status_code == 404
    told = body["data"]["repository"]["owner"]
    assert told == {
        "__typename": "User",
        "login": "dev0009",
        "databaseId": owner.database_id,
        "name": "dev0009",
    }
    assert body["data"]["organization"] is None
    assert (shown["owner"]["type"], shown["owner"]["node_id"]) == ("User", owner.node_id)
    assert [one["name"] for page in listed for one in page] == ["dotfiles", "notes"]
    assert ["organization" in json.loads(one.body) for one in hook.deliveries] == [False, False]


def test_another_default_branch_and_a_forced_one_change_the_history(
    world: World, repository: Repository, tmp_path: Path
) -> None:
    first = world.push(repository, None, [("a.py", 1, 0)])
    world.attach_git(Store(tmp_path))
    second = world.push(repository, None, [("b.py", 1, 0)])
    world.create_branch(repository, "trunk", commit=first)
    third = world.push(repository, None, [("c.py", 1, 0)], branch="trunk")
    world.change_default_branch(repository, "trunk")
    assert repository.commits == [first, third]
    world.force_branch(repository, first)
    text = """{ repository(owner: "forge", name: "app") { defaultBranchRef { name target { ... on Commit {
      oid history(first: 10) { totalCount nodes { oid } } } } } object(oid: "%s") { oid } } }"""
    with running(world) as github:
        found = data(github, text % third.oid)["repository"]
    branch = found["defaultBranchRef"]
    assert (branch["name"], branch["target"]["oid"]) == ("trunk", first.oid)
    assert branch["target"]["history"] == {"totalCount": 1, "nodes": [{"oid": first.oid}]}
    assert found["object"] == {"oid": third.oid}
    assert repository.commit(second.oid) is second


def test_acts_find_what_they_are_about(world: World, pr: PullRequest) -> None:
    where = {"repository": "forge/app", "number": pr.number}
    act(world, {"verb": "check", "name": "lint", "conclusion": "FAILURE", **where})
    run = act(world, {"verb": "run_workflow", "jobs": {"test": "FAILURE"}, **where})
    act(world, {"verb": "rerun", "repository": "forge/app", "run": run["database_id"]})
    deployed = act(world, {"verb": "deploy", "environment": "staging", **where})
    status = {"state": "FAILURE", "deployment": deployed["database_id"]}
    act(world, {"verb": "set_deployment_status", "repository": "forge/app", **status})
    assert pr.head_commit
    tagged = {"name": "v1", "commit": pr.head_commit.oid}
    act(world, {"verb": "tag", "repository": "forge/app", **tagged})
    act(world, {"verb": "enqueue", "by": "dev0001", **where})
    repository = pr.repository
    assert [suite.app.slug for suite in pr.head_commit.check_suites] == ["ci", "github-actions"]
    assert len(repository.workflow_runs[run["database_id"]].attempts) == 2
    assert repository.deployments[0].state == "FAILURE"
    assert repository.tags["v1"].commit is pr.head_commit
    assert pr.queued_by is pr.author
    with pytest.raises(ValueError, match="no workflow run 5"):
        act(world, {"verb": "rerun", "repository": "forge/app", "run": 5})
