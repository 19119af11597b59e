"""Commands that an operator runs on the machine: what they do is done in their name, and as one with its record."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from backend.audit.acting import acting
from backend.audit.events import record


def note(command: str) -> None:
    """One that changes nothing by itself, or goes on for hours."""
    with operated(command):
        pass


@contextmanager
def operated(command: str) -> Iterator[None]:
    """`command` without its arguments, which may hold names and paths."""
    with acting(operator=_who()), transaction.atomic():
        record(name="operator_command", detail={"command": command})
        yield


def _who() -> str:
    try:
        return getpass.getuser()[:60]
    except (KeyError, OSError):
        return "unknown"  # a container's user has a number alone
