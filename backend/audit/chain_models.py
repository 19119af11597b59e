"""The chain over the audit log: tables that the sealer alone writes.

None refers to an event by a foreign key, since a row that is missing must show and not be prevented.
"""

from django.db import models


class Unsealed(models.Model):
    """An event that is not in the chain yet. Written by a trigger in the event's own transaction."""

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.event_id)


class Link(models.Model):
    """One event's place in the chain. Positions begin at 1, without a gap, and never change.

    `digest` is SHA-256 over the digest before it and the SHA-256 of the event's content: `backend.audit.chain`.
    """

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField()

    def __str__(self) -> str:
        return str(self.position)


class Head(models.Model):
    """A signed word about the chain: what its digest was at a position.

    A *head* says how far it had come. An *anchor* says that what is before its position was removed because it had
    become too old. A *restart* says that an operator took the chain as it stood, such as after an older backup was
    restored; what outside heads tell beyond it is lost.
    """

    class Kind(models.TextChoices):
        HEAD = "head"
        ANCHOR = "anchor"
        RESTART = "restart"

    kind = models.CharField(max_length=7, choices=Kind)
    position = models.BigIntegerField(db_index=True)
    digest = models.BinaryField()
    signed_at = models.DateTimeField(db_index=True)
    key_id = models.CharField(max_length=64)
    signature = models.BinaryField(help_text="Ed25519, over backend.audit.statements.")

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"
