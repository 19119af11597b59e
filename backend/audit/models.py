"""The audit log's one table."""

from auditlog.models import AbstractLogEntry


class Event(AbstractLogEntry):
    class Meta(AbstractLogEntry.Meta):
        verbose_name = "audit event"
        verbose_name_plural = "audit events"
