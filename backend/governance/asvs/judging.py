"""What follows from what was found: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from backend.governance.asvs.catalogue import Claim, Met, Proof

STATEMENT_LASTS: Final = timedelta(days=400)
"""A year, and a month to look again."""


class Word(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_SHOWN = "not shown"
    """Nothing speaks against it, but a proof did not run or cannot be seen here."""
    MANUAL = "manual"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one proof. `is_good` is None where it was not seen; `found` says why then."""

    is_good: bool | None
    found: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    claim: Claim
    word: Word
    outcomes: Sequence[tuple[Proof, Outcome]]
    reason: str = ""
    """Why it is not met, or not shown."""
    todo: str = ""


def judge(claim: Claim, outcomes: Mapping[Proof, Outcome], *, on: date) -> Verdict:
    """One requirement. A proof of which no outcome is known counts as not seen."""
    unseen = Outcome(None, "nobody looked")
    found = [(proof, outcomes.get(proof, unseen)) for proof in claim.proofs]
    if claim.stated is not None:
        return _manual(claim, on)
    for is_good, word in ((False, Word.FAIL), (None, Word.NOT_SHOWN)):
        amiss = [(proof, one) for proof, one in found if one.is_good is is_good]
        if amiss:
            reason = "; ".join(f"{proof.name}: {one.found}" for proof, one in amiss)
            todo = " ".join(dict.fromkeys(one.todo for _, one in amiss if one.todo))
            return Verdict(claim, word, found, reason, todo)
    met = claim.met is Met.AUTOMATED
    return Verdict(claim, Word.PASS if met else Word.NOT_APPLICABLE, found)


def _manual(claim: Claim, on: date) -> Verdict:
    assert claim.stated is not None  # noqa: S101 - by the catalogue
    if claim.met is Met.NOT_MET:
        return Verdict(
            claim,
            Word.FAIL,
            (),
            f"not met, as stated on {claim.stated}: {claim.says}",
            f"{claim.document} says what stands in its place; weigh whether that is enough for you.",
        )
    if on - claim.stated > STATEMENT_LASTS:
        return Verdict(
            claim,
            Word.FAIL,
            (),
            f"its statement is of {claim.stated}, more than a year old",
            "Install a release in which the statement was looked at again.",
        )
    return Verdict(claim, Word.MANUAL, ())
