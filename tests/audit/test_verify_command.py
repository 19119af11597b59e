"""`manage.py audit verify` and `export`: words and exit codes."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.audit.models import Link
from tests.audit.chained import a_log, as_superuser, events, findings, make_roles, signed_in_as

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
    assert capsys.readouterr().out.endswith("The chain goes on behind position 2.\n")
    assert Link.objects.count() == 2
