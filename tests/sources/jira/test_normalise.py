"""From what Jira answers to what is kept, whatever state a history is in; free text stays outside."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.issue_records import IssueRecord
from backend.sources.jira import normalise, payloads
from backend.sources.jira.changelog import NO_HISTORY, History
from backend.sources.jira.fields import Chosen, Field, FieldMap, discover
from backend.sources.shapes import UnexpectedShape, read

MARK = "canary77d0c1"
FIELDS = discover(
    [
        Field("customfield_1", "Sprint", "com.pyxis.greenhopper.jira:gh-sprint", True),
        Field("customfield_2", "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link", True),
        Field("customfield_3", "Punkte", "com.pyxis.greenhopper.jira:jsw-story-points", True),
        Field("customfield_4", "Team", "com.atlassian.teams:rm-teams-custom-field-team", True),
    ],
    Chosen(),
)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STATUSES = {"1": "To Do", "3": "In Progress", "5": "Done"}
Json = dict[str, Any]


def status(number: str) -> Json:
    return {"id": number, "name": STATUSES[number], "statusCategory": {"key": "indeterminate"}}


def answer(**fields: object) -> Json:
    """As it stands in a search."""
    told = {
        "project": {"id": "100", "key": "FORGE", "name": "Forge"},
        "issuetype": {"id": "7", "name": "Story", "subtask": False, "description": MARK},
        "status": status("3"),
        "created": "2026-03-02T14:30:00.000+0530",
        "updated": "2026-03-02T14:30:00.000+0530",
        "summary": "A summary",
        "description": MARK,
    }
    return {"id": "17", "key": "FORGE-1", "fields": told | fields}


NAMED: Json = {"displayName": "Dev Two", "emailAddress": "dev0002@work.example"}


def entry(number: int, *items: Json, minutes: int | None = None) -> Json:
    at = START + timedelta(minutes=number if minutes is None else minutes)
    author = {"key": "JIRAUSER1", "name": "dev0001", "active": MARK, "timeZone": MARK}
    return {"id": str(number), "author": author, "created": at.isoformat(), "items": list(items)}


def item(
    field: str, before: str | None, after: str | None, *texts: str | None, **more: str
) -> Json:
    from_string, to_string = texts or (before, after)
    told = {
        "field": field,
        "from": before,
        "fromString": from_string,
        "to": after,
        "toString": to_string,
    }
    return told | more


def moved(before: str, after: str) -> Json:
    return item("status", before, after, STATUSES[before], STATUSES[after], fieldtype="jira")


def normal(
    raw: Json,
    *entries: object,
    total: int | None = None,
    fields: FieldMap = FIELDS,
    epics: dict[str, int] | None = None,
) -> IssueRecord:
    custom = tuple(one.id for one in fields.mapped)
    payload = read(payloads.Issue, raw, {"custom": custom})
    return normalise.issue(payload, History(entries, total), fields, epics or {})


def test_an_issue_is_read_whole() -> None:
    found = normal(
        answer(
            assignee={"key": "JIRAUSER2", "name": "dev0002", "avatarUrls": MARK} | NAMED,
            priority={"name": "High"},
            labels=["a"],
            components=[{"name": "Core", "description": MARK}],
            fixVersions=[{"id": "5", "description": MARK}],
            versions=[{"id": "4"}],
            parent={"id": "9", "key": "FORGE-9", "fields": {"summary": MARK}},
            issuelinks=[
                {"id": "1", "type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "8"}},
                {"id": "2", "type": {"inward": "is blocked by", "outward": "blocks"}, "outwardIssue": {"id": "6"}},
            ],
            customfield_1=[{"id": 12, "goal": MARK}],
            customfield_3=3,
            customfield_4={"title": "Team A"},
        )
    )  # fmt: skip
    assert (found.external_id, found.key, found.project_external_id) == (17, "FORGE-1", 100)
    assert found.created_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert found.assignee is not None
    assert (found.assignee.account_id, found.assignee.login) == ("JIRAUSER2", "dev0002")
    assert (found.assignee.name, found.assignee.email) == tuple(NAMED.values())
    assert (found.sprints, found.estimate, found.team_name) == ((12,), 3.0, "Team A")
    assert (found.parent_external_id, found.priority, found.labels) == (9, "High", ("a",))
    assert (found.components, found.fix_versions, found.affects_versions) == (("Core",), (5,), (4,))
    assert [(link.name, link.other_external_id) for link in found.links] == [
        ("is blocked by", 8),
        ("blocks", 6),
    ]
    assert found.history_gap == ""
    assert MARK not in repr(found)


def test_summaries_are_left_out_where_they_are_not_kept() -> None:
    raw = answer()
    assert normal(raw).summary == "A summary"
    assert normal(raw, fields=FieldMap(keeps_summaries=False)).summary == ""


def test_changes_that_count_and_no_others() -> None:
    found = normal(
        answer(),
        entry(
            1,
            item("description", None, None, MARK, MARK, fieldtype="jira"),
            moved("1", "3"),
            item("assignee", None, "JIRAUSER2", None, MARK, fieldtype="jira"),
            item("Sprint", "1", "1, 2", "One", "One, Two", fieldtype="custom"),
            item("Punkte", None, None, "3", "5,5", fieldtype="custom"),
            item("Epic Link", None, "9", None, "FORGE-9", fieldtype="custom"),
            item("Parent Issue", "9", None, MARK, None, fieldtype="jira"),
            item("IssueParentAssociation", None, "8", None, "FORGE-8", fieldtype="jira"),
            item("Key", None, None, "MILL-4", "FORGE-1", fieldtype="jira"),
            item("project", "99", "100", "Mill", "Forge", fieldtype="jira"),
            item("issuetype", "6", "7", "Bug", "Story", fieldtype="jira"),
            item("comment", None, None, MARK, MARK, fieldtype="jira"),
        ),
    )
    assert [(one.external_id, one.kind, one.before, one.after) for one in found.transitions] == [
        ("1.1", "status", "1", "3"),
        ("1.2", "assignee", "", "JIRAUSER2"),
        ("1.3", "sprint", "1", "1,2"),
        ("1.4", "estimate", "3", "5.5"),
        ("1.5", "parent", "", "9"),
        ("1.6", "parent", "9", ""),
        ("1.7", "parent", "", "8"),
        ("1.8", "key", "MILL-4", "FORGE-1"),
        ("1.9", "project", "99", "100"),
        ("1.10", "issue_type", "6", "7"),
    ]
    assert found.history_gap == ""
    assert MARK not in repr(found)


def test_the_cloud_names_fields_by_their_ids() -> None:
    renamed = item("Anders", None, None, "1", "2", fieldId="customfield_3", fieldtype="custom")
    [change] = normal(answer(), entry(1, renamed)).transitions
    assert (change.kind, change.before, change.after) == ("estimate", "1", "2")


@pytest.mark.parametrize("name", ["Status", "Key", "Project", "Parent", "Assignee"])
def test_a_field_of_somebodys_own_is_not_jiras(name: str) -> None:
    own = item(name, None, None, MARK, MARK, fieldtype="custom")
    found = normal(answer(), entry(1, own))
    assert (found.transitions, found.history_gap) == ((), "")


def test_changes_are_in_order_of_time_then_of_number() -> None:
    entries = [
        entry(10, moved("3", "5"), minutes=3),
        entry(9, moved("1", "3"), minutes=3),
        entry(11, moved("5", "1"), minutes=1),
    ]
    found = normal(answer(status=status("5")), *entries)
    assert [one.external_id for one in found.transitions] == ["11.0", "9.0", "10.0"]


WRONG = {
    "less than all": ([entry(1, moved("1", "3"))], 4, "3 of 4 changes"),
    "a gap": ([entry(1, moved("1", "3")), entry(2, moved("5", "3"))], None, "do not follow"),
    "another end": ([entry(1, moved("3", "1"))], None, "does not lead to the status"),
    "no id": ([entry(1, moved("1", "3")) | {"id": None}], None, "no id"),
    "no time": ([entry(1, moved("1", "3")) | {"created": None}], None, "1 of its changes cannot be read"),
    "no item": ([entry(1, moved("1", "3"), item("status", "1", "3", MARK, MARK) | {"to": []})], None, "cannot be read"),
    "nonsense": ([entry(1, moved("1", "3")), None, 7, "x", []], None, "4 of its changes"),
    "older than itself": ([entry(1, moved("1", "3"), minutes=-9)], None, "older than the issue"),
    "one id twice": ([entry(1, moved("1", "3")), entry(1, moved("1", "3"), minutes=5)], None, "the same id"),
    "names alone": ([entry(1, item("status", None, None, "To Do", "Gone"))], None, "status's id"),
    "points in words": ([entry(1, item("Punkte", None, None, MARK, "3"))], None, "no number"),
    "epic by key": ([entry(1, item("Epic Link", None, None, None, "FORGE-9"))], None, "without an id"),
    "sprints by name": ([entry(1, item("Sprint", None, None, None, MARK))], None, "their ids"),
    "half a move": ([entry(1, item("Key", None, None, None, "FORGE-1"))], None, "both keys"),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "total", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_history_is_told_and_the_rest_kept(
    entries: list[object], total: int | None, said: str
) -> None:
    found = normal(answer(), *entries, total=total)
    assert said in found.history_gap
    assert MARK not in repr(found)
    if said != "1 of its changes cannot be read":
        assert found.transitions


def test_a_server_that_tells_no_history_is_told_of() -> None:
    payload = read(payloads.Issue, answer(), {"custom": ()})
    found = normalise.issue(payload, NO_HISTORY, FIELDS, {})
    assert "nothing of its changes" in found.history_gap


def test_the_same_change_twice_is_one() -> None:
    once = entry(1, moved("1", "3"))
    found = normal(answer(), once, once)
    assert (len(found.transitions), found.history_gap) == (1, "")


def test_a_status_without_an_id_is_known_by_what_the_history_calls_it() -> None:
    nameless = item("status", None, None, "In Progress", "Done")
    found = normal(
        answer(status=status("5")),
        entry(1, moved("1", "5")),
        entry(2, moved("5", "3")),
        entry(3, nameless),
    )
    last = found.transitions[-1]
    assert (last.before, last.after, found.history_gap) == ("3", "5", "")


def test_epics_by_key_are_looked_up() -> None:
    raw = answer(customfield_2="FORGE-9")
    assert normal(raw, epics={"FORGE-9": 9}).parent_external_id == 9
    lost = normal(raw)
    assert lost.parent_external_id is None
    assert "out of reach" in lost.history_gap


def test_custom_fields_of_a_wrong_type_are_unknown_with_a_note() -> None:
    found = normal(
        answer(
            customfield_1=[{"x": MARK}],
            customfield_3=[MARK],
            customfield_4=[[]],
            customfield_2=MARK,
        )
    )
    assert (found.sprints, found.estimate, found.team_name, found.parent_external_id) == (
        (),
        None,
        "",
        None,
    )
    for word in ("sprint", "estimate", "epic"):
        assert word in found.history_gap
    assert MARK not in repr(found)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"accountId": "a1", "displayName": "dev0001", "accountType": "atlassian"}, ("user", "a1", "dev0001")),
        ({"accountId": "a2", "displayName": "ci", "accountType": "app"}, ("bot", "a2", "ci")),
        ({"accountId": "a3", "displayName": None, "name": None, "key": None}, ("user", "a3", "a3")),
        ({"name": "dev0001"}, ("user", "dev0001", "dev0001")),
        ({"displayName": "Anonymous"}, None),
        (None, None),
    ],
    ids=["cloud", "app", "erased", "old", "anonymous", "nobody"],
)  # fmt: skip
def test_accounts(told: Json | None, expected: tuple[str, str, str] | None) -> None:
    found = normal(answer(reporter=told)).reporter
    assert (found and (found.kind, found.account_id, found.login)) == expected


@pytest.mark.parametrize("name", ["created", "status", "project", "issuetype"])
def test_an_unknown_shape_names_the_field_and_not_its_value(name: str) -> None:
    with pytest.raises(UnexpectedShape) as caught:
        normal(answer(**{name: MARK}))
    assert name in caught.value.reason
    assert MARK not in caught.value.reason


def test_categories_that_nobody_knows_are_unknown() -> None:
    raw = answer(status={"id": "3", "name": "?", "statusCategory": {"key": "undefined"}})
    assert normal(raw).status.category == "unknown"
    assert normal(answer(status={"id": "3", "name": "?"})).status.category == "unknown"


def test_dates_of_sprints_and_versions_that_cannot_be_read_are_unknown() -> None:
    told = {
        "id": 1,
        "name": "S",
        "state": "ACTIVE",
        "startDate": "soon",
        "endDate": "2026-03-02T09:00:00.000Z",
    }
    found = normalise.sprint(read(payloads.Sprint, told), 4)
    assert (found.state, found.starts_at, found.ends_at, found.board_external_id) == (
        "active",
        None,
        START,
        4,
    )
    version = read(
        payloads.Version, {"id": "1", "name": "1.0", "released": True, "releaseDate": "?"}
    )
    assert normalise.version(version).released_on is None


ITEMS = st.sampled_from(
    [
        moved("1", "3"),
        moved("3", "5"),
        item("status", None, None, "Gone", "Lost"),
        item("assignee", "JIRAUSER1", None),
        item("Sprint", "1", "1, 2"),
        item("Punkte", None, None, "many", "5"),
        item("Epic Link", "9", None),
        item("description", MARK, MARK),
        {"field": 7, "from": {}},
        {},
    ]
)
ENTRIES = st.builds(
    lambda number, items, minutes, cut: {
        name: value for name, value in entry(number, *items, minutes=minutes).items() if name != cut
    },
    st.integers(0, 9),
    st.lists(ITEMS, max_size=3),
    st.integers(-5, 5),
    st.sampled_from(["", "", "", "id", "author", "created", "items"]),
)
NONSENSE = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.none(), max_size=1)


@given(
    st.lists(ENTRIES | NONSENSE, max_size=12).flatmap(st.permutations),
    st.none() | st.integers(0, 20),
)
def test_no_history_is_too_odd(entries: list[object], total: int | None) -> None:
    """Shuffled, doubled, cut: it is read, in order, each change once, and what anybody wrote stays outside."""
    found = normal(answer(), *entries, total=total)
    ids = [one.external_id for one in found.transitions]
    times = [one.occurred_at for one in found.transitions]
    assert len(set(ids)) == len(ids)
    assert times == sorted(times)
    assert MARK not in repr(found)
    again = normal(json.loads(json.dumps(answer())), *entries, total=total)
    assert again == found
