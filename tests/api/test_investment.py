"""Investment as the API tells it: shapes, refusals, the export, and a fixed number of statements."""

import csv
import io

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.audit.models import Event
from tests.api.conftest import SignIn, World

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-16"


def test_figures_of_a_team(world: World, sign_in: SignIn) -> None:
    found = sign_in("lead of team a").get(f"/api/v1/investment/figures?{RANGE}&team=team-a").json()
    assert [one["code"] for one in found["categories"]] == [
        *("new_features", "improvements", "keeping_the_lights_on", "productivity", "unplanned"),
        "uncategorised",
    ]
    stories = {one["category"]: one["amount"] for one in found["issues"]["amounts"]}
    assert stories["new_features"] == 3
    assert (found["pull_requests"]["total"], found["pull_requests"]["people"]) == (14, 3)
    assert found["effort"]["unit"] == "person_months"
    assert found["effort"]["people"] == 3
    assert sum(one["amount"] for one in found["effort"]["amounts"]) == pytest.approx(
        found["effort"]["total"]
    )
    # Of pull requests and of issues.
    assert found["completeness"]["complete"] is False
    assert "not read to the end" in found["completeness"]["reason"]


def test_the_export_is_the_table_and_is_on_record(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    found = client.get(f"/api/v1/investment/items?{RANGE}&page_size=5").json()
    assert (len(found["items"]), found["total"]) == (5, 34)
    answer = client.get(f"/api/v1/investment/items.csv?{RANGE}")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined] # it streams
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["kind"] for row in rows].count("issue") == 6
    assert len(rows) == 34
    assert Event.objects.get(name="investment_exported").additional_data["rows"] == 34
    narrowed = client.get(f"/api/v1/investment/items?{RANGE}&kind=issue&category=unplanned")
    assert narrowed.json()["total"] == 0


@pytest.mark.parametrize("query", ["kind=epic", "category=a%20b", "category=%00", "page=0"])
def test_what_cannot_be_asked_is_refused(world: World, sign_in: SignIn, query: str) -> None:
    answer = sign_in("administrator").get(f"/api/v1/investment/items?{RANGE}&{query}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "statements"),
    [("/investment/figures", 16), ("/investment/items", 14)],
    ids=["figures", "items"],
)
def test_pages_take_a_fixed_number_of_statements(
    world: World,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
    statements: int,
) -> None:
    client = sign_in("administrator")
    with django_assert_max_num_queries(statements):
        client.get(f"/api/v1{path}?{RANGE}")
