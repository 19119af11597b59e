"""The audit log in the running appliance: sealed within seconds, told to a real rsyslog, verified inside and out."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.appliance.stack import HOST, TOP, CommandFailed, Stack, run
from tests.waiting import until

RECEIVED = re.compile(
    r"<109>1 \S+T\S+(?:Z|\+00:00) plumbline\.example plumbline - (?:head|anchor|restart)"
    r' \[plumbline@32473 position="(\d+)" digest="([0-9a-f]{64})" key_id="[0-9a-f]{16}"\] (\{.*\})'
)


def act(stack: Stack) -> int:
    """Something important, by an operator; returns its event's number."""
    stack.sql(
        "INSERT INTO audit_event (object_pk, object_repr, action, changes_text, timestamp, name)"
        " VALUES ('', '', 3, '', now(), 'role_taken')"
    )
    return int(stack.sql("SELECT max(id) FROM audit_event WHERE name = 'role_taken'"))


def sealed(stack: Stack, number: int) -> int | None:
    """Its position, once a head is signed that covers it."""
    found = stack.sql(
        f"SELECT position FROM audit_link WHERE event_id = {number}"
        " AND position <= (SELECT max(position) FROM audit_head)"
    )
    return int(found) if found else None


def received(stack: Stack) -> str:
    return stack.run_in("rsyslog", "cat", "/tmp/received.log")


def test_an_event_is_sealed_and_its_head_is_outside_within_seconds(stack: Stack) -> None:
    number = act(stack)
    until(lambda: sealed(stack, number), seconds=15)
    position = sealed(stack, number)
    assert position is not None
    file = stack.data / "heads" / "heads.jsonl"
    until(lambda: f'"position":{position},' in file.read_text(), seconds=5)
    until(lambda: f'position="{position}"' in received(stack), seconds=10)


def test_rsyslog_takes_every_head_for_what_it_is(stack: Stack) -> None:
    number = act(stack)
    until(lambda: sealed(stack, number), seconds=15)
    until(lambda: f'position="{sealed(stack, number)}"' in received(stack), seconds=10)
    lines = received(stack).splitlines()
    assert lines
    for line in lines:
        told = RECEIVED.fullmatch(line)
        assert told, line
        head = json.loads(told[3])
        assert (str(head["position"]), head["digest"]) == (told[1], told[2])
    assert HOST in lines[0]


def test_it_verifies_inside_and_against_what_syslog_holds(stack: Stack) -> None:
    said = stack.manage("sealer", "audit", "verify", "--heads", "/dev/stdin", stdin=received(stack))
    assert said.strip().endswith(": intact.")
    assert "from outside" in said


@pytest.fixture
def export(stack: Stack, tmp_path: Path) -> Path:
    file = tmp_path / "export.jsonl"
    file.write_text(stack.manage("sealer", "audit", "export"))
    return file


def test_it_verifies_from_an_export_without_anything_of_ours(stack: Stack, export: Path) -> None:
    key, heads = stack.data / "secrets/web/audit_verify_key", stack.data / "heads/heads.jsonl"
    command = [sys.executable, "-I", str(TOP / "scripts/verify-audit"), str(export)]
    options = ["--key", str(key), "--heads", str(heads)]
    assert run(*command, *options).endswith(": intact.\n")
    export.write_text(export.read_text().replace("role_taken", "role_tried", 1))
    with pytest.raises(CommandFailed, match="is not what was sealed"):
        run(*command, *options)


def test_what_the_superuser_changes_shows(stack: Stack) -> None:
    number = act(stack)
    until(lambda: sealed(stack, number), seconds=15)
    change = (
        "SET session_replication_role = replica; UPDATE audit_event SET name = '{}' WHERE id = {}"
    )
    stack.sql(change.format("forged", number))
    try:
        with pytest.raises(CommandFailed, match=f"Event {number}, at position .* is not what"):
            stack.manage("sealer", "audit", "verify")
    finally:
        stack.sql(change.format("role_taken", number))
    assert "intact" in stack.manage("sealer", "audit", "verify")


def test_no_other_process_can_sign(stack: Stack) -> None:
    for service in ("web", "worker"):
        with pytest.raises(CommandFailed, match="audit_signing_key"):
            stack.manage(service, "audit", "seal")


def test_a_syslog_server_that_is_away_is_on_record_and_stops_nothing(stack: Stack) -> None:
    def told(name: str) -> str:
        return stack.sql(f"SELECT recorded_by FROM audit_event WHERE name = '{name}'")

    stack.compose("stop", "rsyslog")
    number = act(stack)
    until(lambda: sealed(stack, number), seconds=20)
    until(lambda: told("audit_heads_not_told"))
    stack.compose("start", "rsyslog")
    until(lambda: told("audit_heads_told_again"), seconds=120)
    assert told("audit_heads_told_again") == "sealer"
    until(lambda: f'position="{sealed(stack, number)}"' in received(stack), seconds=10)
