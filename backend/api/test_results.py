"""Reports of automated tests as the organisation's own systems upload them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Annotated, Final, Literal

from django.http import HttpRequest, UnreadablePostError
from ninja import Header, Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from backend import clock
from backend.api import reports, schemas
from backend.api.errors import ERRORS, Refused, Unprocessable
from backend.api.ingest import reporter, reporting, sent_with
from backend.delivery.models import ResultUpload
from backend.delivery.result_records import ARTIFACT_KEY, UploadRecord
from backend.delivery.store.test_results import KeyReused, TooMany, store_results
from backend.governance.retention.periods import days_of
from backend.inventory.entering import Listed
from backend.sources import junit
from backend.sources.junit.unpacking import CHUNK, MAXIMUM_BYTES

router = Router(tags=["reports"])

_SECONDS_TO_WAIT: Final = 20
_ASK_AGAIN_IN: Final = 10
"""Seconds; storing a report of the largest size takes about as long."""
_one_at_a_time = BoundedSemaphore()
"""A large report takes room, and a process serves several callers."""
_waiting = BoundedSemaphore()
"""One more may wait for its turn. Each that waits holds a thread, and a process has few, for the pages as well."""
_BODY: Final = {
    "required": True,
    "description": "JUnit XML as the tests' runner wrote it, or gzip of it; up to 50 MB unpacked and 200,000 cases.",
    "content": {
        "application/xml": {"schema": {"type": "string"}},
        "application/gzip": {"schema": {"type": "string", "format": "binary"}},
    },
}

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ResultsOf(Listed, Schema):
    """What is said of a report, in the address."""

    sha: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, to_lower=True, pattern=r"^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$"
        ),
    ] = Field(description="The commit that was tested, in full.")
    repository: Line = Field(
        "",
        max_length=300,
        description="As owner/name; it must be the token's. Empty: the token's.",
    )
    branch: Line = Field("", max_length=300)
    run: int | None = Field(
        None, ge=1, lt=2**63, description="The workflow run's id, if GitHub ran it."
    )
    attempt: int | None = Field(None, ge=1, lt=2**31, description="Which attempt of that run.")
    job: Line = Field("", max_length=500, description="The job's name.")
    at: reports.Moment | None = Field(
        None, description="When the tests ran, with a time zone. Left out: now."
    )
    accept: list[junit.Accept] = Field(
        [],
        description="missing-times: store test cases without a duration. repeated-names: test cases of the same "
        "suite and name are retries of one test.",
    )


class StoredResults(Schema):
    id: int
    status: Literal["created", "unchanged"] = Field(description="unchanged: it was stored before.")
    tests: int
    passed: int = Field(description="Executions: a test that was retried has several.")
    failed: int
    skipped: int
    seconds: float | None
    notes: list[str]


@router.post(
    "/test-results",
    response={
        frozenset({200, 201}): StoredResults,
        ERRORS | {400, 409, 413, 415}: schemas.Error,
    },
    auth=reporting("test_results"),
    operation_id="report_test_results",
    openapi_extra={"requestBody": _BODY},
)
def report(
    request: HttpRequest,
    told: Query[ResultsOf],
    idempotency_key: Annotated[
        Line,
        Header(
            "",
            max_length=200,
            description="Your own id of the report: the same again is stored once.",
        ),
    ],
) -> Status[StoredResults]:
    """Upload a JUnit report of one commit, with an ingest token. Output and failure texts are not stored.

    201 the first time, 200 for the same report again. Nothing of a report that is refused is stored.
    """
    repository = reporter(request, named=told.repository)
    _check(request)
    now = clock.now()
    started_at = told.at or now
    days = days_of("test_results")
    if days is not None and started_at < now - timedelta(days=days):
        raise Unprocessable(f"at: results are kept for {days} days; these are older.")
    if idempotency_key.startswith(ARTIFACT_KEY):
        raise Unprocessable(f"Idempotency-Key: it may not begin with “{ARTIFACT_KEY}”.")
    upload = UploadRecord(
        sha=told.sha,
        started_at=started_at,
        received_at=now,
        key=idempotency_key,
        branch=told.branch,
        run_external_id=told.run,
        attempt=told.attempt,
        job=told.job,
    )
    with _turn(), _refusing():
        found = junit.read_report(_chunks(request), accept=told.accept)
        stored = store_results(
            repository=repository, upload=upload, report=found, token=sent_with(request)
        )
    return Status(201 if stored.is_new else 200, _answer(stored.upload, is_new=stored.is_new))


def _check(request: HttpRequest) -> None:
    """What can be said before anything is read."""
    if unknown := sorted(set(request.GET) - set(ResultsOf.model_fields)):
        raise Unprocessable(f"{unknown[0][:40]}: nothing is known by this name.")
    if request.content_type in {"multipart/form-data", "application/json"}:
        raise Refused(
            415,
            "unsupported",
            "The body must be the report itself.",
            "Send the XML file as it is: curl --data-binary @report.xml -H 'Content-Type: application/xml'",
        )
    declared = request.headers.get("Content-Length") or "0"
    if declared.isdecimal() and int(declared) > MAXIMUM_BYTES:
        raise Refused(
            413,
            "too_large",
            f"The body is larger than {MAXIMUM_BYTES // 2**20} MB.",
            "Send the report as gzip, or in several parts, such as one a job or package.",
        )


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    """Past Django's own limit, which is for forms; the reader has its own."""
    try:
        while piece := request.read(CHUNK):
            yield piece
    except UnreadablePostError as error:
        raise Refused(
            400, "broken_off", "The body did not arrive whole.", "Send it again."
        ) from error


@contextmanager
def _turn() -> Iterator[None]:
    if not (_one_at_a_time.acquire(blocking=False) or _waited()):
        raise Refused(
            503,
            "busy",
            "Other reports are being stored.",
            f"Send it again in {_ASK_AGAIN_IN} seconds, as Retry-After says.",
            retry_after=_ASK_AGAIN_IN,
        )
    try:
        yield
    finally:
        _one_at_a_time.release()


def _waited() -> bool:
    """Whether the turn came. At once no, where another one waits already."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _one_at_a_time.acquire(timeout=_SECONDS_TO_WAIT)
    finally:
        _waiting.release()


@contextmanager
def _refusing() -> Iterator[None]:
    """What reading and storing refuse, said in the API's way."""
    try:
        yield
    except junit.Refused as refused:
        raise Refused(refused.status, refused.code, str(refused), refused.remedy) from refused
    except KeyReused as error:
        raise Refused(
            409,
            "key_in_use",
            "This Idempotency-Key came with another report before.",
            "Give each report its own key, or send none.",
        ) from error
    except TooMany as error:
        raise Refused(422, "too_many", str(error), error.remedy) from error


def _answer(upload: ResultUpload, *, is_new: bool) -> StoredResults:
    differ = (
        "The report declares other totals than its elements add up to; the elements were counted."
    )
    return StoredResults(
        id=upload.pk,
        status="created" if is_new else "unchanged",
        tests=upload.tests,
        passed=upload.passed,
        failed=upload.failed,
        skipped=upload.skipped,
        seconds=upload.seconds,
        notes=[differ] if upload.totals_differ else [],
    )
