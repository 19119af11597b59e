"""What was done with an incident, by whom and when: from the audit log, each act with the columns that it changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType

from backend.audit.models import Event
from backend.audit.names import ACTS
from backend.governance.models import SecurityIncident


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    act: str
    says: str
    account: int | None
    changed: tuple[str, ...]
    """Names of columns; what people typed in them is not in the log."""


def timeline(incident: SecurityIncident) -> list[Entry]:
    """The first act first. One statement."""
    kind = ContentType.objects.get_for_model(SecurityIncident)
    about = Event.objects.filter(content_type=kind, object_pk=str(incident.pk))
    by_transaction: dict[int, list[Event]] = {}
    for event in about.order_by("timestamp", "pk"):
        by_transaction.setdefault(event.transaction, []).append(event)
    return [one for events in by_transaction.values() for one in _entries(events)]


def _entries(events: Iterable[Event]) -> Iterable[Entry]:
    """Of one transaction: its named acts, each with what changed of the row."""
    rows = [one for one in events if not one.name]
    named = [one for one in events if one.name]
    changed = {column for one in rows if _is_change(one) for column in one.changes or ()}
    for event in named or rows[:1]:
        detail: dict[str, Any] = event.additional_data or {}
        columns = changed | {*detail.get("fields", ())} | {*detail.get("columns", ())}
        yield Entry(
            event.timestamp, event.name, _says(event), event.actor_id, tuple(sorted(columns))
        )


def _is_change(event: Event) -> bool:
    return bool(event.action == Event.Action.UPDATE)


def _says(event: Event) -> str:
    act = ACTS.get(event.name)
    hours = (event.additional_data or {}).get("hours")
    told = act.meaning if act else "The record was changed."
    return f"{told} {hours} hours." if hours else told
