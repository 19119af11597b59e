"""Explicit events: important acts that change no model, or that need to be told by name."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from backend.audit.models import Event


def record(
    *,
    name: str,
    actor: Model | None = None,
    subject: Model | None = None,
    address: str | None = None,
    detail: dict[str, Any] | None = None,
) -> Event:
    """Write one event, in the caller's transaction, so that what cannot be recorded does not happen.

    `name` is a verb phrase such as "signed_in"; `detail` must hold no secret. Within a request django-auditlog
    adds actor and address by itself where they are not given.
    """
    event = Event(
        name=name,
        action=Event.Action.ACCESS,
        actor=actor,
        actor_email=getattr(actor, "email", None),
        remote_addr=address,
        object_pk="" if subject is None else str(subject.pk),
        object_repr="" if subject is None else str(subject),
        additional_data=detail,
    )
    if subject is not None:
        event.content_type = ContentType.objects.get_for_model(subject)
        event.object_id = subject.pk if isinstance(subject.pk, int) else None
    event.save(force_insert=True)
    return event
