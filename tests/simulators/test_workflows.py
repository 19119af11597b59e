"""Workflow runs, their attempts and jobs, as REST tells of them; and the checks that they are to GraphQL."""

from typing import Any

import httpx
import pytest

from tests.simulators.conftest import client, data, query
from tests.simulators.github import World, running
from tests.simulators.github.records import PullRequest, Repository

ACTIONS = "/api/v3/repos/forge/app/actions"


@pytest.fixture
def repository(world: World) -> Repository:
    (forge,) = world.organizations.values()
    return world.create_repository(forge, "app")


@pytest.fixture
def pr(world: World, repository: Repository) -> PullRequest:
    return world.open_pull_request(repository, world.create_user("dev0001"))


def runs(http: httpx.Client, **query: str | int) -> dict[str, Any]:
    answer = http.get(f"{ACTIONS}/runs", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_every_attempt_is_kept_with_its_jobs(world: World, pr: PullRequest) -> None:
    run = world.run_workflow(pr, jobs={"build": "SUCCESS", "test": "FAILURE", "docs": "SKIPPED"})
    somebody = world.create_user("dev0002")
    world.rerun(run, {"test": "SUCCESS"}, actor=somebody)
    with running(world) as github, client(github) as http:
        first = http.get(f"{ACTIONS}/runs/{run.database_id}/attempts/1").json()
        latest = http.get(f"{ACTIONS}/runs/{run.database_id}").json()
        old = http.get(f"{ACTIONS}/runs/{run.database_id}/attempts/1/jobs").json()
        new = http.get(f"{ACTIONS}/runs/{run.database_id}/jobs").json()
        both = http.get(f"{ACTIONS}/runs/{run.database_id}/jobs?filter=all").json()
        missing = http.get(f"{ACTIONS}/runs/{run.database_id}/attempts/3")
    assert (first["run_attempt"], first["conclusion"], first["previous_attempt_url"]) == (
        1,
        "failure",
        None,
    )
    assert (latest["run_attempt"], latest["conclusion"]) == (2, "success")
    assert (
        latest["created_at"]
        == first["created_at"]
        < latest["run_started_at"]
        < latest["updated_at"]
    )
    assert (latest["actor"]["login"], latest["triggering_actor"]["login"]) == ("dev0001", "dev0002")
    ends = {job["name"]: job["conclusion"] for job in old["jobs"]}
    assert ends == {"build": "success", "test": "failure", "docs": "skipped"}
    assert {job["name"]: job["run_attempt"] for job in new["jobs"]} == dict.fromkeys(ends, 2)
    times = [{job["name"]: job["started_at"] for job in shown["jobs"]} for shown in (old, new)]
    assert times[0]["build"] == times[1]["build"]
    assert times[0]["test"] < times[1]["test"]
    assert both["total_count"] == len({job["id"] for job in both["jobs"]}) == 6
    assert missing.status_code == 404


def test_a_run_goes_on_until_its_last_job_has_ended(world: World, pr: PullRequest) -> None:
    run = world.run_workflow(pr, jobs={"build": "SUCCESS", "test": None})
    with running(world) as github, client(github) as http:
        before = http.get(f"{ACTIONS}/runs/{run.database_id}").json()
        waiting = runs(http, status="in_progress")["total_count"]
        world.finish_job(run.latest.jobs[1], "CANCELLED")
        after = http.get(f"{ACTIONS}/runs/{run.database_id}").json()
    assert (before["status"], before["conclusion"], waiting) == ("in_progress", None, 1)
    assert (after["status"], after["conclusion"]) == ("completed", "cancelled")


def test_a_run_is_a_check_suite_and_its_jobs_are_check_runs(world: World, pr: PullRequest) -> None:
    run = world.run_workflow(pr, "Unit tests", jobs={"test": "FAILURE"})
    world.rerun(run)
    assert pr.head_commit
    variables = {"owner": "forge", "name": "app", "oid": pr.head_commit.oid}
    with running(world, rate_limit=5000) as github:
        found = data(github, query("checks_for_commit"), **variables)["repository"]["object"]
    (suite,) = found["checkSuites"]["nodes"]
    assert suite["app"]["slug"] == "github-actions"
    assert suite["workflowRun"]["databaseId"] == run.database_id
    assert suite["workflowRun"]["workflow"]["name"] == "Unit tests"
    assert [one["conclusion"] for one in suite["checkRuns"]["nodes"]] == ["FAILURE", "SUCCESS"]
    jobs = [job.database_id for attempt in run.attempts for job in attempt.jobs]
    assert [one["databaseId"] for one in suite["checkRuns"]["nodes"]] == jobs
    assert found["statusCheckRollup"] == {"state": "SUCCESS"}


def test_runs_are_found_by_time_of_creation_event_and_branch(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    day, start = 86_400, 1_788_220_800  # 2026-09-01T00:00:00Z
    for number in range(6):
        world.run_workflow(repository, event="schedule", at=start + number * day)
    mine = world.run_workflow(pr, at=start + 6 * day)
    with running(world) as github, client(github) as http:
        counts = {
            text: runs(http, created=text)["total_count"]
            for text in (
                ">=2026-09-03T00:00:00Z",
                ">2026-09-03",
                "<2026-09-03",
                "<=2026-09-03T00:00:00Z",
                "2026-09-02..2026-09-03",
                "*..2026-09-02T00:00:01Z",
                "2026-09-05T00:00:00+00:00..*",
                "2026-09-04",
            )
        }
        assert runs(http, event="schedule")["total_count"] == 6
        (found,) = runs(http, branch=pr.head_ref, status="success")["workflow_runs"]
        newest = [run["created_at"][:10] for run in runs(http)["workflow_runs"]]
        assert http.get(f"{ACTIONS}/runs?created=soon").status_code == 422
        by_file = http.get(f"{ACTIONS}/workflows/ci.yml/runs").json()["total_count"]
    assert list(counts.values()) == [5, 4, 2, 3, 2, 2, 3, 1]
    assert found["id"] == mine.database_id
    assert newest == sorted(newest, reverse=True)
    assert by_file == 7


def test_a_search_ends_at_a_thousand_and_a_list_does_not(
    world: World, repository: Repository
) -> None:
    world.push(repository, None)
    for _ in range(1030):
        world.run_workflow(repository, jobs={"build": "SUCCESS"})
    with running(world) as github, client(github) as http:

        def walk(**parameters: str) -> tuple[int, int]:
            url, seen, total = f"{ACTIONS}/runs", set(), 0
            answer = http.get(url, params={"per_page": "100", **parameters})
            while True:
                total = answer.json()["total_count"]
                seen |= {run["id"] for run in answer.json()["workflow_runs"]}
                if "next" not in answer.links:
                    return total, len(seen)
                answer = http.get(answer.links["next"]["url"])

        assert walk() == (1030, 1030)
        assert walk(created=">=2020-01-01T00:00:00Z") == (1030, 1000)


def test_what_a_server_no_longer_keeps_is_gone_without_a_word(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    run, deployment = world.run_workflow(pr), world.deploy(pr)
    kept = world.run_workflow(pr)
    with running(world) as github, client(github) as http:
        hook = github.hook("http://127.0.0.1:9/closed", "a-secret")
        world.delete_workflow_run(run)
        world.delete_deployment(deployment)
        assert http.get(f"{ACTIONS}/runs/{run.database_id}").status_code == 404
        assert http.get("/api/v3/repos/forge/app/deployments").json() == []
    assert hook.deliveries == []
    assert repository.workflow_runs == {kept.database_id: kept}
    assert pr.commits[-1].check_suites == [kept.suite]
    assert world.node(run.suite.node_id) is None


def test_a_run_without_jobs_failed_to_start(world: World, pr: PullRequest) -> None:
    run = world.run_workflow(pr, jobs={})
    with running(world) as github, client(github) as http:
        shown = http.get(f"{ACTIONS}/runs/{run.database_id}").json()
        jobs = http.get(f"{ACTIONS}/runs/{run.database_id}/attempts/1/jobs").json()
    assert (shown["status"], shown["conclusion"]) == ("completed", "startup_failure")
    assert jobs == {"total_count": 0, "jobs": []}


def test_a_renamed_repositorys_runs_are_found_under_its_id(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    world.run_workflow(pr)
    world.run_workflow(pr)
    world.rename_repository(repository, "renamed")
    with running(world) as github, client(github) as http:
        moved = http.get(f"{ACTIONS}/runs", params={"created": ">=2020-01-01", "per_page": 1})
        assert moved.status_code == 301
        first = http.get(moved.headers["Location"])
        second = http.get(first.links["next"]["url"])
    ids = [run["id"] for answer in (first, second) for run in answer.json()["workflow_runs"]]
    assert sorted(ids) == sorted(repository.workflow_runs)


def test_rest_tells_of_checks_statuses_deployments_releases_and_tags(
    world: World, repository: Repository, pr: PullRequest
) -> None:
    world.check(pr, "lint", "FAILURE")
    world.check(pr, "lint", "SUCCESS")
    for state in ("PENDING", "SUCCESS"):
        world.set_status(pr, "ci/unit", state)
    deployment = world.deploy(pr, "staging")
    world.release(repository, "v1.0")
    assert pr.head_commit
    sha = pr.head_commit.oid
    with running(world) as github, client(github) as http:

        def get(path: str) -> Any:
            answer = http.get(f"/api/v3/repos/forge/app/{path}")
            assert answer.status_code == 200, answer.text
            return answer.json()

        assert get(f"commits/{sha}/check-runs")["total_count"] == 1
        assert get(f"commits/{pr.head_ref}/check-runs?filter=all")["total_count"] == 2
        (suite,) = get(f"commits/{sha}/check-suites")["check_suites"]
        assert (suite["conclusion"], suite["head_sha"]) == ("success", sha)
        assert [one["state"] for one in get(f"commits/{sha}/statuses")] == ["success", "pending"]
        assert (
            get(f"commits/{sha}/status")["state"],
            get(f"commits/{sha}/status")["total_count"],
        ) == ("success", 1)
        (shown,) = get("deployments?environment=staging")
        assert (shown["sha"], get("deployments?environment=production")) == (sha, [])
        (status,) = get(f"deployments/{deployment.database_id}/statuses")
        assert status["state"] == "success"
        assert [one["tag_name"] for one in get("releases")] == ["v1.0"]
        assert [one["name"] for one in get("tags")] == ["v1.0"]
