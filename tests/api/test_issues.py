"""Issues as the API tells them: shapes, refusals, and a fixed number of statements."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from backend.audit.models import Event
from backend.connections.models import Connection
from backend.delivery.models import Project
from backend.sources.models import Cursor
from tests.api.conftest import SignIn, World

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-16"


def test_figures_of_a_team(world: World, sign_in: SignIn) -> None:
    client = sign_in("lead of team a")
    found = client.get(f"/api/v1/issues/figures?{RANGE}&team=team-a").json()
    assert found["cycle_time"]["median"] == 7 * 3600
    assert found["throughput"]["merged"] == 3
    assert found["completeness"]["complete"] is False
    assert "not read to the end" in found["completeness"]["reason"]


def _source(client: Client) -> Any:
    return client.get(f"/api/v1/issues/figures?{RANGE}").json()["completeness"]["source"]


def test_how_the_jiras_fare_is_told(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    jiras = Connection.objects.filter(kind="jira_dc")
    assert _source(client) == {"state": "syncing", "reason": None, "action": None}
    project = Project.objects.get()
    Cursor.objects.create(
        connection=project.connection, project=project, kind="issues", complete_to=timezone.now()
    )
    assert _source(client)["state"] == "ready"
    said = {"reason": "Jira refuses the token of forge.", "action": "Give a new one."}
    jiras.update(state="failing", state_reason=said["reason"], state_action=said["action"])
    assert _source(client) == {"state": "misconfigured"} | said
    jiras.update(state="paused")
    assert _source(client)["state"] == "not_connected"


def test_what_a_jira_says_is_held_back_from_who_may_not_see_all(
    world: World, sign_in: SignIn
) -> None:
    Connection.objects.update(state="failing", state_reason="of hidden", state_action="hidden")
    client = sign_in("lead of team a")
    found = client.get(f"/api/v1/issues/figures?{RANGE}&team=team-a").json()
    assert found["completeness"]["source"]["state"] == "misconfigured"
    assert found["completeness"]["source"]["action"]
    assert "hidden" not in str(found)


def test_rows_link_to_jira(world: World, sign_in: SignIn) -> None:
    client = sign_in("lead of team a")
    found = client.get(f"/api/v1/issues?{RANGE}&team=team-a").json()
    assert found["total"] == 3
    row = found["items"][0]
    assert row["url"].endswith(f"/browse/{row['key']}")
    one = client.get(f"/api/v1/issues/{row['id']}").json()
    assert [span["status"] for span in one["spans"]] == ["To Do", "In Progress", "Done"]
    assert one["spans"][-1]["to"] is None


def test_the_export_is_the_table_and_is_on_record(world: World, sign_in: SignIn) -> None:
    answer = sign_in("administrator").get(f"/api/v1/issues.csv?{RANGE}")
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined] # it streams
    assert len(list(csv.DictReader(io.StringIO(content)))) == 6
    assert Event.objects.get(name="issues_exported")


def test_sprints_are_exported_with_an_amount_a_cell(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    answer = client.get(f"/api/v1/sprints.csv?{RANGE}")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined] # it streams
    (line,) = csv.DictReader(io.StringIO(content))
    (row,) = client.get(f"/api/v1/sprints?{RANGE}").json()["items"]
    assert line["name"] == row["name"]
    assert line["committed_issues"] == str(row["committed"]["issues"])
    assert line["committed_points"] == ""
    assert Event.objects.get(name="sprints_exported")


@pytest.mark.parametrize(
    "query", ["state=lost", "sort=secret", "page=0", "search=%00", "project=%00"]
)
def test_what_cannot_be_asked_is_refused(world: World, sign_in: SignIn, query: str) -> None:
    answer = sign_in("administrator").get(f"/api/v1/issues?{RANGE}&{query}")
    assert answer.status_code == 422


def test_choices_are_those_of_ones_teams(world: World, sign_in: SignIn) -> None:
    found = sign_in("member of team a").get("/api/v1/issues/choices").json()
    assert found == {"projects": [{"key": "FORGE", "name": "Forge"}], "issue_types": ["Story"]}
    assert sign_in("administrator").get("/api/v1/issues/choices").json() == found


@pytest.mark.parametrize(
    ("path", "statements"),
    [("/issues/figures", 10), ("/issues", 8), ("/issues/scatter", 8)],
    ids=["figures", "table", "scatter"],
)
def test_statements_are_few_and_fixed(
    world: World,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
    statements: int,
) -> None:
    client = sign_in("administrator")
    with django_assert_max_num_queries(statements + 6):
        assert client.get(f"/api/v1{path}?{RANGE}").status_code == 200
