"""The issues of the real histories: repeatable, in order, and those that the pull requests name."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import httpx
import pytest

from backend.delivery.references import issue_keys, issue_keys_of_branch
from tests.processes import TOP
from tests.servers import free_port
from tests.simulators.github import history as github
from tests.simulators.github.tickets import UNTIL
from tests.simulators.jira import World, history


@pytest.fixture(scope="module")
def netbox() -> World:
    return history.load(("netbox",))


def _told(world: World) -> list[object]:
    return [
        (
            *(one.key, one.type.name, one.summary, one.created, one.points, one.labels),
            [
                (entry.at, entry.author and entry.author.name, entry.items)
                for entry in one.histories
            ],
        )
        for one in world.issues.values()
    ]


def test_it_is_the_same_each_time_and_has_something_of_everything(netbox: World) -> None:
    issues = list(netbox.issues.values())
    assert _told(netbox) == _told(history.load(("netbox",)))
    kinds = Counter(one.type.name for one in issues)
    assert min(kinds[name] for name in ("Story", "Bug", "Task", "Improvement", "Sub-task")) > 20
    assert kinds["Epic"] > 5
    statuses = Counter(one.status.name for one in issues)
    assert statuses["Done"] > statuses["To Do"] > statuses["In Progress"] > 0
    fields = Counter(
        item["field"] for one in issues for entry in one.histories for item in entry.items
    )
    assert set(fields) >= {"status", "assignee", "Sprint", "Story Points", "resolution"}
    assert {one.state for one in netbox.sprints} == {"closed", "active", "future"}
    assert any(one.parent for one in issues)
    assert any(one.epic for one in issues)
    assert any(one.labels for one in issues)


def test_histories_go_on_from_where_they_were_and_end_before_the_last_day(netbox: World) -> None:
    for one in netbox.issues.values():
        times = [one.created, *(entry.at for entry in one.histories)]
        assert times == sorted(times)
        assert times[-1] <= UNTIL == netbox.now
        items = [item for entry in one.histories for item in entry.items]
        for name in ("status", "assignee", "Sprint"):
            changes = [item for item in items if item["field"] == name]
            assert all(a["to"] == b["from"] for a, b in pairwise(changes))


def test_pull_requests_name_issues_of_their_authors_that_are_done_once_they_are_merged(
    netbox: World,
) -> None:
    issues = {one.key: one for one in netbox.issues.values()}
    (repository,) = github.load(("netbox",)).repositories.values()
    named = 0
    for pr in repository.pull_requests.values():
        keys = {*issue_keys(pr.title), *issue_keys_of_branch(pr.head_ref)}
        for key in keys & set(issues):
            issue, merged = issues[key], pr.merged_at or 0
            named += 1
            assert issue.created < pr.created_at
            if merged < UNTIL:
                assert issue.assignee is not None
                assert pr.author is not None
                assert issue.assignee.name == pr.author.login
            assert issue.resolved is None or issue.resolved > merged
    assert named > 300


@contextmanager
def _served(*arguments: str) -> Iterator[str]:
    """Where a process of its own answers."""
    port = free_port()
    command = [sys.executable, "-m", "tests.simulators.jira", "serve", "--port", str(port)]
    command += ["--token", "t", "--project", "celery", *arguments]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Serving ")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_it_is_served_by_a_command_as_both_kinds_of_jira() -> None:
    with _served("--path", "/jira") as url:
        token = {"Authorization": "Bearer t"}
        about = {"jql": 'project = "CELERY"', "maxResults": "0"}
        found = httpx.get(f"{url}/jira/rest/api/2/search", params=about, headers=token).json()
        assert found["total"] > 100
        assert httpx.get(f"{url}/simulator/ledger").json()["counts"]["search"] == 1
    with _served("--cloud", "--email", "a@forge.test") as url:
        found = httpx.get(f"{url}/rest/api/3/serverInfo", auth=("a@forge.test", "t")).json()
        assert found["deploymentType"] == "Cloud"
