"""What `maintenance` understands, and what it tells the command within."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from host import maintenance

from tests.host.test_command import appliance


def understood(*words: str) -> argparse.Namespace:
    command = argparse.ArgumentParser()
    maintenance.arguments(command)
    return command.parse_args(words)


def test_all_that_is_said_goes_within() -> None:
    at = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0, tzinfo=None)
    options = understood(
        *("on", "--message", " -New disks. ", "--at", at.isoformat()),
        *("--allow", "10.1.2.3/16", "--allow", "2001:db8::1"),
    )
    assert maintenance.orders(options) == [
        *("on", "--message=-New disks.", "--allow=10.1.0.0/16", "--allow=2001:db8::1/128"),
        f"--at={at.astimezone().isoformat()}",
    ]
    assert maintenance.orders(understood("on")) == ["on"]
    assert maintenance.orders(understood("off")) == ["off"]


@pytest.mark.parametrize("text", ["2031-08-20T22:00+02:00", "2031-08-20T20:00Z"])
def test_a_time_may_have_its_zone(text: str) -> None:
    assert maintenance.moment(text) == datetime(2031, 8, 20, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        *([], ["away"], ["on", "--allow", "office"], ["on", "--at", "noon"]),
        *(["on", "--at", "2020-01-01T00:00"], ["on", "--message", " "]),
        ["on", "--message", "x" * 501],
    ],
    ids=["nothing", "no act", "no network", "no time", "passed", "no message", "long message"],
)
def test_what_is_not_understood_is_told_with_code_2(wrong: list[str]) -> None:
    assert appliance("maintenance", *wrong).returncode == 2


def test_nothing_is_installed(tmp_path: Path) -> None:
    done = appliance("maintenance", "--env-file", str(tmp_path / "env"), "status")
    assert done.returncode == 1
    assert "scripts/appliance install" in done.stderr
