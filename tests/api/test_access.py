"""Every route as every one of the cast. What has no rule here, or in the code, fails."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from ninja.operation import Operation

from backend import clock
from backend.api.ingest import Reporting
from backend.api.rules import Rule
from backend.api.site import api
from backend.delivery.models import Issue
from backend.people.models import Identity
from tests.api.conftest import CAST, ROLES, SignIn, World
from tests.tested import Machines

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-16"
EVERYBODY = set(ROLES)
READERS = EVERYBODY - {"stranger"}
ALL_SEEING = {"administrator", "auditor"}
TEAM_A = ALL_SEEING | {"lead of team a", "member of team a"}
TEAM_B = ALL_SEEING | {"lead of team b"}

ROUTES: dict[str, dict[str, set[str]]] = {
    "/me": {"/me": EVERYBODY},
    "/definitions": {"/definitions": READERS},
    "/status": {"/status": READERS},
    "/completeness": {"/completeness": READERS},
    "/completeness/retry": {"/completeness/retry": {"administrator"}},
    **{
        path: {
            f"{path}?{RANGE}": ALL_SEEING,
            f"{path}?{RANGE}&team=team-a": TEAM_A,
            f"{path}?{RANGE}&team=team-b": TEAM_B,
            f"{path}?{RANGE}&team=no-such-team": set(),
        }
        for path in (
            *("/pull-requests", "/pull-requests.csv"),
            *("/pull-requests/figures", "/pull-requests/scatter"),
            *("/deployments", "/deployments.csv", "/deployments/figures"),
            "/deployments/candidates",
            *("/issues", "/issues.csv", "/issues/figures", "/issues/scatter"),
            *("/sprints", "/sprints.csv"),
            *("/investment/figures", "/investment/items", "/investment/items.csv"),
            *("/tests/figures", "/tests/choices", "/tests/heatmap"),
            *("/tests/workflows", "/tests/workflows.csv"),
            *("/tests/jobs", "/tests/branches", "/tests/teams"),
            *("/tests/jobs.csv", "/tests/branches.csv", "/tests/teams.csv"),
            *("/tests/flaky", "/tests/failing", "/tests/slowest"),
            *("/tests/flaky.csv", "/tests/failing.csv", "/tests/slowest.csv"),
        )
    },
    "/pull-requests/{int:pull_request_id}": {
        "/pull-requests/{a}": TEAM_A,
        "/pull-requests/{b}": TEAM_B,
        "/pull-requests/0": set(),
    },
    "/pull-requests/{int:pull_request_id}/issues": {
        "/pull-requests/{a}/issues": TEAM_A,
        "/pull-requests/{b}/issues": TEAM_B,
        "/pull-requests/0/issues": set(),
        "/pull-requests/{a}/issues#say": {"administrator"},
    },
    "/pull-requests/{int:pull_request_id}/issues/{int:issue_id}": {
        "/pull-requests/{a}/issues/{issue_a}": {"administrator"},
    },
    "/issues/choices": {"/issues/choices": READERS},
    "/sprints/{int:sprint_id}": {
        f"/sprints/{{sprint}}?{RANGE}&team=team-a": TEAM_A,
        f"/sprints/{{sprint}}?{RANGE}&team=team-b": TEAM_B,
        f"/sprints/{{sprint}}?{RANGE}": ALL_SEEING,
        f"/sprints/0?{RANGE}": set(),
    },
    "/issues/{int:issue_id}": {
        "/issues/{issue_a}": TEAM_A,
        "/issues/{issue_b}": TEAM_B,
        "/issues/0": set(),
    },
    "/deployments/choices": {"/deployments/choices": READERS},
    "/deployments/{int:deployment_id}": {
        "/deployments/{deployed_a}": TEAM_A,
        "/deployments/{deployed_b}": TEAM_B,
        "/deployments/0": set(),
    },
    "/deployments/{int:deployment_id}/fixes": {
        "/deployments/{deployed_a}/fixes": {"administrator"}
    },
    "/deployments/{int:deployment_id}/fixes/{int:correction_id}": {
        "/deployments/{deployed_a}/fixes/{correction}": {"administrator"}
    },
    "/tests/{int:test_id}": {
        f"/tests/{{shared_test}}?{RANGE}": READERS,
        f"/tests/{{foreign_test}}?{RANGE}": ALL_SEEING,
        f"/tests/0?{RANGE}": set(),
    },
    "/tests/{int:test_id}/mute": {"/tests/{shared_test}/mute": {"administrator"}},
    **{
        path: {path: ALL_SEEING}
        for path in (
            *("/people", "/people/teams", "/people/identities"),
            *("/people/offers", "/people/merges"),
        )
    },
    "/people/identities/{int:identity_id}/bot": {
        "/people/identities/{identity}/bot": {"administrator"}
    },
    "/people/offers/{int:offer_id}": {"/people/offers/{offer}": {"administrator"}},
    "/people/merges/{int:merge_id}/undo": {"/people/merges/{merge}/undo": {"administrator"}},
}
"""Of each route, addresses and who is let in."""

WRITES: dict[str, dict[str, Any] | None] = {
    "/completeness/retry": {"work": [1]},
    "/deployments/{deployed_a}/fixes": {
        "verdict": "fixed_by",
        "deployment": 0,
        "reason": "It did.",
    },
    "/deployments/{deployed_a}/fixes/{correction}": None,
    "/pull-requests/{a}/issues#say": {"key": "", "verdict": "added"},
    "/pull-requests/{a}/issues/{issue_a}": None,
    "/people/identities/{identity}/bot": {"is_bot": None},
    "/people/offers/{offer}": {"accept": True},
    "/people/merges/{merge}/undo": {},
    "/tests/{shared_test}/mute": {"reason": "Known.", "until": f"{clock.now():%Y-%m-%d}"},
}
"""What is sent to those that change something; None: they are asked to delete."""

REPORTS = {"/deployments", "/incidents", "/test-results"}
"""Routes for systems, not for people: what is posted there needs a token."""


def operations() -> Iterator[tuple[str, Operation]]:
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation


def test_every_route_is_tried_here() -> None:
    assert {path for path, _ in operations()} == set(ROUTES) | REPORTS


def test_every_route_names_its_own_rule() -> None:
    for path, operation in operations():
        assert isinstance(operation.auth_param, Rule | Reporting), path


def test_reports_alone_are_taken_by_token() -> None:
    by_token = {
        path for path, operation in operations() if isinstance(operation.auth_param, Reporting)
    }
    assert by_token == REPORTS


@pytest.mark.parametrize("name", CAST)
def test_nobody_reports_with_a_session(sign_in: SignIn, name: str) -> None:
    client = sign_in(name)
    for path in sorted(REPORTS):
        answer = client.post(f"/api/v1{path}", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (401, "no_token")


@pytest.mark.parametrize("name", CAST)
def test_who_is_let_in(sign_in: SignIn, world: World, name: str) -> None:
    client = sign_in(name)
    identity = Identity.objects.values_list("pk", flat=True)[0]
    foreign = Machines().a_test()  # of a repository that neither team works on
    for addresses in ROUTES.values():
        for address, allowed in addresses.items():
            path = address.format(
                a=world.pull_of_a,
                b=world.pull_of_b,
                deployed_a=world.deployment_of_a,
                deployed_b=world.deployment_of_b,
                correction=world.correction,
                shared_test=world.shared_test,
                sprint=world.sprint,
                issue_a=world.issue_of_a,
                issue_b=world.issue_of_b,
                foreign_test=foreign.pk,
                offer=world.offer,
                merge=world.merge,
                identity=identity,
            )
            answer = ask(client, path, address, world)
            if name in allowed:
                assert answer.status_code == 200, path
                continue
            assert answer.status_code == (
                401 if name == "anonymous" else 404 if hides(address, path, name) else 403
            ), path
            assert set(answer.json()) == {"code", "message", "action"}


def ask(client: Client, path: str, address: str, world: World) -> Any:
    if address not in WRITES:
        return client.get(f"/api/v1{path}")
    wish = WRITES[address]
    if wish is None:
        return client.delete(f"/api/v1{path}")
    if "deployment" in wish:
        wish = wish | {"deployment": world.deployment_of_b}
    if "key" in wish:
        wish = wish | {"key": Issue.objects.get(pk=world.issue_of_a).key}
    return client.post(f"/api/v1{path}", wish, content_type="application/json")


def hides(address: str, path: str, name: str) -> bool:
    """A single thing that somebody may not see is told as one that is not there.

    A sprint is nobody's: it is told of a team's issues, and that team is denied.
    """
    if address.startswith("/sprints/") and name not in ALL_SEEING:
        return False
    is_single = re.search(r"/\d+(/issues)?$", path.partition("?")[0]) is not None
    return is_single and address not in WRITES and name != "stranger"
