"""Both kinds of Jira as the same calls: whole histories, few requests, smaller pages, nothing that nobody asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from backend.delivery.issue_records import IssueRecord
from backend.sources.errors import CredentialRefused, NotFound, Overloaded
from backend.sources.http import FixedToken
from backend.sources.jira.addresses import CLOUD, DATA_CENTER
from backend.sources.jira.client import Jira
from backend.sources.jira.data_center import LONGEST_ADDRESS
from backend.sources.jira.refusals import NoInterface, ProjectsUnknown
from tests.simulators.jira import Simulator, World
from tests.simulators.jira.records import Issue, Project
from tests.sources.jira.conftest import TOKEN, session
from tests.sources.serving import Answer, serving

MARK = "canary2b8e04"
ALL = "project = FORGE ORDER BY key ASC"


def forge(world: World) -> Project:
    return next(iter(world.projects.values()))


def filled(world: World, number: int) -> list[Issue]:
    issues = [world.create_issue(forge(world)) for _ in range(number)]
    for issue in issues:
        world.set_status(issue, "In Progress")
        world.set_status(issue, "Done")
    return issues


def test_who_and_what_it_is(server: Simulator, jira: Jira) -> None:
    server.world.time_zone = "Asia/Kolkata"
    told, me = jira.server(), jira.myself()
    assert told.is_cloud is server.cloud
    assert told.base_url == server.url
    assert told.time == datetime.fromtimestamp(server.world.now, UTC)
    assert me.time_zone == "Asia/Kolkata"
    assert me.account is not None
    assert me.account.login == "plumbline"
    assert me.account.account_id in {server.world.account.key, server.world.account.account_id}


def test_a_wrong_token_is_refused(server: Simulator) -> None:
    with session(server, token="another-token") as jira, pytest.raises(CredentialRefused):
        jira.myself()


def test_where_no_jira_is_that_is_said(server: Simulator) -> None:
    server.path = "/elsewhere"
    with session(server) as jira, pytest.raises(NoInterface) as caught:
        jira.server()
    assert "path" in caught.value.action


def test_what_issues_are_grouped_by(world: World, jira: Jira) -> None:
    project = forge(world)
    mill = world.create_project("MILL")
    mill.hidden = True
    world.create_version(project, "1.0", "2026-03-01")
    assert [(one.external_id, one.key) for one in jira.projects()] == [(project.id, "FORGE")]
    detail = jira.project(project.id)
    assert {one.name for one in detail.statuses} == {"To Do", "In Progress", "In Review", "Done"}
    assert [(one.name, one.is_released) for one in detail.versions] == [("1.0", True)]
    assert {one.category for one in jira.statuses()} == {"new", "indeterminate", "done"}
    assert {one.name for one in jira.issue_types() if one.is_subtask} == {"Sub-task"}
    with pytest.raises(NotFound):
        jira.project(mill.id)


def test_lists_are_followed_to_their_ends(world: World, jira: Jira) -> None:
    board = world.create_board(forge(world))
    for _ in range(120):
        world.create_board(forge(world), "kanban")
        world.create_sprint(board)
    world.start_sprint(world.sprints[0])
    boards = list(jira.boards())
    assert len({one.external_id for one in boards}) == len(boards) == 121
    sprints = list(jira.sprints(boards[0]))
    assert len({one.external_id for one in sprints}) == len(sprints) == 120
    assert [one.state for one in sprints[:2]] == ["active", "future"]
    assert sprints[0].starts_at is not None
    assert list(jira.sprints(boards[1])) == []


def test_issues_come_with_their_whole_histories(
    world: World, server: Simulator, jira: Jira
) -> None:
    issues = filled(world, 7)
    found: list[IssueRecord] = []
    page = ""
    while True:
        told = jira.search(ALL, page=page, size=3)
        assert told.total in {7, None}
        assert not told.refused
        found += told.issues
        page = told.next
        if not page:
            break
    assert [one.key for one in found] == [one.key for one in issues]
    for one in found:
        assert [change.kind for change in one.transitions] == ["status", "status"]
        assert (one.status.category, one.history_gap) == ("done", "")
    assert server.ledger.counts["search"] == 3


def test_changes_of_the_cloud_are_followed_to_their_end(
    world: World, server: Simulator, jira: Jira
) -> None:
    server.endpoints.bulk_changes = 4
    filled(world, 9)
    assert {len(one.transitions) for one in jira.search(ALL).issues} == {2}
    assert server.ledger.counts["changelog"] == (5 if server.cloud else 0)


def test_a_server_that_gives_less_is_followed_all_the_same(world: World, jira: Jira) -> None:
    issues = filled(world, 7)
    world.maximum_page = 2
    found, page = set(), ""
    while True:
        told = jira.ids(ALL, page)
        found |= set(told.ids)
        page = told.next
        if not page:
            break
    assert found == {one.id for one in issues}


def test_one_issue_by_its_id_wherever_it_is(world: World, jira: Jira) -> None:
    [issue] = filled(world, 1)
    world.move(issue, world.create_project("MILL"))
    found = jira.issue(issue.id)
    assert found.key == issue.key == "MILL-1"
    assert [one.kind for one in found.transitions][:2] == ["status", "status"]
    assert any(one.kind == "key" and one.before == "FORGE-1" for one in found.transitions)
    world.delete(issue)
    with pytest.raises(NotFound):
        jira.issue(issue.id)


def test_how_many_there_are(world: World, jira: Jira) -> None:
    filled(world, 5)
    assert jira.count("project = FORGE") == 5


def test_a_query_about_a_lost_project_names_it(world: World, jira: Jira) -> None:
    forge(world).hidden = True
    for ask in (jira.search, jira.ids, jira.count):
        with pytest.raises(ProjectsUnknown) as caught:
            ask("project = FORGE")
        assert caught.value.projects == ("FORGE",)


def test_a_long_query_does_not_stand_in_the_address(world: World, jira: Jira) -> None:
    issues = filled(world, 2)
    numbers = [issues[number % 2].id for number in range(LONGEST_ADDRESS // 5)]
    told = jira.search(f"id in ({', '.join(map(str, numbers))}) ORDER BY key ASC")
    assert [len(one.transitions) for one in told.issues] == [2, 2]


def test_epics_by_key_are_found_with_one_question_a_page(
    world: World, server: Simulator, jira: Jira
) -> None:
    """And one more where one of them is out of reach, for which this Jira refuses to tell the others."""
    below = [world.create_issue(forge(world)) for _ in range(9)]
    epics = [world.create_issue(forge(world), type="Epic") for _ in range(3)]
    for number, issue in enumerate(below):
        issue.epic = epics[number % 3]
    epics[2].hidden = True
    jira.discover()
    server.ledger.clear()
    told = jira.search(ALL, size=9)
    expected = [one.epic.id if one.epic and one.epic is not epics[2] else None for one in below]
    assert [one.parent_external_id for one in told.issues] == expected
    assert all(bool(one.history_gap) is (one.parent_external_id is None) for one in told.issues)
    assert server.ledger.counts["search"] == 3
    jira.search(ALL)
    assert server.ledger.counts["search"] == 4


def test_epics_that_stand_on_the_page_or_in_a_history_cost_nothing(
    world: World, server: Simulator, jira: Jira
) -> None:
    epics = [world.create_issue(forge(world), type="Epic") for _ in range(2)]
    below = [world.create_issue(forge(world)) for _ in range(2)]
    below[0].epic = epics[0]
    jira.discover()
    server.ledger.clear()
    world.set_epic(below[1], epics[1])
    told = jira.search(f"id in ({epics[0].id}, {below[0].id}, {below[1].id}) ORDER BY key ASC")
    assert [one.parent_external_id for one in told.issues] == [None, epics[0].id, epics[1].id]
    assert server.ledger.counts["search"] == 1


def test_pages_get_smaller_and_larger_again(world: World, server: Simulator, jira: Jira) -> None:
    filled(world, 30)
    jira.discover()
    server.faults.arm("bad_gateway", on="search", times=2)
    first = jira.search(ALL, size=20)
    assert len(first.issues) == 20
    server.faults.arm("bad_gateway", on="search", times=2)
    assert len(jira.search(ALL, size=20).issues) == 6
    for _ in range(6):
        last = jira.search(ALL, size=20)
    assert len(last.issues) == 20


def test_a_server_that_never_answers_is_given_up(
    world: World, server: Simulator, jira: Jira
) -> None:
    filled(world, 1)
    jira.discover()
    server.faults.arm("bad_gateway", on="search", times=None)
    with pytest.raises(Overloaded):
        jira.search(ALL)


def test_one_broken_issue_stops_no_other(world: World, jira: Jira) -> None:
    issues = filled(world, 3)
    issues[1].created = None  # type: ignore[assignment] # what is not meant to be
    told = jira.search(ALL)
    assert [one.key for one in told.issues] == [issues[0].key, issues[2].key]
    [(number, reason)] = told.refused
    assert number == issues[1].id
    assert "created" in reason


@pytest.mark.parametrize("keeps", [True, False], ids=["summaries", "no summaries"])
def test_no_free_text_enters(server: Simulator, keeps: bool) -> None:  # noqa: FBT001
    world = server.world
    world.canary = MARK
    issue = world.create_issue(forge(world), "A summary")
    board = world.create_board(forge(world))
    sprint = world.create_sprint(board)
    world.plan(issue, sprint)
    world.start_sprint(sprint)
    world.comment(issue)
    world.create_version(forge(world), "1.0")
    with session(server, keeps_summaries=keeps) as jira:
        kept = [
            jira.search(ALL), jira.issue(issue.id), jira.project(forge(world).id), jira.discover(), jira.server(),
            *jira.boards(), *(one for board in jira.boards() for one in jira.sprints(board)), *jira.issue_types(),
        ]  # fmt: skip
        assert jira.search(ALL).issues[0].summary == ("A summary" if keeps else "")
    assert MARK not in repr(kept)
    asked = {path for path, _ in server.ledger.bodies}
    assert not [path for path in asked if "comment" in path or "worklog" in path]
    for path, body in server.ledger.bodies:
        if path.startswith(("search", "issue/")):
            assert MARK not in json.dumps(body).replace(f"goal={MARK}", "").replace(
                f'"goal": "{MARK}"', ""
            ).replace(
                f'"description": "{MARK}"',
                "",  # of issue types and versions, which stand in an issue
            )


def test_nothing_is_written(world: World, server: Simulator, jira: Jira) -> None:
    """What is posted are questions."""
    filled(world, 2)
    before = [(one.status.name, len(one.histories)) for one in world.issues.values()]
    jira.search(ALL)
    jira.count("project = FORGE")
    assert [(one.status.name, len(one.histories)) for one in world.issues.values()] == before


# -- what a server of another age or mind answers ------------------------------------------------------------------


def raw(number: int, changelog: dict[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(number),
        "key": f"FORGE-{number}",
        "fields": {
            "project": {"id": "100", "key": "FORGE", "name": "Forge"},
            "issuetype": {"id": "7", "name": "Story"},
            "status": {"id": "3", "name": "In Progress"},
            "created": "2026-03-02T09:00:00.000+0000",
            "updated": "2026-03-02T09:00:00.000+0000",
        },
    }
    return told if changelog is None else told | {"changelog": changelog}


def histories(*numbers: int) -> list[dict[str, Any]]:
    return [
        {
            "id": str(number),
            "created": f"2026-03-02T1{number}:00:00.000+0000",
            "items": [{"field": "status", "fieldtype": "jira", "from": "3", "to": "3"}],
        }
        for number in numbers
    ]


@contextmanager
def answering(answers: dict[str, Any]) -> Iterator[tuple[Jira, list[str]]]:
    """By the ends of paths; what is not told of is not there."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        parts = urlsplit(request.path)
        asked.append(parts.path)
        for path, told in answers.items():
            if parts.path.endswith(path):
                start = int(parse_qs(parts.query).get("startAt", ["0"])[0])
                return 200, {}, json.dumps(told(start) if callable(told) else told).encode()
        return 404, {}, json.dumps({"message": "null for uri", "status-code": 404}).encode()

    with (
        serving(answer) as (url, _),
        Jira(url=url, dialect=DATA_CENTER, access=FixedToken(TOKEN)) as jira,
    ):
        yield jira, asked


