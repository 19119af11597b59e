"""Both simulators connected, and everything that they have collected and measured."""

import time

import pytest

from tests.appliance.stack import FORGE, TOKEN, TRACKER, Stack, appliance
from tests.waiting import until

# The simulator's small world: two repositories with four changes of people, one of a bot and a draft each.
PULL_REQUESTS = 12
MERGED = 10
ISSUES = 4


def counted(stack: Stack, table: str) -> int:
    return int(stack.sql(f"SELECT count(*) FROM {table}"))  # noqa: S608 - names in this file


def fill(stack: Stack) -> None:
    """Connections added by web, with the forge's own authority, and everything collected by the worker."""
    authority = (stack.folder / "forge-authority.pem").read_text()
    stack.run_in("web", "sh", "-c", "cat > /tmp/authority.pem", stdin=authority)
    said = stack.manage(
        "web",
        *("connection", "add", "github", "--url", FORGE, "--name", "Forge"),
        *("--token-file", "/dev/stdin", "--ca-file", "/tmp/authority.pem"),  # noqa: S108
        stdin=TOKEN,
    )
    assert "Added ghes-example" in said
    said = stack.manage(
        "web",
        *("connection", "add", "jira_dc", "--url", TRACKER, "--name", "Tracker"),
        *("--token-file", "/dev/stdin", "--ca-file", "/tmp/authority.pem"),  # noqa: S108
        stdin=TOKEN,
    )
    assert "Added jira-example" in said
    open_the_way(stack)
    deadline = time.monotonic() + 240
    while (
        counted(stack, "delivery_pullrequest") < PULL_REQUESTS
        or counted(stack, "delivery_issue") < ISSUES
        or counted(stack, "sources_hint")
        or counted(stack, "delivery_pendingmeasurement")
        # The files of a new repository are marked in the background, by the rules in force.
        or counted(stack, "delivery_repository WHERE files_marked_by !~ '^[0-9a-f]+$'")
    ):
        if time.monotonic() > deadline:
            runs = stack.sql("SELECT kind, outcome, reason, action FROM sources_syncrun")
            state = stack.sql(
                "SELECT state, state_reason, state_action FROM connections_connection"
            )
            waiting = stack.sql("SELECT kind, attempts, due_at, last_error FROM sources_hint")
            logs = stack.compose("logs", "--tail", "60", "worker", "simulator")
            pytest.fail(f"Nothing more arrives.\n{state}\n{runs}\n{waiting}\n{logs}")
        time.sleep(1)


def open_the_way(stack: Stack) -> None:
    """What is connected waits for the host, says so, and goes on by itself once the way is open."""
    reasons = "SELECT DISTINCT state_reason FROM connections_connection ORDER BY 1"
    shut = [f"The way to {name}.example is not open." for name in ("ghes", "jira")]
    until(lambda: stack.sql(reasons).splitlines() == shut, seconds=120)
    code, said = appliance(stack, "egress", "--yes")
    assert (code, "open   ghes.example:443    connection Forge" in said) == (0, True), said
