"""The sealer's process: what it tells outside, what it remembers, and that it goes on whatever happens around it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.utils import timezone

from backend.audit.chain import latest_head
from backend.audit.events import record
from backend.audit.models import Event, Head, Link, Unsealed
from backend.audit.pruning import remove_some, set_anchor
from backend.audit.sealer import accept
from backend.audit.sealing import ChainContradicted, seal_some
from tests.audit.chained import (
    a_head,
    a_log,
    a_sealer,
    as_superuser,
    events,
    execute,
    findings,
    head_file,
)
from tests.processes import TOP
from tests.waiting import until


def told(folder: Path) -> list[tuple[str, int]]:
    return [(head.kind, head.position) for head in head_file(folder)]


def names() -> list[str]:
    return [*Event.objects.order_by("pk").values_list("name", flat=True)]


@pytest.mark.django_db
def test_heads_are_told_in_a_file_that_is_the_sealer_s_memory(tmp_path: Path) -> None:
    record(name="role_taken")
    a_sealer(tmp_path).turn()
    assert told(tmp_path) == [("head", 1)]
    record(name="role_taken")
    another = a_sealer(tmp_path)
    another.turn()
    another.turn()
    assert told(tmp_path) == [("head", 1), ("head", 2)]
    assert head_file(tmp_path).last() == latest_head()


@pytest.mark.django_db
def test_a_head_that_was_signed_and_not_told_is_told_after_the_start(tmp_path: Path) -> None:
    a_log(3)
    a_sealer(tmp_path).turn()
    assert told(tmp_path) == [("head", 3)]


@pytest.mark.django_db
def test_a_line_that_a_power_cut_left_unfinished_swallows_none(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    (first,) = a_log(1)
    file.append(first)
    file.path.write_text(file.path.read_text() + first.line()[:40])
    assert file.last() == first
    file.append(replace(first, position=2))
    assert file.path.read_text().splitlines()[2] == replace(first, position=2).line()
    assert file.last() == replace(first, position=2)


@pytest.mark.django_db
def test_the_last_head_is_found_behind_any_number_of_anchors(tmp_path: Path) -> None:
    file = head_file(tmp_path)
    (head,) = a_log(1)
    assert file.last() is None
    for statement in (head, *[replace(head, kind="anchor")] * 50):
        file.append(statement)
    assert file.last() == head


@pytest.mark.django_db
def test_a_folder_that_takes_no_heads_is_on_record_once(tmp_path: Path) -> None:
    folder = tmp_path / "heads"
    sealer = a_sealer(folder)
    record(name="role_taken")
    for _ in range(3):
        sealer.turn()
    assert names() == ["role_taken", "audit_heads_not_told"]
    folder.mkdir()
    sealer.turn()
    assert names() == ["role_taken", "audit_heads_not_told", "audit_heads_told_again"]
    assert [position for _, position in told(folder)] == [1, 2]
    assert findings([*head_file(folder)]) == []


@pytest.mark.django_db
@pytest.mark.parametrize("is_running", [True, False], ids=["running", "started anew"])
@pytest.mark.parametrize("is_rebuilt", [True, False], ids=["made anew", "cut"])
def test_no_other_chain_is_sealed_until_an_operator_accepts_it(
    is_running: bool,  # noqa: FBT001
    is_rebuilt: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    """As after an older backup was restored, or after an attack on the database."""
    for _ in range(4):
        record(name="role_taken")
    sealer = a_sealer(tmp_path)
    sealer.turn()
    if is_rebuilt:
        execute("TRUNCATE audit_event, audit_link, audit_head, audit_unsealed")
        a_log(6)
    else:
        as_superuser("DELETE FROM audit_link WHERE position > 2")
        as_superuser("DELETE FROM audit_event WHERE id = ANY(%s)", events()[2:])
        as_superuser("DELETE FROM audit_head")
    record(name="role_taken")
    if not is_running:
        sealer = a_sealer(tmp_path)
    for _ in range(2):
        with pytest.raises(ChainContradicted, match="head of position 4"):
            sealer.turn()
    assert Unsealed.objects.count() == 1
    accept(heads=head_file(tmp_path), reason="restored the backup of yesterday")
    sealer.turn()
    assert not Unsealed.objects.exists()
    # That the end is lost is excused by it, and that something else stands there is not.
    assert len(findings([*head_file(tmp_path)])) == (1 if is_rebuilt else 0)
    event = Event.objects.get(name="audit_restart_accepted")
    assert event.additional_data["reason"] == "restored the backup of yesterday"


@pytest.mark.django_db
def test_a_contradiction_is_an_alarm_and_no_heartbeat(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    a_log(2)
    sealer = a_sealer(tmp_path, heartbeat=tmp_path / "beat")
    sealer.turn()
    as_superuser("DELETE FROM audit_link WHERE position = 2")
    stopped = Flag()
    threading.Timer(0.5, stopped.set).start()
    sealer.run(stopped)
    assert not (tmp_path / "beat").exists()
    assert [entry.levelname for entry in caplog.records] == ["CRITICAL"]
    assert "audit_chain_contradicted" in caplog.text


# ---- retention -------------------------------------------------------------------------------------------------------
YEARS_AGO = timedelta(days=800)


@pytest.fixture
def old_log(tmp_path: Path) -> None:
    """Eight events of long ago, and three of now."""
    with time_machine.travel(timezone.now() - YEARS_AGO, tick=False):
        for number in range(8):
            record(name="tried")
            as_superuser("UPDATE audit_event SET recorded_at = recorded_at - interval '800 days'"
                         " WHERE id = %s", events()[-1])  # fmt: skip
            if number % 4 == 3:
                head_file(tmp_path).append(a_head())
    for name in ("tried", "tried", "retention_began"):
        record(name=name)


@pytest.mark.django_db
@pytest.mark.usefixtures("old_log")
def test_on_a_date_that_nothing_bears_out_nothing_is_too_old(tmp_path: Path) -> None:
    """Not even what is: one clock far ahead would take the whole log."""
    count = len(events())
    for years, stays in ((10, True), (0, False)):
        with time_machine.travel(timezone.now() + timedelta(days=365 * years), tick=False):
            a_sealer(tmp_path).turn()
        assert (Head.objects.filter(kind="anchor").exists(), len(events()) >= count) == (
            not stays,
            stays,
        )
    # Heads go on being signed once the clock is right again, and a person's word bears a date out as well.
    record(name="tried")
    a_sealer(tmp_path).turn()
    head = latest_head()
    assert head is not None
    assert head.signed_at - timezone.now() < timedelta(minutes=1)
    with time_machine.travel(timezone.now() + timedelta(days=3650), tick=False):
        record(name="retention_date_confirmed")
        # The database goes by its own clock, which is right here.
        with pytest.raises(ProgrammingError, match="a year at least"):
            a_sealer(tmp_path).turn()


@pytest.mark.django_db
@pytest.mark.usefixtures("old_log")
def test_what_is_too_old_goes_and_an_anchor_stays(tmp_path: Path) -> None:
    before = events()
    sealer = a_sealer(tmp_path)
    sealer.turn()
    assert events()[:3] == before[8:]
    assert Link.objects.order_by("pk").values_list("pk", flat=True)[0] == 9
    sealer.turn()
    assert told(tmp_path)[:4] == [("head", 4), ("head", 8), ("head", 11), ("anchor", 8)]
    assert findings([*head_file(tmp_path)]) == []
    assert Event.objects.get(name="audit_pruned").additional_data == {"position": 8}
    # The next one goes on behind it.
    a_sealer(tmp_path).turn()
    record(name="tried")
    assert seal_some(witness=None).position == 13


@pytest.mark.django_db
@pytest.mark.usefixtures("old_log")
def test_a_removal_that_was_interrupted_is_completed(tmp_path: Path) -> None:
    while seal_some(witness=None).events:
        pass
    anchor = set_anchor(kept=timedelta(days=730))
    assert anchor is not None
    assert remove_some(at_most=3) == 3
    a_head()
    assert findings([*head_file(tmp_path), anchor]) == []
    a_sealer(tmp_path).turn()
    assert Link.objects.order_by("pk").values_list("pk", flat=True)[0] == 9
    assert ("anchor", 8) in told(tmp_path)


@pytest.mark.django_db
def test_everything_may_be_too_old_but_the_removal_itself(tmp_path: Path) -> None:
    with time_machine.travel(timezone.now() - YEARS_AGO, tick=False):
        a_log(3)
    as_superuser("UPDATE audit_event SET recorded_at = recorded_at - interval '800 days'")
    record(name="retention_began")
    # What was changed after sealing shows, until it is removed.
    assert len(findings()) == 3
    sealer = a_sealer(tmp_path)
    sealer.turn()
    sealer.turn()
    assert names() == ["retention_began", "audit_pruned"]
    assert findings([*head_file(tmp_path)]) == []
    assert Head.objects.filter(kind="anchor").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("old_log")
def test_an_operator_may_keep_less_but_a_year_at_least(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AUDIT_HEADS_DIR = tmp_path
    with pytest.raises(CommandError, match="365 days at least"):
        call_command("audit", "prune", "--days", "364")
    call_command("audit", "prune", "--days", "365")
    assert "8 events older than 365 days were removed." in capsys.readouterr().out
    assert told(tmp_path)[-1] == ("anchor", 8)


# ---- as a process ----------------------------------------------------------------------------------------------------
@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "PLUMBLINE_DATABASE_NAME": connection.settings_dict["NAME"],
        "PLUMBLINE_AUDIT_HEADS_DIR": str(tmp_path),
    }
    command = [sys.executable, str(TOP / "manage.py"), "audit", "seal"]
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(
            [*command, "--heartbeat", str(tmp_path / "beat")],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    yield started
    started.kill()
    started.wait()


@pytest.mark.django_db(transaction=True)
def test_it_outlives_its_database_s_restarts_and_ends_when_told(
    process: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    record(name="role_taken")
    until((tmp_path / "beat").exists)
    until(lambda: told(tmp_path)[-1:] == [("head", 1)])
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    record(name="role_taken")
    until(lambda: told(tmp_path)[-1] == ("head", 2))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    log = (tmp_path / "log").read_text()
    assert "audit_sealing_failed" in log
    assert "Traceback" not in log
