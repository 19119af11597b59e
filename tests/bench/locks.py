"""How long pages and stores wait for locks while something else works: they are asked all the time, and looked at."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from tests.bench.figures import Figure
from tests.bench.memory import Peak
from tests.processes import TOP

LOOK_SECONDS = 0.005
REST_SECONDS = 0.002
MILLISECONDS = 200
"""So long, at most, may anybody wait."""
PROBER = "prober"
"""By this name of the application its connections are told from those of what is measured."""
_WAITS = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - lock.waitstart)), 0)
    FROM pg_locks lock JOIN pg_stat_activity one USING (pid)
    WHERE NOT lock.granted AND one.application_name = %s
"""
Probe = Callable[[psycopg.Connection, int], None]
"""One thing that a page or a store does, in a transaction of its own; its number tells it from the one before."""


class Prober:
    """Each probe again and again in a thread of its own, until the block ends.

    `longest_wait`: for a lock that somebody else held, in milliseconds; `longest`: that a probe took, for whatever
    reason; `asked`: how often; `waits`: in how many looks somebody was seen waiting.
    """

    def __init__(self, conninfo: str, probes: Sequence[Probe]) -> None:
        self._conninfo, self._done = f"{conninfo} application_name={PROBER}", threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(probe,), daemon=True) for probe in probes
        ]
        self._threads.append(threading.Thread(target=self._watch, daemon=True))
        self._errors: list[BaseException] = []
        self.longest = self.longest_wait = 0.0
        self.asked = self.waits = 0

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        for one in self._threads:
            one.join()
        if error is None and self._errors:
            raise RuntimeError("a probe failed") from self._errors[0]

    def _ask(self, probe: Probe) -> None:
        try:
            with psycopg.connect(self._conninfo) as connection:
                number = 0
                while not self._done.wait(REST_SECONDS):
                    number += 1
                    began = time.perf_counter()
                    with connection.transaction():
                        probe(connection, number)
                    took = 1000 * (time.perf_counter() - began)
                    self.longest, self.asked = max(self.longest, took), self.asked + 1
        except BaseException as error:  # noqa: BLE001 - told when the block ends
            self._errors.append(error)

    def _watch(self) -> None:
        with psycopg.connect(self._conninfo.replace(PROBER, "watcher"), autocommit=True) as looking:
            while not self._done.wait(LOOK_SECONDS):
                ((waited,),) = looking.execute(_WAITS, [PROBER]).fetchall()
                self.longest_wait = max(self.longest_wait, 1000 * float(waited))
                self.waits += waited > 0


@dataclass(frozen=True)
class Asked:
    """How a program's work was felt by those who asked meanwhile."""

    seconds: float
    felt: list[Figure]


def while_asked(conninfo: str, probes: Sequence[Probe], program: str) -> Asked:
    """A process of Python works, to its end, while the probes go on. Raises RuntimeError where one of these fails."""
    with Prober(conninfo, probes) as prober:
        began = time.perf_counter()
        worker = subprocess.Popen([sys.executable, "-c", program], cwd=TOP, env=os.environ)
        try:
            with Peak(worker.pid) as peak:
                worker.wait()
        finally:
            worker.kill()
            worker.wait()
        took = time.perf_counter() - began
    return Asked(
        took,
        [
            Figure(
                "longest wait of a page or store for a lock",
                prober.longest_wait,
                "ms",
                at_most=MILLISECONDS,
            ),
            Figure("looks, one each 5 ms, that saw somebody wait", prober.waits),
            Figure("longest answer to a page or store, for whatever reason", prober.longest, "ms"),
            Figure("pages and stores meanwhile", prober.asked),
            Figure("memory of the worker", peak.largest, "MB"),
        ],
    )
