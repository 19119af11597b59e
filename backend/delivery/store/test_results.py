"""Storing a report of tests: counts a test and day, one bit a test and commit, and raw rows of what stands out.

All of a report is one transaction, and reports of one repository come one after the other: what a commit's tests did
before must be known exactly, for the flake rate is exact.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import sha256
from itertools import chain, islice
from typing import Any, Final

from django.db import connection as database
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from backend.delivery.models import IngestToken, Repository, ResultUpload
from backend.delivery.result_records import Execution, ReportRecord, TestRecord, UploadRecord
from backend.delivery.store.nameless import without_login
from backend.delivery.store.result_sql import COUNT_TESTS, KEEP_NOTABLE, STORE

TESTS_AT_ONCE: Final = 5_000
ROWS_AT_ONCE: Final = 20_000
MAXIMUM_TESTS: Final = 1_000_000
"""Of a repository. Names that hold numbers or times are new tests with each run, and are kept for long."""
MAXIMUM_UPLOADS: Final = 20_000
"""Of a repository and day on which the tests ran."""
_LOCK: Final = 7_201_845
"""Names the advisory lock, together with the repository: web may not lock the repository's row."""


@dataclass(frozen=True)
class Stored:
    """`is_new` is False where the same report came before under the same key: then nothing was written."""

    upload: ResultUpload
    is_new: bool


class KeyReused(ValueError):
    """The caller's key stands for another report already."""


class TooMany(ValueError):
    """The repository has as much as is kept of one."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class _Place:
    """Where a report's results go."""

    repository_id: int
    sha: str
    day: date
    commit_day: date
    upload_id: int

    def parameters(self) -> dict[str, Any]:
        return {
            "repository": self.repository_id,
            "sha": self.sha,
            "day": self.day,
            "commit_day": self.commit_day,
            "upload": self.upload_id,
        }


@transaction.atomic
def store_results(
    *,
    repository: Repository,
    upload: UploadRecord,
    report: ReportRecord,
    token: IngestToken | None = None,
) -> Stored:
    """Store a report, unless it was stored before. Raises KeyReused, TooMany."""
    with database.cursor() as cursor:
        one_writer_of_results(cursor, repository.pk)
        digest = _digest(upload, report)
        key = upload.key or digest
        known = ResultUpload.objects.filter(repository=repository, key=key).first()
        if known is not None:
            if known.digest != digest:
                raise KeyReused(key)
            return Stored(known, is_new=False)
        _check_uploads(repository, upload)
        _check_tests(cursor, repository, report)
        row = _note_upload(repository, upload, report, token, key=key, digest=digest)
        place = _place(cursor, row)
        # As of before: a test that failed on this commit is shown with what came of it later.
        failed_before = _failed_before(cursor, place)
        tests = iter(report.tests.items())
        while batch := dict(islice(tests, TESTS_AT_ONCE)):
            _store(cursor, place, batch)
            _keep_notable(cursor, place, batch, failed_before)
    return Stored(row, is_new=True)


def one_writer_of_results(cursor: CursorWrapper, repository_id: int) -> None:
    """To the end of the transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::integer)", [_LOCK, repository_id])


def only_writer_of_results(cursor: CursorWrapper, repository_id: int) -> bool:
    """Likewise, without waiting: whether nobody else is."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s::integer)", [_LOCK, repository_id])
    return bool(cursor.fetchone()[0])


def _check_uploads(repository: Repository, upload: UploadRecord) -> None:
    day = upload.started_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    of_day = repository.result_uploads.filter(
        started_at__gte=day, started_at__lt=day + timedelta(days=1)
    )
    if of_day.count() >= MAXIMUM_UPLOADS:
        raise TooMany(
            f"The repository has {MAXIMUM_UPLOADS:,} reports of {day.date()} already.",
            "Send one report a job and not one a test; put those of a job together.",
        )


def _check_tests(cursor: CursorWrapper, repository: Repository, report: ReportRecord) -> None:
    highest = repository.automated_tests.aggregate(highest=Max("number"))["highest"] or 0
    if highest + len(report.tests) <= MAXIMUM_TESTS:
        return  # as nearly always, and without counting
    cursor.execute(
        COUNT_TESTS,
        {"repository": repository.pk, "digests": [digest.hex() for digest in report.tests]},
    )
    ((known, new),) = cursor.fetchall()
    if new and known + new > MAXIMUM_TESTS:
        raise TooMany(
            f"With this report the repository would have more than {MAXIMUM_TESTS:,} tests.",
            "Give tests names that stay the same: numbers, times or random values in a name make a new test each run.",
        )


