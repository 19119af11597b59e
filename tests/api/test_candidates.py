"""Why each thing is a deployment or none, as the API tells it."""

from typing import Any

import pytest
from django.test import Client

from backend.delivery.models import DeploymentRule, ReportedDeployment, Repository
from tests.api.conftest import SignIn, World
from tests.factories import MONDAY, a_repository, hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(world: World) -> Repository:
    return world.history.repository


def reported(repository: Repository, name: str, environment: str) -> ReportedDeployment:
    at = MONDAY + hours(ReportedDeployment.objects.count() + 1)
    return ReportedDeployment.objects.create(
        repository=repository,
        external_id=name,
        environment=environment,
        sha="a" * 40,
        outcome="succeeded",
        started_at=at,
        finished_at=at,
        reported_at=at,
    )


def ask(client: Client, query: str = "") -> Any:
    answer = client.get(f"/api/v1/deployments/candidates?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def keys(found: Any) -> list[str]:
    return [row["key"] for row in found["items"]]


@pytest.fixture
def lead(sign_in: SignIn) -> Client:
    return sign_in("lead of team a")


def test_each_is_told_with_its_reason(lead: Client, repository: Repository) -> None:
    reported(repository, "one", "prod-eu")
    reported(repository, "two", "atlantis")
    found = ask(lead, "team=team-a&source=api")
    assert keys(found) == ["two", "one"]
    two, one = found["items"]
    own = repository.name_with_owner.rpartition("/")[2]
    assert one["counts_as"] == [{"service": own, "environment": "production"}]
    assert one["reason"] == "“prod-eu” is mapped to production by the built-in names."
    assert (one["is_unmapped"], two["is_unmapped"]) == (False, True)
    assert two["counts_as"] == []
    assert "atlantis" in two["reason"]
    assert two["url"].endswith(f"/{repository.name_with_owner}/commit/{'a' * 40}")


def test_merges_count_only_by_a_rule(lead: Client) -> None:
    before = ask(lead, "team=team-a&source=merge")
    assert before["total"] == 29
    assert {row["reason"] for row in before["items"]} == {
        "No rule counts merges to the branch “main” as deployments."
    }
    DeploymentRule.objects.create(source="merge", pattern="main", environment="staging")
    after = ask(lead, "team=team-a&source=merge&environment=staging")
    assert after["total"] == 29
    assert {row["counts_as"][0]["environment"] for row in after["items"]} == {"staging"}
    assert ask(lead, "team=team-a&source=merge&environment=production")["total"] == 0


def test_they_are_narrowed_and_paged(lead: Client, repository: Repository) -> None:
    for number, name in enumerate(("production", "atlantis", "staging", "100%")):
        reported(repository, str(number), name)
    narrowed = "team=team-a&source=api"
    assert keys(ask(lead, f"{narrowed}&counts=yes")) == ["2", "0"]
    assert keys(ask(lead, f"{narrowed}&counts=no")) == ["3", "1"]
    assert keys(ask(lead, f"{narrowed}&search=%25")) == ["3"]
    assert keys(ask(lead, f"{narrowed}&since=2026-03-03")) == []
    assert keys(ask(lead, f"{narrowed}&repository=no/such")) == []
    pages = [ask(lead, f"{narrowed}&page_size=3&page={page}") for page in (1, 2)]
    assert [keys(page) for page in pages] == [["3", "2", "1"], ["0"]]
    assert {page["total"] for page in pages} == {4}


def test_a_team_sees_the_repositories_that_it_works_on(
    lead: Client, sign_in: SignIn, repository: Repository
) -> None:
    other = a_repository()
    reported(repository, "own", "production")
    reported(other, "foreign", "atlantis")
    assert keys(ask(lead, "team=team-a&source=api")) == ["own"]
    assert keys(ask(sign_in("auditor"), "source=api")) == ["foreign", "own"]
    assert keys(ask(lead, f"team=team-a&repository={other.name_with_owner}")) == []
    unmapped = lead.get("/api/v1/deployments/choices").json()["unmapped"]
    assert unmapped == []


def test_unmapped_environments_are_listed(sign_in: SignIn, repository: Repository) -> None:
    reported(repository, "one", "atlantis")
    reported(repository, "two", "atlantis")
    reported(repository, "three", "production")
    (found,) = sign_in("lead of team b").get("/api/v1/deployments/choices").json()["unmapped"]
    assert (found["name"], found["source"], found["n"]) == ("atlantis", "api", 2)
    assert found["repository"] == repository.name_with_owner
    assert found["latest_at"] == "2026-03-02T02:00:00Z"


@pytest.mark.parametrize(
    "query",
    ["source=jira", "counts=maybe", "environment=prod", "since=yesterday", "page=0", "search=%00"],
)
def test_a_query_that_makes_no_sense_is_told_so(lead: Client, query: str) -> None:
    answer = lead.get(f"/api/v1/deployments/candidates?team=team-a&{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
