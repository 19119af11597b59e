"""What the audit log says, opened as an auditor reads it."""

from typing import Any

from backend.audit.models import Event
from backend.audit.reading import Told, opened


def recorded(**asked: Any) -> Told:
    """The one event that is like this."""
    (told,) = opened([Event.objects.get(**asked)])
    return told


def all_recorded(**asked: Any) -> list[Told]:
    """In the order in which they were written."""
    return opened(Event.objects.filter(**asked).order_by("pk"))
