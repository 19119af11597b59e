"""How a server bears what it is asked, as one process sees it: it slows down, or asks for rest without saying how long.

Kept in the process's memory, by connection: what matters beyond it, the wait itself, stands in the database with the
work that waits.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backend.sources.limits import A_MINUTE, LONGEST_WAIT

WINDOW: Final = 10
"""Answers whose mean is judged."""
TOO_SLOW: Final = 2.0
"""So many times the calm level, and BARELY_FELT more, is slow."""
BARELY_FELT: Final = 1.0
"""Seconds. A server that answers in a tenth of a second may take three tenths without suffering."""
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=15)
FORGIVEN_AFTER: Final = timedelta(minutes=15)
_DOWN, _UP = 0.3, 0.05
"""How far the calm level follows a faster mean, and a slower one: for good, a server may become slower."""


@dataclass
class _Latency:
    """Seconds that answers of one label take: the mean of a window, and the level that is usual."""

    calm: float | None = None
    seconds: list[float] = field(default_factory=list)

    def is_slow(self, seconds: float) -> bool | None:
        """None while the window is not full."""
        self.seconds.append(seconds)
        if len(self.seconds) < WINDOW:
            return None
        mean = sum(self.seconds) / WINDOW
        self.seconds.clear()
        usual = mean if self.calm is None else self.calm
        self.calm = usual + (mean - usual) * (_DOWN if mean < usual else _UP)
        return mean > usual * TOO_SLOW and mean - usual > BARELY_FELT


@dataclass
class Pace:
    """`rests_until`: the server is not to be asked before then, if that has not passed."""

    rests_until: datetime | None = None
    _latency: dict[str, _Latency] = field(default_factory=lambda: defaultdict(_Latency))
    _rests: int = 0
    _waits: int = 0
    _waits_until: datetime | None = None

    def note(self, label: str, seconds: float, now: datetime) -> None:
        """An answer took so long. Where answers became slow the server rests, each time twice as long."""
        slow = self._latency[label].is_slow(seconds)
        if slow:
            self.rests_until = now + min(FIRST_REST * (1 << min(self._rests, 8)), LONGEST_REST)
            self._rests += 1
            for latency in self._latency.values():
                latency.seconds.clear()
        elif slow is False:
            self._rests = max(self._rests - 1, 0)

    def unsaid_wait(self, now: datetime) -> timedelta:
        """A minute, and twice as long each time that it was not enough."""
        if self._waits_until is not None and now - self._waits_until > FORGIVEN_AFTER:
            self._waits = 0
        wait = min(A_MINUTE * (1 << min(self._waits, 8)), LONGEST_WAIT)
        self._waits += 1
        self._waits_until = now + wait
        return wait


_paces: dict[int, Pace] = defaultdict(Pace)


def pace_of(connection_id: int) -> Pace:
    """The connection's, in this process."""
    return _paces[connection_id]
