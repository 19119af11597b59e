"""Units of systemd: only for what can be run, right by systemd's own word, and closed as far as they may be."""

import shutil
import subprocess
from pathlib import Path

import pytest
from host import timers
from host.timers import units
from host.verbs import VERBS, parser

TOP = Path(__file__).resolve().parents[2]
UNITS = units(TOP, Path("/var/lib/plumbline"), Path("/etc/plumbline/keys"))


def test_each_command_is_one_that_the_parser_understands() -> None:
    for text in UNITS.values():
        for line in text.splitlines():
            if line.startswith(f"ExecStart={TOP}/scripts/appliance "):
                words = line.partition(" ")[2].split()
                assert words[0] in VERBS
                parser().parse_args(words)


def test_there_is_a_timer_for_each_job_that_goes_by_the_clock() -> None:
    assert {name for name in UNITS if name.endswith(".timer")} == {
        "plumbline-asvs.timer",
        "plumbline-backup.timer",
        "plumbline-drill.timer",
        "plumbline-renew.timer",
    }


def test_each_job_may_write_what_it_makes_of_keys_and_no_more() -> None:
    keys = {
        name.removesuffix(".service"): text.partition("ReadWritePaths=-")[2].strip()
        for name, text in UNITS.items()
        if "ReadWritePaths=" in text
    }
    assert keys == {
        "plumbline-backup": "/etc/plumbline/keys/host/backup",
        "plumbline-drill": "/etc/plumbline/keys/host/backup",
        "plumbline-renew": "/etc/plumbline/keys",
    }


def test_nothing_of_the_host_is_reached_that_is_not_needed() -> None:
    for name, text in UNITS.items():
        if name.endswith(".service") and name != "plumbline-volume.service":
            assert "NoNewPrivileges=yes\n" in text
            assert "LockPersonality=yes\n" in text


def test_where_there_is_no_systemd_it_says_what_is_to_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "RUNNING", tmp_path / "none")
    monkeypatch.setattr(timers, "FOLDER", tmp_path)
    told = timers.install(UNITS)
    assert "runs no systemd" in told
    assert "docker compose up --detach" in told
    assert not list(tmp_path.iterdir())


def test_systemd_itself_finds_nothing_to_say(tmp_path: Path) -> None:
    """Where there is no systemd nothing installs them either."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        assert not timers.RUNNING.is_dir()
        return
    # Those of others that ours name.
    for name in ("docker.service", "network-online.target"):
        kind = "[Service]\nExecStart=/bin/true\n" if name.endswith("service") else "[Unit]\n"
        (tmp_path / name).write_text(kind)
    for name, text in UNITS.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / name) for name in UNITS)],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
