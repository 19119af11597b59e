"""Each process's role at the real server: what it may do to which table, and that nobody may do everything."""

import pytest

from tests.appliance.stack import Stack

PROBE = """
import json, os, psycopg
from pathlib import Path
connection = psycopg.connect(
    host="postgres", dbname="plumbline", user=os.environ["PLUMBLINE_DATABASE_USER"],
    password=Path("/run/secrets/database_password").read_text().strip(),
    sslmode="verify-full", sslrootcert="/run/secrets/internal_ca.pem", autocommit=True)
answers = {}
for statement in %s:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
        answers[statement] = "allowed"
    except psycopg.errors.InsufficientPrivilege:
        answers[statement] = "denied"
    except psycopg.Error as error:
        answers[statement] = type(error).__name__
print(json.dumps(answers))
"""


def probe(stack: Stack, service: str, *statements: str) -> dict[str, str]:
    found: dict[str, str] = stack.python(service, PROBE % repr(list(statements)))
    return found


def assert_all(answers: dict[str, str], expected: str) -> None:
    assert answers == dict.fromkeys(answers, expected)


SUPERPOWERS = (
    "CREATE TABLE mine (x int)",
    "CREATE ROLE another",
    "CREATE SCHEMA another",
    "ALTER TABLE audit_event ADD COLUMN x int",
    "DROP TABLE django_session",
    "TRUNCATE audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SET ROLE migrate",
    "GRANT ALL ON audit_event TO PUBLIC",
)
ALTERING_AUDIT = (
    "UPDATE audit_event SET object_repr = ''",
    "DELETE FROM audit_event",
    "UPDATE audit_link SET digest = ''",
    "DELETE FROM audit_link",
    "UPDATE audit_head SET digest = ''",
    "DELETE FROM audit_head",
)


@pytest.mark.parametrize("service", ["web", "worker", "sealer"])
def test_no_process_can_do_what_an_owner_can(stack: Stack, service: str) -> None:
    answers = probe(stack, service, *SUPERPOWERS)
    # Granting what one does not own is no error to Postgres, only without effect.
    answers.pop("GRANT ALL ON audit_event TO PUBLIC")
    assert_all(answers, "denied")
    assert_all(probe(stack, service, *ALTERING_AUDIT), "denied")


def test_no_role_is_a_superuser_or_owns_tables_but_migrate(stack: Stack) -> None:
    plain = stack.sql(
        "SELECT rolname FROM pg_roles WHERE rolname IN ('migrate', 'web', 'worker', 'beat', 'sealer', 'backup') AND NOT"
        " (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
    )
    assert set(plain.split()) == {"migrate", "web", "worker", "beat", "sealer", "backup"}
    owners = stack.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == "migrate"
    # What was erased leaves the write-ahead log by a checkpoint, and nothing else takes a membership.
    members = stack.sql(
        "SELECT member::regrole || ' ' || roleid::regrole FROM pg_auth_members"
        " WHERE member::regrole::text IN ('migrate', 'web', 'worker', 'beat', 'sealer', 'backup')"
    )
    assert members == "migrate pg_checkpoint"


def test_web_writes_credentials_that_it_cannot_read(stack: Stack) -> None:
    assert_all(
        probe(
            stack,
            "web",
            "SELECT id, connection_id, kind, set_at FROM connections_credential",
            "DELETE FROM connections_credential WHERE id = 0",
            "SELECT enveloped FROM connections_webhooksecret",
            "SELECT * FROM django_session",
        ),
        "allowed",
    )
    assert_all(
        probe(
            stack,
            "web",
            "SELECT sealed FROM connections_credential",
            "SELECT * FROM connections_credential",
            "UPDATE connections_credential SET connection_id = 1",
            "UPDATE connections_credential SET kind = sealed::text",
            "INSERT INTO delivery_repository DEFAULT VALUES",
            "DELETE FROM delivery_pullrequest",
        ),
        "denied",
    )


def test_the_worker_reads_credentials_and_nothing_of_those_who_sign_in(stack: Stack) -> None:
    assert_all(
        probe(
            stack,
            "worker",
            "SELECT sealed FROM connections_credential",
            # It brings them under another key.
            "UPDATE connections_credential SET sealed = ''",
            "DELETE FROM delivery_pullrequestfile WHERE id = 0",
            "CREATE TEMPORARY TABLE staging (x int)",
        ),
        "allowed",
    )
    assert_all(
        probe(
            stack,
            "worker",
            "SELECT * FROM django_session",
            "SELECT * FROM accounts_user",
            "SELECT * FROM mfa_authenticator",
            "SELECT * FROM connections_webhooksecret",
            "UPDATE connections_credential SET connection_id = 0",
            "SELECT * FROM audit_event",
        ),
        "denied",
    )


def test_the_sealer_chains_and_signs_and_sees_nothing_else(stack: Stack) -> None:
    assert_all(
        probe(
            stack,
            "sealer",
            "SELECT * FROM audit_event",
            "DELETE FROM audit_unsealed",
            "INSERT INTO audit_link VALUES (0, 0, '')",
            "UPDATE audit_signeddocument SET signature = ''",
            "SELECT audit_prune(1)",
        ),
        "allowed",
    )
    refused = (
        "INSERT INTO audit_link VALUES (0, 0, '')",
        "INSERT INTO audit_unsealed VALUES (0)",
        "SELECT audit_prune(1)",
    )
    for service in ("web", "worker"):
        assert_all(probe(stack, service, *refused), "denied")
    assert_all(
        probe(
            stack,
            "sealer",
            "SELECT * FROM accounts_user",
            "SELECT * FROM connections_credential",
            "SELECT * FROM people_person",
            "UPDATE audit_signeddocument SET content = ''",
            "INSERT INTO audit_event (object_pk, object_repr, action, changes_text, timestamp, name)"
            " VALUES ('', '', 3, '', now(), 'signed_in')",
        ),
        "denied",
    )


def test_results_of_tests_get_room_and_only_the_worker_takes_it_away(stack: Stack) -> None:
    make = "SELECT delivery_make_test_partitions(current_date, current_date + 100)"
    drop = "SELECT delivery_drop_a_test_month('delivery_dailyresults', current_date - 800)"
    assert_all(probe(stack, "web", make), "allowed")
    assert_all(probe(stack, "web", drop, "DROP TABLE delivery_dailyresults"), "denied")
    assert_all(probe(stack, "worker", make, drop), "allowed")


def test_privileges_are_exactly_the_declared_ones(stack: Stack) -> None:
    """A grant by hand is gone after the next start."""
    granted = "has_table_privilege('worker', 'django_session', 'SELECT')"
    stack.sql("GRANT SELECT ON django_session TO worker")
    assert stack.sql(f"SELECT {granted}") == "t"
    stack.compose("run", "--rm", "migrate", "python", "manage.py", "grants")
    assert stack.sql(f"SELECT {granted}") == "f"


def test_nothing_is_left_to_public(stack: Stack) -> None:
    assert stack.sql("SELECT count(*) FROM information_schema.role_table_grants"
                     " WHERE grantee = 'PUBLIC' AND table_schema = 'public'") == "0"  # fmt: skip
    assert stack.sql("SELECT has_schema_privilege('web', 'public', 'CREATE')") == "f"
