"""The verbs keep within what the database grants to the process that calls them."""

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.config.admin.connections.facts import facts
from backend.connections import store
from backend.connections.models import Connection, JiraSettings, RepositoryRule
from backend.sources.jira.session import open_jira
from tests.connections.test_store import TOKEN, a_key, an_app
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return store.add_connection(kind="github", url="https://ghes.example", token=TOKEN)


@pytest.fixture(autouse=True)
def roles(connection: Connection) -> None:
    """The roles and their privileges, in the test's own transaction."""
    make_roles()


def test_web_writes_what_it_cannot_read(connection: Connection) -> None:
    with acting_as("web"):
        store.set_token(connection=connection, token="another-token")
        store.set_app(connection=connection, app=an_app())
        store.add_app_key(connection=connection, private_key=a_key(2))
        former = connection.credentials.values_list("pk", flat=True)[1]
        store.retire_app_key(connection=connection, credential_id=former)
        store.change_app_webhook_secret(connection=connection)
        store.change_app_webhook_secret(connection=connection)
        store.end_former_webhook_secret(connection=connection)
        store.note_webhook_secret_used(opened=store.webhook_secrets(connection)[0])
        store.take_over_app(connection=connection, code="c0de")
        rule = RepositoryRule(effect="exclude", test="fork")
        store.set_repository_rules(connection=connection, rules=[rule])
        assert facts(connection)["change"].step == "create"
        for read in (store.credentials, store.claim_app_change):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                read(connection)
        store.forget_credentials(connection=connection)


def test_the_worker_takes_over_an_app(connection: Connection) -> None:
    store.take_over_app(connection=connection, code="c0de")
    with acting_as("worker"):
        assert store.due_app_changes() == [connection.pk]
        change = store.claim_app_change(connection)
        assert change is not None
        store.store_created_app(
            connection=connection, change=change, app=store.AppSignIn(12, a_key(1))
        )
        store.note_installation(connection=connection, installation_id=34)
        (key,) = store.credentials(connection)
        assert key.installation_id == 34
        store.note_credential_used(credential_id=key.pk)
        store.record_state(
            connection=connection, state="working", version="3.19", permissions=[{"name": "checks"}]
        )
        store.put_off_app_change(change=change, error="busy", until=timezone.now())
        store.finish_app_change(change=change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            store.webhook_secrets(connection)


def test_a_jira_is_added_by_web_and_read_by_the_worker() -> None:
    with acting_as("web"):
        jira = store.add_connection(
            kind="jira_dc",
            url="https://jira.example",
            token=TOKEN,
            jira=store.JiraChoice(projects=("FORGE",)),
        )
        store.set_jira(connection=jira, choice=store.JiraChoice(projects=("MILL",)))
        store.set_webhook_secret(connection=jira, secret="a-secret-of-a-webhook")
        assert facts(jira)["webhook"].endswith("/hooks/jira/jira-example")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            store.credentials(jira)
    with acting_as("worker"):
        with open_jira(jira) as session:
            assert session.url == "https://jira.example"
        JiraSettings.objects.filter(connection=jira).update(fields_found=[{"id": "customfield_1"}])
        assert JiraSettings.objects.get().projects == ["MILL"]
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            store.webhook_secrets(jira)


def test_the_pages_open_for_web(client: Client, connection: Connection) -> None:
    store.set_app(connection=connection, app=an_app())
    store.take_over_app(connection=connection, code="c0de")
    sign_in(client, an_account(User.Role.ADMINISTRATOR))
    base = f"/admin/connections/connection/{connection.pk}"
    with acting_as("web"):
        for page in ("change", "repositories", "github-app", "webhook-secret", "app-key"):
            assert client.get(f"{base}/{page}/").status_code == 200
        changed = {
            "kind": "github",
            "name": "renamed",
            "url": "https://ghes.example",
            "sign_in": "keep",
            "requests_per_hour": 100,
            "clone_limit_megabytes": 1,
        }
        assert client.post(f"{base}/change/", changed).status_code == 302
    connection.refresh_from_db()
    assert connection.name == "renamed"
