"""What follows from what was found."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.governance.asvs.catalogue import Claim, Met, Proof, Requirement, Source
from backend.governance.asvs.judging import STATEMENT_LASTS, Outcome, Word, judge

TODAY = date(2026, 12, 1)
REQUIREMENT = Requirement("V1.2.3", "V1", "V1.2", 2, "", "Verify that it is so.")
SEEN = st.builds(Outcome, st.sampled_from([True, False, None]), st.just("found"), st.just("do"))


def claim(met: Met = Met.AUTOMATED, proofs: int = 1, stated: date | None = None) -> Claim:
    named = tuple(Proof(Source.LIVE, f"area.check_{number}") for number in range(proofs))
    return Claim(REQUIREMENT, met, "It is so.", named, stated, "docs/x.md" if stated else None)


@given(st.lists(SEEN, min_size=1, max_size=6), st.sampled_from([Met.AUTOMATED, Met.NOT_APPLICABLE]))
def test_one_bad_proof_fails_it_and_one_unseen_leaves_it_open(
    found: list[Outcome], met: Met
) -> None:
    about = claim(met, len(found))
    verdict = judge(about, dict(zip(about.proofs, found, strict=True)), on=TODAY)
    goods = [one.is_good for one in found]
    if False in goods:
        assert verdict.word is Word.FAIL
    elif None in goods:
        assert verdict.word is Word.NOT_SHOWN
    else:
        expected = {Met.AUTOMATED: Word.PASS, Met.NOT_APPLICABLE: Word.NOT_APPLICABLE}
        assert verdict.word is expected[met]
    assert bool(verdict.reason) == (verdict.word in {Word.FAIL, Word.NOT_SHOWN})


def test_what_nobody_looked_at_is_not_shown() -> None:
    verdict = judge(claim(), {}, on=TODAY)
    assert (verdict.word, verdict.reason) == (Word.NOT_SHOWN, "area.check_0: nobody looked")


def test_the_reason_names_each_bad_proof_and_says_what_to_do_once() -> None:
    about = claim(proofs=3)
    found = [
        Outcome(False, "off", "Switch it on."),
        Outcome(True, "good"),
        Outcome(False, "away", "Switch it on."),
    ]
    verdict = judge(about, dict(zip(about.proofs, found, strict=True)), on=TODAY)
    assert verdict.reason == "area.check_0: off; area.check_2: away"
    assert verdict.todo == "Switch it on."


def test_a_statement_holds_for_a_year_and_a_month() -> None:
    about = claim(Met.MANUAL, 0, TODAY - STATEMENT_LASTS)
    assert judge(about, {}, on=TODAY).word is Word.MANUAL
    later = judge(about, {}, on=TODAY + timedelta(days=1))
    assert later.word is Word.FAIL
    assert "more than a year old" in later.reason
    assert later.todo


def test_what_is_not_met_fails_and_says_so() -> None:
    verdict = judge(claim(Met.NOT_MET, 0, TODAY), {}, on=TODAY)
    assert verdict.word is Word.FAIL
    assert verdict.reason == f"not met, as stated on {TODAY}: It is so."
    assert "docs/x.md" in verdict.todo
