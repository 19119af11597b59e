"""Maintenance: announced to everybody, then closed for all but listed addresses.

Its one row is the operator's to write, by the command; web reads it. It needs no broker.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Final

from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils import timezone

from backend.appliance.models import Maintenance
from backend.audit.events import record

DEFAULT_MESSAGE: Final = "Plumbline is being worked on."
_REMEMBERED_SECONDS: Final = 2.0
_ROW: Final = 1


@transaction.atomic
def begin(*, message: str, closes_at: datetime, allowed: Sequence[str]) -> Maintenance:
    """Announce it, or change what was announced. `allowed`: networks in the usual spelling."""
    values = {"message": message, "closes_at": closes_at, "allowed": list(allowed)}
    found, _ = Maintenance.objects.update_or_create(pk=_ROW, defaults=values)
    detail = values | {"closes_at": closes_at.isoformat(timespec="minutes")}
    record(name="maintenance_began", subject=found, detail=detail)
    return found


@transaction.atomic
def end() -> bool:
    """Open again. False: it was not closed, and nothing was announced."""
    found = stored()
    if found is None:
        return False
    record(name="maintenance_ended", subject=found, detail={"message": found.message})
    found.delete()
    return True


def stored() -> Maintenance | None:
    return Maintenance.objects.filter(pk=_ROW).first()


class Memory:
    """What a process knows, read anew after two seconds: a request must not cost a statement.

    While the database is away it stays what it was, and unknown is open: all that a request could reach is away too.
    """

    def __init__(self) -> None:
        self._found: Maintenance | None = None
        self._read_at: float | None = None

    def read(self) -> Maintenance | None:
        now = monotonic()
        if self._read_at is None or now - self._read_at >= _REMEMBERED_SECONDS:
            with suppress(OperationalError):
                self._found = stored()
            self._read_at = now
        return self._found


memory = Memory()


def of(request: HttpRequest) -> Maintenance | None:
    """As it was when the request came in."""
    found: Maintenance | None = getattr(request, "_maintenance", None)
    return found


def note(request: HttpRequest) -> Maintenance | None:
    """For `of`, before any transaction is open."""
    found = memory.read()
    request._maintenance = found  # type: ignore[attr-defined] # noqa: SLF001 - our own
    return found


def announced(request: HttpRequest) -> dict[str, Any]:
    """For templates."""
    found = of(request)
    closed = found is not None and found.is_closed(timezone.now())
    return {"maintenance": found, "maintenance_is_closed": closed}
