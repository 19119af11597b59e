"""How a command of the operator ends, told by its exit code. 2 is argparse's: not understood."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
REFUSED: Final = 1
FAILED: Final = 3
AMISS: Final = 4
"""It was looked, and not all is as it should be."""


def plain(text: str) -> str:
    """Nothing but lines of text: what comes from a container must give no orders to root's terminal."""
    return "".join(one if one.isprintable() or one in "\n\t" else "?" for one in text)


class Refused(Exception):
    """Something to put right first; nothing was changed."""


class Failed(Exception):
    """It was begun and did not come to its end; the message says what stands now and what to do."""
