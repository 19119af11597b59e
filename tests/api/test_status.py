"""Each empty state says why, and what to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.connections.models import Connection
from backend.delivery.models import Project
from backend.sources.models import Cursor, SyncRun
from tests.api.conftest import SignIn, World
from tests.factories import a_connection, a_cursor, a_repository
from tests.sign_in import an_account
from tests.sign_in import sign_in as sign_in_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filled(world: World) -> Cursor:
    """The world's project was read to its end."""
    return of_project(Project.objects.get(), complete_to=timezone.now(), expected=6, held=6)


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator")


def status(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/status").json()
    return found


def cursor(world: World, **values: object) -> Cursor:
    repository = world.history.repository
    return Cursor.objects.create(
        connection=repository.connection, repository=repository, kind="pull_requests", **values
    )


def of_project(project: Project, **values: object) -> Cursor:
    return Cursor.objects.create(
        connection=project.connection, project=project, kind="issues", **values
    )


def run(world: World, **values: object) -> SyncRun:
    repository = world.history.repository
    defaults = {"started_at": timezone.now(), "kind": "pull_requests"}
    return SyncRun.objects.create(
        connection=repository.connection, repository=repository, **defaults | values
    )


def test_without_a_connection(administrator: Client) -> None:
    Connection.objects.update(state="paused")
    found = status(administrator)
    assert found["state"] == "not_connected"
    assert found["action"]


def test_what_a_source_says_is_held_back_from_who_may_not_see_all(sign_in: SignIn) -> None:
    lead = sign_in("lead of team a")
    secret = "fatal: unable to access 'https://ghes.example/forge/hidden.git/'"
    Connection.objects.update(state="failing", state_reason=secret, state_action=secret)
    found = status(lead)
    assert found["state"] == "misconfigured"
    assert found["reason"]
    assert "hidden" not in str(found)


def test_a_connection_that_fails_says_what_to_do(administrator: Client) -> None:
    Connection.objects.update(
        state="failing", state_reason="The token was refused.", state_action="Enter a new token."
    )
    found = status(administrator)
    assert (found["state"], found["reason"], found["action"]) == (
        "misconfigured",
        "The token was refused.",
        "Enter a new token.",
    )


def test_while_it_fills(administrator: Client, world: World) -> None:
    cursor(world, stored=30, expected=90, page="next")
    now = timezone.now()
    run(
        world,
        started_at=now - timedelta(seconds=100),
        finished_at=now,
        outcome="succeeded",
        stored=30,
    )
    found = status(administrator)
    assert (found["state"], found["stored"], found["expected"]) == ("syncing", 30, 90)
    assert found["eta_seconds"] == pytest.approx(200, rel=0.1)
    assert found["fresh_to"] is None
    assert [repository["state"] for repository in found["repositories"]] == ["syncing"]


def test_the_time_left_sleeps_through_quiet_hours(administrator: Client, world: World) -> None:
    now = timezone.now()
    Connection.objects.update(
        quiet_from=(now - timedelta(hours=1)).time(), quiet_to=(now + timedelta(hours=1)).time()
    )
    cursor(world, expected=90)
    run(
        world,
        started_at=now - timedelta(seconds=100),
        finished_at=now,
        outcome="succeeded",
        stored=30,
    )
    assert status(administrator)["eta_seconds"] == pytest.approx(3600 + 200, rel=0.02)


def test_a_count_that_is_not_known_is_not_guessed(administrator: Client, world: World) -> None:
    cursor(world, expected=90)
    run(world)
    a_repository(world.history.repository.connection)
    found = status(administrator)
    assert (found["expected"], found["eta_seconds"]) == (None, None)
    assert {one["state"] for one in found["repositories"]} == {"syncing", "waiting"}


def test_waiting_for_the_source_says_until_when(administrator: Client, world: World) -> None:
    cursor(world, expected=90)
    until = timezone.now() + timedelta(minutes=7)
    run(world, outcome="waiting", reason="The request limit is used up.", retry_at=until)
    found = status(administrator)
    assert (found["state"], found["reason"]) == ("syncing", "The request limit is used up.")
    assert found["waiting_until"].startswith(until.strftime("%Y-%m-%dT%H:%M"))


def test_a_run_that_failed_while_it_fills_says_what_to_do(
    administrator: Client, world: World
) -> None:
    cursor(world, expected=90)
    run(world, outcome="failed", reason="It took too long.", action="Nothing: it is tried again.")
    found = status(administrator)
    assert (found["state"], found["reason"], found["action"]) == (
        "syncing",
        "It took too long.",
        "Nothing: it is tried again.",
    )


def test_ready_and_fresh(administrator: Client, world: World) -> None:
    cursor(world, complete_to=timezone.now(), expected=30)
    begun = timezone.now()
    run(world, outcome="succeeded", started_at=begun, finished_at=begun)
    found = status(administrator)
    assert (found["state"], found["reason"]) == ("ready", None)
    assert found["fresh_to"]
    (repository,) = found["repositories"]
    assert (repository["state"], repository["last_run"]["outcome"]) == ("complete", "succeeded")


def test_a_repository_out_of_reach_holds_up_nothing(administrator: Client, world: World) -> None:
    cursor(world, complete_to=timezone.now(), expected=30)
    connection = world.history.repository.connection
    states = {"lost_access", "excluded", "transferred", "gone"}
    for state in states:
        a_repository(connection, state=state)
    a_cursor(a_repository(connection), unavailable="The token may not read pull requests.")
    found = status(administrator)
    assert found["state"] == "ready"
    assert {one["state"] for one in found["repositories"]} == states | {"complete", "unavailable"}


def test_names_of_repositories_are_for_those_who_see_all(sign_in: SignIn, world: World) -> None:
    cursor(world, complete_to=timezone.now(), expected=30)
    found = status(sign_in("lead of team a"))
    assert (found["state"], found["stored"], found["repositories"]) == ("ready", 30, [])


def test_a_project_that_fills_says_why_it_takes_long(
    administrator: Client, world: World, filled: Cursor
) -> None:
    cursor(world, complete_to=timezone.now(), expected=30)
    assert status(administrator)["issues"] == {"stored": 6, "expected": 6}
    Cursor.objects.filter(pk=filled.pk).update(complete_to=None, expected=None, held=None)
    SyncRun.objects.create(
        connection=filled.connection, project=filled.project, kind="issues", outcome="failed",
        started_at=timezone.now(), finished_at=timezone.now(), reason="It took too long.",
    )  # fmt: skip
    found = status(administrator)
    assert (found["state"], found["reason"]) == ("syncing", "It took too long.")
    assert found["issues"] == {"stored": 6, "expected": None}


def test_a_jira_that_fills_holds_up_the_whole(
    administrator: Client, world: World, filled: Cursor
) -> None:
    cursor(world, complete_to=timezone.now(), expected=30)
    assert status(administrator)["state"] == "ready"
    filled.delete()
    found = status(administrator)
    assert (found["state"], found["eta_seconds"]) == ("syncing", None)
    Project.objects.update(state="lost_access")
    found = status(administrator)
    assert (found["state"], found["issues"]) == ("ready", None)


class TestJiraAlone:
    @pytest.fixture
    def filled(self) -> None:
        """No world: no GitHub, and no project yet."""

    @pytest.fixture
    def jira(self, client: Client) -> Connection:
        sign_in_with(client, an_account(User.Role.ADMINISTRATOR))
        return a_connection(kind="jira_dc")

    def test_it_is_ready_when_its_projects_are_filled(
        self, client: Client, jira: Connection
    ) -> None:
        assert status(client)["state"] == "syncing"
        project = Project.objects.create(connection=jira, external_id=1, key="FORGE", name="Forge")
        assert status(client)["state"] == "syncing"
        of_project(project, complete_to=timezone.now(), expected=0, held=0)
        found = status(client)
        assert (found["state"], found["stored"], found["expected"]) == ("ready", 0, None)
        assert found["issues"] == {"stored": 0, "expected": 0}

    def test_nothing_to_read_is_told(self, client: Client, jira: Connection) -> None:
        SyncRun.objects.create(
            connection=jira, kind="projects", outcome="succeeded", started_at=timezone.now(),
            finished_at=timezone.now(),
        )  # fmt: skip
        found = status(client)
        assert (found["state"], found["issues"]) == ("misconfigured", None)
        assert "nothing that is to be read" in found["reason"]
        a_connection(kind="jira_dc")
        assert status(client)["state"] == "syncing"
