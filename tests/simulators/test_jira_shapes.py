"""What the simulated Jira answers has the shape that Atlassian publishes, and that an independent Jira has."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators.jira import Simulator, World, running

CHECK = Path(__file__).parent / "jira_shapes.mjs"


@pytest.fixture
def jira() -> Iterator[Simulator]:
    world = World()
    world.add_token("t")
    forge = world.create_project("FORGE")
    dev = world.create_user("dev0001")
    epic = world.create_issue(forge, type="Epic", by=dev)
    issue = world.create_issue(forge, by=dev, epic=epic, points=3.0)
    part = world.create_issue(forge, type="Sub-task", by=dev, parent=issue)
    version = world.create_version(forge, "1.0", "2026-03-20")
    issue.fix_versions.append(version)
    issue.affects_versions.append(version)
    board = world.create_board(forge)
    sprint = world.create_sprint(board)
    world.create_sprint(board)
    world.create_board(forge, "kanban")
    world.plan(issue, sprint, by=dev)
    world.assign(issue, dev, by=dev)
    world.start_sprint(sprint)
    world.set_status(issue, "In Progress", by=dev)
    world.set_status(issue, "Done")
    world.link(issue, "blocks", part)
    world.complete_sprint(sprint)
    world.move(part, world.create_project("MILL"), by=dev)
    with running(world, cloud=True) as simulator:
        yield simulator


def _ask(jira: Simulator, path: str, body: object = None) -> Any:
    prefix = "agile/1.0" if path.startswith("agile/") else "api/3"
    return httpx.request(
        "GET" if body is None else "POST",
        f"{jira.url}/rest/{prefix}/{path.removeprefix('agile/')}",
        json=body,
        auth=(jira.world.email, "t"),
    ).json()


def _told(bodies: list[tuple[str, Any]]) -> dict[str, list[str]]:
    given = json.dumps([{"path": path, "body": body} for path, body in bodies])
    done = subprocess.run(
        ["node", str(CHECK)], input=given, capture_output=True, text=True, check=True
    )
    return {one["path"]: one["told"] for one in json.loads(done.stdout)}


def test_every_answer_of_the_cloud_has_its_published_shape(jira: Simulator) -> None:
    fields = ["*all"]
    issue = next(one for one in jira.world.issues.values() if one.key == "FORGE-2")
    for path in (
        *("serverInfo", "myself", "field", "status", "issuetype", "project/search"),
        *("mypermissions?permissions=BROWSE_PROJECTS", "project/FORGE", "project/FORGE/statuses"),
        *("project/FORGE/versions", f"issue/{issue.id}", f"issue/{issue.id}/changelog"),
        *("agile/board", "agile/board/1/sprint"),
    ):
        _ask(jira, path)
    jql = f"project = {issue.project.id} ORDER BY updated ASC"
    _ask(jira, "search/jql", {"jql": jql, "fields": fields, "maxResults": 1})
    _ask(jira, "search/approximate-count", {"jql": jql})
    ids = [str(number) for number in jira.world.issues]
    _ask(jira, "changelog/bulkfetch", {"issueIdsOrKeys": ids, "maxResults": 2})
    told = _told(jira.ledger.bodies)
    assert len(told) == 17
    assert {path: said for path, said in told.items() if said} == {}


def test_a_wrong_shape_is_noticed() -> None:
    wrong = {"issues": [{"id": 7, "key": "FORGE-1", "fields": {}}], "isLast": "no"}
    assert _told([("search/jql", wrong)])["search/jql"]


def test_an_answer_without_a_schema_is_noticed() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        _told([("somewhere/else", {})])
