"""Which custom fields mean what: by type, by name, as a person says; what is ambiguous is told."""

import pytest

from backend.sources.jira.fields import STANDARD, Chosen, Field, FieldMap, discover, known

FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
CLOUD_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
SPRINT = Field("customfield_1", "Iteration", "com.pyxis.greenhopper.jira:gh-sprint", True)
EPIC = Field("customfield_2", "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link", True)
POINTS = Field("customfield_3", "Story Points", FLOAT, True)
ESTIMATE = Field("customfield_4", "Story point estimate", CLOUD_POINTS, True)
SUMMARY = Field("summary", "Summary", "", False)


def taken(found: FieldMap) -> dict[str, str]:
    return {one.id: one.taken_for for one in found.mapped}


def test_they_are_found_by_type_and_by_name() -> None:
    found = discover([SUMMARY, SPRINT, EPIC, POINTS])
    assert taken(found) == {
        "customfield_1": "sprint",
        "customfield_2": "epic_link",
        "customfield_3": "story_points",
    }
    assert {one.reason for one in found.mapped} == {"by its type", "by its name"}
    assert found.notes == ()


@pytest.mark.parametrize(
    "kind",
    [
        "com.atlassian.teams:rm-teams-custom-field-team",
        "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team",
    ],
)
def test_the_teams_of_both_kinds_of_jira(kind: str) -> None:
    assert taken(discover([Field("customfield_5", "Mannschaft", kind, True)])) == {
        "customfield_5": "team"
    }


def test_a_type_counts_more_than_a_name() -> None:
    same = Field("customfield_9", "Sprint", FLOAT, True)
    assert taken(discover([same, SPRINT])) == {"customfield_1": "sprint"}


def test_a_name_alone_does_not_make_points_of_a_text() -> None:
    prose = Field("customfield_9", "Story points", "customfieldtypes:textarea", True)
    assert discover([prose]).mapped == ()


def test_jiras_own_fields_are_not_taken_by_their_names() -> None:
    assert discover([Field("team", "Team", "", False)]).mapped == ()


def test_two_kinds_of_story_points_are_both_read_and_told() -> None:
    found = discover([POINTS, ESTIMATE])
    assert found.ids("story_points") == ("customfield_4", "customfield_3")
    [note] = found.notes
    assert "customfield_3" in note
    assert "customfield_4" in note


def test_a_person_overrules() -> None:
    found = discover([POINTS, ESTIMATE, SPRINT], Chosen(story_points="customfield_3"))
    assert found.ids("story_points") == ("customfield_3",)
    assert found.ids("sprint") == ("customfield_1",)
    assert found.notes == ()


def test_a_field_that_was_set_and_is_not_there_is_told() -> None:
    found = discover([POINTS], Chosen(story_points="customfield_99"))
    assert found.ids("story_points") == ()
    assert "customfield_99" in found.notes[0]


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "not kept"])
def test_what_is_asked_for(keeps: bool) -> None:  # noqa: FBT001
    asked = discover([POINTS, SPRINT], keeps_summaries=keeps).asked
    assert set(asked) - {*STANDARD, "customfield_1", "customfield_3"} == (
        {"summary"} if keeps else set()
    )
    assert not {"description", "comment", "worklog", "environment", "*all"} & set(asked)


def test_changes_name_fields_by_id_or_name() -> None:
    found = discover([POINTS])
    assert found.role("customfield_3") == found.role("story points") == "story_points"
    assert found.role("Points") == found.role("") == ""


def test_what_was_written_down_is_enough() -> None:
    found = discover([POINTS, SPRINT, EPIC])
    assert known(found.told, Chosen()) == found


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (Chosen(), Chosen(story_points="customfield_4")),
        (Chosen(story_points="customfield_4"), Chosen()),
        (Chosen(story_points="customfield_3"), Chosen(story_points="customfield_4")),
    ],
    ids=["set since", "left to be found since", "another one since"],
)
def test_what_was_written_down_before_somebody_chose_is_not(then: Chosen, now: Chosen) -> None:
    fields = [POINTS, ESTIMATE, SPRINT]
    told = discover(fields, then).told
    assert known(told, now) is None
    assert known(told, then) is not None
    assert known([], now) is None
