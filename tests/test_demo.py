"""The demo, started as a user starts it: what it says, and what its pages are told of issues."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.processes import TOP
from tests.servers import free_port

RANGE = {"from": "2026-02-01", "to": "2026-05-05"}
"""The last months of the history that is shown."""


@pytest.fixture(scope="module")
def said() -> Iterator[list[str]]:
    """The lines that it prints until it stays, with an empty store; it ends as by Ctrl-C.

    The git repositories of the last time are kept: they are the same, and writing them takes longest.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")
    }
    folder = TOP / ".test" / "demo"
    shutil.rmtree(folder / "postgres", ignore_errors=True)
    command = [str(TOP / "scripts" / "demo"), "--project", "devlake", "--folder", str(folder)]
    command += ["--port", str(free_port())]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if len(lines) > 1 and "To sign in:" in lines[-2]:
                break
        assert process.poll() is None, "\n".join(lines)
        yield lines
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert "Stopping." in rest
    assert process.returncode == 0


@pytest.fixture
def lead(said: list[str]) -> Iterator[httpx.Client]:
    """Signed in by the link that it printed."""
    link = said[-1]
    with httpx.Client(base_url=link.partition("/demo/")[0], timeout=60) as client:
        assert client.get(link).status_code == 302
        yield client


@pytest.mark.timeout(300)
def test_it_says_what_it_did(said: list[str]) -> None:
    text = "\n".join(said)
    linked = re.search(r"Accounts of Jira linked to people: (\d+)\.", text)
    assert linked is not None, text
    assert int(linked[1]) > 10
    for kind in ("issues", "changes of issues", "sprints", "keys of issues in pull requests"):
        assert re.search(rf"│ {kind} +│ +[1-9]", text), text
    assert "Requests to the simulated Jira: agile" in text


@pytest.mark.timeout(300)
def test_teams_see_their_issues_and_sprints_and_the_pull_requests_about_them(
    lead: httpx.Client,
) -> None:
    of = RANGE | {"team": "devlake-plugins"}
    figures = lead.get("/api/v1/issues/figures", params=of).json()
    assert figures["completeness"]["complete"]
    assert figures["cycle_time"]["n"] > 10
    assert 0 < figures["flow_efficiency"]["median"] < 1, "review is waiting"
    assert lead.get("/api/v1/sprints", params=of).json()["items"]

    table = lead.get("/api/v1/issues", params=of).json()
    assert table["total"] > 10
    assert all(one["key"].startswith("DEVLAKE-") for one in table["items"])
    told = [lead.get(f"/api/v1/issues/{one['id']}").json() for one in table["items"]]
    linked = [(one, pull) for one in told for pull in one["pull_requests"]]
    assert linked
    issue, pull = linked[0]
    drawer = lead.get(f"/api/v1/pull-requests/{pull['id']}/issues").json()
    (named,) = (one for one in drawer["items"] if one["key"] == issue["key"])
    assert named["holds"]
    assert set(named["found_in"]) <= {"branch", "title"}
    assert named["summary"] == issue["summary"]
