"""From a report by token to the figures, and a person's word on them: nothing in between is made up."""

from datetime import UTC
from typing import Any

import pytest
from django.test import Client

from backend.delivery.store.ingest_tokens import create_ingest_token
from backend.metrics import compute
from backend.metrics.deployments.compute import measure_deployments, measure_pending_deployments
from tests.metrics.deployments.telling import Telling, hour, sha_of
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-09"


@pytest.fixture
def told() -> Telling:
    """Two pull requests on one branch."""
    found = Telling()
    found.draw("a--b--c")
    found.tell("#1 b started 0 merged 2")
    found.tell("#2 c started 1 merged 4")
    compute.measure()
    return found


@pytest.fixture
def token(told: Telling) -> str:
    _, token = create_ingest_token(
        repository=told.repository,
        name="CI",
        purposes=["deployments", "incidents"],
        expires_at=None,
        acting_user=an_account("owner"),
    )
    return token


@pytest.fixture
def administrator(client: Client) -> Client:
    return sign_in(client, an_account("administrator"))


def report(token: str, path: str, **told: Any) -> None:
    answer = Client().post(
        f"/api/v1/{path}",
        told,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201, answer.content


def at(number: float) -> str:
    return hour(number).astimezone(UTC).isoformat()


def reported(token: str) -> None:
    """A first deployment, two with a change each, and an incident that the second one caused."""
    for name, commit, finished in (("D1", "a", 1), ("D2", "b", 5), ("D3", "c", 8)):
        report(
            token,
            "deployments",
            id=name,
            environment="production",
            sha=sha_of(commit),
            finished_at=at(finished),
        )
    report(token, "incidents", id="I1", started_at=at(6), resolved_at=at(8.5), caused_by="D2")
    measure_pending_deployments()


def ask(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/deployments{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def second(client: Client) -> Any:
    (row,) = ask(client, f"?{RANGE}&search=D2")["items"]
    return ask(client, f"/{row['id']}")


def test_what_was_reported_is_in_the_figures(administrator: Client, token: str) -> None:
    reported(token)
    found = ask(administrator, f"/figures?{RANGE}")
    assert found["deployment_frequency"]["deployments"] == 3
    rate = found["change_failure_rate"]
    assert (rate["numerator"], rate["denominator"]) == (1, 3)
    assert found["time_to_restore"]["median"] == 3.5 * 3600
    assert found["baselines"] == 1
    one = second(administrator)
    (change,) = one["listed"]
    assert (change["number"], change["lead_seconds"]) == (1, 5 * 3600)
    assert change["merge_to_deploy_seconds"] == 3 * 3600
    assert (one["is_pending"], one["name"]) == (False, "production")
    assert one["why"] == "“production” is mapped to production by the built-in names."
    (fix,) = one["fixes"]
    assert (fix["kind"], fix["incident"]["external_id"]) == ("incident", "I1")


def test_a_persons_word_survives_computing_again(
    administrator: Client, token: str, told: Telling
) -> None:
    reported(token)
    one = second(administrator)
    incident = one["fixes"][0]["incident"]["id"]
    (later,) = one["later"]
    for word in (
        {"verdict": "not_fixed_by", "incident": incident},
        {"verdict": "fixed_by", "deployment": later["id"]},
    ):
        answer = administrator.post(
            f"/api/v1/deployments/{one['id']}/fixes",
            word | {"reason": "It was the other one."},
            content_type="application/json",
        )
        assert answer.json()["is_pending"] is True
    assert measure_pending_deployments() == 1
    for _ in range(2):
        now = second(administrator)
        (fix,) = now["fixes"]
        assert (fix["kind"], fix["deployment"]["key"]) == ("person", "D3")
        assert now["restore_seconds"] == 3 * 3600
        measure_deployments(told.repository.pk)
    for said in now["corrections"]:
        administrator.delete(f"/api/v1/deployments/{one['id']}/fixes/{said['id']}")
    measure_pending_deployments()
    (fix,) = second(administrator)["fixes"]
    assert fix["kind"] == "incident"


def test_an_issue_that_is_an_incident_is_told_with_its_address_and_may_be_corrected(
    administrator: Client, token: str, told: Telling
) -> None:
    reported(token)
    for line in ("by time", "incidents issue_type Incident", "issue X1 Incident 6 9"):
        told.tell(line)
    issue = told.issues["X1"]
    measure_pending_deployments()
    one = second(administrator)
    named = one["fixes"][1]["incident"]
    assert named == {
        "source": "jira",
        "id": issue.pk,
        "external_id": issue.key,
        "url": f"{issue.connection.url}/browse/{issue.key}",
        "started_at": at(6).replace("+00:00", "Z"),
        "resolved_at": at(9).replace("+00:00", "Z"),
    }
    assert (one["fixes"][1]["is_inferred"], one["fixes"][1]["restore_seconds"]) == (True, 4 * 3600)
    assert [(one["source"], one["external_id"]) for one in one["incidents"]] == [
        ("api", "I1"),
        ("jira", issue.key),
    ]
    path = f"/api/v1/deployments/{one['id']}/fixes"
    word = {"verdict": "not_fixed_by", "issue": issue.pk, "reason": "A drill."}
    answer = administrator.post(path, word, content_type="application/json")
    assert answer.json()["corrections"][0]["incident"] == named
    measure_pending_deployments()
    assert [fix["incident"]["source"] for fix in second(administrator)["fixes"]] == ["api"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("issue X1 Story 6 9", "By no rule is this issue an incident of its repository."),
        ("issue X1 Incident 2 3", "The incident was resolved before it was deployed."),
    ],
)
def test_an_issue_that_cannot_be_of_its_doing_is_refused(
    administrator: Client, token: str, told: Telling, line: str, message: str
) -> None:
    reported(token)
    told.tell("incidents issue_type Incident")
    told.tell(line)
    one = second(administrator)
    assert one["incidents"][1:] == []
    for named, refused in (
        ({"issue": told.issues["X1"].pk}, message),
        ({"issue": 1, "incident": 1}, "one of the three"),
        ({}, "one of the three"),
    ):
        answer = administrator.post(
            f"/api/v1/deployments/{one['id']}/fixes",
            named | {"verdict": "fixed_by", "reason": "It was."},
            content_type="application/json",
        )
        assert answer.status_code == 422
        assert refused in answer.json()["message"]
