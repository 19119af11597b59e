"""Every table is decided about; the database's privileges are exactly the declared ones."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.config import grants
from backend.delivery.result_records import UploadRecord
from backend.delivery.store.test_results import store_results
from backend.sources.junit import read_report
from tests.factories import MONDAY, a_repository


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


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("role", ["web", "worker"])
def test_whoever_takes_reports_of_tests_may_store_them_and_make_room(role: str) -> None:
    """Into tables that belong to another role, and a month that has no partition yet."""
    repository = a_repository()
    call_command("grants", verbosity=0)
    report = read_report(
        [b"<testsuite name='s'><testcase name='n' time='1'><error/></testcase></testsuite>"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        for sha in "ab":
            upload = UploadRecord(sha * 40, started_at=MONDAY, received_at=MONDAY)
            store_results(repository=repository, upload=upload, report=report)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT sum(failed), sum(commits) FROM delivery_dailyresults")
        assert cursor.fetchone() == (2, 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_the_worker_alone_drops_what_is_outdated() -> None:
    call_command("grants", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM unnest(%s::text[]) AS role WHERE has_function_privilege("
            "role, 'delivery_drop_test_partitions(date, date)', 'EXECUTE')",
            [[*grants.ROLES]],
        )
        assert cursor.fetchall() == [("worker",)]
