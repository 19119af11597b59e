"""What a log tells of an exception: where it was raised and what it is, and its words only where they hold no value.

A database's or a parser's complaint quotes what it was given: a name, an address, a line of a report.
"""

import traceback
from collections.abc import Iterator
from typing import Final

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from structlog.types import ExcInfo

_SPEAKING: Final = (
    *(OSError, ImportError, AttributeError, NameError, TypeError, ImproperlyConfigured),
    *(InterfaceError, OperationalError),
)
_OF_THE_BROKER: Final = ("redis.", "kombu.")
"""Their words are about the machine or the program."""
LEFT_OUT: Final = "(its words are left out, for they may hold what was processed)"


def told(exc_info: ExcInfo) -> str:
    """As Python prints it, the cause first."""
    return "\n".join(reversed(list(_each(exc_info[1]))))


def _each(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        places = "".join(traceback.format_tb(error.__traceback__))
        yield f"{places}{_name(error)}: {_words(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _words(error: BaseException) -> str:
    """The first line: of a database's, what follows is detail."""
    if not isinstance(error, _SPEAKING) and not _name(error).startswith(_OF_THE_BROKER):
        return LEFT_OUT
    return (str(error).splitlines() or [""])[0]
