"""Sessions of a connection: what each kind signs in with, the budget, what was written down of fields."""

import pytest

from backend.connections.models import Connection, JiraSettings
from backend.connections.store import JiraChoice, add_connection
from backend.sources.errors import CredentialRefused, SourceError
from backend.sources.jira.session import open_jira
from backend.sources.models import Usage
from tests.simulators.jira import Simulator
from tests.sources.jira.conftest import TOKEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(server: Simulator, db: None) -> Connection:
    email = server.world.email if server.cloud else ""
    kind = "jira_cloud" if server.cloud else "jira_dc"
    return add_connection(kind=kind, url=server.url, token=TOKEN, jira=JiraChoice(email=email))


def test_it_signs_in_and_is_counted(connection: Connection) -> None:
    assert connection.credentials.get().last_used_at is None
    with open_jira(connection) as jira:
        jira.server()
        jira.myself()
        assert jira.usage.requests == 2
    assert connection.credentials.get().last_used_at is not None
    assert Usage.objects.get().requests == 2


def test_the_budget_is_kept(connection: Connection) -> None:
    connection.requests_per_hour = 1
    with open_jira(connection) as jira:
        jira.server()
        with pytest.raises(SourceError) as caught:
            jira.myself()
    assert caught.value.retry_at is not None


def test_without_a_credential_somebody_is_told_what_to_enter(connection: Connection) -> None:
    connection.credentials.all().delete()
    with pytest.raises(CredentialRefused) as caught:
        open_jira(connection)
    assert ("e-mail" in caught.value.action) is (connection.kind == "jira_cloud")


def test_the_cloud_wants_an_address_with_the_token(connection: Connection) -> None:
    JiraSettings.objects.update(email="")
    if connection.kind == "jira_cloud":
        with pytest.raises(SourceError) as caught:
            open_jira(connection)
        assert "e-mail" in caught.value.reason
    else:
        with open_jira(connection) as jira:
            jira.server()


def test_a_credential_for_another_address_does_not_open(connection: Connection) -> None:
    Connection.objects.update(url="https://elsewhere.example")
    connection.refresh_from_db()
    with pytest.raises(SourceError) as caught:
        open_jira(connection)
    assert caught.value.permanent


def test_fields_that_were_written_down_are_not_asked_for_again(
    connection: Connection, server: Simulator
) -> None:
    with open_jira(connection) as jira:
        told = jira.discover().told
    JiraSettings.objects.update(fields_found=told)
    server.ledger.clear()
    with open_jira(connection) as jira:
        assert jira.search("project = FORGE").issues == []
    assert "field" not in {path for path, _ in server.ledger.bodies}


def test_settings_overrule_what_was_written_down(connection: Connection) -> None:
    with open_jira(connection) as jira:
        told = jira.discover().told
    JiraSettings.objects.update(
        fields_found=told, story_points_field="customfield_10008", keeps_summaries=False
    )
    with open_jira(connection) as jira:
        jira.search("project = FORGE")
        assert jira.field_map is not None
        assert jira.field_map.ids("story_points") == ("customfield_10008",)
        assert "summary" not in jira.field_map.asked
