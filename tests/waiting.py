"""For what happens in another process or thread, at a time of its own."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(check: Callable[[], T], *, seconds: float = 60, pause: float = 0.05) -> T:
    """What the check told when it was true for the first time. Raises AssertionError where it takes longer."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds:g} s"
        time.sleep(pause)
    return found
