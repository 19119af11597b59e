"""Ended at any moment an erasure goes on: complete, counted exactly, and nothing else touched."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection as database

from backend.connections.models import Connection
from backend.governance.erasing import engine
from backend.governance.erasing.cascade import count, reached
from backend.governance.models import Erasure
from tests.governance.erased import a_repository_of, approved, carry_out
from tests.governance.filled import NOTED, everything, fill, gained, lost
from tests.governance.killed import killed_when

WORKER = """
import time
from backend.governance.erasing import engine
engine.Pace.note = lambda self, seconds: None
engine.Pace.__init__.__defaults__ = (3,)
while engine.work(deadline=time.monotonic() + 1):
    pass
"""
"""Three rows at a time, so that there is a middle."""


class Ended(Exception):
    """As if the process had ended here."""


@contextmanager
def ended_at(number: int) -> Iterator[None]:
    left = number

    def run(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Ended
        return execute(*arguments)

    with database.execute_wrapper(run):
        yield


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["repository", "connection"])
def test_ended_between_any_two_statements(
    kind: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "Pace", lambda: engine_pace(2))
    chance = random.Random(seed)
    other, source = fill(rows=4), fill(rows=4)
    subject = a_repository_of(source) if kind == "repository" else source
    of_other = count(reached(Connection), other.pk)
    before = everything(but=NOTED)
    erasure = approved(kind, subject.pk)
    expected = erasure.preview
    ended = 0
    while erasure.finished_at is None:
        Erasure.objects.filter(pk=erasure.pk).update(lease_until=None, attempts=0)
        try:
            with ended_at(chance.randint(1, 100 + 40 * ended)):
                engine.work(deadline=time.monotonic() + 30)
        except Ended:
            ended += 1
        erasure.refresh_from_db()
    assert ended >= 3
    after = everything(but=NOTED)
    assert count(reached(type(subject)), subject.pk) == {}
    assert count(reached(Connection), other.pk) == of_other
    assert gained(before, after) == set()
    told = {table: rows for table, rows in erasure.done.items() if table in after}
    assert lost(before, after) == told
    assert {table: rows for table, rows in expected.items() if table in after} == told


engine_pace = engine.Pace


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_a_killed_process_is_gone_on_with_by_another_one() -> None:
    other, source = fill(rows=12), fill(rows=12)
    of_other = count(reached(Connection), other.pk)
    before = everything(but=NOTED)
    erasure = approved("connection", source.pk)
    in_all = sum(erasure.preview.values())
    chance = random.Random(7)
    moments = sorted(chance.randint(1, in_all - 1) for _ in range(4))
    killed = [killed_at(erasure, moment) for moment in moments]
    assert killed.count(True) >= 3
    carry_out(erasure)
    after = everything(but=NOTED)
    assert count(reached(Connection), source.pk) == {}
    assert count(reached(Connection), other.pk) == of_other
    assert lost(before, after) == {
        table: rows for table, rows in erasure.done.items() if table in after
    }
    assert sum(erasure.done.values()) >= in_all


def killed_at(erasure: Erasure, moment: int) -> bool:
    """Whether it was in the middle, when it had erased so many rows."""

    def done() -> int:
        erasure.refresh_from_db()
        return sum(erasure.done.values())

    Erasure.objects.filter(pk=erasure.pk).update(lease_until=None)
    return killed_when(WORKER, done, rows=moment)
