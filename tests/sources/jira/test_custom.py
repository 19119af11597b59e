"""Values of custom fields of any type: understood, or unknown with a note, and never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sources.jira import custom

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
LEGACY = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1b2c[id={id},rapidViewId=7,state=CLOSED,name=S id=99,"
    "startDate=2026-03-02T09:00:00.000Z,goal=x,id=98,sequence=3]"
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3.0), (0.5, 0.5), ("5", 5.0), (" 2,5 ", 2.5), ({"value": "8"}, 8.0), (0, 0.0)],
    ids=["number", "half", "text", "comma", "choice", "zero"],
)
def test_estimates(value: object, expected: float) -> None:
    assert custom.estimate(value) == (expected, "")


@pytest.mark.parametrize(
    "value", ["XL", True, [], {"value": 3}, "nan", "inf", float("inf"), ""], ids=str
)
def test_what_is_no_number_is_unknown(value: object) -> None:
    told, note = custom.estimate(value)
    assert told is None
    assert note


@pytest.mark.parametrize(
    "value",
    [
        [{"id": 12, "goal": "x"}, {"id": 13}],
        [LEGACY.format(id=12), LEGACY.format(id=13)],
        ["12", 13],
        [12, 13, 12],
    ],
    ids=["objects", "text of old", "ids as text", "twice"],
)
def test_sprints(value: object) -> None:
    assert custom.sprints(value) == ((12, 13), "")


def test_one_sprint_that_cannot_be_read_keeps_the_others() -> None:
    told, note = custom.sprints([{"name": "?"}, {"id": 12}])
    assert told == (12,)
    assert note


@pytest.mark.parametrize(
    ("value", "expected"),
    [("A", "A"), ({"name": "A"}, "A"), ({"title": "A"}, "A"), ({"id": "7"}, "7"), (7, "7"), ([{"name": "A"}], "A")],
    ids=["text", "name", "title", "id", "number", "list"],
)  # fmt: skip
def test_teams(value: object, expected: str) -> None:
    assert custom.team(value) == (expected, "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("FORGE-1", "FORGE-1"), (17, 17), ("17", 17), ({"id": 17, "key": "FORGE-1"}, 17), ("Some words", None)],
    ids=["key", "id", "id as text", "object", "prose"],
)  # fmt: skip
def test_epics(value: object, expected: int | str | None) -> None:
    told, note = custom.epic(value)
    assert told == expected
    assert bool(note) is (expected is None)


@given(ANYTHING)
def test_nothing_is_too_odd(value: object) -> None:
    points, note = custom.estimate(value)
    assert (points is None) is bool(note)
    for number in custom.sprints(value)[0]:
        assert number >= 0
    assert len(custom.team(value)[0]) <= 300
    custom.epic(value)
