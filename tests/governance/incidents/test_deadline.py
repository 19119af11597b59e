"""The 72 hours, judged for any facts at any time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.governance.incidents import deadline
from backend.governance.incidents.deadline import Facts

MOMENTS = st.datetimes(datetime(2018, 5, 25), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis gives them the zone
AFTER = st.timedeltas(timedelta(), timedelta(days=30))


@given(at=MOMENTS, after=AFTER)
def test_it_runs_is_soon_over_or_is_over_and_nothing_else(at: datetime, after: timedelta) -> None:
    told = deadline.standing(Facts(detected_at=at, personal_data=None), now=at + after)
    left = timedelta(hours=72) - after
    if left < timedelta():
        assert told == "overdue"
    else:
        assert told == ("soon" if left <= timedelta(hours=24) else "running")
    assert told in deadline.WAITING


@given(at=MOMENTS, after=AFTER, told_after=AFTER)
def test_a_notice_is_late_after_72_hours_to_the_microsecond_whenever_one_looks(
    at: datetime, after: timedelta, told_after: timedelta
) -> None:
    facts = Facts(detected_at=at, personal_data=True, notified_at=at + told_after)
    late = told_after > timedelta(hours=72)
    assert deadline.standing(facts, now=at + after) == ("notified_late" if late else "notified")
    assert deadline.is_late(at, at + timedelta(hours=72)) is False
    assert deadline.is_late(at, at + timedelta(hours=72, microseconds=1)) is True


@given(at=MOMENTS, after=AFTER)
def test_a_decision_stops_it_and_a_notice_counts_more(at: datetime, after: timedelta) -> None:
    decided = Facts(detected_at=at, personal_data=True, not_notified_at=at)
    assert deadline.standing(decided, now=at + after) == "not_notified"
    both = Facts(detected_at=at, personal_data=True, not_notified_at=at, notified_at=at)
    assert deadline.standing(both, now=at + after) == "notified"
    nobody = Facts(detected_at=at, personal_data=False)
    assert deadline.standing(nobody, now=at + after) == "no_personal_data"


@given(at=MOMENTS, after=AFTER)
def test_reminders_come_in_order_each_at_its_hour(at: datetime, after: timedelta) -> None:
    due = deadline.reminders_due(at, now=at + after)
    assert due == deadline.REMINDERS[: len(due)]
    assert all((hours in due) == (after >= timedelta(hours=hours)) for hours in (24, 48, 66))


@given(at=MOMENTS, one=AFTER, other=AFTER)
def test_what_is_due_once_stays_due(at: datetime, one: timedelta, other: timedelta) -> None:
    earlier, later = sorted((one, other))
    assert {*deadline.reminders_due(at, now=at + earlier)} <= {
        *deadline.reminders_due(at, now=at + later)
    }
