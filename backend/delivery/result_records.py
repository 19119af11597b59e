"""What a report of automated tests hands to the store: plain values, free of Django and of any format's shapes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

ARTIFACT_KEY: Final = "artifact "
"""Keys of reports in GitHub's artifacts begin so, and callers' own never do."""
Outcome = Literal["passed", "failed", "skipped"]


class Execution(NamedTuple):
    """One run of a test. `milliseconds` is None where the report does not tell it."""

    outcome: Outcome
    milliseconds: int | None


@dataclass(slots=True)
class TestRecord:
    """One test of a report with its executions, in order: several where it was retried. `file` is empty if unknown."""

    __test__ = False  # pytest takes it for one of its own by its name

    suite: str
    name: str
    file: str
    executions: tuple[Execution, ...]


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """`tests` by 16 bytes that tell them apart, made of suite and name in full; in the order of the report."""

    tests: dict[bytes, TestRecord]
    seconds: float | None
    totals_differ: bool
    digest: str
    """SHA-256 of the unpacked report, in hex."""


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """What is said of a report beside it. `key` is the caller's own, or empty. `started_at` is when the tests ran."""

    sha: str
    started_at: datetime
    received_at: datetime
    key: str = ""
    branch: str = ""
    run_external_id: int | None = None
    attempt: int | None = None
    job: str = ""
