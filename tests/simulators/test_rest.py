"""REST: paging, conditional requests, renames, scopes, commits with many files, TLS."""

import ssl
from pathlib import Path

import httpx
import pytest

from tests.simulators.conftest import TOKEN, client, data
from tests.simulators.faults import KINDS
from tests.simulators.github import World, running


def test_repositories_are_listed_page_by_page(world: World) -> None:
    (forge,) = world.organizations.values()
    for number in range(7):
        world.create_repository(forge, f"app{number}")
    names: list[str] = []
    with running(world) as github, client(github) as http:
        url: str | None = "/api/v3/orgs/forge/repos?per_page=3"
        while url:
            answer = http.get(url)
            names += [one["name"] for one in answer.json()]
            url = answer.links.get("next", {}).get("url")
        assert github.ledger.counts["rest"] == 3
    assert names == [f"app{number}" for number in range(7)]


def test_nothing_new_is_304_and_a_rename_301(world: World) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    with running(world, rate_limit=100) as github, client(github) as http:
        first = http.get("/api/v3/repos/forge/app")
        again = http.get(
            "/api/v3/repos/forge/app", headers={"If-None-Match": first.headers["ETag"]}
        )
        world.rename_repository(repository, "renamed")
        moved = http.get("/api/v3/repos/forge/app")
        followed = http.get(moved.headers["Location"])
    assert [first.status_code, again.status_code, moved.status_code] == [200, 304, 301]
    assert again.headers["X-RateLimit-Used"] == "1"
    assert followed.json()["full_name"] == "forge/renamed"


def test_credentials_are_checked(world: World) -> None:
    (forge,) = world.organizations.values()
    world.create_repository(forge, "app")
    world.add_token("narrow", scopes=("read:org",))
    world.add_token("installation", scopes=None, repositories=set())
    revoked = world.add_token("revoked")
    revoked.revoked = True
    statuses = []
    with running(world) as github:
        for token in ("wrong", "revoked", "narrow", "installation"):
            with client(github, token) as http:
                answer = http.get("/api/v3/repos/forge/app")
                statuses.append((answer.status_code, answer.headers.get("X-OAuth-Scopes")))
        assert httpx.get(f"{github.url}/api/v3/meta").json()["installed_version"] == "3.17.0"
    assert statuses == [(401, None), (401, None), (403, "read:org"), (404, None)]


def test_a_commits_files_are_paged_up_to_3000(world: World) -> None:
    (forge,) = world.organizations.values()
    repository = world.create_repository(forge, "app")
    commit = world.push(repository, None, [(f"src/{number}.py", 1, 0) for number in range(3100)])
    paths: list[str] = []
    with running(world) as github, client(github) as http:
        url: str | None = f"/api/v3/repos/forge/app/commits/{commit.oid}"
        while url:
            answer = http.get(url)
            assert len(answer.json()["files"]) <= 300
            assert answer.json()["stats"]["additions"] == 3100
            paths += [one["filename"] for one in answer.json()["files"]]
            url = answer.links.get("next", {}).get("url")
    assert len(set(paths)) == len(paths) == 3000


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "too_many_requests", "retry_after": 7}, 429),
        ({"kind": "secondary_limit"}, 403),
        ({"kind": "bad_gateway"}, 502),
        ({"kind": "unauthorized"}, 401),
        ({"kind": "error"}, 500),
        ({"kind": "truncated"}, "RemoteProtocolError"),
        ({"kind": "closed"}, "RemoteProtocolError"),
        ({"kind": "slow", "seconds": 0.5}, "ReadTimeout"),
    ],
)
def test_faults_strike_the_request_they_are_armed_for(
    world: World, fault: dict[str, object], outcome: int | str
) -> None:
    seen: list[int | str] = []
    with running(world) as github, client(github) as http:
        http.timeout = httpx.Timeout(0.3 if fault["kind"] == "slow" else 10)
        armed = http.post("/simulator/faults", json={"on": "rest", "after": 1, "times": 1, **fault})
        assert armed.status_code == 200
        for _ in range(3):
            try:
                seen.append(http.get("/api/v3/user").status_code)
            except httpx.TransportError as error:
                seen.append(type(error).__name__)
        assert github.faults.armed == []
    assert seen == [200, outcome, 200]


def test_large_graphql_pages_can_fail_alone_and_a_limit_can_answer_200(world: World) -> None:
    (forge,) = world.organizations.values()
    world.create_repository(forge, "app")
    text = """query($first: Int!) { repository(owner: "forge", name: "app") {
      pullRequests(first: $first) { totalCount } } }"""
    with running(world) as github, client(github) as http:
        github.faults.arm("bad_gateway", on="graphql", page_size=25, times=None)
        statuses = [
            http.post(
                "/api/graphql", json={"query": text, "variables": {"first": size}}
            ).status_code
            for size in (50, 25, 26)
        ]
        github.faults.clear()
        github.faults.arm("rate_limited", on="graphql")
        limited = http.post("/api/graphql", json={"query": text, "variables": {"first": 1}})
        github.faults.arm("vanished", repository="forge/app", times=None)
        gone = http.get("/api/v3/repos/forge/app")
        counts = http.get("/simulator/ledger").json()["counts"]
    assert statuses == [502, 200, 502]
    assert limited.status_code == 200
    assert limited.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert limited.headers["x-ratelimit-remaining"] == "0"
    assert gone.status_code == 404
    assert (counts["graphql"], counts["faults"]) == (4, 3)


def test_an_unknown_fault_is_refused(world: World) -> None:
    with running(world) as github:
        answer = httpx.post(f"{github.url}/simulator/faults", json={"kind": "flood"})
    assert answer.status_code == 422
    assert all(kind in answer.json()["message"] for kind in KINDS)


def test_tls_with_a_certificate_of_the_caller(world: World, certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with running(world, context=context) as github:
        assert httpx.get(f"{github.url}/api/v3/meta", verify=trusting).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{github.url}/api/v3/meta")


def test_the_canary_is_in_patches_bodies_and_comments() -> None:
    marker = "CANARY-7f3a"
    world = World(canary=marker)
    world.add_token(TOKEN)
    repository = world.create_repository(world.create_organization(), "app")
    pr = world.open_pull_request(repository, world.create_user("dev0001"), body="A body")
    world.comment(pr)
    text = """{ repository(owner: "forge", name: "app") { description pullRequest(number: 1) { title body bodyText
      comments(first: 1) { nodes { body } }
      commits(first: 1) { nodes { commit { messageHeadline messageBody } } } } } }"""
    with running(world) as github, client(github) as http:
        commit = http.get(f"/api/v3/repos/forge/app/commits/{pr.commits[0].oid}").json()
        found = data(github, text)["repository"]
    assert all(
        line.startswith(f"+{marker}") for line in commit["files"][0]["patch"].splitlines()[1:]
    )
    assert marker in commit["commit"]["message"]
    shown = found["pullRequest"]
    assert [marker in one for one in (found["description"], shown["body"], shown["bodyText"])] == [
        True
    ] * 3
    assert marker in shown["comments"]["nodes"][0]["body"]
    (first,) = shown["commits"]["nodes"]
    assert [marker in first["commit"][name] for name in ("messageHeadline", "messageBody")] == [
        False,
        True,
    ]
    assert marker not in shown["title"]
