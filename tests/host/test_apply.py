"""What apply says before it does anything, and how status tells what it found."""

import json
from pathlib import Path

from host.apply import Container, changes
from host.folders import Folder
from host.keys import role_lines
from host.services import Service
from host.status import age, document, page
from host.verdicts import lasting

from tests.host.test_command import appliance

HOUR = 3600


def test_the_plan_names_variables_and_services() -> None:
    plan = changes(
        {"PLUMBLINE_URL": "https://a.example", "GONE": "1", "SAME": "x"},
        {"PLUMBLINE_URL": "https://b.example", "NEW": "2", "SAME": "x"},
        {"web": "new", "worker": "same", "egress": "first"},
        {"web": Container("1", "old"), "worker": Container("2", "same"), "old": Container("3", "")},
    )
    assert plan == [
        "GONE: 1 → nothing",
        "NEW: nothing → 2",
        "PLUMBLINE_URL: https://a.example → https://b.example",
        "egress is started",
        "web is made anew",
        "old goes",
    ]
    assert changes({"A": "1"}, {"A": "1"}, {}, {}) == []


def test_a_wrong_configuration_is_refused_before_anything_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text("[site]\nurl = a.example\n[nowhere]\n")
    files = ("--config", f"{tmp_path}/conf", "--env-file", f"{tmp_path}/env")
    for verb in ("apply", "status"):
        done = appliance(verb, *files)
        assert done.returncode == 1
        assert "line 2: [site] url = a.example must be https://HOST" in done.stderr
        assert "line 3: There is no section [nowhere]." in done.stderr
        assert not (tmp_path / "env").exists()


def test_what_is_written_again_is_no_change(tmp_path: Path) -> None:
    user = tmp_path.stat().st_uid
    passwords = {"web": b"one", "worker": b"two"}
    first, second = Folder(tmp_path / "roles", user), Folder(tmp_path / "roles", user)
    first.write("roles", role_lines(tmp_path / "roles/roles", passwords))
    second.write("roles", role_lines(tmp_path / "roles/roles", passwords))
    assert (first.changed, second.changed) == (True, False)
    before = (tmp_path / "roles/roles").read_text().splitlines()
    after = role_lines(tmp_path / "roles/roles", passwords | {"web": b"another"}).decode()
    assert after.splitlines()[0] != before[0]
    assert after.splitlines()[1] == before[1]


def test_what_gets_old() -> None:
    now = 100 * HOUR
    fresh = age("last sync", str(99 * HOUR), now, 26, never_is_well=True)
    assert (fresh.name, fresh.found, fresh.is_good) == ("last sync", "1.0 hours ago", True)
    assert not age("last sync", str(HOUR), now, 26, never_is_well=True).is_good
    assert age("last sync", "", now, 26, never_is_well=True).is_good
    assert not age("last backup", "", now, 36, never_is_well=False).is_good


def test_a_page_and_a_document_tell_the_same() -> None:
    running = [Service("web", "running", "unhealthy", "plumbline/backend:1", 0)]
    ages = [lasting(90 * 24 * HOUR, now=0)]
    lines = [line.split() for line in page(running, ages, {"engine": "28"}).splitlines()]
    assert lines == [
        ["AMISS", "web", "unhealthy", "plumbline/backend:1"],
        ["well", "certificate", "90", "days", "left"],
        ["engine", "28"],
    ]
    told = json.loads(json.dumps(document(running, ages, {"engine": "28"}, well=False)))
    assert told["services"][0]["well"] is False
    assert told["ages"] == [{"name": "certificate", "told": "90 days left", "well": True}]
