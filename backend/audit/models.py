"""The audit log's one append-only table: changes of models (by django-auditlog) and explicit events.

Beside it stand the documents that are signed with it.
"""

from auditlog.models import AbstractLogEntry
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.audit.chain_models import Head, Link, Unsealed
from backend.audit.keys import SubjectKey
from backend.audit.recording import EventManager

__all__ = ["Event", "Head", "Link", "SignedDocument", "SubjectKey", "Unsealed"]


class TransactionId(models.Func):
    """The number of the transaction that writes the row."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Event(AbstractLogEntry):  # type: ignore[misc] # the library has no types
    """`name` is empty for a model's change, and says what happened for an explicit event.

    No constraint ties a row to what it is about: rows must outlive users and models, and application roles
    may INSERT alone. The library's columns for e-mail and address stay empty, and those that say what a person's row
    held as well: such values are sealed, each under the key of who they are about.
    """

    name = models.CharField(max_length=60, blank=True)
    transaction = models.BigIntegerField(db_default=TransactionId(), editable=False)
    covers = ArrayField(
        models.CharField(max_length=100),
        null=True,
        help_text="Tables of whose rows it tells all at once.",
    )
    operator = models.CharField(
        max_length=60, blank=True, help_text="The operating system's user who ran a command."
    )
    subject = models.CharField(
        max_length=60, blank=True, help_text="The person whom it is about, such as user/12."
    )
    sealed_subject = models.BinaryField(null=True, help_text="What it says, under their key.")
    holder = models.CharField(
        max_length=60, blank=True, help_text="Under whose key is who did it, and from where."
    )
    sealed_actor = models.BinaryField(null=True, help_text="E-mail and network address.")
    address_digest = models.BinaryField(null=True, help_text="Keyed; what the address is found by.")
    content_type = models.ForeignKey(
        "contenttypes.ContentType",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    timestamp = models.DateTimeField(default=timezone.now)
    action = models.PositiveSmallIntegerField(choices=AbstractLogEntry.Action.choices)
    object_pk = models.CharField(max_length=255)
    object_id = models.BigIntegerField(null=True)
    cid = models.CharField(max_length=255, null=True)  # noqa: DJ001 - the library writes null

    objects = EventManager()
    # What the database knows by itself, whatever stands here: a trigger sets both. No default of the database's own:
    # Django would ask for it back, and whoever may add an event may not read it.
    recorded_at = models.DateTimeField(editable=False, default=timezone.now)
    recorded_by = models.CharField(max_length=63, editable=False, default="")

    class Meta(AbstractLogEntry.Meta):  # type: ignore[misc]
        verbose_name = "audit event"
        verbose_name_plural = "audit events"
        indexes = [
            # Pages go through time, whatever they are narrowed to. An event has a name, or is a change.
            models.Index(fields=["timestamp", "id"], name="audit_event_time"),
            models.Index(fields=["actor", "timestamp", "id"], name="audit_event_actor"),
            models.Index(
                fields=["name", "timestamp", "id"], name="audit_event_name", condition=~Q(name="")
            ),
            models.Index(
                fields=["action", "timestamp", "id"],
                name="audit_event_change",
                condition=Q(name=""),
            ),
            models.Index(fields=["content_type", "timestamp", "id"], name="audit_event_kind"),
            models.Index(
                fields=["subject", "timestamp"],
                name="audit_event_subject",
                condition=~Q(subject=""),
            ),
            models.Index(
                fields=["address_digest"],
                name="audit_event_address",
                condition=Q(address_digest__isnull=False),
            ),
            models.Index(
                fields=["object_pk"], name="audit_event_object", condition=~Q(object_pk="")
            ),
            GinIndex(SearchVector("object_repr", config="simple"), name="audit_event_words"),
            # What a governed table's trigger asks: whether this transaction told of the row, or of the table.
            models.Index(
                fields=["transaction", "content_type", "object_pk"], name="audit_event_transaction"
            ),
            models.Index(
                fields=["transaction"],
                name="audit_event_covering",
                condition=Q(covers__isnull=False),
            ),
        ]

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
