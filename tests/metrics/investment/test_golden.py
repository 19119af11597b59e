"""Categories, shares and what is kept back, worked out by hand; see tests/golden/investment."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from backend.delivery.investment_rules import (
    BUILT_IN,
    COMPONENT,
    ISSUE_TYPE,
    LABEL,
    PROJECT,
    REPOSITORY,
    Book,
    Decision,
    Rule,
    Work,
    judge_issue,
    judge_pull_request,
)
from backend.metrics.formulas.effort import split
from backend.metrics.formulas.suppression import kept_back

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "investment"


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((GOLDEN / name).read_text())
    return cases


def _named(case: dict[str, Any]) -> str:
    return str(case["rule"])


@pytest.mark.parametrize("case", _cases("categories.json"), ids=_named)
def test_categories(case: dict[str, Any]) -> None:
    books = Book(Rule(*rule) for rule in case.get("rules", ())), Book(BUILT_IN)
    numbers = {key: number for number, key in enumerate(case.get("issues", {}), start=1)}
    keys = {number: key for key, number in numbers.items()} | {None: None}
    known = {
        numbers[key]: Work(
            {
                ISSUE_TYPE: [told["type"]],
                LABEL: told.get("labels", []),
                COMPONENT: told.get("components", []),
                PROJECT: [key.partition("-")[0]],
            },
            key=key,
            parent=numbers.get(told.get("parent", ""), 0) if "parent" in told else None,
        )
        for key, told in case.get("issues", {}).items()
    }
    found = {key: judge_issue(number, known, *books) for key, number in numbers.items()}
    if pull := case.get("pull"):
        work = Work({REPOSITORY: [pull["repository"]], LABEL: pull.get("labels", [])})
        about = [(numbers[key], found[key].category) for key in pull.get("issues", ())]
        found["pull"] = judge_pull_request(work, about, *books)

    def shown(one: Decision) -> list[str | None]:
        return [one.category, one.because, keys[one.inherited_from]]

    assert {name: shown(found[name]) for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("case", _cases("shares.json"), ids=_named)
def test_shares(case: dict[str, Any]) -> None:
    assert split(case["weights"]) == case["expect"]


@pytest.mark.parametrize("case", _cases("kept_back.json"), ids=_named)
def test_kept_back(case: dict[str, Any]) -> None:
    found = kept_back(case["people"], minimum=3)
    assert (None if found is None else sorted(found)) == case["expect"]
