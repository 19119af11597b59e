"""GitHub Apps: from a manifest to an installation's token, what permissions open, and deliveries sent again."""

import base64
import json
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from jsonschema.validators import Draft7Validator

from backend.connections.manifest import EVENTS
from backend.sources.github.webhook import changed
from tests.simulators.conftest import ask, client
from tests.simulators.github import Simulator, World, running
from tests.simulators.github.apps import GitHubApp
from tests.simulators.test_webhooks import SCHEMAS, a_busy_day, receiver

ALL = dict.fromkeys(
    (
        *("metadata", "contents", "pull_requests", "checks"),
        *("statuses", "actions", "deployments", "members"),
    ),
    "read",
)
MANIFEST = {
    "name": "Plumbline ghes.example",
    "url": "https://plumbline.example",
    "redirect_url": "https://plumbline.example/back",
    "setup_url": "https://plumbline.example/installed",
    "hook_attributes": {"url": "http://127.0.0.1:9/closed"},
    "default_permissions": ALL,
    "default_events": ["pull_request", "push", "repository"],
}


def assertion(app_id: int | str, pem: str, **claims: Any) -> str:
    now = int(time.time())
    body = {"iss": str(app_id), "iat": now - 60, "exp": now + 540} | claims
    return jwt.encode(body, pem, algorithm="RS256")


def signed(github: Simulator, app: GitHubApp, pem: str, **claims: Any) -> httpx.Client:
    return client(github, assertion(app.app_id, pem, **claims))


def token_of(github: Simulator, app: GitHubApp, pem: str, number: int, **asked: Any) -> str:
    with signed(github, app, pem) as http:
        answer = http.post(f"/api/v3/app/installations/{number}/access_tokens", json=asked)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def test_a_manifest_becomes_an_app_with_a_key_and_a_secret(world: World) -> None:
    with running(world) as github, httpx.Client(base_url=github.url) as browser:
        form = {"manifest": json.dumps(MANIFEST)}
        asked = browser.post("/organizations/forge/settings/apps/new?state=abc", data=form)
        assert "Create GitHub App for forge" in asked.text
        assert github.apps.apps == {}
        created = browser.post("/organizations/forge/settings/apps?state=abc", data=form)
        assert created.status_code == 302
        back = urlsplit(created.headers["Location"])
        query = parse_qs(back.query)
        assert (back.hostname, back.path, query["state"]) == ("plumbline.example", "/back", ["abc"])
        address = f"/api/v3/app-manifests/{query['code'][0]}/conversions"
        got = browser.post(address)
        assert got.status_code == 201
        assert browser.post(address).status_code == 404
        told = got.json()
        assert told["pem"].startswith("-----BEGIN RSA PRIVATE KEY-----")
        with client(github, assertion(told["id"], told["pem"])) as http:
            assert http.get("/api/v3/app").json()["slug"] == told["slug"]
            config = http.get("/api/v3/app/hook/config").json()
            assert (config["url"], config["secret"]) == ("http://127.0.0.1:9/closed", "********")
            http.patch("/api/v3/app/hook/config", json={"secret": "of our own"})
            assert http.get("/api/v3/app/installations").json() == []
        app = github.apps.apps[told["id"]]
        assert app.hook is not None
        assert app.hook.secret == "of our own"
        install = f"/github-apps/{told['slug']}/installations/new"
        assert "Install" in browser.get(install).text
        installed = browser.post(install)
        (number,) = github.apps.installations
        assert f"installation_id={number}" in installed.headers["Location"]
    assert app.hook.deliveries[-1].event == "installation"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "x" * 35},
        {"url": ""},
        {"redirect_url": "javascript:alert(1)"},
        {"default_events": ["check_run"], "default_permissions": {"metadata": "read"}},
        {"default_events": ["installation"]},
        {"hook_attributes": {}},
    ],
    ids=str,
)
def test_a_manifest_that_github_would_refuse_is_refused(
    world: World, changed: dict[str, Any]
) -> None:
    form = {"manifest": json.dumps(MANIFEST | changed)}
    with running(world) as github:
        for path in ("apps/new", "apps"):
            url = f"{github.url}/organizations/forge/settings/{path}"
            assert httpx.post(url, data=form).status_code == 422
        assert github.apps.apps == {}


