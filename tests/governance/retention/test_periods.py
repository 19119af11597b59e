"""Who decides how long data is kept, and from when that holds."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backend.accounts.models import User
from backend.audit.models import Event
from backend.governance.models import RetentionPeriod
from backend.governance.retention.periods import (
    NotAllowed,
    days_in_force,
    days_of,
    set_period,
    take_back,
)
from backend.governance.retention.policies import BY_CODE, POLICIES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PULLS = BY_CODE["pull_requests"]


def test_defaults_hold_until_somebody_decides() -> None:
    assert days_in_force() == {one.code: one.default_days for one in POLICIES}


def test_a_shorter_period_waits_for_a_day_and_is_on_record(owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        set_period(policy=PULLS, days=500, acting_user=owner)
        clock.shift(timedelta(hours=24) - timedelta(seconds=1))
        assert days_of("pull_requests") is None
        clock.shift(timedelta(seconds=1))
        assert days_of("pull_requests") == days_in_force()["pull_requests"] == 500
    recorded = Event.objects.get(name="retention_changed")
    assert recorded.actor == owner
    assert recorded.additional_data == {
        "policy": "pull_requests",
        "from_days": None,
        "to_days": 500,
    }


def test_a_longer_one_holds_at_once(owner: User) -> None:
    policy = BY_CODE["collecting"]
    set_period(policy=policy, days=90, acting_user=owner)
    assert days_of("collecting") == 90


def test_a_shorter_one_can_be_taken_back_while_it_waits(owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        set_period(policy=PULLS, days=500, acting_user=owner)
        assert take_back(policy=PULLS, acting_user=owner)
        clock.shift(timedelta(days=3))
        assert days_of("pull_requests") is None
        assert not take_back(policy=PULLS, acting_user=owner)


def test_once_it_holds_it_cannot_be_taken_back_and_a_longer_one_can_be_set(owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        set_period(policy=PULLS, days=500, acting_user=owner)
        clock.shift(timedelta(days=2))
        assert not take_back(policy=PULLS, acting_user=owner)
        set_period(policy=PULLS, days=None, acting_user=owner)
        assert days_of("pull_requests") is None


def test_a_second_shorter_one_begins_the_wait_anew(owner: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        set_period(policy=PULLS, days=500, acting_user=owner)
        clock.shift(timedelta(hours=20))
        row = set_period(policy=PULLS, days=450, acting_user=owner)
        assert (row.days, row.next_days) == (None, 450)
        assert row.takes_effect_at == NOW + timedelta(hours=44)


def test_a_row_that_was_written_past_the_bounds_takes_no_more_than_they_allow(owner: User) -> None:
    RetentionPeriod.objects.create(policy="issues", days=0, set_at=NOW)
    assert days_of("issues") == days_in_force()["issues"] == BY_CODE["issues"].minimum_days


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("pull_requests", 399),
        ("collecting", 6),
        ("collecting", None),
        ("test_results", 401),
        ("issues", 40_000),
    ],
)
def test_what_is_out_of_bounds_is_refused(owner: User, code: str, days: int | None) -> None:
    with pytest.raises(NotAllowed, match="days"):
        set_period(policy=BY_CODE[code], days=days, acting_user=owner)
    assert not RetentionPeriod.objects.exists()
