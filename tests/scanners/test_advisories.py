"""A vulnerable package is told of by a database that somebody brought; without one nothing has passed."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.scanners.advisories import Package, is_affected, locked, main, vulnerable
from tests.scanners.looked import CouldNotLook

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DJANGO = Package("PyPI", "django", "5.2.19")
REACT = Package("npm", "react", "19.2.0")


def advisory(ecosystem: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    about = {"package": {"ecosystem": ecosystem, "name": name}}
    ranges = [{"type": "ECOSYSTEM" if ecosystem == "PyPI" else "SEMVER", "events": list(events)}]
    return {
        "id": "GHSA-aaaa",
        "aliases": ["CVE-2026-1"],
        "summary": "It lets in.",
        "modified": "2026-11-19T00:00:00Z",
        "affected": [{**about, "ranges": ranges}],
        **more,
    }


def database(place: Path, *advisories: dict[str, Any]) -> Path:
    with zipfile.ZipFile(place, "w") as archive:
        for number, one in enumerate(advisories):
            archive.writestr(f"{number}.json", json.dumps(one))
    return place


HARMLESS = (
    advisory("PyPI", "nobody-has-this", {"introduced": "0"}),
    advisory("npm", "nobody-has-this", {"introduced": "0"}),
)


def test_a_vulnerable_package_is_told_with_what_mends_it(tmp_path: Path) -> None:
    told = advisory("PyPI", "Django", {"introduced": "5.0"}, {"fixed": "5.2.20"})
    brought = database(tmp_path / "all.zip", told, *HARMLESS)
    assert vulnerable({DJANGO, REACT}, [brought], now=NOW) == [
        "django 5.2.19: GHSA-aaaa, CVE-2026-1: It lets in. (mended in 5.2.20)"
    ]
    withdrawn = {**told, "withdrawn": "2026-11-19T00:00:00Z"}
    brought = database(tmp_path / "all.zip", withdrawn, *HARMLESS)
    assert vulnerable({DJANGO, REACT}, [brought], now=NOW) == []


def test_the_last_event_that_was_reached_decides() -> None:
    events = (
        {"fixed": "1.5.0"},
        {"introduced": "2.0.0-beta.1"},
        {"introduced": "1.0.0"},
        {"last_affected": "2.3.1"},
    )
    (affected,) = advisory("npm", "react", *events)["affected"]
    within = ("1.0.0", "1.4.9", "2.0.0-rc.1", "2.0.0", "2.3.1")
    without = ("0.9.0", "1.5.0", "2.0.0-alpha.1", "2.3.2")
    for version in (*within, *without):
        found = is_affected(Package("npm", "react", version), affected)
        assert found == (version in within), version
    # Some are named one by one.
    affected["versions"] = ["2.3.2"]
    assert is_affected(Package("npm", "react", "2.3.2"), affected)


def test_python_s_versions_are_ordered_as_python_does() -> None:
    events = ({"introduced": "0"}, {"fixed": "5.2rc1"})
    (affected,) = advisory("PyPI", "django", *events)["affected"]
    assert is_affected(Package("PyPI", "django", "5.2a1.post1"), affected)
    assert not is_affected(Package("PyPI", "django", "5.2"), affected)


def test_without_a_database_that_can_be_read_nothing_has_passed(tmp_path: Path) -> None:
    def refused(*databases: Path, now: datetime = NOW) -> str:
        with pytest.raises(CouldNotLook) as told:
            vulnerable({DJANGO, REACT}, databases, now=now)
        return str(told.value)

    assert "No such file" in refused(tmp_path / "none.zip")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04")
    assert "cut.zip" in refused(tmp_path / "cut.zip")
    assert refused(database(tmp_path / "a.zip", HARMLESS[0])) == "no database tells of npm"
    whole = database(tmp_path / "b.zip", *HARMLESS)
    assert "30 days" in refused(whole, now=NOW + timedelta(days=31))
    strange = advisory("PyPI", "django", {"introduced": "one"})
    assert "django 5.2.19" in refused(database(tmp_path / "c.zip", strange, *HARMLESS))
    with pytest.raises(CouldNotLook, match="pins anything"):
        vulnerable(set(), [whole], now=NOW)


def test_every_lock_file_is_read() -> None:
    names = {(package.ecosystem, package.name) for package in locked(Path(__file__).parents[2])}
    assert {("PyPI", "django"), ("PyPI", "pytest"), ("PyPI", "semgrep")} <= names
    assert {("npm", "react"), ("npm", "@mantine/core")} <= names


def test_its_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = datetime.now(UTC).isoformat()
    fresh = [{**one, "modified": today} for one in HARMLESS]
    assert main([str(database(tmp_path / "a.zip", *fresh))]) == 0
    assert "no advisory tells of one" in capsys.readouterr().out
    every = advisory("PyPI", "Django", {"introduced": "0"}, modified=today)
    assert main([str(database(tmp_path / "b.zip", every, *fresh))]) == 1
    assert "django" in capsys.readouterr().out
    assert main([str(tmp_path / "none.zip")]) == 2
    assert "Not checked:" in capsys.readouterr().err
    assert (main([]), main(["--help"])) == (2, 0)