def test_a_code_is_good_for_an_hour(world: World) -> None:
    with running(world) as github:
        code = github.apps.take_manifest("forge", MANIFEST)
        github.apps.ahead += 3601
        address = f"{github.url}/api/v3/app-manifests/{code}/conversions"
        assert httpx.post(address).status_code == 404


def test_a_jwt_is_checked_as_github_does(world: World) -> None:
    with running(world) as github:
        app = github.apps.create()
        pem, another = github.apps.add_key(app), github.apps.add_key(app)
        now = int(time.time())
        outcomes: list[tuple[int, str]] = []
        for claims in (
            {},
            {"iat": now + 300},
            {"iat": str(now)},
            {"exp": now - 1},
            {"exp": now + 700},
            {"iat": now - 300, "exp": now + 590},
            {"iss": "999"},
            {"iss": app.client_id},
        ):
            with signed(github, app, pem, **claims) as http:
                answer = http.get("/api/v3/app")
                outcomes.append((answer.status_code, answer.json().get("message", "")[:17]))
        with signed(github, app, another) as http:
            assert http.get("/api/v3/app").status_code == 200
            github.apps.remove_key(app, pem)
            assert http.get("/api/v3/app").status_code == 200
            assert http.get("/api/v3/orgs/forge/repos").status_code == 401
        for wrong in (assertion(app.app_id, pem), "no-token"):
            with client(github, wrong) as http:
                answer = http.get("/api/v3/app")
                assert (answer.status_code, answer.json()["message"]) == (
                    401,
                    "A JSON web token could not be decoded",
                )
    assert outcomes == [
        (200, ""),
        (401, "'Issued at' claim"),
        (401, "'Issued at' claim"),
        (401, "'Expiration time'"),
        (401, "'Expiration time'"),
        (401, "'Expiration time'"),
        (404, "Integration not f"),
        (200, ""),
    ]


def test_an_installations_token_sees_what_it_was_given_for_an_hour(world: World) -> None:
    (forge,) = world.organizations.values()
    other = world.create_organization("other")
    first, second = (world.create_repository(forge, name) for name in ("app", "lib"))
    world.create_repository(other, "hidden")
    with running(world) as github:
        app = github.apps.create(permissions=ALL)
        pem = github.apps.add_key(app)
        installation = github.apps.install(app, "forge")
        number = installation.installation_id
        token = token_of(github, app, pem, number)
        narrow = token_of(
            github,
            app,
            pem,
            number,
            repository_ids=[first.database_id],
            permissions={"contents": "read"},
        )
        names = []
        for one in (token, narrow):
            with client(github, one) as http:
                listed = http.get("/api/v3/installation/repositories").json()
                names.append([shown["name"] for shown in listed.get("repositories", ())])
        assert names == [["app", "lib"], []]  # the narrow one does not even have metadata
        with client(github, narrow) as http:
            assert http.get("/api/v3/repos/forge/app/releases").status_code == 200
            assert http.get("/api/v3/repos/forge/lib/releases").status_code == 404
        with client(github, token) as http:
            assert http.get("/api/v3/user").status_code == 403
            assert http.get("/api/v3/repos/other/hidden").status_code == 404
            installation.repositories = {second.database_id}
            assert http.get("/api/v3/repos/forge/app").status_code == 404
            github.apps.suspend(installation)
            assert http.get("/api/v3/repos/forge/lib").status_code == 403
            github.apps.unsuspend(installation)
            assert http.get("/api/v3/repos/forge/lib").status_code == 200
            github.apps.ahead += 3600
            assert http.get("/api/v3/repos/forge/lib").status_code == 401
        with signed(github, app, pem) as http:
            # The server's clock ran on; so does ours.
            http.headers["Authorization"] = f"Bearer {_later(app, pem)}"
            path = f"/api/v3/app/installations/{number}/access_tokens"
            refused = [
                http.post(path, json={"permissions": {"contents": "write"}}).status_code,
                http.post(path, json={"repository_ids": [first.database_id]}).status_code,
                http.post(path.replace(str(number), "1"), json={}).status_code,
            ]
    assert refused == [422, 422, 404]


