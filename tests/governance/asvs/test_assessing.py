"""Assessments as they are made: by the worker's task, from what was found inside, by the host and when it was built."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction

from backend import clock
from backend.audit import documents
from backend.audit.documents import portable
from backend.audit.models import Event
from backend.audit.sealing import sign_documents
from backend.governance.asvs import assessing, looks
from backend.governance.asvs.catalogue import Met, Proof, Source, claims
from backend.governance.asvs.judging import Outcome, Word, judge
from backend.governance.models import Assessment, AssessmentFile, HostLook
from backend.pipeline.tasks import assess, assess_if_due
from tests.audit.chained import a_head
from tests.governance.asvs.looked import COMMIT, RELEASE, a_look, bad, evidence, named
from tests.roles import make_roles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _of_a_release(settings: Any) -> None:
    settings.RELEASE = RELEASE


@contextmanager
def as_session(role: str) -> Iterator[None]:
    """As a process that has signed in to the database as this role."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {role}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET SESSION AUTHORIZATION")


def made(cause: Assessment.Cause = Assessment.Cause.DEMAND) -> dict[str, Any]:
    one = assessing.ask(cause=cause)
    assess()
    one.refresh_from_db()
    return assessing.content_of(one)


def looked() -> dict[str, Any]:
    """As `made`, without its report, which takes seconds to be typeset."""
    return assessing.look(Assessment(cause=Assessment.Cause.DEMAND))


def verdicts(content: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["verdict"] for one in content["requirements"]}


def resting_on(source: Source, name: str) -> set[str]:
    return {
        about
        for about, claim in claims().items()
        if any((proof.source, proof.name) == (source, name) for proof in claim.proofs)
    }


def failing(content: dict[str, Any]) -> set[str]:
    return {about for about, verdict in verdicts(content).items() if verdict == "fail"}


def test_says_what_it_is_and_never_certified() -> None:
    looks.note(a_look())
    content = looked()
    assert content["statement"].startswith("Self-assessed against OWASP ASVS 4.0.3")
    assert "certified it" in content["statement"]
    assert sum(content["counts"].values()) == 259
    assert sum(content["counts_of_level_1"].values()) == 128
    assert content["release"]["commit"] == COMMIT
    assert [one["id"] for one in content["requirements"]] == list(claims())


def test_without_a_look_of_the_host_nothing_of_it_passes() -> None:
    content = looked()
    assert "the host has not looked yet" in json.dumps(content)
    for one in content["requirements"]:
        if any(proof["from"] != "live" for proof in one["proofs"]):
            assert one["verdict"] in {"not shown", "fail"}
            assert one["reason"]


def test_what_the_host_found_long_ago_counts_for_nothing() -> None:
    looks.note(a_look(at=clock.now() - looks.LASTS - timedelta(minutes=1)))
    content = looked()
    assert "longer ago than 8 days" in json.dumps(content)
    assert not [
        one["id"]
        for one in content["requirements"]
        if one["verdict"] == "pass" and any(proof["from"] == "host" for proof in one["proofs"])
    ]


@pytest.mark.parametrize("source", [Source.HOST, Source.BUILD, Source.LIVE])
def test_what_is_amiss_fails_what_rests_on_it_and_nothing_else(source: Source) -> None:
    every = {proof: Outcome(True, "good") for claim in claims().values() for proof in claim.proofs}
    for name in named(source):
        found = every | {Proof(source, name): Outcome(False, "open", "Close it.")}
        judged = [judge(claim, found, on=clock.now().date()) for claim in claims().values()]
        red = {
            one.claim.requirement.id: one
            for one in judged
            if one.word is Word.FAIL and one.claim.met is not Met.NOT_MET
        }
        assert red.keys() == resting_on(source, name)
        assert {(one.reason, one.todo) for one in red.values()} <= {(f"{name}: open", "Close it.")}


@pytest.mark.parametrize(
    ("ran", "word"),
    [
        ({"passed": 3, "failed": 1}, "1 failed"),
        ({"passed": 3, "skipped": 1}, "1 were skipped"),
        ({}, "did not run"),
        (None, "did not run"),
    ],
    ids=["failed", "skipped", "nothing", "missing"],
)
def test_a_test_of_the_build_that_did_not_pass_fails_what_rests_on_it(
    ran: dict[str, int] | None, word: str
) -> None:
    name = next(one for one in named(Source.BUILD) if "::" in one)
    told = evidence()
    if ran is None:
        del told["tests"][name]
    else:
        told["tests"][name] = ran
    looks.note(a_look())
    before = failing(looked())
    looks.note(a_look(at=clock.now() + timedelta(seconds=1), evidence=told))
    content = looked()
    assert failing(content) - before == resting_on(Source.BUILD, name) - before
    assert word in json.dumps(content["requirements"])


@pytest.mark.parametrize(
    "running", ["0.1.0-ffffffffffff", "dev", ""], ids=["other", "built", "none"]
)
def test_results_of_another_release_count_for_nothing(running: str, settings: Any) -> None:
    settings.RELEASE = running
    looks.note(a_look())
    content = looked()
    assert content["evidence"]["made"] is None
    assert RELEASE in content["evidence"]["reason"]
    assert not [
        one["id"]
        for one in content["requirements"]
        if one["verdict"] == "pass" and any(proof["from"] == "build" for proof in one["proofs"])
    ]


def test_results_of_another_commit_than_the_release_count_for_nothing() -> None:
    looks.note(a_look(evidence=evidence("f" * 40)))
    assert looked()["evidence"]["reason"] == "the results are of another commit than the release"


def test_it_is_signed_with_the_digests_of_its_files() -> None:
    looks.note(a_look())
    content = made()
    head = a_head()
    assert len(sign_documents(head=head)) == 1
    one = Assessment.objects.get()
    assert one.document is not None
    one.document.refresh_from_db()
    told = json.loads(portable(one.document))
    assert json.loads(told["content"]) == content
    assert told["document"] == assessing.KIND
    files = {file.kind: sha256(bytes(file.content)).hexdigest() for file in one.files.all()}
    assert files == content["files"]
    assert set(files) == {"html", "pdf", "csv"}


def test_it_says_what_changed_since_the_one_before() -> None:
    looks.note(a_look())
    first = made()
    assert (first["compared_with"], first["changes"]) == (None, [])
    assert looked()["changes"] == []
    name = next(one for one in named(Source.HOST) if resting_on(Source.HOST, one))
    looks.note(a_look(at=clock.now() + timedelta(seconds=1), **bad(name)))
    third = looked()
    changed = {one["id"]: (one["was"], one["is"]) for one in third["changes"]}
    before = verdicts(first)
    assert changed == {
        about: (before[about], "fail")
        for about in resting_on(Source.HOST, name)
        if before[about] != "fail"
    }
    assert third["compared_with"]["number"] == Assessment.objects.get().pk


def test_only_one_is_made_at_a_time() -> None:
    first = assessing.ask(cause=Assessment.Cause.DEMAND)
    with pytest.raises(assessing.AlreadyAsked):
        assessing.ask(cause=Assessment.Cause.DEMAND)
    Assessment.objects.filter(pk=first.pk).update(finished_at=clock.now())
    assessing.ask(cause=Assessment.Cause.DEMAND)


def test_one_whose_worker_was_killed_is_made_when_its_lease_has_run_out() -> None:
    one = assessing.ask(cause=Assessment.Cause.DEMAND)
    Assessment.objects.update(attempts=1, lease_until=clock.now() + assessing.LEASE)
    assert not assessing.work()
    Assessment.objects.update(lease_until=clock.now())
    assert assessing.work()
    one.refresh_from_db()
    assert one.document is not None
    assert (one.attempts, one.lease_until) == (2, None)


def test_one_that_cannot_be_made_is_tried_thrice_with_pauses_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> bytes:
        raise RuntimeError("no room")

    monkeypatch.setattr("backend.governance.asvs.report.written", fails)
    with time_machine.travel(datetime(2026, 6, 1, 5, 0, tzinfo=UTC), tick=False) as moved:
        one = assessing.ask(cause=Assessment.Cause.SCHEDULE)
        for tries in range(1, assessing.ATTEMPTS + 1):
            with pytest.raises(RuntimeError):
                assessing.work()
            assert not assessing.work()
            moved.shift(assessing.PAUSE * tries)
        assert not assessing.work()
        one.refresh_from_db()
        assert one.document is None
        assert one.finished_at is not None
        assert one.last_error == "RuntimeError: the worker's log has more."
        assert not AssessmentFile.objects.exists()
        # One that failed is none: the calendar asks again the next day.
        assert assessing.ask_if_due()


