"""The first fill from a simulated Jira Data Center: requests, seconds, and the memory of the process that collects."""

import os
import random
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rich.console import Console

from tests import servers
from tests.bench.database import empty
from tests.bench.figures import Figure
from tests.bench.memory import Peak
from tests.processes import TOP
from tests.simulators.jira import World, running

ISSUES = 10_000
TRANSITIONS_EACH = 12
PROJECTS = 5
_ROUND = ("In Progress", "In Review", "In Progress", "Done", "In Progress", "Done")


def run(console: Console, found: servers.Servers, issues: int = ISSUES) -> list[Figure]:
    """Fill an empty database with `manage.py sync --wait`, then look again. Raises RuntimeError where it fails."""
    empty(found)
    token = "bench-" + secrets.token_hex(16)
    with console.status(f"Thinking of {issues:,} issues"):
        world = a_world(issues)
        world.add_token(token)
    with running(world) as jira:
        _connect(jira.url, token)
        with console.status("Reading them"):
            seconds, peak = _sync()
        counts = dict(jira.ledger.counts)
        jira.ledger.clear()
        with console.status("Looking again"):
            again, _ = _sync()
        return _figures(
            len(world.issues), counts, jira.ledger.counts["search"], seconds, again, peak
        )


def a_world(issues: int) -> World:
    """Over two years, by fifty people: each issue is assigned, estimated, planned and moved, twelve times in all."""
    chance, world = random.Random(7), World()
    begin = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(days=730)
    projects = [world.create_project(f"P{number}") for number in range(PROJECTS)]
    people = [world.create_user(f"dev{number:04}") for number in range(50)]
    sprints = [
        world.create_sprint(board) for board in map(world.create_board, projects) for _ in range(20)
    ]
    epics = [
        world.create_issue(project, type="Epic", at=begin)
        for project in projects
        for _ in range(20)
    ]
    for _ in range(issues):
        at = begin + timedelta(seconds=chance.randrange(700 * 86_400))
        who = chance.choice(people)
        project = chance.choice(projects)
        issue = world.create_issue(project, by=who, at=at, epic=chance.choice(epics))
        steps = sorted(chance.sample(range(60, 20 * 86_400), TRANSITIONS_EACH))
        times = [at + timedelta(seconds=step) for step in steps]
        world.assign(issue, who, by=who, at=times[0])
        world.estimate(issue, float(chance.choice((1, 2, 3, 5))), by=who, at=times[1])
        world.plan(issue, chance.choice(sprints), by=who, at=times[2])
        for moment, (_, status) in zip(times[3:], pairwise(("To Do", *_ROUND * 2)), strict=False):
            world.set_status(issue, status, by=who, at=moment)
    return world


def _connect(url: str, token: str) -> None:
    from backend.connections.store import add_connection  # noqa: PLC0415 - needs django.setup()

    add_connection(kind="jira_dc", url=url, token=token)


def _sync() -> tuple[float, Peak]:
    """Seconds, and the memory that it took."""
    began = time.monotonic()
    command = [sys.executable, str(TOP / "manage.py"), "sync", "--wait"]
    process = subprocess.Popen(
        command, cwd=TOP, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with Peak(process.pid) as peak:
        said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"The fill stopped short: {said.decode()[-500:]}")
    return time.monotonic() - began, peak


def _figures(
    issues: int, counts: dict[str, int], again: int, seconds: float, later: float, peak: Peak
) -> list[Figure]:
    from backend.delivery.models import Issue, IssueTransition  # noqa: PLC0415 - needs django.setup()
    from backend.metrics.models import IssueFact  # noqa: PLC0415

    stored = Issue.objects.count()
    if stored != issues or IssueFact.objects.count() != issues:
        raise RuntimeError(f"{stored} of {issues} issues were stored.")
    thousands = issues / 1000
    asked = counts["search"] + counts.get("changelog", 0) + counts.get("issue", 0)
    return [
        Figure("stored: issues", stored),
        Figure("stored: transitions", IssueTransition.objects.count()),
        Figure("requests per 1,000 issues with their histories", asked / thousands, at_most=21),
        Figure("requests of all kinds", counts["requests"]),
        Figure("seconds, with their figures", seconds, "s"),
        Figure("memory of the process that reads them", peak.largest, "MB", at_most=300),
        Figure("a look without changes: searches", again),
        Figure("a look without changes, with all that a sync looks at", later, "s"),
    ]
