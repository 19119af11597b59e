"""Is a connection to Jira as it should be? The kind, the account's rights, boards, the server's age, the fields."""

import json

import pytest

from backend.sources.errors import NotFound, SourceError
from backend.sources.findings import EXCESS, MISSING, OK, Finding
from backend.sources.http import FixedToken
from backend.sources.jira.addresses import CLOUD, DATA_CENTER
from backend.sources.jira.check import BOARDS, BROWSE, check
from backend.sources.jira.client import Jira
from backend.sources.jira.refusals import NoInterface
from tests.simulators.jira import Simulator, World
from tests.sources.jira.conftest import TOKEN, session
from tests.sources.serving import Answer, serving


def verdicts(found: Finding) -> dict[str, str]:
    return {one.name: one.verdict for one in found.found}


def test_an_account_that_browses_and_no_more_is_as_it_should_be(world: World, jira: Jira) -> None:
    world.version = "10.3.2"
    found = check(jira)
    assert verdicts(found) == {BROWSE: OK, BOARDS: OK}
    assert (found.reason, found.action, found.usable) == ("", "", True)
    assert found.login == "plumbline"
    assert [one["verdict"] for one in found.permissions] == [OK, OK]


def test_whatever_is_more_than_browsing_is_named(world: World, jira: Jira) -> None:
    world.permissions |= {"ADMINISTER", "EDIT_ISSUES", "DELETE_ISSUES"}
    found = check(jira)
    assert found.excess == ("ADMINISTER", "EDIT_ISSUES", "DELETE_ISSUES")
    assert found.usable
    assert "more than is needed" in found.reason
    assert "account of its own" in found.action


@pytest.mark.parametrize("hidden", [True, False], ids=["sees none", "may not"])
def test_without_browsing_nothing_can_be_collected(world: World, jira: Jira, hidden: bool) -> None:  # noqa: FBT001
    if hidden:
        for project in world.projects.values():
            project.hidden = True
    else:
        world.permissions.clear()
    found = check(jira)
    assert found.missing == (BROWSE,)
    assert not found.usable
    assert "Browse Projects" in found.action


@pytest.mark.parametrize("fault", ["forbidden", "html"])
def test_without_boards_everything_else_is_read(server: Simulator, jira: Jira, fault: str) -> None:
    server.faults.arm(fault, on="agile", times=None)
    found = check(jira)
    assert verdicts(found)[BOARDS] == MISSING
    assert found.usable
    assert found.action


def test_what_passes_by_itself_is_no_finding(server: Simulator, jira: Jira) -> None:
    server.faults.arm("too_many_requests", on="agile", times=None, retry_after=60)
    with pytest.raises(SourceError) as caught:
        check(jira)
    assert caught.value.retry_at is not None


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("7.13.0", "older than 8.14"),
        ("8.13.27", "older than 8.14"),
        ("8.20.8", "does not sign webhooks"),
        ("9.12.4", "does not sign webhooks"),
        ("10.0.0-m01", ""),
        ("10.3.2", ""),
        ("unknown", "which version"),
    ],
)
def test_the_age_of_a_data_center_is_told(
    world: World, server: Simulator, version: str, said: str
) -> None:
    world.version = version
    with session(server) as jira:
        found = check(jira)
    if server.cloud:
        assert found.notes == ()
    else:
        assert found.version == version
        assert [said in note for note in found.notes] == ([True] if said else [])


def test_a_jira_of_the_other_kind_is_told_from_the_first_answer(server: Simulator) -> None:
    told = json.dumps(
        {"version": "10.3.2", "deploymentType": "Server" if server.cloud else "Cloud"}
    ).encode()
    answer: Answer = (200, {}, told)
    dialect = CLOUD if server.cloud else DATA_CENTER
    with (
        serving(lambda _: answer) as (url, seen),
        Jira(url=url, dialect=dialect, access=FixedToken(TOKEN)) as jira,
        pytest.raises(NoInterface) as caught,
    ):
        check(jira)
    assert "of the other kind" in caught.value.reason
    assert ("personal access token" if server.cloud else "API token") in caught.value.action
    assert len(seen) == 1


def test_fields_that_are_ambiguous_are_told(jira: Jira, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = jira.fields()
    points = next(one for one in fields if one.name == "Story Points")
    monkeypatch.setattr(
        jira, "fields", lambda: [*fields, points.__class__("customfield_9", *_rest(points))]
    )
    found = check(jira)
    assert any("customfield_9" in note for note in found.notes)
    assert "customfield_9" in found.reason


def _rest(field: object) -> tuple[str, str, bool]:
    name, kind, is_custom = (getattr(field, part) for part in ("name", "type", "is_custom"))
    return name, kind, is_custom


def test_where_rights_are_not_told_browsing_is_tried(
    jira: Jira, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: object) -> dict[str, bool]:
        raise NotFound("?", "?", permanent=True)

    monkeypatch.setattr(jira, "permissions", unknown)
    found = check(jira)
    assert verdicts(found)[BROWSE] == OK
    assert EXCESS not in verdicts(found).values()