def found(*issues: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"startAt": 0, "maxResults": 50, "total": total or len(issues), "issues": issues}


def test_a_history_that_is_cut_short_is_followed_where_the_server_lists_it() -> None:
    every = histories(1, 2, 3)

    def listed(start: int) -> dict[str, Any]:
        return {"startAt": start, "maxResults": 2, "total": 3, "values": every[start : start + 2]}

    cut = raw(1, {"total": 3, "maxResults": 1, "histories": every[:1]})
    with answering({"/field": [], "/search": found(cut), "/issue/1/changelog": listed}) as (
        jira,
        asked,
    ):
        [issue] = jira.search("x").issues
    assert [one.external_id for one in issue.transitions] == ["1.0", "2.0", "3.0"]
    assert issue.history_gap == ""
    assert sum(path.endswith("changelog") for path in asked) == 2


def test_a_history_that_is_cut_short_is_told_where_the_server_lists_none() -> None:
    cut = {"total": 3, "maxResults": 1, "histories": histories(1)}
    with answering({"/field": [], "/search": found(raw(1, cut), raw(2, cut))}) as (jira, asked):
        issues = jira.search("x").issues
    assert [len(one.transitions) for one in issues] == [1, 1]
    assert all("2 of 3 changes" in one.history_gap for one in issues)
    assert sum(path.endswith("changelog") for path in asked) == 1


