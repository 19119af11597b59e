"""Checks that run on the live appliance, in the process that assesses it: the worker.

A check is a function without arguments. It returns what it found, in a few words, where that is as it should be, and
raises Weak where it is not. Anything else that it raises counts as weak, too: what could not be looked at is not good.
What only the host can see (containers, the front door, files, disks) stands in `scripts/host/asvs/`.
"""

from collections.abc import Callable
from typing import Final

Check = Callable[[], str]
RESTORE: Final = (
    "Install the release as it was shipped: nothing of the operator's sets this. If that does not help, report it: see"
    " SECURITY.md."
)
"""What to do about what only the product itself could have changed."""
CHECKS: Final[dict[str, Check]] = {}
"""Those that have entered themselves, by `module.function`; known.py knows all of this floor."""


class Weak(Exception):
    """It is not as it should be. `found`: what is; `todo`: what an operator or administrator can do."""

    def __init__(self, found: str, *, todo: str) -> None:
        super().__init__(found)
        self.found, self.todo = found, todo


def check(function: Check) -> Check:
    """Enter it, by its module's and its own name."""
    CHECKS[f"{function.__module__.rpartition('.')[2]}.{function.__name__}"] = function
    return function
