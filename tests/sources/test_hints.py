"""No order of arrivals, claims, failures and ends loses a hint, and no two workers get the same one."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.connections.models import Connection
from backend.sources import hints
from backend.sources.models import Hint
from tests.factories import a_connection

KIND = Hint.Kind.PULL_REQUEST


@pytest.fixture
def ghes(db: None) -> Connection:
    return a_connection()


def arm(
    connection: Connection,
    key: str = "1",
    repository: int | None = 1,
    *,
    action: str = "",
    delivery: str = "",
) -> None:
    hints.arm(
        connection=connection,
        kind=KIND,
        container_external_id=repository,
        key=key,
        action=action,
        delivery=delivery,
    )


def later(seconds: float = 60) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def run_out(*, lease: bool = True, due: bool = True) -> None:
    """Let the time pass that somebody waits for."""
    past = timezone.now() - timedelta(seconds=1)
    if lease:
        Hint.objects.exclude(lease_until=None).update(lease_until=past)
    if due:
        Hint.objects.update(due_at=past)


def test_arrivals_about_one_object_are_one_row(ghes: Connection) -> None:
    arm(ghes, action="opened", delivery="a")
    arm(ghes, action="closed", delivery="b")
    hint = Hint.objects.get()
    assert (hint.number, hint.action, hint.delivery) == (2, "closed", "b")
    for _ in range(2):
        hints.arm(connection=ghes, kind=Hint.Kind.CONNECTION)
    assert Hint.objects.get(kind="connection").number == 2
    arm(ghes, repository=2)
    arm(ghes, key="2")
    assert Hint.objects.count() == 4


def test_a_repositorys_hints_are_claimed_together_and_once(ghes: Connection) -> None:
    for key in ("1", "2", "3"):
        arm(ghes, key)
    arm(ghes, "1", repository=2)
    first, second, nothing = hints.claim(), hints.claim(), hints.claim()
    assert [(hint.container_external_id, hint.key) for hint in first] == [
        (1, "1"),
        (1, "2"),
        (1, "3"),
    ]
    assert [hint.container_external_id for hint in second] == [2]
    assert nothing == []
    assert set(Hint.objects.values_list("attempts", flat=True)) == {1}
    assert {hint.attempts for hint in first} == {1}


def test_one_connection_alone_can_be_asked_for(ghes: Connection) -> None:
    other = a_connection()
    arm(ghes)
    assert hints.claim(connection=other) == []
    assert len(hints.claim(connection=ghes)) == 1


def test_a_paused_connection_is_left_alone_and_loses_nothing(ghes: Connection) -> None:
    arm(ghes)
    Connection.objects.update(state=Connection.State.PAUSED)
    assert hints.claim() == []
    Connection.objects.update(state=Connection.State.WORKING)
    assert len(hints.claim()) == 1


def test_done_work_is_gone(ghes: Connection) -> None:
    arm(ghes)
    hints.clear(hints.claim())
    assert not Hint.objects.exists()
    assert not hints.any_due()


def test_what_arrives_during_the_work_is_due_after_it(ghes: Connection) -> None:
    arm(ghes)
    claimed = hints.claim()
    arm(ghes)
    assert hints.claim() == []
    hints.clear(claimed)
    (again,) = hints.claim()
    assert again.number == 2
    hints.clear([again])
    assert not Hint.objects.exists()


def test_a_dead_workers_hint_is_due_when_its_lease_ends(ghes: Connection) -> None:
    arm(ghes)
    dead = hints.claim()
    run_out()
    (taken,) = hints.claim()
    assert (taken.pk, taken.attempts) == (dead[0].pk, 2)


def test_a_held_lease_does_not_run_out(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "RENEW_SECONDS", 0.05)
    arm(a_connection())
    claimed = hints.claim(lease=timedelta(seconds=0.3))
    before = Hint.objects.get().lease_until
    with hints.held(claimed):
        for _ in range(100):
            if Hint.objects.get().lease_until != before:
                break
            time.sleep(0.05)
    after = Hint.objects.get().lease_until
    assert before is not None
    assert after is not None
    assert after > before


def test_postponed_work_waits(ghes: Connection) -> None:
    arm(ghes)
    hints.postpone(hints.claim(), until=later(), error="the source is down")
    hint = Hint.objects.get()
    assert (hint.attempts, hint.last_error, hint.lease_until) == (1, "the source is down", None)
    assert hints.claim() == []
    run_out()
    assert len(hints.claim()) == 1


def test_a_fresh_arrival_is_due_at_once_and_counts_anew(ghes: Connection) -> None:
    arm(ghes)
    hints.postpone(hints.claim(), until=later(), error="the source is down")
    arm(ghes)
    hint = Hint.objects.get()
    assert (hint.attempts, hint.last_error) == (0, "")
    assert len(hints.claim()) == 1


def test_waiting_for_the_source_is_no_attempt(ghes: Connection) -> None:
    arm(ghes)
    for _ in range(2 * hints.ATTEMPTS):
        run_out()
        hints.postpone(hints.claim(), until=later(), error="wait", attempt_counts=False)
    hint = Hint.objects.get()
    assert (hint.attempts, hint.parked_at) == (0, None)


def test_after_eight_attempts_a_person_must_look(ghes: Connection) -> None:
    arm(ghes)
    for attempt in range(1, hints.ATTEMPTS + 1):
        run_out()
        (claimed,) = hints.claim()
        assert claimed.attempts == attempt
        hints.postpone([claimed], until=later(), error="it fails")
    run_out()
    hint = Hint.objects.get()
    assert hint.parked_at is not None
    assert hint.last_error == "it fails"
    assert hints.claim() == []
    hints.retry(hint)
    assert len(hints.claim()) == 1


def test_a_parked_hint_wakes_when_its_object_changes(ghes: Connection) -> None:
    arm(ghes)
    Hint.objects.update(parked_at=timezone.now(), attempts=8)
    arm(ghes)
    (claimed,) = hints.claim()
    assert (claimed.attempts, claimed.parked_at) == (1, None)


def test_work_that_kills_its_process_is_parked(ghes: Connection) -> None:
    arm(ghes)
    arm(ghes, repository=2)
    for _ in range(hints.ATTEMPTS):
        run_out()
        assert hints.claim() != []
        Hint.objects.filter(container_external_id=2).update(attempts=0)
    run_out()
    (claimed,) = hints.claim()
    assert claimed.container_external_id == 2
    parked = Hint.objects.get(container_external_id=1)
    assert parked.parked_at is not None
    assert "ended 8 times" in parked.last_error


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Connection]:
    yield a_connection()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_never_share_a_hint(committed: Connection) -> None:
    for repository in range(10):
        for key in range(5):
            arm(committed, str(key), repository)

    def work(_: int) -> list[int]:
        try:
            return [hint.pk for hint in hints.claim()]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        claimed = [pk for pks in pool.map(work, range(60)) for pk in pks]
    assert len(claimed) == len(set(claimed)) == 50


OBJECTS = {"arm 1": (1, "1"), "arm 2": (1, "2"), "arm other": (2, "1")}
STEP = st.sampled_from([*OBJECTS, "claim", "clear", "postpone", "die", "wait"])
Name = tuple[int | None, str]


class Watched:
    """A model beside the inbox: how often each object changed, and which of its versions was fetched last."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changed: dict[Name, int] = {}
        self.fetched: dict[Name, int] = {}
        self.under_way: list[list[Hint]] = []

    def step(self, name: str) -> None:
        if name in OBJECTS:
            repository, key = OBJECTS[name]
            self.changed[repository, key] = self.changed.get((repository, key), 0) + 1
            arm(self.connection, key, repository)
        elif name == "claim":
            self.under_way.append(self.claim_and_fetch())
        elif name == "wait":
            run_out()
        elif self.under_way:
            self.end(self.under_way.pop(0), name)

    def claim_and_fetch(self) -> list[Hint]:
        claimed = hints.claim()
        for hint in claimed:
            name = (hint.container_external_id, hint.key)
            self.fetched[name] = self.changed[name]
        return claimed

    def end(self, claimed: list[Hint], how: str) -> None:
        """With "die" nothing happens but that the lease runs out some time."""
        if how == "clear":
            hints.clear(claimed)
        elif how == "postpone":
            hints.postpone(claimed, until=later(), error="it fails", attempt_counts=False)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, max_size=30))
def test_no_order_loses_a_hint(ghes: Connection, steps: list[str]) -> None:
    Hint.objects.all().delete()
    watched = Watched(ghes)
    for step in steps:
        watched.step(step)
    # Whoever still works dies; then somebody works on until nothing is due.
    Hint.objects.update(attempts=0, parked_at=None)
    run_out()
    while claimed := watched.claim_and_fetch():
        hints.clear(claimed)
    assert watched.fetched == watched.changed
    assert not Hint.objects.exists()
