"""Explicit events: important acts that change no model, or that need to be told by name."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from backend.audit import subjects
from backend.audit.models import Event
from backend.audit.names import ACTS


def record(
    *,
    name: str,
    actor: Model | None = None,
    subject: Model | None = None,
    address: str | None = None,
    detail: dict[str, Any] | None = None,
    words: dict[str, Any] | None = None,
) -> Event:
    """Write one event, in the caller's transaction, so that what cannot be recorded does not happen.

    `name` is one of `backend.audit.names`. `detail` must hold no secret, and nothing personal unless the subject is a
    person or what belongs to one. `words` are sealed as what it says of its subject, or else of who acts. They tell of
    nobody else, whose erasure would leave them: what people type of others stays in the row that it is typed for.
    Within a request, actor and address are known where they are not given. Raises NotRecorded.
    """
    about: dict[str, Any] = {}
    if subject is not None:
        about = {
            "content_type": ContentType.objects.get_for_model(subject),
            "object_id": subject.pk if isinstance(subject.pk, int) else None,
            "object_pk": str(subject.pk),
            "object_repr": str(subject),
            "subject": subjects.subject_of(subject),
        }
    event: Event = Event.objects.create(
        name=name,
        action=Event.Action.ACCESS,
        actor=actor,
        remote_addr=address,
        additional_data=detail,
        words=words,
        covers=list(act.covers) if (act := ACTS.get(name)) and act.covers else None,
        **about,
    )
    return event
