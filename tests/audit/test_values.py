"""What values of the log say: whatever wrote them, a person reads the same, and nothing makes a page fail."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db.models import Model
from hypothesis import example, given
from hypothesis import strategies as some

from backend.accounts.models import ApiToken, User
from backend.audit.models import SubjectKey
from backend.audit.values import Kind, Reference, Shown, column, label, shown, withheld
from backend.connections.models import Connection
from backend.people.models import Identity, Merge, Organisation, Person, Team

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=5,
)


def words(*says: str) -> Shown:
    return Shown(Kind.WORDS, says)


@pytest.mark.parametrize(
    ("model", "name", "value", "told"),
    [
        (Team, "name", "Payments", words("Payments")),
        (Team, "name", "2026-08-20", words("2026-08-20")),
        (Team, "source", "scim", words("the directory (SCIM)")),
        (User, "role", "team_lead", words("team lead")),
        (User, "role", "a former one", words("a former one")),
        (User, "is_active", "True", words("yes")),
        (User, "is_active", False, words("no")),
        (User, "person", "12", Shown(Kind.WORDS, (Reference(Person, 12),))),
        (User, "person_id", 12, Shown(Kind.WORDS, (Reference(Person, 12),))),
        (
            User,
            "joined_at",
            "2026-08-20 11:00:00",
            Shown(Kind.MOMENT, ("2026-08-20T11:00:00+00:00",)),
        ),
        (
            User,
            "joined_at",
            "2026-08-20T11:00:00+02:00",
            Shown(Kind.MOMENT, ("2026-08-20T11:00:00+02:00",)),
        ),
        (Team, "ended_on", "2026-08-20", Shown(Kind.DAY, ("2026-08-20",))),
        (Connection, "quiet_from", "22:00:00", words("22:00")),
        (Connection, "requests_per_hour", "10000", words("10000")),
        (Connection, "organisations", "['one', 'two']", words("one", "two")),
        (
            ApiToken,
            "scopes",
            ["figures", "gone"],
            words("read figures", "gone"),
        ),
        (
            Organisation,
            "days_off",
            "[datetime.date(2026, 12, 24), datetime.date(2027, 1, 2)]",
            Shown(Kind.DAY, ("2026-12-24", "2027-01-02")),
        ),
        (Merge, "moved", '{"identities": [[1, null]]}', words("Identities: 1, not set")),
        (
            Organisation,
            "bot_logins",
            "not kept",
            Shown(Kind.WITHHELD, ("not kept: it may name people",)),
        ),
        (Connection, "quiet_from", "soon", words("soon")),
        (None, "whatever", "P90DT00H00M00S", Shown(Kind.DURATION, ("7776000",))),
        (None, "whatever", "P99999999999D", words("P99999999999D")),
        (None, "whatever", "2026-02-31", words("2026-02-31")),
        (None, "whatever", "2026-02-03", Shown(Kind.DAY, ("2026-02-03",))),
        (None, "whatever", ["2026-02-03", "b"], words("2026-02-03", "b")),
        (None, "whatever", {"first_one": True, "then": [1]}, words("First one: yes", "Then: 1")),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value)[:40],
)
def test_a_value_says(model: type[Model] | None, name: str, value: Any, told: Shown) -> None:
    assert shown(column(model, name), value) == told


@pytest.mark.parametrize("value", [None, "None", "", [], "[]", "{}"])
def test_what_is_empty_says_nothing(value: Any) -> None:
    assert shown(None, value) is None
    assert shown(column(Team, "parent"), value) is None


def test_a_column_is_called_as_people_know_it() -> None:
    assert label(User, "is_active") == "May sign in"
    assert label(User, "person_id") == "Person"
    assert label(Identity, "gone_by_now") == "Gone by now"
    assert label(None, "second_factor_there") == "Second factor there"


def test_what_the_log_does_not_hold_says_why() -> None:
    assert withheld(SubjectKey, "secret").says == ("kept sealed",)
    assert withheld(ApiToken, "digest").says == ("kept sealed",)
    assert withheld(User, "email").says == ("not kept: it may name people",)


@given(some.lists(some.text(max_size=5).map("x{}".format), min_size=1, max_size=5))
def test_a_list_is_read_as_python_wrote_it(items: list[str]) -> None:
    assert shown(column(Connection, "organisations"), str(items)) == words(*items)


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_lists_within_lists_are_no_way_to_make_it_fail(depth: int) -> None:
    assert shown(column(Connection, "organisations"), "[" * depth) == words("[" * depth)


@given(some.datetimes(timezones=some.just(UTC)), some.dates(), some.times())
def test_times_are_the_same_whoever_wrote_them(moment: datetime, day: date, hour: time) -> None:
    joined, ended = column(User, "joined_at"), column(Team, "ended_on")
    assert shown(joined, str(moment.replace(tzinfo=None))) == shown(joined, moment.isoformat())
    assert shown(ended, str(day)) == Shown(Kind.DAY, (day.isoformat(),))
    assert shown(column(Connection, "quiet_to"), str(hour)) == words(f"{hour:%H:%M}")


@example(float("inf"))
@given(JSON)
def test_whatever_stands_there_is_told(value: Any) -> None:
    for name in ("is_active", "joined_at", "person", "role", "name"):
        for wrote in (value, json.dumps(value), str(value)):
            said = shown(column(User, name), wrote)
            assert said is None or said.says
    assert (told := shown(None, value)) is None or told.says
