"""What somebody does again and again, such as reading: one event an account, kind and hour."""

from django.db.models import Model
from django.utils import timezone

from backend.audit.events import record
from backend.audit.models import Event


def note(*, name: str, actor: Model) -> None:
    """Before anything is shown: what cannot be recorded is not read."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    noted = Event.objects.filter(name=name, actor=actor.pk, timestamp__gte=hour)
    if not noted.exists():
        record(name=name, actor=actor)
