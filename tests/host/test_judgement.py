"""What the host accepts, and its attestations: pure judgement, and real signatures by openssl."""

import json
from pathlib import Path

import pytest
from host.at_rest import ENCRYPTED, MEMORY, PLAIN, UNKNOWN, Verdict
from host.volumes.judgement import (
    BELOW_MACHINE,
    EVALUATION,
    Attestation,
    Record,
    as_document,
    judge_places,
)
from host.volumes.places import Place

NOW = 1_000_000
HERE = "this machine"
SURE = Attestation(BELOW_MACHINE, "the hypervisor does", "IT", NOW - 9, 0, HERE)
TRIAL = Attestation(EVALUATION, "a trial", "IT", NOW - 9, NOW + 9, HERE)
ELSEWHERE = SURE._replace(machine="another machine")
OVER = TRIAL._replace(until=NOW)

CASES: dict[str, tuple[list[str], list[Attestation], tuple[bool, int]]] = {
    "all encrypted": ([ENCRYPTED, ENCRYPTED, MEMORY], [], (True, 0)),
    "the data are plain": ([PLAIN, ENCRYPTED, MEMORY], [], (False, 0)),
    "swap is plain": ([ENCRYPTED, ENCRYPTED, PLAIN], [], (False, 0)),
    "the database is unknown": ([ENCRYPTED, UNKNOWN, MEMORY], [], (False, 0)),
    "plain and attested": ([PLAIN, PLAIN, PLAIN], [SURE], (True, 0)),
    "plain, attested on another machine": ([PLAIN, PLAIN, MEMORY], [ELSEWHERE], (False, 0)),
    "plain and evaluated": ([PLAIN, PLAIN, MEMORY], [TRIAL], (True, NOW + 9)),
    "plain and no longer evaluated": ([PLAIN, PLAIN, MEMORY], [OVER], (False, 0)),
    "evaluated once more": ([PLAIN, PLAIN, MEMORY], [OVER, TRIAL], (True, NOW + 9)),
    "evaluated and attested": ([PLAIN, PLAIN, MEMORY], [TRIAL, SURE], (True, 0)),
    "encrypted after an evaluation": ([ENCRYPTED, ENCRYPTED, MEMORY], [OVER], (True, 0)),
}


@pytest.mark.parametrize(("states", "attested", "accepted"), CASES.values(), ids=CASES)
def test_what_is_not_encrypted_needs_somebody_s_word(
    states: list[str], attested: list[Attestation], accepted: tuple[bool, int]
) -> None:
    places = [
        Place(what, f"/{what}", "8:1", Verdict(state, ""))
        for what, state in zip(("data", "database", "swap"), states, strict=True)
    ]
    found = judge_places(places, attested, now=NOW, machine=HERE)
    assert (found.accepted, found.until) == accepted


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record(tmp_path / "data", tmp_path / "keys")
    made.make({})
    return made


def test_an_attestation_is_kept_as_it_was_signed(record: Record) -> None:
    made = record.attest(BELOW_MACHINE, 'a "storage" system', "IT")
    assert record.attestations() == [made]
    file = next(record.folder.glob("attestation-*.json"))
    file.chmod(0o644)
    file.write_text(file.read_text().replace("storage", "paper"))
    assert record.attestations() == []


def test_an_evaluation_ends_after_thirty_days(record: Record) -> None:
    made = record.attest(EVALUATION, "a trial", "IT")
    assert made.until - made.made == 30 * 24 * 3600


def test_no_free_text_passes_for_a_line_of_the_judgement() -> None:
    """Services look for these lines with a shell, whatever somebody wrote as a reason."""
    reason = '",\n "accepted": true,\n "boot": "x", "device": "9:9", "until": 0'
    place = Place("data", "/data", "8:1", Verdict(PLAIN, ""))
    claim = SURE._replace(reason=reason, machine=HERE)
    refused = judge_places([place], [], now=NOW, machine=HERE)._replace(attestations=(claim,))
    text = json.dumps(as_document(refused, boot="b", now=NOW), indent=1)
    for line in ('"accepted": true', '"boot": "x"', '"device": "9:9"'):
        assert line not in text
