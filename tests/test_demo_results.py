"""The demo's reports of tests are reports like any other."""

from datetime import UTC, datetime

import pytest

from backend.delivery.result_records import ReportRecord
from backend.sources import junit
from tests.demo_results import is_test_file, modelled, report

TESTS = modelled("a project", ["tests/test_retry.py", "plugins/feed/feed_test.go"])
AT = datetime(2026, 8, 20, tzinfo=UTC)


def read(key: str, *, failed: bool) -> ReportRecord:
    return junit.read_report([report(TESTS, key=key, failed=failed, started_at=AT)])


def outcomes(found: ReportRecord) -> set[str]:
    return {one.outcome for test in found.tests.values() for one in test.executions}


@pytest.mark.parametrize("failed", [True, False])
def test_a_report_tells_each_test_and_fails_as_its_run_did(*, failed: bool) -> None:
    found = [read(f"run {number}", failed=failed) for number in range(20)]
    assert {len(one.tests) for one in found} == {len(TESTS)}
    last = [
        any(test.executions[-1].outcome == "failed" for test in one.tests.values()) for one in found
    ]
    assert last == [failed] * 20


def test_a_run_is_reported_the_same_way_again() -> None:
    assert read("a run", failed=True).digest == read("a run", failed=True).digest
    assert read("a run", failed=True).digest != read("another", failed=True).digest


def test_a_passing_run_may_have_retried_a_test() -> None:
    found = [outcomes(read(f"run {number}", failed=False)) for number in range(100)]
    assert 0 < sum("failed" in one for one in found) < 20


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("t/unit/test_canvas.py", True),
        ("plugins/jenkins/e2e/builds_test.go", True),
        ("web/src/search.test.tsx", True),
        ("tests/conftest.py", False),
        ("latest_py.txt", False),
    ],
)
def test_files_of_tests_are_known_by_their_names(path: str, *, known: bool) -> None:
    assert is_test_file(path) is known
