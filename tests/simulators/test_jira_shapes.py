"""What the simulated Jira answers has the shape that Atlassian publishes, and that an independent Jira has."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulators import npm
from tests.simulators.conftest import TRUST
from tests.simulators.jira import Simulator, World, running

CHECK = Path(__file__).parent / "jira_shapes.mjs"
COMPILER = Path(__file__).parents[2] / "frontend" / "node_modules" / ".bin" / "tsc"


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
        verify=TRUST,
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


def _compiled(bodies: list[tuple[str, Any]], folder: Path) -> str:
    """What the compiler says of these answers, each as a literal of a published type of Data Center."""
    models = npm.JIRA_DATA_CENTER.fetched()
    names = sorted({name.removesuffix("[]") for name, _ in bodies})
    lines = [f'import type {{ {name} }} from "{models}/{name}.js";' for name in names]
    lines += [
        f"export const answer{place}: {name} = {json.dumps(body)};"
        for place, (name, body) in enumerate(bodies)
    ]
    file = folder / "answers.ts"
    file.write_text("\n".join(lines))
    options = ("--noEmit", "--strict", "--skipLibCheck")
    modules = ("--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022")
    done = subprocess.run(
        [str(COMPILER), *options, *modules, str(file)], capture_output=True, text=True, check=False
    )
    return done.stdout


def _data_center(world: World) -> list[tuple[str, Any]]:
    """Every answer, under the name of its published type. Of fields each by itself: the whole has no useful type."""
    with running(world) as simulator:

        def ask(path: str) -> Any:
            prefix = "agile/1.0" if path.startswith("agile/") else "api/2"
            address = f"{simulator.url}/rest/{prefix}/{path.removeprefix('agile/')}"
            return httpx.get(address, headers={"Authorization": "Bearer t"}, verify=TRUST).json()

        # An enumeration of TypeScript takes no text, whatever it says.
        permissions = ask("mypermissions?permissions=BROWSE_PROJECTS")["permissions"]
        permission = {**permissions["BROWSE_PROJECTS"]}
        assert permission.pop("type") == "PROJECT"
        assert permission.pop(
            "havePermission"
        )  # of whoever asks: the description knows the permission alone
        found = ask("search?expand=changelog&fields=*all")
        told = [
            ("ServerInfoBean", ask("serverInfo")),
            ("PermissionJsonBean", permission),
            ("FieldBean[]", ask("field")),
            ("StatusJsonBean[]", ask("status")),
            ("IssueTypeJsonBean[]", ask("issuetype")),
            ("ProjectJsonBean[]", ask("project")),
            ("VersionBean[]", ask("project/FORGE/versions")),
            ("IssueTypeWithStatusJsonBean[]", ask("project/FORGE/statuses")),
            ("BoardBean[]", ask("agile/board")["values"]),
            ("SprintBean[]", ask("agile/board/1/sprint")["values"]),
        ]
    parts = {"status": "Status", "issuetype": "IssueType", "project": "Project"}
    for issue in found["issues"]:
        fields = issue["fields"]
        told += [(f"{name}JsonBean", fields[field]) for field, name in parts.items()]
        told += [("UserJsonBean", fields[who]) for who in ("assignee", "reporter") if fields[who]]
        issue["fields"] = {}
        assert issue.pop("expand")  # which every Jira tells, and the description does not
    return [*told, ("SearchResultsBean", _without_nulls(found))]


def _without_nulls(told: Any) -> Any:
    """Jira writes null in histories where its description says that a text may be missing."""
    if isinstance(told, dict):
        return {name: _without_nulls(value) for name, value in told.items() if value is not None}
    return [_without_nulls(one) for one in told] if isinstance(told, list) else told


def test_every_answer_of_data_center_has_its_published_type(
    jira: Simulator, tmp_path: Path
) -> None:
    bodies = _data_center(jira.world)
    assert {name for name, _ in bodies} >= {"SearchResultsBean", "UserJsonBean", "SprintBean[]"}
    assert _compiled(bodies, tmp_path) == ""


def test_a_wrong_type_is_noticed(tmp_path: Path) -> None:
    wrong = {"issues": [{"id": 7}], "total": "3"}
    said = _compiled([("SearchResultsBean", wrong)], tmp_path)
    assert "Type 'number' is not assignable to type 'string'" in said
    assert "Type 'string' is not assignable to type 'number'" in said


def test_a_wrong_shape_is_noticed() -> None:
    wrong = {"issues": [{"id": 7, "key": "FORGE-1", "fields": {}}], "isLast": "no"}
    assert _told([("search/jql", wrong)])["search/jql"]


def test_an_answer_without_a_schema_is_noticed() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        _told([("somewhere/else", {})])