def _later(app: GitHubApp, pem: str) -> str:
    now = int(time.time()) + 3600
    return assertion(app.app_id, pem, iat=now - 60, exp=now + 540)


def test_a_missing_permission_is_named(world: World) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    author = world.create_user("dev0001")
    world.create_team(forge, "Team A", [author])
    pr = world.open_pull_request(repository, author)
    world.check(pr, "lint", "SUCCESS")
    text = """{ organization(login: "forge") { teams(first: 1) { nodes { name } } }
      repository(owner: "forge", name: "app") { name pullRequests(first: 1) { totalCount nodes { title
        commits(first: 1) { nodes { commit { oid checkSuites(first: 1) { nodes { conclusion } } } } } } } } }"""
    with running(world) as github:
        app = github.apps.create(permissions=ALL)
        pem = github.apps.add_key(app)
        installation = github.apps.install(app, "forge")
        token = token_of(github, app, pem, installation.installation_id)
        with client(github, token) as http:
            whole = http.post("/api/graphql", json={"query": text}).json()
            github.apps.grant(installation, checks=None, members=None)
            part = http.post("/api/graphql", json={"query": text}).json()
            github.apps.grant(installation, pull_requests=None)
            least = http.post("/api/graphql", json={"query": text}).json()
            forbidden = http.get("/api/v3/repos/forge/app/pulls")
            allowed = http.get("/api/v3/repos/forge/app/commits/main")
    assert "errors" not in whole
    (node,) = part["data"]["repository"]["pullRequests"]["nodes"]
    assert node["commits"]["nodes"][0]["commit"]["checkSuites"]["nodes"] == [None]
    assert [(error["type"], error["path"][-3:]) for error in part["errors"]] == [
        ("FORBIDDEN", ["teams", "nodes", 0]),
        ("FORBIDDEN", ["checkSuites", "nodes", 0]),
    ]
    assert least["data"]["repository"] == {
        "name": "app",
        "pullRequests": {"totalCount": 1, "nodes": [None]},
    }
    assert (forbidden.status_code, forbidden.json()["message"]) == (
        403,
        "Resource not accessible by integration",
    )
    assert forbidden.headers["X-Accepted-GitHub-Permissions"] == "pull_requests=read"
    assert (allowed.status_code, allowed.headers["X-Accepted-GitHub-Permissions"]) == (
        200,
        "contents=read",
    )


def test_a_fine_grained_token_has_permissions_and_a_person(world: World) -> None:
    world.add_token("fine", scopes=None, permissions={"metadata": "read"})
    (forge,) = world.organizations.values()
    world.create_repository(forge, "app")
    with running(world) as github, client(github, "fine") as http:
        assert http.get("/api/v3/user").json()["login"] == "plumbline-reader"
        answer = http.get("/api/v3/repos/forge/app/deployments")
        assert "X-OAuth-Scopes" not in answer.headers
        assert http.get("/api/v3/repos/forge/app").status_code == 200
    assert answer.status_code == 403
    assert answer.json()["message"] == "Resource not accessible by personal access token"


