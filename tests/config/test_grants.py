"""Every table is decided about; the database's privileges are exactly the declared ones."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.config import grants


def test_every_model_is_covered() -> None:
    assert grants.uncovered() == []


def test_a_table_that_nobody_decided_about_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "GRANTS", {**grants.GRANTS})
    monkeypatch.delitem(grants.GRANTS, "sessions")
    with pytest.raises(CommandError, match=r"nothing about sessions\.session"):
        call_command("grants")


def test_nobody_but_the_worker_reads_credentials_and_nobody_changes_the_audit_log() -> None:
    readers = {
        role
        for role, privileges in grants.GRANTS["connections.credential"].items()
        if "SELECT" in privileges
    }
    assert readers == {"worker"}
    allowed = {"SELECT", "SELECT (id)", "INSERT"}
    assert all(set(given) <= allowed for given in grants.GRANTS["audit"].values())


@pytest.fixture
def roles() -> Iterator[None]:
    """The roles, in the test's own transaction."""
    with connection.cursor() as cursor:
        for role in grants.ROLES:
            cursor.execute(f"CREATE ROLE {role}")
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_running_it_again_takes_back_what_is_not_declared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON django_session TO worker")
        cursor.execute("GRANT SELECT (sealed) ON connections_credential TO web")
        call_command("grants", verbosity=0)
        cursor.execute(
            "SELECT has_table_privilege('worker', 'django_session', 'SELECT'),"
            " has_column_privilege('web', 'connections_credential', 'sealed', 'SELECT'),"
            " has_column_privilege('web', 'connections_credential', 'sealed', 'INSERT'),"
            " has_table_privilege('web', 'audit_event', 'UPDATE')"
        )
        assert cursor.fetchone() == (False, False, True, False)
