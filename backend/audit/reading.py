"""Events as an auditor reads them: what is sealed is opened, as long as its key is there."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from backend.audit import subjects
from backend.audit.models import Event


@dataclass(frozen=True)
class Told:
    """What one event says. What was erased, and what was never written, is None or empty."""

    event: Event
    email: str | None = None
    address: str | None = None
    about: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    actor_erased: bool = False
    subject_erased: bool = False


def opened(events: Iterable[Event]) -> list[Told]:
    """Two statements, however many events. Raises KeyUnavailable outside web."""
    rows = list(events)
    named = {name for row in rows for name in (row.subject, row.holder) if name}
    keys = subjects.secrets_of(named)
    gone = subjects.forgotten(named - keys.keys()) if named - keys.keys() else set()
    return [_told(row, keys, gone) for row in rows]


def _told(row: Event, keys: subjects.Secrets, gone: set[str]) -> Told:
    mine = subjects.unseal(row.sealed_actor, subject=row.holder, keys=keys) or {}
    theirs = subjects.unseal(row.sealed_subject, subject=row.subject, keys=keys) or {}
    detail = (row.additional_data or {}) | (theirs.get("additional_data") or {})
    return Told(
        event=row,
        email=mine.get("email"),
        address=mine.get("address"),
        about=theirs.get("object_repr") or row.object_repr,
        changes=theirs.get("changes") or row.changes or {},
        detail=detail | mine.get("words", {}) | theirs.get("words", {}),
        actor_erased=row.holder in gone,
        subject_erased=row.subject in gone,
    )
