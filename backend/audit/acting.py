"""Who acts now, and from where: a request's caller, or the operator who runs a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class Acting:
    user: Model | None = None
    address: str | None = None
    operator: str = ""
    """The operating system's user who runs a command."""


_NOBODY = Acting()
_now: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def current() -> Acting:
    return _now.get()


@contextmanager
def acting(
    user: Model | None = None, *, address: str | None = None, operator: str = ""
) -> Iterator[None]:
    """What is recorded inside is theirs, where the record itself does not say whose it is."""
    token = _now.set(Acting(user, address, operator))
    try:
        yield
    finally:
        _now.reset(token)
