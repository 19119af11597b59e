"""The audit log's one table: changes of models (by django-auditlog) and explicit events, append-only."""

from auditlog.models import AbstractLogEntry
from django.conf import settings
from django.db import models


class Event(AbstractLogEntry):  # type: ignore[misc] # the library has no types
    """`name` is empty for a model's change, and says what happened for an explicit event.

    No constraint ties a row to what it is about: rows must outlive users and models, and application roles
    may INSERT alone.
    """

    name = models.CharField(max_length=60, blank=True, db_index=True)
    content_type = models.ForeignKey(
        "contenttypes.ContentType",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]
        verbose_name = "audit event"
        verbose_name_plural = "audit events"

    def __str__(self) -> str:
        return self.name or str(super().__str__())
