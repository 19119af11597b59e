"""What a calendar says, as written and as inherited."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from backend.people.calendars import calendars, check_holidays, read_hours, write_hours


@dataclass
class Kept:
    pk: int = 0
    parent_id: int | None = None
    time_zone: str = ""
    working_hours: str = ""
    holidays_country: str = ""
    holidays_subdivision: str = ""
    days_off: list[date] = field(default_factory=list)


ORGANISATION = Kept(
    time_zone="UTC",
    working_hours="Mon-Fri 09:00-17:00",
    holidays_country="DE",
    holidays_subdivision="BY",
    days_off=[date(2026, 12, 24)],
)
NINE_TO_FIVE = ((540, 1020),)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", [()] * 7),
        ("Mon-Fri 09:00-17:00", [NINE_TO_FIVE] * 5 + [()] * 2),
        ("mon, wed 9:00-17:00", [NINE_TO_FIVE, (), NINE_TO_FIVE, (), (), (), ()]),
        (
            "Fri 08:00-12:00, 13:00-15:00; Sat 10:00-12:00",
            [(), (), (), (), ((480, 720), (780, 900)), ((600, 720),), ()],
        ),
        ("Sat-Mon 09:00-17:00", [NINE_TO_FIVE, (), (), (), (), NINE_TO_FIVE, NINE_TO_FIVE]),
        ("Sun 22:00-06:00", [((0, 360),), (), (), (), (), (), ((1320, 1440),)]),
        ("Mon 09:00-13:00, 12:00-17:00", [NINE_TO_FIVE, (), (), (), (), (), ()]),
        ("Mon 00:00-24:00", [((0, 1440),), (), (), (), (), (), ()]),
    ],
)
def test_hours_are_read_as_written(text: str, days: list[tuple[tuple[int, int], ...]]) -> None:
    assert read_hours(text) == tuple(days)
    assert read_hours(write_hours(read_hours(text))) == tuple(days)


def test_hours_are_written_with_days_of_the_same_hours_together() -> None:
    text = "Mon-Wed, Fri 09:00-17:00; Thu 09:00-12:00; Sat, Sun 10:00-11:00"
    assert write_hours(read_hours(text)) == (
        "Mon, Tue, Wed, Fri 09:00-17:00; Thu 09:00-12:00; Sat, Sun 10:00-11:00"
    )
    assert write_hours(read_hours("Mon-Fri 9:00-17:00")) == "Mon-Fri 09:00-17:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Mon-Fri", "needs days and hours"),
        ("09:00-17:00", "needs days and hours"),
        ("Mo-Fr 09:00-17:00", "is no day"),
        ("Mon-Wed-Fri 09:00-17:00", "is no day"),
        ("Mon 9-17", "is no day"),
        ("Mon 09:00-09:00", "are no hours"),
        ("Mon 09:00-25:00", "are no hours"),
        ("Mon 09:75-17:00", "are no hours"),
        ("Mon 24:00-06:00", "are no hours"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_hours(text)


def test_a_team_inherits_what_it_does_not_say() -> None:
    top = Kept(1, working_hours="Mon 10:00-12:00", days_off=[date(2026, 5, 4)])
    below = Kept(2, parent_id=1, holidays_country="FR", time_zone="Europe/Paris")
    found = calendars(ORGANISATION, [below, top])
    assert (found[1].country, found[1].subdivision) == ("DE", "BY")
    assert found[2].hours == found[1].hours == read_hours("Mon 10:00-12:00")
    assert (found[2].country, found[2].subdivision) == ("FR", "")
    assert found[2].days_off == {date(2026, 12, 24), date(2026, 5, 4)}
    assert (found[1].time_zone, found[2].time_zone) == ("UTC", "Europe/Paris")


def test_a_circle_of_teams_comes_to_an_end() -> None:
    found = calendars(ORGANISATION, [Kept(1, parent_id=2), Kept(2, parent_id=1)])
    assert found[1].hours == found[2].hours == found[0].hours


@pytest.mark.parametrize(
    ("country", "subdivision", "told"),
    [("XX", "", "No holidays"), ("DE", "XX", "BY"), ("", "BY", "no country")],
)
def test_holidays_that_are_not_known_are_told(country: str, subdivision: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_holidays(country, subdivision)
    check_holidays("DE", "BY")
    check_holidays("", "")
