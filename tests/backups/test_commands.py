"""The commands as the host runs them: processes of their own, with pipes for input and output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.backups.places import Key, a_key, another_database

pytestmark = pytest.mark.django_db(transaction=True)
TOP = Path(__file__).resolve().parents[2]


def manage(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    environment = os.environ | {"PLUMBLINE_DATABASE_NAME": str(connection.settings_dict["NAME"])}
    command = [sys.executable, str(TOP / "manage.py"), *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, check=False, cwd=TOP, env=environment
    )


def framed(key: Key, backup: bytes) -> bytes:
    """The key before the backup, as host.opening sends it."""
    return b"%d\n" % len(key.identity) + key.identity + backup


def test_a_backup_goes_out_and_comes_in_by_pipes_alone() -> None:
    key = a_key()
    made = manage("backup", "--release", "1.0", "--recipient", key.recipient)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stderr.splitlines()[-1])
    with another_database():
        done = manage("restore", "--aside", stdin=framed(key, made.stdout))
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        again = manage("restore", stdin=framed(key, made.stdout))
    assert {name: found[name] for name in told} == told
    assert again.returncode == 1
    assert b"There are tables in the database" in again.stderr


def test_a_wrong_key_or_none_is_told_and_no_traceback() -> None:
    made = manage("backup", "--release", "1.0", "--recipient", a_key().recipient)
    with another_database():
        for sent, says in (
            (framed(a_key(), made.stdout), b"no identity matched"),
            (framed(Key(b"", ""), made.stdout), b"Not restored"),
            (made.stdout, b"Not restored"),
            (b"", b"Not restored"),
        ):
            done = manage("restore", stdin=sent)
            assert (done.returncode, b"Traceback" in done.stderr) == (1, False), done.stderr
            assert says in done.stderr


def test_a_recipient_that_is_none_ends_with_an_error() -> None:
    made = manage("backup", "--release", "1.0", "--recipient", "age1nobody")
    assert made.returncode == 1
    assert b"No backup was made" in made.stderr
    assert b"Traceback" not in made.stderr
