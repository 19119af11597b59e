"""What is claimed, against the standard, the checks, the tests and the documents that there are."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from host.asvs import NAMES

from backend.governance.asvs import catalogue
from backend.governance.asvs.catalogue import Claim, Inconsistent, Met, Source, claims, requirements
from backend.governance.asvs.checks.known import checks
from tests.governance.asvs.looked import named

TOP = Path(__file__).resolve().parents[3]
AUTOMATED_AT_LEAST = 213
"""215 are wanted. What keeps it from that is told as not met, in docs/security/development.md and keys.md."""


def test_the_standard_is_whole() -> None:
    found = requirements().values()
    assert Counter(one.level for one in found) == {1: 128, 2: 131}
    assert all(one.text and one.chapter.startswith(one.id.split(".")[0]) for one in found)


def test_its_notice_stands_beside_it() -> None:
    notice = (TOP / "backend/governance/asvs/standard/NOTICE.md").read_text()
    assert "CC BY-SA 4.0" in notice
    assert "OWASP" in notice


def test_of_each_requirement_something_is_said() -> None:
    assert list(claims()) == list(requirements())
    assert all(len(one.says) >= 20 for one in claims().values())


def test_enough_are_automated() -> None:
    counted = Counter(one.met for one in claims().values())
    assert counted[Met.AUTOMATED] >= AUTOMATED_AT_LEAST
    assert sum(counted.values()) == 259


def test_every_check_is_known_and_none_is_forgotten() -> None:
    assert named(Source.LIVE) == sorted(checks())
    assert set(named(Source.HOST)) <= set(NAMES)


def test_each_check_says_what_holds_when_it_is_good() -> None:
    assert not [name for name, check in checks().items() if not (check.__doc__ or "").strip()]


@pytest.mark.parametrize("name", named(Source.BUILD))
def test_each_test_and_step_that_is_named_is_there(name: str) -> None:
    if name.startswith("step:"):
        step = name.removeprefix("step:")
        assert (
            f"\nstep {step} " in (TOP / "scripts/test").read_text()
            or f"&& step {step} " in (TOP / "scripts/test").read_text()
        )
        return
    file, _, function = name.partition("::")
    assert not file.startswith("tests/release"), "its results come after the release is made"
    if function:
        assert function in _functions(TOP / file)
    else:
        assert any(_functions(one) for one in _files(TOP / file))


@pytest.mark.parametrize(
    "claim", [one for one in claims().values() if one.document], ids=lambda one: one.requirement.id
)
def test_each_document_that_is_named_is_there(claim: Claim) -> None:
    document, _, _ = (claim.document or "").partition("#")
    assert (TOP / document).is_file()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"met": "automated", "says": "So."}, "has proofs"),
        ({"met": "manual", "says": "So.", "build": ["step:ruff"]}, "a date and a document"),
        ({"met": "not met", "says": "So."}, "a date and a document"),
        ({"met": "perhaps", "says": "So.", "build": ["step:ruff"]}, "perhaps"),
        ({"met": "automated", "says": " ", "build": ["step:ruff"]}, "nothing is said"),
        ({"met": "automated", "says": "So.", "live": ["nothing"]}, "no proof from live"),
        ({"met": "automated", "says": "So.", "build": ["tests/x.py::it"]}, "no proof from build"),
        ({"met": "automated", "says": "So.", "host": ["a.b", "a.b"]}, "named twice"),
        ({"met": "automated", "says": "So.", "host": ["a.b"], "hots": []}, "hots"),
    ],
    ids=[
        "no-proof",
        "proof-of-manual",
        "not-met",
        "unknown",
        "silent",
        "check",
        "test",
        "twice",
        "field",
    ],
)
def test_what_does_not_fit_is_refused(told: dict[str, object], why: str) -> None:
    with pytest.raises(Inconsistent, match=why):
        catalogue._claim(requirements()["V2.1.1"], told)


def _files(place: Path) -> list[Path]:
    return sorted(place.rglob("test_*.py")) if place.is_dir() else [place]


@cache
def _functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text())
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )
