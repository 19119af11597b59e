"""Uploads of test reports: what is taken, what is refused and how, and that nothing of what is refused is stored."""

import gzip
import zlib
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import User
from backend.api import test_results
from backend.delivery.models import (
    AutomatedTest,
    CommitResults,
    DailyResults,
    IngestToken,
    NotableResult,
    Repository,
    ResultUpload,
)
from backend.delivery.store import test_results as store
from backend.delivery.store.ingest_tokens import create_ingest_token
from backend.sources.junit import report as junit_report
from backend.sources.junit import unpacking
from tests.factories import a_repository

pytestmark = pytest.mark.django_db
PATH = "/api/v1/test-results"
SHA = "a" * 40
REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="shop.test_cart" tests="3" failures="1">
    <testcase classname="shop.test_cart" name="adds" file="shop/test_cart.py" time="0.125"/>
    <testcase classname="shop.test_cart" name="removes" file="shop/test_cart.py" time="1.5">
      <failure message="secret message">secret trace</failure>
      <system-out>secret output</system-out>
    </testcase>
    <testcase classname="shop.test_cart" name="pays" time="0"><skipped/></testcase>
  </testsuite>
</testsuites>"""


@pytest.fixture
def repository() -> Repository:
    return a_repository(name_with_owner="acme/shop")


def a_token(repository: Repository, *purposes: str) -> str:
    administrator, _ = User.objects.get_or_create(
        email="a@plumbline.example", defaults={"role": "administrator"}
    )
    return create_ingest_token(
        repository=repository,
        name="CI",
        purposes=purposes or ("test_results",),
        expires_at=None,
        acting_user=administrator,
    )[1]


Upload = Callable[..., Any]


@pytest.fixture
def upload(repository: Repository) -> Upload:
    token = a_token(repository)

    def send(body: str | bytes = REPORT, *, key: str = "", kind: str = "", **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        if key:
            headers["Idempotency-Key"] = key
        return Client(enforce_csrf_checks=True).post(
            PATH,
            body.encode() if isinstance(body, str) else body,
            content_type=kind or "application/xml",
            headers=headers,
            query_params={"sha": SHA} | said,
        )

    return send


def stored() -> list[int]:
    models = (ResultUpload, AutomatedTest, CommitResults, DailyResults, NotableResult)
    return [model._default_manager.count() for model in models]


def test_a_report_is_counted_from_its_elements(upload: Upload, repository: Repository) -> None:
    answer = upload(branch="main", run="12345", attempt="2", job="unit tests")
    assert answer.status_code == 201
    told = ResultUpload.objects.get(repository=repository)
    assert answer.json() == {
        "id": told.pk,
        "status": "created",
        "tests": 3,
        "passed": 1,
        "failed": 1,
        "skipped": 1,
        "seconds": 1.625,
        "notes": [],
    }
    assert (told.sha, told.branch, told.run_external_id, told.attempt, told.job) == (
        *(SHA, "main", 12345, 2, "unit tests"),
    )
    test = AutomatedTest.objects.get(name="removes")
    assert (test.suite, test.file) == ("shop.test_cart", "shop/test_cart.py")
    assert NotableResult.objects.get().test == test


def test_what_was_sent_with_a_token_can_be_told(upload: Upload) -> None:
    upload()
    token = IngestToken.objects.get()
    assert ResultUpload.objects.get().token == token
    token.delete()
    assert ResultUpload.objects.get().token is None, "what was sent stays"


def test_nothing_of_output_and_failures_is_stored(upload: Upload) -> None:
    upload()
    for model in (ResultUpload, AutomatedTest, DailyResults, NotableResult):
        assert "secret" not in repr(list(model._default_manager.values()))


def test_declared_totals_that_are_wrong_are_said_so(upload: Upload) -> None:
    answer = upload(REPORT.replace('tests="3"', 'tests="7"')).json()
    assert answer["tests"] == 3
    assert answer["notes"] == [
        "The report declares other totals than its elements add up to; the elements were counted."
    ]


@pytest.mark.parametrize("kind", ["application/gzip", "application/xml", "text/xml"])
def test_gzip_is_known_by_itself(upload: Upload, kind: str) -> None:
    packed = gzip.compress(REPORT.encode())
    assert upload(packed + gzip.compress(b"\n"), kind=kind).status_code == 201


def test_curls_own_content_type_will_do(upload: Upload) -> None:
    assert upload(kind="application/x-www-form-urlencoded").status_code == 201


def test_the_same_again_is_stored_once(upload: Upload) -> None:
    first, again = upload(), upload()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"status": "unchanged"}
    assert DailyResults.objects.get(test__name="adds").passed == 1
    assert upload(attempt="2").status_code == 201
    assert DailyResults.objects.get(test__name="adds").passed == 2


def test_a_key_is_good_for_one_report(upload: Upload) -> None:
    assert [upload(key="build-1").status_code for _ in range(2)] == [201, 200]
    answer = upload(REPORT.replace("adds", "adds up"), key="build-1")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_in_use")
    assert not AutomatedTest.objects.filter(name="adds up").exists()


def test_a_key_cannot_pass_for_an_artifact_s(upload: Upload) -> None:
    answer = upload(key="artifact 7 and more")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert "Idempotency-Key" in answer.json()["message"]
    assert stored() == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("limit", "told"), [("MAXIMUM_UPLOADS", "1 reports of"), ("MAXIMUM_TESTS", "more than 1 tests")]
)
def test_a_repository_holds_so_much_and_no_more(
    upload: Upload, monkeypatch: pytest.MonkeyPatch, limit: str, told: str
) -> None:
    assert upload(in_suite(CASE)).status_code == 201
    monkeypatch.setattr(store, limit, 1)
    before = stored()
    assert upload(in_suite(CASE)).status_code == 200
    answer = upload(in_suite(CASE.replace('"n"', '"m"')))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many")
    assert told in answer.json()["message"]
    assert answer.json()["action"]
    assert stored() == before


def test_what_is_known_is_counted_where_no_more_tests_may_come(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upload(in_suite(CASE)).status_code == 201
    monkeypatch.setattr(store, "MAXIMUM_TESTS", 1)
    assert upload(in_suite(CASE), sha="b" * 40).status_code == 201


def test_days_have_room_of_their_own(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAXIMUM_UPLOADS", 1)
    assert upload().status_code == 201
    the_day_before = (timezone.now() - timedelta(days=1)).isoformat()
    assert upload(sha="b" * 40, at=the_day_before).status_code == 201


def test_results_count_for_the_day_on_which_they_ran(upload: Upload) -> None:
    ran = timezone.now() - timedelta(days=40)
    assert upload(at=ran.isoformat()).status_code == 201
    assert {row.day for row in DailyResults.objects.all()} == {ran.date()}
    assert NotableResult.objects.get().at == ran


CASE = '<testcase classname="c" name="n" time="1"/>'


def in_suite(*cases: str) -> str:
    return f"<testsuite name='s'>{''.join(cases)}</testsuite>"


BAD: dict[str, tuple[str | bytes, int, str, str]] = {
    "empty": ("", 400, "malformed", "no report in the body"),
    "no XML": ("all passed", 400, "malformed", "no well-formed XML, line 1"),
    "broken off": (REPORT[:300], 400, "malformed", "no well-formed XML"),
    "two documents": (REPORT + "<testsuite/>", 400, "malformed", "no well-formed XML"),
    "other XML": ("<html><testcase name='n' time='1'/></html>", 400, "malformed", "not JUnit's"),
    "no suite": (CASE, 400, "malformed", "not JUnit's"),
    "no cases": ("<testsuites/>", 422, "no_tests", "no test cases"),
    "a document type": ("<!DOCTYPE a><testsuite/>", 400, "malformed", "document type or entities"),
    "an entity bomb": (
        '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><testsuite name="&c;"/>',
        *(400, "malformed", "document type or entities"),
    ),
    "a file of ours": (
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><testsuite name="&b;"/>',
        *(400, "malformed", "document type or entities"),
    ),
    "an unknown entity": (in_suite("&nbsp;"), 400, "malformed", "undefined entity"),
    "an encoding that lies": (
        REPORT.replace("shop", "laden übrig").encode("latin-1"),
        *(400, "malformed", "not well-formed (invalid token)"),
    ),
    "UTF-16 in name alone": (
        REPORT.replace("utf-8", "utf-16").encode(),
        *(400, "malformed", "encoding specified in XML declaration is incorrect"),
    ),
    "an encoding of many bytes": (
        REPORT.replace("utf-8", "shift_jis").encode(),
        *(400, "malformed", "an encoding that is not read here"),
    ),
    "an encoding that is none": (
        REPORT.replace("utf-8", "rot13").encode(),
        *(400, "malformed", "an encoding that is not read here"),
    ),
    "no gzip after all": (b"\x1f\x8b" + b"x" * 99, 400, "malformed", "begins as gzip"),
    "half of a gzip": (gzip.compress(REPORT.encode())[:-9], 400, "malformed", "broken off"),
    "gzip and more": (
        gzip.compress(REPORT.encode()) + b"more",
        *(400, "malformed", "begins as gzip"),
    ),
    "no name": (in_suite(CASE, "<testcase time='1'/>"), 422, "unnamed_test", "Test case 2"),
    "no time": (
        in_suite(CASE, '<testcase name="m"/>', '<testcase name="l" time="soon"/>'),
        *(422, "missing_times", "2 test cases are without a readable time, first: s > m."),
    ),
    "a time that no run takes": (
        in_suite('<testcase name="m" time="1e99"/>'),
        *(422, "missing_times", "1 test case is"),
    ),
    "a name twice": (
        in_suite(CASE, CASE, CASE),
        *(422, "repeated_names", "2 test cases are of the same suite and name as another"),
    ),
    "nested too deep": ("<testsuite>" * 65, 400, "malformed", "nested more than 64 deep"),
    "too many attributes": (
        "<testsuite " + " ".join(f"a{number}=''" for number in range(65)) + "/>",
        *(400, "malformed", "more than 64 attributes"),
    ),
    "too many retries": (
        in_suite('<testcase name="n" time="1">' + "<rerunFailure/>" * 101 + "</testcase>"),
        *(413, "too_large", "more than 100 times"),
    ),
    "a tag without end": (
        f"<testsuite name='{'x' * 2_000_000}'/>",
        *(413, "too_large", "longer than 1 MB"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_and_nothing_is_stored(upload: Upload, name: str) -> None:
    body, status, code, message = BAD[name]
    answer = upload(body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert message in told["message"]
    assert told["action"]
    assert stored() == [0, 0, 0, 0, 0]


def test_missing_times_are_stored_without_where_that_is_meant(upload: Upload) -> None:
    assert upload(in_suite('<testcase name="n"/>'), accept="missing-times").status_code == 201
    day = DailyResults.objects.get()
    assert (day.passed, day.timed, day.slowest) == (1, 0, None)
    assert ResultUpload.objects.get().seconds is None


def test_repeated_names_are_retries_where_that_is_meant(upload: Upload) -> None:
    failed = CASE.replace("/>", "><failure/></testcase>")
    answer = upload(in_suite(failed, CASE), accept=["repeated-names", "missing-times"])
    assert answer.json()["tests"] == 1
    day = DailyResults.objects.get()
    assert (day.passed, day.failed, day.commits, day.flaky_commits) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"sha": "main"}, "sha"),
        ({"sha": "a" * 39}, "sha"),
        ({"sha": ""}, "sha"),
        ({"run": "first"}, "run"),
        ({"attempt": "0"}, "attempt"),
        ({"branch": "a\x00b"}, "branch"),
        ({"branch": "b" * 301}, "branch"),
        ({"accept": "anything"}, "missing-times"),
        ({"acept": "missing-times"}, "acept"),
        ({"at": "2026-03-02T10:00:00"}, "at"),
        ({"at": "2126-03-02T10:00:00Z"}, "at"),
        ({"at": "2024-03-02T10:00:00Z"}, "at"),
    ],
)
def test_what_is_said_of_it_must_make_sense(
    upload: Upload, said: dict[str, str], name: str
) -> None:
    answer = upload(**said)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert name in answer.json()["message"]
    assert stored() == [0, 0, 0, 0, 0]


def test_a_commit_is_known_in_capitals_as_well(upload: Upload) -> None:
    assert upload(sha=SHA.upper()).status_code == 201
    assert ResultUpload.objects.get().sha == SHA


def post(token: str, **said: str) -> Any:
    return Client(enforce_csrf_checks=True).post(
        PATH,
        REPORT,
        content_type="application/xml",
        headers={"Authorization": f"Bearer {token}"},
        query_params={"sha": SHA} | said,
    )


def test_a_token_is_good_for_its_repository_and_purpose_alone(repository: Repository) -> None:
    token = a_token(repository)
    assert post(token, repository="acme/shop").status_code == 201
    foreign = post(a_token(a_repository(name_with_owner="acme/other")), repository="acme/shop")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_repository")
    other = post(a_token(repository, "deployments"))
    assert (other.status_code, other.json()["code"]) == (403, "wrong_purpose")
    unknown = post("plb_nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (401, "no_token")
    assert ResultUpload.objects.count() == 1


def test_a_form_is_no_report(upload: Upload) -> None:
    answer = upload(kind="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported")


def test_a_bomb_is_not_unpacked_further_than_the_limit(upload: Upload) -> None:
    """A hundred megabytes in a hundred kilobytes: read until the limit, in pieces."""
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(b"<testsuite>")
    for _ in range(100):
        body += packer.compress(b" " * 2**20)
    answer = upload(body + packer.flush())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert stored() == [0, 0, 0, 0, 0]


def test_a_body_that_says_it_is_too_large_is_not_read(upload: Upload) -> None:
    answer = upload(b"x" * (unpacking.MAXIMUM_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_one_upload_is_stored_and_one_waits_and_others_are_sent_away_at_once(
    upload: Upload,
) -> None:
    """Waiting, each would hold a thread that the pages need."""
    with test_results._turn():
        waiting = Thread(target=lambda: turns.append(test_results._waited()))
        turns: list[bool] = []
        waiting.start()
        while test_results._waiting.acquire(blocking=False):
            test_results._waiting.release()
        answer = upload()
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert answer["Retry-After"] in answer.json()["action"]
        assert turns == []
    waiting.join()
    assert turns == [True]
    test_results._one_at_a_time.release()
    assert upload().status_code == 201


def test_more_cases_than_are_taken(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_report, "MAXIMUM_CASES", 2)
    cases = [f'<testcase name="{number}" time="1"/>' for number in range(3)]
    answer = upload(in_suite(*cases))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert stored() == [0, 0, 0, 0, 0]


def test_a_large_report_takes_as_many_statements_as_a_small_one(upload: Upload) -> None:
    def statements(cases: int, sha: str) -> int:
        body = in_suite(
            *(f'<testcase name="{n}" time="1"><error/></testcase>' for n in range(cases))
        )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert upload(body, sha=sha).status_code == 201
        return len(captured)

    statements(1, "c" * 40)  # the first use of a token in a minute is noted
    assert statements(1, "a" * 40) == statements(1_000, "b" * 40) <= 20
