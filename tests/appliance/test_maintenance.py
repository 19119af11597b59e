"""Maintenance on the running stack: the operator's command closes web through nginx, and opens it again."""

import subprocess
import sys
import time

import httpx

from tests.appliance.stack import HOST, TOP, Stack

KNOWN_SECONDS = 3
"""For as long, web may go by what it knows."""


def _maintenance(stack: Stack, *words: str) -> str:
    done = subprocess.run(
        [
            *(sys.executable, str(TOP / "scripts/appliance"), "maintenance"),
            *("--env-file", str(stack.folder / stack.variables), *words),
        ],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    time.sleep(KNOWN_SECONDS)
    return done.stdout.strip()


def _asked(stack: Stack, path: str) -> httpx.Response:
    with httpx.Client(verify=stack.trust()) as client:
        return client.get(
            f"https://127.0.0.1:{stack.port}{path}",
            headers={"Host": HOST, "X-Forwarded-For": "10.9.8.7"},
            extensions={"sni_hostname": HOST},
        )


def test_closed_for_all_but_some_then_open(stack: Stack) -> None:
    assert _maintenance(stack, "status") == "Open: there is no maintenance."
    try:
        said = _maintenance(stack, "on", "--message", "New disks.", "--allow", "10.9.8.7")
        assert said.startswith("Closed since ")
        assert said.endswith("for all but 10.9.8.7/32: New disks.")
        closed = _asked(stack, "/api/v1/me")
        assert (closed.status_code, closed.json()["code"]) == (503, "maintenance")
        assert closed.headers["Retry-After"]
        page = _asked(stack, "/accounts/login/")
        assert (page.status_code, "New disks." in page.text) == (503, True)
        assert _asked(stack, "/readyz").json()["maintenance"] == "closed"
        assert _asked(stack, "/hooks/github/unknown").status_code == 405
        _maintenance(stack, "on", "--allow", "0.0.0.0/0", "--allow", "::/0")
        assert _asked(stack, "/accounts/login/").status_code == 200
    finally:
        assert _maintenance(stack, "off") == "Open: there is no maintenance."
    assert _asked(stack, "/api/v1/me").status_code == 401
