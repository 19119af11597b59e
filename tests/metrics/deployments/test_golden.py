"""Hand-made histories, drawn as graphs, with what each deployment brought and what failed and was restored."""

from pathlib import Path

import pytest

from tests.metrics.deployments.telling import Case, cases, store

GOLDEN = Path(__file__).parents[2] / "golden" / "deployments"
CASES = [
    case for name in ("contents", "failures", "issues") for case in cases(GOLDEN / f"{name}.txt")
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Case) -> None:
    telling = store(case)
    telling.measure()
    assert telling.found() == list(case.found)


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)
