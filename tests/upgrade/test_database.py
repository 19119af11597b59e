"""The copy of the database and the way back, on a real server."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from host.upgrade import database

from tests.servers import program


def psql(statements: str, name: str = "postgres") -> str:
    """As Composition.psql has it, on the tests' own server."""
    command = [
        *(program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
        *("--set=ON_ERROR_STOP=1", "--host", os.environ["PLUMBLINE_DATABASE_HOST"]),
        *("--username=postgres", f"--dbname={name}"),
    ]
    done = subprocess.run(command, input=statements, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def _own_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Beside the databases of other tests and of whoever else uses this server."""
    names = {
        name: f"upgraded_{os.getpid()}_{name.lower()}" for name in ("DATABASE", "FORMER", "FAILED")
    }
    for name, own in names.items():
        monkeypatch.setattr(database, name, own)
    psql(
        "SELECT 'CREATE ROLE migrate' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'migrate') \\gexec"
    )
    psql(f"CREATE DATABASE {database.DATABASE}")
    psql("CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 3)", database.DATABASE)
    yield
    for own in names.values():
        database.drop(psql, own)


def test_rows_are_counted_by_table() -> None:
    psql("CREATE TABLE parts (id int) PARTITION BY RANGE (id)", database.DATABASE)
    psql("CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (9)", database.DATABASE)
    psql("INSERT INTO parts VALUES (1)", database.DATABASE)
    assert database.rows(psql, database.DATABASE) == {"a": 3, "parts": 1}


def test_what_failed_is_replaced_by_the_copy() -> None:
    database.copy(psql)
    database.copy(psql)
    psql("DROP TABLE a; CREATE TABLE b (id int)", database.DATABASE)
    database.put_back(psql)
    assert database.rows(psql, database.DATABASE) == {"a": 3}
    assert not database.exists(psql, database.FORMER)
    assert not database.exists(psql, database.FAILED)


def test_going_back_twice_or_without_a_copy_changes_nothing() -> None:
    database.put_back(psql)
    database.copy(psql)
    database.put_back(psql)
    database.put_back(psql)
    assert database.rows(psql, database.DATABASE) == {"a": 3}


def test_one_that_was_killed_between_two_of_its_statements_is_ended() -> None:
    database.copy(psql)
    psql(
        f"BEGIN; ALTER DATABASE {database.DATABASE} RENAME TO {database.FAILED};"
        f" ALTER DATABASE {database.FORMER} RENAME TO {database.DATABASE}; COMMIT"
    )
    database.put_back(psql)
    assert database.rows(psql, database.DATABASE) == {"a": 3}
    assert not database.exists(psql, database.FAILED)


def test_somebody_s_session_does_not_stand_in_the_way() -> None:
    command = [program("psql"), "--host", os.environ["PLUMBLINE_DATABASE_HOST"], "-U", "postgres"]
    with subprocess.Popen(
        [*command, "-d", database.DATABASE, "-c", "SELECT pg_sleep(60)"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as somebody:
        wanted = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{database.DATABASE}'"  # noqa: S608 - named above
        while not psql(wanted):
            assert somebody.poll() is None
        database.copy(psql)
        assert somebody.wait() != 0
