"""Every REST answer of the simulator is one that GitHub's own description allows."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from backend.connections.manifest import manifest
from tests.simulators.conftest import TOKEN, client
from tests.simulators.github import Simulator, World, app_endpoints, permissions, rest, running
from tests.simulators.github.openapi import described
from tests.simulators.github.registry import FULL_SCOPES
from tests.simulators.test_apps import ALL, MANIFEST


class Asked:
    """Asks, checks each answer, and remembers which routes were asked."""

    def __init__(self, github: Simulator) -> None:
        self.github = github
        self.errors: list[str] = []
        self.asked: list[tuple[str, str]] = []

    def __call__(
        self,
        path: str,
        *,
        token: str = TOKEN,
        method: str = "GET",
        status: int = 200,
        body: Any = None,
    ) -> Any:
        with client(self.github, token) as http:
            answer = http.request(method, f"/api/v3{path}", json=body)
        assert answer.status_code == status, (path, answer.text)
        told = answer.json()
        self.asked.append((method, path.partition("?")[0]))
        self.errors += described().errors(method, path, status, told)
        return told


@pytest.fixture(scope="module")
def everything() -> Iterator[Simulator]:
    """A server with something behind every address."""
    world = World()
    forge = world.create_organization("forge")
    token = world.add_token(TOKEN, scopes=(*FULL_SCOPES, "user:email"))
    token.account.email = "reader@forge.example"
    author, reviewer = world.create_user("dev0001"), world.create_user("dev0002")
    world.create_team(forge, "Team A", [author, reviewer])
    repository = world.create_repository(forge, "app")
    world.create_repository(forge, "lib")
    world.create_repository(world.create_personal_owner("dev0009"), "own")
    world.set_topics(repository, ["billing"])
    pr = world.open_pull_request(
        repository,
        author,
        labels=["area: app"],
        commits=[[("src/page.py", 40, 2), ("logo", None, None)]],
    )
    world.request_review(pr, reviewer)
    world.check(pr, "lint", "FAILURE")
    world.check(pr, "types", None)
    world.set_status(pr, "ci/unit", "SUCCESS")
    world.set_status(pr, "ci/slow", "PENDING")
    run = world.run_workflow(pr, "CI", {"build": "SUCCESS", "test": "FAILURE"})
    world.rerun(run, {"test": None})
    world.keep_artifact(run, "reports", kept_at="https://files.example/1", is_expired=True)
    world.run_workflow(pr, "Broken", {})
    world.merge(pr, reviewer)
    deployment = world.deploy(repository, "production")
    world.set_deployment_status(deployment, "FAILURE")
    world.release(repository, "v1.0")
    world.release(repository, "v1.1", draft=True)
    world.tag(repository, "v1.0-rc1", annotated=True)
    with running(world) as github:
        yield github


def test_what_a_token_reads(everything: Simulator) -> None:
    ask = Asked(everything)
    (forge,) = everything.world.organizations.values()
    repository = next(one for one in forge.repositories.values() if one.name == "app")
    pr, app = repository.pull_requests[1], "/repos/forge/app"
    sha = pr.commits[-1].oid
    run, broken = repository.workflow_runs.values()
    numbers = {
        "attempts": f"/actions/runs/{run.database_id}/attempts/1",
        "run": f"/actions/runs/{run.database_id}",
    }
    for path in (
        *(
            "/meta",
            "/user",
            "/user/emails",
            "/orgs/forge",
            "/orgs/forge/repos",
            "/user/repos?per_page=1",
        ),
        *(f"/repositories/{repository.database_id}", app),
        *(f"{app}/pulls?state=all", f"{app}/pulls/1"),
        *(f"{app}/commits/{sha}", f"{app}/commits/main"),
        *(f"{app}/commits", f"{app}/commits?sha={sha}&per_page=1"),
        *(
            f"{app}/actions/runs",
            f"{app}{numbers['run']}",
            f"{app}{numbers['run']}/jobs?filter=all",
            f"{app}{numbers['run']}/artifacts",
        ),
        *(f"{app}{numbers['attempts']}", f"{app}{numbers['attempts']}/jobs"),
        *(f"{app}/actions/runs/{broken.database_id}", f"{app}/actions/workflows"),
        f"{app}/actions/jobs/{run.attempts[0].jobs[0].database_id}",
        f"{app}/actions/workflows/{run.workflow.database_id}/runs",
        *(f"{app}/commits/{sha}/check-runs?filter=all", f"{app}/commits/{sha}/check-suites"),
        *(f"{app}/commits/{sha}/statuses", f"{app}/commits/{sha}/status"),
        *(f"{app}/deployments", f"{app}/releases", f"{app}/tags"),
        f"{app}/deployments/{repository.deployments[0].database_id}/statuses",
        f"/repositories/{repository.database_id}/tags",
    ):
        shown = ask(path)
        assert shown, path
    assert ask("/users/dev0009/repos")
    (artifact,) = repository.artifacts
    ask(f"{app}/actions/artifacts/{artifact.database_id}/zip", status=410)
    ask("/rate_limit", status=404)
    ask("/repos/forge/none", status=404)
    ask(f"{app}/commits/{'0' * 40}", status=422)
    ask(f"{app}/commits?sha={'0' * 40}", status=404)
    ask("/installation/repositories", status=403)
    assert not ask.errors, "\n".join(ask.errors)
    assert _unasked(ask, [pattern for pattern, _ in rest.ROUTES]) == []


def test_what_an_app_is_told(everything: Simulator) -> None:
    ask, apps = Asked(everything), everything.apps
    code = apps.take_manifest("forge", MANIFEST)
    told = ask(f"/app-manifests/{code}/conversions", method="POST", status=201)
    ask(f"/app-manifests/{code}/conversions", method="POST", status=404)
    app = apps.apps[told["id"]]
    installation = apps.install(app)
    now = int(time.time())
    body = {"iss": str(app.app_id), "iat": now - 60, "exp": now + 540}
    assertion = jwt.encode(body, told["pem"], algorithm="RS256")
    number = installation.installation_id
    (forge,) = everything.world.organizations.values()
    some = {"repository_ids": list(forge.repositories)[:1], "permissions": {"metadata": "read"}}
    access = f"/app/installations/{number}/access_tokens"
    for path in (
        *("/app", "/app/installations", f"/app/installations/{number}", "/orgs/forge/installation"),
        *("/app/hook/config", "/app/hook/deliveries"),
    ):
        assert ask(path, token=assertion), path
    ask("/app/hook/config", token=assertion, method="PATCH", body={"secret": "of our own"})
    delivery = f"/app/hook/deliveries/{next(iter(app.hook.attempts))}" if app.hook else ""
    ask(delivery, token=assertion)
    ask(f"{delivery}/attempts", token=assertion, method="POST", status=202)
    ask("/app/hook/deliveries?cursor=x", token=assertion, status=422)
    token = ask(access, token=assertion, method="POST", status=201, body={})["token"]
    ask(access, token=assertion, method="POST", status=201, body=some)
    wide = {"permissions": ALL | {"contents": "write"}}
    ask(access, token=assertion, method="POST", status=422, body=wide)
    assert ask("/installation/repositories", token=token)["total_count"] == 2
    apps.suspend(installation)
    ask(f"/app/installations/{number}", token=assertion)
    ask(access, token=assertion, method="POST", status=403, body={})
    ask("/installation/repositories", token=token, status=403)
    apps.uninstall(installation)
    ask(access, token=assertion, method="POST", status=404, body={})
    ask("/installation/repositories", token=token, status=401)
    assert not ask.errors, "\n".join(ask.errors)
    assert _unasked(ask, [pattern for _, pattern, _ in app_endpoints.REST]) == []


def _unasked(ask: Asked, patterns: list[str]) -> list[str]:
    """Routes that no address of the test led to."""
    paths = {path for _, path in ask.asked}
    return [one for one in patterns if not any(re.fullmatch(one, path) for path in paths)]


def test_limits_and_renames_are_described_as_well() -> None:
    world = World()
    repository = world.create_repository(world.create_organization("forge"), "app")
    world.add_token(TOKEN)
    with running(world, rate_limit=100) as github:
        ask = Asked(github)
        ask("/rate_limit")
        world.rename_repository(repository, "renamed")
        ask("/repos/forge/app", status=301)
        ask("/repos/forge/app/tags", status=301)
        assert httpx.get(f"{github.url}/api/v3/user").status_code == 401
    assert not ask.errors, "\n".join(ask.errors)


def test_plumblines_manifest_asks_for_what_there_is_and_for_reading_alone() -> None:
    own = manifest(
        public_url="https://plumbline.example",
        webhook="https://plumbline.example/hooks/github/ghes",
        created="https://plumbline.example/created",
        installed="https://plumbline.example/installed",
    )
    assert app_endpoints.read_manifest(json.dumps(own)) == own
    assert set(own["default_events"]) <= described().app_events
    for name, level in own["default_permissions"].items():
        assert level == "read"
        assert level in described().app_permissions[name]


def test_the_simulator_knows_no_event_or_permission_of_its_own() -> None:
    assert set(app_endpoints.NEEDS) <= described().app_events
    needed = {permission for _, permission in permissions.REST}
    needed |= {*app_endpoints.NEEDS.values(), *permissions.GRAPHQL.values(), permissions.GIT}
    assert needed <= set(described().app_permissions)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/repos/forge/app/tags", 200, [{"name": "v1"}]),
        ("/repos/forge/app/tags", 200, {"name": "v1"}),
        ("/repos/forge/app/tags", 204, None),
        ("/repos/forge/app/nothing/of/the/kind", 200, {}),
        ("/app", 200, {"id": "7"}),
    ],
)
def test_what_github_would_not_answer_is_found(path: str, status: int, body: Any) -> None:
    assert described().errors("GET", path, status, body)
