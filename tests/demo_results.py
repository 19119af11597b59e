"""The demo's test results: a JUnit report of each run of the tests, as the four projects might have uploaded them.

Real are the paths of test files and the runs' outcomes as the simulator tells them. The names of tests, which of them
failed, and how long they took come from a seeded model.
"""

import gzip
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

import httpx
from django.db.models import Count
from django.utils import timezone

from backend import clock
from backend.accounts.models import User
from backend.accounts.store import add_user
from backend.delivery.models import CommitFile, IngestToken, Repository, WorkflowJob
from backend.delivery.store.ingest_tokens import create_ingest_token, revoke_ingest_token
from backend.governance.retention.policies import BY_CODE

SEED = 20260823
SUITES = 60
"""Test files of a project that are reported: those changed most often."""
SAYS = (
    "is created", "is listed", "is changed", "is deleted", "needs permission", "keeps its order",
    "survives a retry", "handles nothing", "respects the limit", "says why it was refused",
)  # fmt: skip
_TEST_FILE = re.compile(r"(^|/)(test_[^/]*\.py|[^/]*_test\.(go|py)|[^/]*\.(test|spec)\.[jt]sx?)$")


@dataclass(frozen=True)
class ModelledTest:
    """`weight`: how often it is the one that failed, beside the others. Seconds are a median."""

    suite: str
    name: str
    file: str
    seconds: float
    weight: float
    is_skipped: bool


def is_test_file(path: str) -> bool:
    return _TEST_FILE.search(path) is not None


def modelled(project: str, files: Iterable[str]) -> list[ModelledTest]:
    """The tests of a project, file by file. The same files in the same order give the same tests."""
    chance = random.Random(f"{SEED}/{project}/tests")
    return [
        ModelledTest(
            suite=".".join(PurePosixPath(file).with_suffix("").parts),
            name=f"{_subject(file)} {said}",
            file=file,
            seconds=chance.lognormvariate(-2.2, 1.5),
            weight=chance.paretovariate(0.7),
            is_skipped=chance.random() < 0.02,
        )
        for file in files
        for said in SAYS[: chance.randint(3, len(SAYS))]
    ]


def _subject(file: str) -> str:
    stem = PurePosixPath(file).stem
    return re.sub(r"^test_|_test$|\.(test|spec)$", "", stem).replace("_", " ")


def report(tests: Sequence[ModelledTest], *, key: str, failed: bool, started_at: datetime) -> bytes:
    """One run's JUnit report. `key` seeds it: the same run is reported the same way again."""
    chance = random.Random(f"{SEED}/{key}")
    running = [test for test in tests if not test.is_skipped]
    weights = [test.weight for test in running]
    broken = (
        set(chance.choices(running, weights, k=chance.choice((1, 1, 1, 2, 3)))) if failed else set()
    )
    retried = set(chance.choices(running, weights)) - broken if chance.random() < 0.06 else set()
    root = ET.Element("testsuites")
    suites: dict[str, ET.Element] = {}
    for test in tests:
        if test.suite not in suites:
            suites[test.suite] = ET.SubElement(
                root, "testsuite", name=test.suite, timestamp=f"{started_at:%Y-%m-%dT%H:%M:%S}"
            )
        case = ET.SubElement(
            suites[test.suite],
            "testcase",
            classname=test.suite,
            name=test.name,
            file=test.file,
            time=f"{0 if test.is_skipped else test.seconds * chance.lognormvariate(0, 0.25):.3f}",
        )
        if test.is_skipped:
            ET.SubElement(case, "skipped")
        elif test in broken:
            ET.SubElement(case, "failure", type="AssertionError")
        elif test in retried:
            ET.SubElement(case, "flakyFailure", type="AssertionError")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def upload(url: str) -> int:
    """Send the reports of all runs that are recent enough, as the projects' own pipelines would. How many there are."""
    with httpx.Client(base_url=url, timeout=60) as client:
        return sum(_upload(client, repository) for repository in Repository.objects.all())


def _upload(client: httpx.Client, repository: Repository) -> int:
    tests = modelled(repository.name_with_owner, _test_files(repository))
    jobs = list(_jobs(repository)) if tests else []
    if not jobs:
        return 0
    by = administrator()
    token, secret = create_ingest_token(
        repository=repository,
        name="The demo's test results",
        purposes=[IngestToken.Purpose.TEST_RESULTS],
        expires_at=timezone.now() + timedelta(hours=1),
        acting_user=by,
    )
    for job in jobs:
        _send(client, job, tests, secret)
    revoke_ingest_token(token=token, acting_user=by)
    return len(jobs)


def _test_files(repository: Repository) -> list[str]:
    """Those changed most often."""
    changed = (
        CommitFile.objects.filter(commit__repository=repository)
        .values("path")
        .annotate(times=Count("pk"))
        .order_by("-times", "path")
        .values_list("path", flat=True)
    )
    return [path for path in changed if is_test_file(path)][:SUITES]


def _jobs(repository: Repository) -> Iterator[WorkflowJob]:
    """The tests' jobs, oldest first, that results are still taken of."""
    since = (
        clock.now() - timedelta(days=BY_CODE["test_results"].default_days or 0) + timedelta(days=1)
    )
    yield from (
        WorkflowJob.objects.filter(
            run__repository=repository,
            name="test",
            conclusion__in=("success", "failure"),
            completed_at__gte=since,
        )
        .select_related("run")
        .order_by("completed_at", "pk")
    )


def _send(
    client: httpx.Client, job: WorkflowJob, tests: Sequence[ModelledTest], secret: str
) -> None:
    """Raises httpx.HTTPStatusError where it is refused."""
    run = job.run
    key = f"{run.external_id}/{run.attempt}"
    at = job.completed_at or run.updated_at
    content = report(tests, key=key, failed=job.conclusion == "failure", started_at=at)
    answer = client.post(
        "/api/v1/test-results",
        params={
            "sha": run.head_sha,
            "branch": run.head_branch,
            "run": run.external_id,
            "attempt": run.attempt,
            "job": job.name,
            "at": at.isoformat(),
        },
        content=gzip.compress(content, mtime=0),
        headers={
            "Authorization": f"Bearer {secret}",
            "Content-Type": "application/gzip",
            "Idempotency-Key": key,
        },
    )
    # A demo's store outlives the model: what an earlier one reported of this run stays.
    if answer.status_code != httpx.codes.CONFLICT:
        answer.raise_for_status()


def administrator() -> User:
    """Who makes the tokens and links the accounts; nobody can sign in as this one."""
    email = "administrator@demo.example"
    found = User.objects.filter(email=email).first()
    return found or add_user(email=email, name="Demo administrator", role=User.Role.ADMINISTRATOR)
