"""What the host did or saw, handed to the application, which keeps it."""

from __future__ import annotations

import json
from typing import Sequence

from host.composition import Composition
from host.ending import Refused, plain


def hand_over(compose: Composition, command: Sequence[str], told: object) -> str:
    """To a command of manage.py: by the tables' owner, in a container of its own, whether or not the rest is running.

    Returns why it is not on record; empty: it is.
    """
    words = ("run", "--rm", "-T", "migrate", "python", "manage.py", *command)
    try:
        compose(*words, stdin=json.dumps(told).encode())
    except Refused as refused:
        return str(refused)
    return ""


def put_on_record(compose: Composition, command: Sequence[str], told: object) -> bool:
    """The same, and says so where it is not."""
    amiss = hand_over(compose, command, told)
    if amiss:
        print(plain(f"Not on record: {amiss}"))
    return not amiss
