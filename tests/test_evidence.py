"""The results that a bundle gives away: of a commit and of nothing else, and as the steps' own reports have them."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from host.bundle import contents

from tests.evidence import NotACommit, begin, commit_of, counted, end, told
from tests.release import made

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" tests="6">
<testcase classname="tests.x.test_y" name="test_z[one]" time="0.1"/>
<testcase classname="tests.x.test_y" name="test_z[two::three]"><failure message="no">x</failure></testcase>
<testcase classname="tests.x.test_y" name="test_a"><skipped message="why"/></testcase>
<testcase classname="tests.x.test_y" name="test_b"><system-out>said</system-out></testcase>
<testcase classname="tests.x.test_y" name="test_b"><error message="at its end"/></testcase>
</testsuite></testsuites>
"""
ONE = '<testsuite><testcase classname="tests.test_one" name="test_it"/></testsuite>'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".gitignore").write_text(".test/\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "Test")
    git(tmp_path, "config", "user.email", "t@e.example")
    commit(tmp_path)
    return tmp_path


def git(project: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(project: Path) -> str:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "One more")
    return git(project, "rev-parse", "HEAD")


def test_a_test_s_outcomes_are_counted_without_its_parameters(tmp_path: Path) -> None:
    (tmp_path / "pytest.xml").write_text(REPORT)
    assert counted([tmp_path / "pytest.xml"]) == {
        "tests/x/test_y.py::test_a": {"passed": 0, "failed": 0, "skipped": 1},
        "tests/x/test_y.py::test_b": {"passed": 1, "failed": 1, "skipped": 0},
        "tests/x/test_y.py::test_z": {"passed": 1, "failed": 1, "skipped": 0},
    }


def test_a_run_of_a_commit_ends_in_one_file_that_a_bundle_takes(project: Path) -> None:
    begin(project)
    (project / ".test/pytest.xml").write_text(ONE)
    file = end(project, {"ruff": "passed", "pytest": "passed"})
    found = contents.evidence(file.read_bytes(), commit_of(project))
    assert found["steps"] == {"ruff": "passed", "pytest": "passed"}
    assert found["tests"] == {
        "tests/test_one.py::test_it": {"passed": 1, "failed": 0, "skipped": 0}
    }
    assert commit_of(project) == git(project, "rev-parse", "HEAD")


def test_what_is_told_says_of_what_it_is() -> None:
    now = datetime(2026, 8, 20, tzinfo=UTC)
    found = told("abc", {}, {}, now)
    assert (found["product"], found["format"], found["made"]) == (
        "plumbline", contents.FORMAT, "2026-08-20T00:00:00+00:00",
    )  # fmt: skip


def test_nothing_of_a_former_run_is_left(project: Path) -> None:
    begin(project)
    (project / ".test/e2e.xml").write_text(ONE)
    end(project, {"e2e": "passed"})
    begin(project)
    assert not (project / ".test/e2e.xml").exists()
    assert not (project / ".test/evidence.json").exists()
    assert json.loads(end(project, {"e2e": "passed"}).read_text())["tests"] == {}


def test_what_is_not_committed_is_no_commit(project: Path) -> None:
    begin(project)
    (project / "more.py").write_text("")
    with pytest.raises(NotACommit, match=r"not everything is committed: \?\? more.py"):
        end(project, {"ruff": "passed"})
    assert not (project / ".test/evidence.json").exists()


def test_what_was_not_committed_at_first_does_not_count_later(project: Path) -> None:
    (project / "more.py").write_text("")
    with pytest.raises(NotACommit, match="not everything is committed"):
        begin(project)
    (project / "more.py").unlink()
    with pytest.raises(NotACommit, match="when the run began"):
        end(project, {"ruff": "passed"})


def test_a_commit_meanwhile_is_not_what_was_tried(project: Path) -> None:
    begin(project)
    commit(project)
    with pytest.raises(NotACommit, match="the run began with"):
        end(project, {"ruff": "passed"})


def test_a_report_that_is_cut_off_leaves_no_half_written_file(project: Path) -> None:
    begin(project)
    (project / ".test/pytest.xml").write_text(REPORT[:200])
    with pytest.raises(SyntaxError):
        end(project, {"pytest": "passed"})
    assert not (project / ".test/evidence.json").exists()


@pytest.mark.parametrize(
    ("told_commit", "reason"),
    [("", "is missing"), ("1" * 40, "is of 1111")],
    ids=["none", "another"],
)
def test_a_bundle_of_this_commit_is_tried_with_its_results_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_commit: str, reason: str
) -> None:
    monkeypatch.setattr(made, "TOP", tmp_path)
    if told_commit:
        (tmp_path / ".test").mkdir()
        (tmp_path / ".test/evidence.json").write_text(json.dumps({"commit": told_commit}))
    with pytest.raises(pytest.fail.Exception, match=rf"{reason}(?s:.)*scripts/test --appliance"):
        made.evidence()


def test_the_results_of_this_commit_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(Path(__file__).parent, "rev-parse", "HEAD")
    monkeypatch.setattr(made, "TOP", tmp_path)
    file = tmp_path / ".test/evidence.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"commit": head}))
    assert made.evidence() == file