def test_a_search_that_tells_no_histories_is_followed_issue_by_issue() -> None:
    whole = raw(1, {"total": 1, "maxResults": 1, "histories": histories(1)})
    another = raw(9, {"total": 0, "maxResults": 0, "histories": []})
    answers = {"/field": [], "/search": found(raw(1, None), raw(2, None), raw(3, None))}
    with answering(answers | {"/issue/FORGE-1": whole, "/issue/FORGE-2": another}) as (jira, _):
        issues = jira.search("x").issues
    assert [len(one.transitions) for one in issues] == [1, 0, 0]
    assert issues[0].history_gap == ""
    assert all("nothing of its changes" in one.history_gap for one in issues[1:])


def test_a_page_without_issues_before_the_end_is_passed_over() -> None:
    """An index may count issues that are no more."""

    def page(start: int) -> dict[str, Any]:
        issues = [raw(1, {"total": 0, "histories": []})] if start >= 100 else []
        return {"startAt": start, "maxResults": 50, "total": 101, "issues": issues}

    with answering({"/field": [], "/search": page}) as (jira, _):
        starts, at = [], ""
        while True:
            told = jira.search("x", page=at)
            starts.append(len(told.issues))
            at = told.next
            if not at:
                break
    assert starts == [0, 0, 1]


def test_an_unexpected_answer_of_the_list_of_boards_ends() -> None:
    with answering({"/board": {"values": []}}) as (jira, _):
        assert list(jira.boards()) == []


@pytest.mark.parametrize("dialect", [DATA_CENTER, CLOUD])
def test_no_token_is_shown(dialect: str) -> None:
    with Jira(url="https://jira.forge.test", dialect=dialect, access=FixedToken(TOKEN)) as jira:
        assert TOKEN not in repr(jira)
