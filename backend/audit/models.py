"""The audit log's one append-only table: changes of models (by django-auditlog) and explicit events.

Beside it stand the documents that are signed with it.
"""

from auditlog.models import AbstractLogEntry
from django.conf import settings
from django.db import models
from django.utils import timezone

from backend.audit.chain_models import Head, Link, Unsealed

__all__ = ["Event", "Head", "Link", "SignedDocument", "Unsealed"]


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
    # What the database knows by itself, whatever stands here: a trigger sets both. No default of the database's own:
    # Django would ask for it back, and whoever may add an event may not read it.
    recorded_at = models.DateTimeField(editable=False, default=timezone.now)
    recorded_by = models.CharField(max_length=63, editable=False, default="")

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]
        verbose_name = "audit event"
        verbose_name_plural = "audit events"

    def __str__(self) -> str:
        return self.name or str(super().__str__())


class SignedDocument(models.Model):
    """What the appliance vouches for, such as the certificate of an erasure: signed by the process that seals the log.

    Whoever writes one has no key: it is signed within seconds of its commit.
    """

    kind = models.CharField(max_length=40)
    content = models.TextField(help_text="Canonical JSON, byte for byte what is signed.")
    created_at = models.DateTimeField()
    signature = models.BinaryField(null=True, help_text="Ed25519. Null: not signed yet.")
    key_id = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    # The head of the audit log at that moment: what was on record when this was signed.
    head_position = models.BigIntegerField(null=True)
    head_digest = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
