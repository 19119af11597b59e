"""When a server is left alone: it slows against its own calm level, or asks for rest without saying how long."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.sources.pace import FIRST_REST, LONGEST_REST, WINDOW, Pace

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LABEL = "PullRequests 50"


def answered(pace: Pace, seconds: float, *, windows: int = 1, label: str = LABEL) -> None:
    for _ in range(WINDOW * windows):
        pace.note(label, seconds, NOW)


@pytest.mark.parametrize(
    ("calm", "then", "rests"),
    [(1, 1, False), (1, 1.9, False), (1, 2.1, True), (0.1, 0.9, False), (3, 5.9, False)],
)
def test_a_server_that_takes_twice_as_long_rests(calm: float, then: float, *, rests: bool) -> None:
    """Where anybody would feel it: milliseconds may double."""
    pace = Pace()
    answered(pace, calm, windows=3)
    assert pace.rests_until is None
    answered(pace, then)
    assert pace.rests_until == (NOW + FIRST_REST if rests else None)


def test_one_slow_answer_is_no_slow_server() -> None:
    pace = Pace()
    answered(pace, 1, windows=2)
    pace.note(LABEL, 9, NOW)
    for _ in range(WINDOW - 1):
        pace.note(LABEL, 1, NOW)
    assert pace.rests_until is None


def test_what_takes_longer_by_nature_is_no_slow_server() -> None:
    pace = Pace()
    answered(pace, 0.2, label="PullRequest ")
    answered(pace, 5, label=LABEL, windows=2)
    assert pace.rests_until is None


def test_rests_grow_while_it_stays_slow_and_shrink_when_it_recovers() -> None:
    pace, rests = Pace(), []
    answered(pace, 1)
    for _ in range(6):
        answered(pace, 30)
        assert pace.rests_until is not None
        rests.append(pace.rests_until - NOW)
    assert rests[:3] == [FIRST_REST, FIRST_REST * 2, FIRST_REST * 4]
    assert rests[-1] == LONGEST_REST
    answered(pace, 1, windows=6)
    pace.rests_until = None
    answered(pace, 300)
    assert pace.rests_until == NOW + FIRST_REST


def test_a_server_that_became_slower_for_good_is_asked_again() -> None:
    pace = Pace()
    answered(pace, 1)
    answered(pace, 3, windows=10)
    pace.rests_until = None
    answered(pace, 3, windows=10)
    assert pace.rests_until is None


def test_waits_of_unknown_length_double_and_are_forgotten() -> None:
    pace, now, waits = Pace(), NOW, []
    for _ in range(8):
        waits.append(pace.unsaid_wait(now))
        now += waits[-1]
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pace.unsaid_wait(now + timedelta(minutes=16)) == timedelta(minutes=1)
