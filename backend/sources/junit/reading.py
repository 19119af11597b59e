"""A report as it arrives → what is stored of it. Strict: what would make figures wrong is refused unless accepted."""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from hashlib import sha256

from backend.delivery.result_records import ReportRecord
from backend.sources.junit.refusals import Refused
from backend.sources.junit.report import Report
from backend.sources.junit.unpacking import unpacked
from backend.sources.junit.xml import read_elements


class Accept(StrEnum):
    """What the caller says is meant to be so."""

    MISSING_TIMES = "missing-times"
    """Tests without a duration are stored without one."""
    REPEATED_NAMES = "repeated-names"
    """Test cases of the same suite and name are retries of one test."""


def read_report(chunks: Iterable[bytes], *, accept: Collection[Accept] = ()) -> ReportRecord:
    """Read JUnit XML, or gzip of it, in memory that does not grow with what is passed over. Raises Refused."""
    digest, report = sha256(), Report(merged=Accept.REPEATED_NAMES in accept)

    def hashed() -> Iterator[bytes]:
        for piece in unpacked(chunks):
            digest.update(piece)
            yield piece

    read_elements(hashed(), report)
    _judge(report, accept)
    report.complete()
    return ReportRecord(report.tests, report.seconds, report.totals_differ, digest.hexdigest())


def _judge(report: Report, accept: Collection[Accept]) -> None:
    if not report.tests:
        raise Refused(
            "no_tests",
            "The report has no test cases.",
            "Send reports of runs in which tests ran; look whether the runner stopped before.",
        )
    if report.untimed and Accept.MISSING_TIMES not in accept:
        raise Refused(
            "missing_times",
            f"{_cases(report.untimed)} without a readable time, first: {report.first_untimed}.",
            "Have the runner write durations in seconds, or add accept=missing-times to store them without.",
        )
    if report.repeated and Accept.REPEATED_NAMES not in accept:
        raise Refused(
            "repeated_names",
            f"{_cases(report.repeated)} of the same suite and name as another, first: {report.first_repeated}.",
            "Give tests names of their own, or add accept=repeated-names where these are retries of one test.",
        )


def _cases(count: int) -> str:
    return "1 test case is" if count == 1 else f"{count:,} test cases are"