def _digest(upload: UploadRecord, report: ReportRecord) -> str:
    said = [upload.sha, upload.branch, upload.run_external_id, upload.attempt, upload.job]
    return sha256(json.dumps([report.digest, *said]).encode()).hexdigest()


def _note_upload(
    repository: Repository,
    upload: UploadRecord,
    report: ReportRecord,
    token: IngestToken | None,
    *,
    key: str,
    digest: str,
) -> ResultUpload:
    outcomes = [
        execution.outcome for test in report.tests.values() for execution in test.executions
    ]
    return ResultUpload.objects.create(
        repository=repository,
        token=token,
        key=key,
        digest=digest,
        sha=upload.sha,
        branch=without_login(repository, upload.branch),
        run_external_id=upload.run_external_id,
        attempt=upload.attempt,
        job=upload.job,
        started_at=upload.started_at,
        received_at=upload.received_at,
        tests=len(report.tests),
        passed=outcomes.count("passed"),
        failed=outcomes.count("failed"),
        skipped=outcomes.count("skipped"),
        seconds=report.seconds,
        totals_differ=report.totals_differ,
    )


def _place(cursor: CursorWrapper, upload: ResultUpload) -> _Place:
    """Make sure that the commit has its row, and the days their partitions."""
    day = upload.started_at.astimezone(UTC).date()
    cursor.execute(
        "INSERT INTO delivery_commitresults (repository_id, sha, day, passed, failed)"
        " VALUES (%s, %s, %s, '{}', '{}') ON CONFLICT (repository_id, sha) DO NOTHING",
        [upload.repository_id, upload.sha, day],
    )
    cursor.execute(
        "SELECT day FROM delivery_commitresults WHERE repository_id = %s AND sha = %s",
        [upload.repository_id, upload.sha],
    )
    ((commit_day,),) = cursor.fetchall()
    for one in {day, commit_day}:
        cursor.execute("SELECT delivery_make_test_partitions(%s, %s)", [one, one])
    return _Place(upload.repository_id, upload.sha, day, commit_day, upload.pk)


def _failed_before(cursor: CursorWrapper, place: _Place) -> set[bytes]:
    cursor.execute(
        "SELECT test.digest FROM delivery_commitresults AS results, unnest(results.failed) AS numbers,"
        " generate_series(lower(numbers), upper(numbers) - 1) AS failed"
        " JOIN delivery_automatedtest AS test ON test.number = failed AND test.repository_id = %(repository)s"
        " WHERE results.repository_id = %(repository)s AND results.sha = %(sha)s",
        place.parameters(),
    )
    return {digest.bytes for (digest,) in cursor.fetchall()}


def _store(cursor: CursorWrapper, place: _Place, batch: dict[bytes, TestRecord]) -> None:
    columns = ("passed", "failed", "skipped", "timed", "milliseconds", "slowest")
    tallies = zip(*(_tally(test.executions) for test in batch.values()), strict=True)
    told: dict[str, list[Any]] = {
        "digests": [digest.hex() for digest in batch],
        "suites": [test.suite for test in batch.values()],
        "names": [test.name for test in batch.values()],
        "files": [test.file for test in batch.values()],
        **dict(zip(columns, map(list, tallies), strict=True)),
    }
    cursor.execute(STORE, place.parameters() | told)


def _tally(executions: tuple[Execution, ...]) -> tuple[int, int, int, int, int, int | None]:
    outcomes = [execution.outcome for execution in executions]
    times = [one.milliseconds for one in executions if one.milliseconds is not None]
    return (
        outcomes.count("passed"),
        outcomes.count("failed"),
        outcomes.count("skipped"),
        len(times),
        sum(times),
        max(times, default=None),
    )


def _keep_notable(
    cursor: CursorWrapper,
    place: _Place,
    batch: dict[bytes, TestRecord],
    failed_before: set[bytes],
) -> None:
    rows = chain.from_iterable(
        _notable(digest, test, was_failing=digest in failed_before)
        for digest, test in batch.items()
    )
    columns = ("digests", "positions", "outcomes", "milliseconds")
    while some := list(islice(rows, ROWS_AT_ONCE)):
        values = zip(columns, map(list, zip(*some, strict=True)), strict=True)
        cursor.execute(KEEP_NOTABLE, place.parameters() | dict(values))


def _notable(
    digest: bytes, test: TestRecord, *, was_failing: bool
) -> Iterator[tuple[str, int, str, int | None]]:
    """What failed, and what passed of a test that failed on the same commit, then or now."""
    if was_failing or any(one.outcome == "failed" for one in test.executions):
        told = digest.hex()
        for position, (outcome, milliseconds) in enumerate(test.executions):
            if outcome != "skipped":
                yield told, position, outcome, milliseconds