def test_git_takes_an_installations_token(world: World, tmp_path: Path) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    world.push(repository, None, [("README.md", 1, 0)])
    with running(world, repositories=tmp_path) as github:
        app = github.apps.create(permissions={"metadata": "read", "contents": "read"})
        installation = github.apps.install(app)
        token = github.apps.issue_token(installation).value
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        command = [
            *("git", "-c", f"http.extraHeader=Authorization: Basic {basic}"),
            *("ls-remote", f"{github.url}/forge/app.git", "HEAD"),
        ]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        assert found.stdout.split()[0] == repository.commits[-1].oid
        github.apps.grant(installation, contents=None)
        refused = subprocess.run(command, capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert "403" in refused.stderr


def test_what_failed_is_listed_and_sent_again_under_its_guid(world: World) -> None:
    (forge,) = world.organizations.values()
    other = world.create_organization("other")
    with running(world) as github, receiver() as (url, received):
        app = github.apps.create(permissions=ALL, events=["repository"])
        pem = github.apps.add_key(app)
        hook = github.apps.add_hook(app, url, "secret", base_url=github.url)
        installation = github.apps.install(app)
        hook.url = "http://127.0.0.1:9/closed"
        for number in range(5):
            world.create_repository(forge, f"app{number}")
        world.create_repository(other, "elsewhere")
        world.create_team(forge, "Team A", [])
        hook.url = url
        with signed(github, app, pem) as http:
            pages = []
            address: str | None = "/api/v3/app/hook/deliveries?per_page=4"
            while address:
                answer = http.get(address)
                pages.append(answer.json())
                address = answer.links.get("next", {}).get("url")
            listed = [one for page in pages for one in page]
            assert [len(page) for page in pages] == [4, 2]
            assert [(one["event"], one["status_code"]) for one in listed] == [
                *[("repository", 502)] * 5,
                ("installation", 202),
            ]
            failed = http.get("/api/v3/app/hook/deliveries?status=failure&per_page=100").json()
            assert [one["id"] for one in failed] == [one["id"] for one in listed[:5]]
            lost = listed[0]
            path = f"/api/v3/app/hook/deliveries/{lost['id']}"
            assert http.post(f"{path}/attempts").status_code == 202
            newest = http.get("/api/v3/app/hook/deliveries").json()[0]
            assert http.get(path).json()["request"]["payload"]["action"] == "created"
            assert http.post("/api/v3/app/hook/deliveries/1/attempts").status_code == 404
            assert http.get("/api/v3/app/hook/deliveries?cursor=x").status_code == 422
    assert (newest["guid"], newest["redelivery"], newest["status_code"]) == (
        lost["guid"],
        True,
        202,
    )
    headers, body = received[-1]
    assert headers["X-GitHub-Delivery"] == lost["guid"]
    assert headers["X-GitHub-Hook-Installation-Target-Type"] == "integration"
    assert json.loads(body)["installation"]["id"] == installation.installation_id


def test_what_is_told_of_installations_fits_githubs_schema(world: World) -> None:
    schemas = json.loads(SCHEMAS.read_text())["definitions"]
    (forge,) = world.organizations.values()
    world.create_repository(forge, "app")
    with running(world) as github, receiver() as (url, received):
        app = github.apps.create(permissions=ALL, events=["push"])
        github.apps.add_hook(app, url, "secret", base_url=github.url)
        installation = github.apps.install(app)
        github.apps.grant(installation, actions=None)
        github.apps.suspend(installation)
        github.apps.unsuspend(installation)
        github.apps.uninstall(installation)
    bodies = [json.loads(body) for _, body in received]
    assert [body["action"] for body in bodies] == [
        "created",
        "new_permissions_accepted",
        "suspend",
        "unsuspend",
        "deleted",
    ]
    for body in bodies:
        reference = f"#/definitions/installation${body['action']}"
        errors = Draft7Validator({"$ref": reference, "definitions": schemas}).iter_errors(body)
        assert [error.message[:300] for error in errors] == []


def test_a_busy_day_as_an_app_is_told_of_it(world: World) -> None:
    """Every event that Plumbline subscribes to is sent, fits GitHub's schema and is understood."""
    schemas = json.loads(SCHEMAS.read_text())["definitions"]
    with running(world) as github, receiver() as (url, received):
        app = github.apps.create(permissions=ALL, events=list(EVENTS))
        github.apps.add_hook(app, url, "secret", base_url=github.url)
        github.apps.install(app)
        a_busy_day(world)
    told, errors = set(), []
    for headers, body in received:
        event, payload = headers["X-GitHub-Event"], json.loads(body)
        told.add(event)
        changed(event, payload)
        action = payload.get("action")
        definition = f"{event}$event" if action is None else f"{event}${action}"
        schema = {"$ref": f"#/definitions/{definition}", "definitions": schemas}
        errors += [
            f"{definition}: {error.message[:200]}"
            for error in Draft7Validator(schema).iter_errors(payload)
        ]
    assert errors == []
    assert told == {*EVENTS, "installation"}


def test_a_personal_token_is_no_app(world: World) -> None:
    with running(world) as github, client(github) as http:
        assert http.get("/api/v3/app").status_code == 401
        assert http.get("/api/v3/installation/repositories").status_code == 403
        assert http.post("/api/v3/user/repos", json={"name": "app"}).status_code == 404
        assert "errors" not in ask(github, "{ viewer { login } }")
