"""Every operation of the API as every one of the cast. What has no row in the matrix, or no rule, fails."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from ninja.operation import Operation

from backend.api.ingest import Reporting
from backend.api.rules import BySession, ByToken
from backend.api.site import api
from backend.audit.models import Event
from backend.delivery.models import Issue
from backend.governance.requests import enter, today
from backend.people.models import Identity, Person
from tests.access.api_matrix import BODIES, MATRIX, SEES_ALL, SYSTEMS
from tests.access.conftest import CAST, TOKENS, Come
from tests.api.conftest import World
from tests.governance.asvs.looked import a_small_one
from tests.governance.erased import in_each_state
from tests.governance.incidents.known import in_the_register
from tests.sign_in import an_account
from tests.tested import Machines

pytestmark = pytest.mark.django_db
BY_SESSION = (
    *("GET /people", "GET /your-data", "GET /subject-requests"),
    "GET /security-incidents",
    *("GET /audit", "GET /erasures"),
)
"""What is read by nobody's token."""


def operations() -> Iterator[tuple[str, Operation]]:
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield f"{method} {path}", operation


def test_every_operation_has_its_row() -> None:
    assert {name for name, _ in operations()} == set(MATRIX)


def test_every_operation_names_its_own_rule() -> None:
    for name, operation in operations():
        kinds = [type(one) for one in operation.auth_callbacks]
        assert kinds in ([ByToken, BySession], [BySession], [Reporting]), name


def test_reads_alone_are_answered_by_token_and_reports_alone_by_ingest_token() -> None:
    for name, operation in operations():
        kinds = {type(one) for one in operation.auth_callbacks}
        by_token = name.startswith("GET ") and not name.startswith(BY_SESSION)
        assert (ByToken in kinds) == by_token, name
        assert (Reporting in kinds) == (MATRIX[name] == {name.split()[1]: SYSTEMS}), name


@pytest.mark.parametrize("name", CAST)
def test_who_is_let_in(come: Come, world: World, name: str) -> None:
    client = come(name)
    foreign = Machines().a_test()  # of a repository that neither team works on
    its = {
        "a": world.pull_of_a,
        "b": world.pull_of_b,
        "deployed_a": world.deployment_of_a,
        "deployed_b": world.deployment_of_b,
        "correction": world.correction,
        "shared_test": world.shared_test,
        "sprint": world.sprint,
        "issue_a": world.issue_of_a,
        "issue_b": world.issue_of_b,
        "key_a": Issue.objects.get(pk=world.issue_of_a).key,
        "foreign_test": foreign.pk,
        "offer": world.offer,
        "merge": world.merge,
        "event": Event.objects.values_list("pk", flat=True)[0],
        "identity": Identity.objects.values_list("pk", flat=True)[0],
        "repository": world.history.repository.pk,
        **in_each_state(),
        "assessment": a_small_one().pk,
        "person_b": world.team_b.memberships.latest("pk").person_id,
        **_requested(world),
        **in_the_register(),
    }
    for operation, addresses in MATRIX.items():
        method = operation.partition(" ")[0]
        body = {
            field: value.format(**its) if isinstance(value, str) else value
            for field, value in BODIES.get(operation, {}).items()
        }
        for address, allowed in addresses.items():
            path = f"/api/v1{address.format(**its)}"
            sent: dict[str, Any] = (
                {} if method == "GET" else {"data": body, "content_type": "application/json"}
            )
            answer = getattr(client, method.lower())(path, **sent)
            if name in allowed:
                assert answer.status_code == (422 if allowed == SYSTEMS else 200), path
            else:
                assert answer.status_code == refusal(operation, address, name), (method, path)
                assert set(answer.json()) == {"code", "message", "action"}


def _requested(world: World) -> dict[str, int]:
    """Requests about somebody's data for each thing that is done with them."""
    acting = an_account("administrator")
    person = Person.objects.get(pk=world.team_b.memberships.latest("pk").person_id)
    kinds = {"request": "access", "extended": "objection", "refused": "objection"}
    kinds |= {"done": "rectification", "letter": "access", "erased": "erasure"}
    return {
        name: enter(
            kind=kind,
            who="Jo",
            person=person,
            asked_on=today(),
            identity_checked="By their passport.",
            text="It is wrong.",
            mode="remove" if kind == "erasure" else "",
            acting_user=acting,
        ).pk
        for name, kind in kinds.items()
    }


def refusal(operation: str, address: str, name: str) -> int:
    """A single thing that somebody may not see is told as one that is not there.

    A sprint is nobody's: it is told of a team's issues, and that team is denied.
    """
    is_write = not operation.startswith("GET ")
    known_to_reports = name == "ingest token" and MATRIX[operation] == {address: SYSTEMS}
    if name in {"anonymous", "ingest token"} and not known_to_reports:
        return 401
    by_session = is_write or operation.startswith(BY_SESSION)
    if by_session and (name in TOKENS or SYSTEMS in MATRIX[operation].values()):
        return 401
    may_read = name != "stranger" and ("/sprints/" in address or name != "service account")
    if operation.startswith(("POST /your-data/", "GET /your-data/")) and "{request}" in address:
        return 404
    # Who may not look at requests of people, or at incidents, is told so, of each alike.
    of_each = ("GET /subject-requests", "GET /security-incidents")
    may_read = may_read and not operation.startswith(of_each)
    is_single = re.search(r"}(/issues)?$|/0$|/0/issues$", address.partition("?")[0]) is not None
    # Of some there is one for all, whoever asks.
    of_none = address.startswith(("/erasures/", "/audit/", "/assessments/"))
    if is_single and not of_none and not is_write and may_read:
        needs_team = address.startswith("/sprints/") and name not in SEES_ALL | {"service account"}
        return 403 if needs_team else 404
    return 403
