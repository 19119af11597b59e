"""Every table is decided about; the database's privileges are exactly the declared ones."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from backend.accounts.models import User
from backend.accounts.sign_ins import sign_ins
from backend.audit import subjects
from backend.audit.models import SubjectKey
from backend.config.grants import deviations
from backend.delivery.records import ActorRecord
from backend.delivery.result_records import UploadRecord
from backend.delivery.store.test_results import store_results
from backend.inventory import TABLES
from backend.inventory.roles import ROLES
from backend.people.match_run import anything_new, match_people
from backend.people.models import Identity, Membership, Merge, Person, Team
from backend.people.moving import undo
from backend.people.store import resolve_identities
from backend.sources.junit import read_report
from tests.factories import MONDAY, a_connection, a_repository
from tests.roles import create_roles
from tests.sign_in import an_account


def test_nobody_but_the_worker_reads_credentials_and_nobody_changes_the_audit_log() -> None:
    readers = {
        role
        for role, privileges in TABLES["connections.credential"].grants.items()
        if "SELECT" in privileges
    }
    assert readers == {"worker"}
    allowed = {"SELECT", "SELECT (id, transaction)", "INSERT"}
    assert all(set(given) <= allowed for given in TABLES["audit.event"].grants.values())


@pytest.fixture
def roles() -> None:
    """The roles, in the test's own transaction."""
    create_roles()


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_running_it_again_takes_back_what_is_not_declared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON django_session TO worker")
        cursor.execute("GRANT SELECT (sealed) ON connections_credential TO web")
        cursor.execute("GRANT EXECUTE ON FUNCTION audit_prune(integer) TO PUBLIC")
        call_command("grants", verbosity=0)
        cursor.execute(
            "SELECT has_table_privilege('worker', 'django_session', 'SELECT'),"
            " has_column_privilege('web', 'connections_credential', 'sealed', 'SELECT'),"
            " has_column_privilege('web', 'connections_credential', 'sealed', 'INSERT'),"
            " has_table_privilege('web', 'audit_event', 'UPDATE'),"
            " has_function_privilege('web', 'audit_prune(integer)', 'EXECUTE')"
        )
        assert cursor.fetchone() == (False, False, True, False, False)


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_the_privileges_of_every_column_are_the_declared_ones() -> None:
    call_command("grants", verbosity=0)
    assert deviations(connection) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("planted", "told"),
    [
        (
            "GRANT SELECT (sealed) ON connections_credential TO web",
            "granted and not in the inventory: SELECT on connections_credential.sealed for web",
        ),
        (
            "GRANT DELETE ON audit_event TO PUBLIC",
            "granted and not in the inventory: DELETE on audit_event for beat",
        ),
        (
            "REVOKE UPDATE ON people_person FROM worker",
            "in the inventory and not granted: UPDATE on people_person.name for worker",
        ),
        (
            "GRANT EXECUTE ON FUNCTION delivery_drop_a_test_month(text, date) TO web",
            "granted and not in the inventory: EXECUTE on delivery_drop_a_test_month(text, date) for web",
        ),
    ],
    ids=["column", "everybody", "taken", "function"],
)
def test_a_grant_that_is_not_declared_is_found(planted: str, told: str) -> None:
    call_command("grants", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(planted)
    assert told in deviations(connection)


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
def test_the_worker_matches_people_and_web_undoes() -> None:
    """With people who are two until then, in teams, and an account of one of them."""
    source = a_connection()
    records = [
        ActorRecord("user", "jdoe", 1, email="jane@work.example"),
        ActorRecord("git", "jane@work.example", None),
    ]
    found = resolve_identities(connection=source, accounts=records)
    team = Team.objects.create(slug="a", name="A")
    for pk in found.values():
        person = Person.objects.create(name=f"person of {pk}")
        Identity.objects.filter(pk=pk).update(person=person)
        Membership.objects.create(team=team, person=person)
    user = an_account(User.Role.OWNER, email="jane@work.example")
    call_command("grants", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE worker")
        assert match_people(sign_ins=sign_ins()).joined == 1
        assert not anything_new()
        cursor.execute("SET LOCAL ROLE web")
        user.refresh_from_db()
        assert user.person == Person.objects.get()
        undo(merge=Merge.objects.get(), acting_user=user)
        cursor.execute("RESET ROLE")
    assert Person.objects.count() == Membership.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_the_worker_alone_drops_what_is_outdated() -> None:
    call_command("grants", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role FROM unnest(%s::text[]) AS role WHERE has_function_privilege("
            "role, 'delivery_drop_a_test_month(text, date)', 'EXECUTE')",
            [[*ROLES]],
        )
        assert cursor.fetchall() == [("worker",)]


@pytest.mark.django_db
@pytest.mark.usefixtures("roles")
def test_the_worker_destroys_keys_of_people_and_reads_none() -> None:
    subjects.secrets_for(["user/1", "user/2"])
    call_command("grants", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE worker")
        assert subjects.forget(["user/1", "person/7"]) == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            list(SubjectKey.objects.values_list("secret"))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            SubjectKey.objects.all().delete()
        cursor.execute("SET LOCAL ROLE web")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            subjects.forget(["user/2"])
        cursor.execute("RESET ROLE")
    assert subjects.secrets_for(["user/1", "user/2", "person/7"]).keys() == {"user/2"}
