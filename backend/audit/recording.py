"""The one way into the log: personal values are sealed, and who acts is filled in, before a row is written."""

from typing import Any

from auditlog.models import LogEntryManager
from django.db import DatabaseError
from django.db.models import Model

from backend.audit import subjects
from backend.audit.acting import current


class NotRecorded(Exception):
    """The log did not take the record, so that the act itself must not happen either."""


class EventManager(LogEntryManager):  # type: ignore[misc] # the library has no types
    """django-auditlog writes by `log_create` and `log_m2m_changes`, explicit events by `create`."""

    def log_create(self, instance: Model, force_log: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - the library's signature
        if changes := kwargs.get("changes"):
            # The library takes what refers to the row for fields of it, whose values say nothing.
            columns = {field.name for field in instance._meta.concrete_fields}
            kwargs["changes"] = {name: changes[name] for name in changes if name in columns}
        subject = subjects.subject_of(instance)
        return super().log_create(instance, force_log, subject=subject, **kwargs)

    def log_m2m_changes(
        self, changed_queryset: Any, instance: Model, operation: str, field_name: str, **kwargs: Any
    ) -> Any:
        subject = subjects.subject_of(instance)
        return super().log_m2m_changes(
            changed_queryset, instance, operation, field_name, subject=subject, **kwargs
        )

    def create(self, **fields: Any) -> Any:
        """`words` tell of the subject, or else of who acts: never in clear. Raises NotRecorded."""
        try:
            event = self.model(**sealed(**fields))
            event.save(force_insert=True)
        except DatabaseError as error:
            raise NotRecorded("The audit log did not take the record.") from error
        return event


def sealed(
    *,
    subject: str = "",
    actor: Model | None = None,
    remote_addr: str | None = None,
    words: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The columns of a row, of which none but the sealed ones says anything personal."""
    who = current()
    actor, address = actor or who.user, remote_addr or who.address
    holder = subjects.user(actor.pk) if actor else subject or subjects.NOBODY
    mine: dict[str, Any] = {}
    if address:
        mine["address"] = address
    if actor is not None:
        mine["email"] = getattr(actor, "email", "")
    theirs: dict[str, Any] = {}
    if subject:
        names = ("object_repr", "changes", "additional_data")
        theirs = {name: fields.pop(name) for name in names if fields.get(name)}
    if words:
        (theirs if subject else mine)["words"] = words
    keys = subjects.secrets_for(({subject} if theirs else set()) | ({holder} if mine else set()))
    if who.operator and not actor:
        fields["operator"] = who.operator
    return fields | {
        "subject": subject,
        "actor": actor,
        "holder": holder if mine else "",
        "sealed_actor": subjects.seal(mine, subject=holder, keys=keys),
        "sealed_subject": subjects.seal(theirs, subject=subject, keys=keys),
        "address_digest": subjects.digest(address, subject=holder, keys=keys) if address else None,
    }
