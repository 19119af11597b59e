"""Drawn histories with figures worked out by hand; see tests/golden/issues."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from backend.metrics.formulas import sprint
from backend.metrics.formulas.issue import Change, Issue, Stage, measure

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "issues"
UNTIL: Final = 100
STATUSES: Final = {"todo": 1, "prog": 2, "rev": 3, "wait": 4, "done": 5, "closed": 6, "lost": 7}
STAGES: Final[dict[int, Stage]] = {
    1: "to_do", 2: "in_progress", 3: "in_progress", 4: "waiting", 5: "done", 6: "done",
}  # fmt: skip


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((GOLDEN / name).read_text())
    return cases


def _named(case: dict[str, Any]) -> str:
    return str(case["rule"])


@pytest.mark.parametrize("case", _cases("issues.json"), ids=_named)
def test_issues(case: dict[str, Any]) -> None:
    told = Issue(
        created_at=case.get("created", 0),
        status=STATUSES[case["now"]],
        changes=[Change(at, STATUSES[a], STATUSES[b]) for at, a, b in case["history"]],
    )
    found = measure(told, STAGES, until=UNTIL)
    shown = {
        "state": found.state,
        "since": found.state_since,
        "started": found.started_at,
        "done": found.done_at,
        "active": found.active_seconds,
        "elapsed": found.elapsed_seconds,
        "direct": found.direct_to_done,
        "reopened": found.reopened,
        "flow": found.flow_efficiency,
        "flags": list(found.flags),
    }
    expected = dict(case["expect"])
    seconds = expected.pop("seconds", {})
    assert {name: shown[name] for name in expected} == expected
    assert {name: found.seconds[name] for name in seconds} == seconds


@pytest.mark.parametrize("case", _cases("sprints.json"), ids=_named)
def test_sprints(case: dict[str, Any]) -> None:
    members = [
        sprint.Member(
            issue=number,
            within=[sprint.Moment(*one) for one in told["in"]],
            done=[sprint.Moment(*one) for one in told["done"]],
            estimates=[sprint.Estimate(*one) for one in told["points"]],
        )
        for number, told in enumerate(case["issues"].values())
    ]
    found = sprint.measure(members, start=0, end=UNTIL, moments=case.get("moments", ()))
    expected = dict(case["expect"])
    burn_up = expected.pop("burn_up", None)
    amounts = {name: getattr(found, name) for name in expected}
    assert {name: [one.issues, one.points] for name, one in amounts.items()} == expected
    if burn_up is not None:
        told = [[one.at, one.scope.issues, one.done.issues] for one in found.burn_up]
        assert told == burn_up


def test_there_are_enough_of_them() -> None:
    assert len(_cases("issues.json")) + len(_cases("sprints.json")) >= 30
