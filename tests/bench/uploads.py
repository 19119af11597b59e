"""One upload of 200,000 test cases, to the server as it is shipped: how long it takes, and what room."""

import gzip
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
from rich.console import Console

from tests import servers
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.bench.memory import Peak
from tests.processes import Processes

CASES = 200_000
CASES_A_SUITE = 100


def run(console: Console, found: servers.Servers) -> list[Figure]:
    """New tests, and the same ones again on another commit. Raises ProcessEnded."""
    with ExitStack() as stack:
        empty(found)
        token = _token()
        port = servers.free_port()
        os.environ["PLUMBLINE_URL"] = f"http://127.0.0.1:{port}"
        processes = Processes(stack, found.folder / "logs", os.environ)
        web = processes.start(
            "web",
            *(sys.executable, "-m", "gunicorn", "backend.config.wsgi"),
            *(f"--bind=127.0.0.1:{port}", "--workers=1", "--threads=4", "--timeout=60"),
        )
        url = f"http://127.0.0.1:{port}"
        processes.wait_for(f"{url}/healthz", "web")
        report = "".join(_report()).encode()
        with console.status("Uploading"), Peak(web.pid) as peak:
            first = _upload(url, token, report, "a" * 40)
            again = _upload(url, token, gzip.compress(report), "b" * 40)
        return [
            Figure("test cases of one report", CASES),
            Figure("its size", len(report) / 2**20, "MB"),
            Figure("stored, all tests new", first, "s", at_most=15),
            Figure("stored, all tests known, as gzip", again, "s", at_most=15),
            Figure(
                "memory of the process that stores it, at most", peak.largest, "MB", at_most=250
            ),
        ]


def _token() -> str:
    from backend.accounts.models import User  # noqa: PLC0415 - needs django.setup()
    from backend.delivery.store.ingest_tokens import create_ingest_token  # noqa: PLC0415
    from tests.factories import a_repository  # noqa: PLC0415

    _, token = create_ingest_token(
        repository=a_repository(),
        name="bench",
        purposes=("test_results",),
        expires_at=None,
        acting_user=User.objects.create(
            email=f"{secrets.token_hex(4)}@plumbline.example", role="administrator"
        ),
    )
    return token


def _report() -> Iterator[str]:
    """A test in two hundred fails, with output that is passed over."""
    output = "x" * 1_000
    yield "<testsuites>"
    for suite in range(CASES // CASES_A_SUITE):
        file = f"tests/area_{suite % 20}/test_module_{suite}.py"
        yield f'<testsuite name="tests.area_{suite % 20}.test_module_{suite}">'
        for case in range(CASES_A_SUITE):
            name = f"test_it_does_what_is_wanted_of_it[{case}-one]"
            failed = f"<failure>{output}</failure>" if case % 200 == suite % 200 else ""
            yield f'<testcase name="{name}" file="{file}" time="{case % 37 * 0.013:.3f}">{failed}</testcase>'
        yield "</testsuite>"
    yield "</testsuites>"


def _upload(url: str, token: str, report: bytes, sha: str) -> float:
    began = time.perf_counter()
    answer = httpx.post(
        f"{url}/api/v1/test-results",
        params={"sha": sha},
        content=report,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/xml"},
        timeout=120,
    )
    if answer.status_code != httpx.codes.CREATED:
        raise RuntimeError(f"the report was not taken: {answer.text[:300]}")
    return time.perf_counter() - began