def test_one_whose_worker_is_killed_each_time_keeps_no_other_from_being_made() -> None:
    one = assessing.ask(cause=Assessment.Cause.DEMAND)
    Assessment.objects.update(attempts=assessing.ATTEMPTS, lease_until=clock.now())
    other = assessing.ask(cause=Assessment.Cause.DEMAND)
    one.refresh_from_db()
    assert one.finished_at is not None
    assert list(assessing.due()) == [other]


def test_what_a_command_makes_is_no_worker_s() -> None:
    made = assessing.ask_by_command()
    assert not assessing.work()
    Assessment.objects.filter(pk=made.pk).update(finished_at=clock.now())
    assessing.make(made)
    assert not AssessmentFile.objects.exists()


def test_web_asks_and_makes_none_and_what_is_finished_stays() -> None:
    make_roles()
    document = documents.prepare(kind="another", content={})
    asked = {"cause": "demand", "asked_at": clock.now()}
    for more in ({"document": document}, {"finished_at": clock.now()}, {"counts": {"pass": 259}}):
        with (
            pytest.raises(ProgrammingError, match="makes none"),
            transaction.atomic(),
            as_session("web"),
        ):
            Assessment.objects.create(**asked | more)
    with as_session("web"):
        one = Assessment.objects.create(**asked)
    Assessment.objects.filter(pk=one.pk).update(finished_at=clock.now(), document=document)
    with pytest.raises(ProgrammingError, match="is finished"), transaction.atomic():
        Assessment.objects.filter(pk=one.pk).update(counts={"pass": 259})
    Assessment.objects.filter(pk=one.pk).update(asked_by=None)
    # A document of another kind is no assessment, whoever says so.
    assert assessing.last_made() is None


def test_what_a_host_saw_in_time_to_come_is_not_taken() -> None:
    with pytest.raises(looks.FromTheFuture):
        looks.note(a_look(at=clock.now() + looks.AHEAD + timedelta(minutes=1)))
    assert looks.latest() is None


def test_the_calendar_asks_twice_a_year_and_makes_up_for_what_was_missed() -> None:
    days = []
    signed = documents.prepare(kind=assessing.KIND, content={})
    with time_machine.travel(datetime(2026, 3, 10, 5, 0, tzinfo=UTC), tick=False) as moved:
        for _ in range(500):
            # Off throughout December.
            if clock.now().month != 12:
                before = Assessment.objects.count()
                assess_if_due()
                made = Assessment.objects.filter(finished_at=None)
                made.update(finished_at=clock.now(), document=signed)
                if Assessment.objects.count() > before:
                    days.append(f"{clock.now():%Y-%m-%d}")
            moved.shift(timedelta(days=1))
    assert days == ["2026-03-10", "2026-06-01", "2027-01-01", "2027-06-01"]
    assert set(Assessment.objects.values_list("cause", flat=True)) == {"schedule"}


def test_of_looks_the_ten_last_are_kept() -> None:
    for number in range(12):
        looks.note(a_look(at=clock.now() - timedelta(days=number)))
    kept = HostLook.objects.order_by("looked_at").values_list("looked_at", flat=True)
    assert len(kept) == looks.KEPT
    latest = looks.latest()
    assert latest is not None
    assert latest.looked_at == max(kept)


def test_it_is_on_record() -> None:
    looks.note(a_look(**bad(named(Source.HOST)[0])))
    content = made()
    told = {
        one.name: one.additional_data
        for one in Event.objects.filter(
            name__in=["host_looked", "assessment_asked", "assessment_made"]
        )
    }
    assert told == {
        "host_looked": {"amiss": [named(Source.HOST)[0]], "release": COMMIT},
        "assessment_asked": {"cause": "demand"},
        "assessment_made": {"counts": content["counts"]},
    }
