"""An independent stand-in for Jira Data Center, which nobody of this project wrote: jira820 from PyPI, on loopback."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.servers import free_port

STARTS_WITHIN = 30.0
PROJECT = "JIRA820"


@contextmanager
def running(*, date: str = "2026-08-21", seed: int = 1) -> Iterator[str]:
    """Its address. The same date and seed make the same issues. Raises RuntimeError where it does not start."""
    port = free_port()
    settings = {"JIRA820_PORT": str(port), "JIRA820_DATE": date, "JIRA820_SEED": str(seed)}
    process = subprocess.Popen(
        [sys.executable, "-m", "jira820"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"{url}/rest/api/2/serverInfo").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("jira820 did not start.")
